#!/usr/bin/env python3
"""What 10 changes cost among few linked records and among many.

Two SQLite tables with a `modified` column are synced by the whole program: imported, linked by a first
sync, and then, REPEAT times, 10 rows of one side are changed and synced. Prints as Markdown the seconds
(the clock's and the processor's) and the most memory of each such run, a run with nothing to do, and the
ratio of the largest size to the smallest.

    cargo build --release && benches/incremental.py [--sizes 1000,1000000] [--repeat 5] [--binary FILE]
"""

import argparse
import datetime
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
GIVEN = ["Ann", "Björn", "Chloé", "Dirk", "Émile", "Fatima", "Gert", "Hélène"]
FAMILY = ["Peeters", "Janssens", "Maes", "Müller", "Dubois", "De Smet", "O'Neill"]
FIELDS = {"given": "text", "family": "text", "email": "email", "title": "text", "city": "text"}
CHANGES = 10
# The rows were last changed a minute apart. A listing looks back five minutes from the newest, so that it
# repeats a handful of them; had all of them the same time, it would repeat every row.
FIRST, NEW = datetime.datetime(2020, 1, 1), "2025-01-01 {:02}:00:00"


def people(count):
    for number in range(1, count + 1):
        given, family = GIVEN[number % 8], f"{FAMILY[number // 8 % 7]} {number}"
        yield number, given, family, f"person.{number}@example.com", "Customer", "Ghent", str(FIRST + datetime.timedelta(minutes=number))


def table(path, count):
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA journal_mode = WAL")
        columns = ", ".join(f"{field} TEXT" for field in FIELDS)
        base.execute(f"CREATE TABLE people (id INTEGER PRIMARY KEY, {columns}, modified TEXT)")
        base.execute("CREATE INDEX people_modified ON people (modified)")
        base.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)", people(count))
    base.close()


def settings(folder):
    text = ""
    for name, file in (("Left", "a.db"), ("Right", "b.db")):
        text += f'[[account]]\nname = "{name}"\nconnector = "sqlite"\npath = "{folder / file}"\nmodified = "modified"\n\n'
    text += '[[pair]]\nname = "people"\na = { account = "Left", collection = "people" }\n'
    text += 'b = { account = "Right", collection = "people" }\nmatch = ["email"]\n'
    text += 'sync_every = "manual"\ncompare_every = "manual"\n'
    for field, kind in FIELDS.items():
        text += f'\n[[pair.field]]\nname = "{field}"\na = "{field}"\nb = "{field}"\nkind = "{kind}"\n'
    (folder / "people.toml").write_text(text)


def run(binary, folder, *arguments):
    """Runs the program; its seconds by the clock, the processor's seconds, and its most memory in MB."""
    log = (folder / "log").open("wb")
    environment = {**os.environ, "HOME": str(folder)}
    start = time.perf_counter()
    command = [binary, "--workspace", folder / "workspace", *arguments]
    process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{arguments} failed:\n{(folder / 'log').read_text()[-3000:]}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def change(folder, round_number, count):
    """Changes 10 rows of the left table, spread over it."""
    with sqlite3.connect(folder / "a.db") as base:
        for at in range(CHANGES):
            values = (f"Title {round_number}.{at}", NEW.format(round_number), 1 + at * (count // CHANGES))
            if base.execute("UPDATE people SET title = ?, modified = ? WHERE id = ?", values).rowcount != 1:
                sys.exit("a row to change is not there")
    base.close()


def carried(folder, round_number, count):
    """Ends the measurement where the other side did not get what was changed."""
    with sqlite3.connect(folder / "b.db") as base:
        found = base.execute("SELECT count(*) FROM people WHERE title LIKE ?", (f"Title {round_number}.%",)).fetchone()[0]
    base.close()
    if found != CHANGES:
        sys.exit(f"only {found} of {CHANGES} changes arrived, of {count} rows:\n{(folder / 'log').read_text()[-3000:]}")


def measure(binary, folder, count, repeat):
    for file in ("a.db", "b.db"):
        table(folder / file, count)
    settings(folder)
    run(binary, folder, "import", folder / "people.toml")
    first = run(binary, folder, "sync", "people", "--yes")
    # One run that is not counted: it makes the day's copy of the database.
    run(binary, folder, "sync", "people")
    idle = [run(binary, folder, "sync", "people") for _ in range(repeat)]
    rounds = []
    for number in range(repeat):
        change(folder, number, count)
        rounds.append(run(binary, folder, "sync", "people"))
        carried(folder, number, count)
    middle = lambda runs: [statistics.median(column) for column in zip(*runs)]
    return {"first sync": list(first), "nothing to do": middle(idle), "10 changes": middle(rounds)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", default="1000,1000000")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--binary", default=str(ROOT / "target" / "release" / "duosync"))
    chosen = parser.parse_args()
    found = {}
    print("| linked records | step | clock, s | processor, s | MB at the peak |\n|---:|---|---:|---:|---:|")
    for size in map(int, chosen.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="duosync-incremental-") as folder:
            found[size] = measure(chosen.binary, pathlib.Path(folder), size, chosen.repeat)
        for step, (clock, processor, memory) in found[size].items():
            print(f"| {size:,} | {step} | {clock:.3f} | {processor:.3f} | {memory:.0f} |", flush=True)
    few, many = found[min(found)]["10 changes"], found[max(found)]["10 changes"]
    ratios = ", ".join(f"{name} {b / a:.1f}" for name, a, b in zip(("clock", "processor", "memory"), few, many))
    print(f"\n10 changes, {max(found):,} beside {min(found):,} linked records: {ratios} times as much (to be at most 1.5).")


if __name__ == "__main__":
    main()
