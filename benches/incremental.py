#!/usr/bin/env python3
"""What ten changes cost among many linked records: two SQLite tables, the whole program in the terminal.

    benches/incremental.py [BINARY] [ROWS ...]     target/release/duosync, 1,000 and 1,000,000 rows

For each size: a first sync that links every row, a run with nothing to do, and the median of five runs
with ten changed rows each. Prints seconds, processor seconds and the peak of memory of the process.
"""

import json
import os
import pathlib
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

BINARY = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/duosync").resolve()
SIZES = [int(size) for size in sys.argv[2:]] or [1_000, 1_000_000]
COLUMNS = ["email", "first", "last", "phone", "city"]

SETTINGS = """
[[account]]
name = "A"
connector = "sqlite"
path = "a.db"
key = "no"
modified = "changed"
[[account]]
name = "B"
connector = "sqlite"
path = "b.db"
key = "no"
modified = "changed"
[[pair]]
name = "people"
a = { account = "A", collection = "people" }
b = { account = "B", collection = "people" }
match = ["email"]
sync_every = "manual"
compare_every = "manual"
""" + "".join(
    f'[[pair.field]]\nname = "{name}"\na = "{name}"\nb = "{name}"\n' + ('kind = "email"\n' if name == "email" else "")
    for name in COLUMNS)


def fill(path, rows):
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE people (no INTEGER PRIMARY KEY, email TEXT, first TEXT, last TEXT, phone TEXT,"
                     " city TEXT, changed INTEGER NOT NULL)")
    database.execute("CREATE INDEX by_change ON people (changed)")
    database.executemany(
        "INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)",
        ((number, f"person{number}@example.org", f"First{number % 500}", f"Last{number % 7000}", f"+32478{number:06d}",
          f"City {number % 90}", 1_700_000_000 + number // 1000) for number in range(1, rows + 1)))
    database.execute("CREATE TRIGGER touched AFTER UPDATE OF email, first, last, phone, city ON people BEGIN"
                     " UPDATE people SET changed = CAST(strftime('%s') AS INTEGER) WHERE no = NEW.no; END")
    database.commit()
    database.close()


def run(folder, *arguments):
    """Seconds, processor seconds and MB at the peak of one command; and what it said."""
    started = time.monotonic()
    with open(folder / "out.json", "w") as out:
        process = subprocess.Popen([BINARY, "--workspace", folder / "workspace", *arguments], stdout=out,
                                   stderr=subprocess.PIPE, text=True)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 3):
        sys.exit(said)
    text = (folder / "out.json").read_text()
    return (time.monotonic() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024), text


def measure(rows):
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        for name in ("a.db", "b.db"):
            fill(folder / name, rows)
        (folder / "settings.toml").write_text(SETTINGS)
        run(folder, "import", folder / "settings.toml")
        print(f"{rows:>9,} rows   seconds  processor    MB")
        show = lambda what, cost: print(f"{what:<16} {cost[0]:9.2f} {cost[1]:9.2f} {cost[2]:8.0f}", flush=True)
        show("first sync", run(folder, "sync", "--yes", "--json")[0])
        show("nothing to do", run(folder, "sync", "--json")[0])
        costs = []
        for turn in range(5):
            database = sqlite3.connect(folder / "a.db")
            step = rows // 10
            for at in range(10):
                database.execute("UPDATE people SET city = ? WHERE no = ?", (f"Moved {turn}", at * step + turn + 1))
            database.commit()
            database.close()
            cost, text = run(folder, "sync", "--json")
            done = json.loads(text)
            assert done["b"]["updated"] == 10, text
            costs.append(cost)
        median = tuple(statistics.median(cost[at] for cost in costs) for at in range(3))
        show("ten changes", median)
        return median
    finally:
        shutil.rmtree(folder)


def main():
    medians = [measure(size) for size in SIZES]
    for size, median in list(zip(SIZES, medians))[1:]:
        ratios = [after / before for after, before in zip(median, medians[0])]
        print(f"{size:,} against {SIZES[0]:,}: {ratios[0]:.2f} of the time, {ratios[1]:.2f} of the processor, "
              f"{ratios[2]:.2f} of the memory")


main()
