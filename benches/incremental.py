#!/usr/bin/env python3
"""What 10 changes cost among few linked records and among many.

Two tables with a `modified` column are synced by the whole program: imported, linked by a first sync, and
then, REPEAT times, 10 rows of one side are changed and synced. Prints as Markdown the seconds (the clock's
and the processor's) and the most memory of each such run, a run with nothing to do, and the ratio of the
largest size to the smallest.

The tables are SQLite's, whose own work (it counts the rows) is done within Duosync's process, or, with
`--server`, those of a PostgreSQL that is started for it: what the process then uses is Duosync's own part.

    cargo build --release && benches/incremental.py [--server] [--sizes 1000,1000000] [--repeat 5] [--binary FILE]
"""

import argparse
import contextlib
import datetime
import glob
import os
import pathlib
import shutil
import socket
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


class Sqlite:
    """Two databases in files."""

    def __init__(self, folder):
        self.folder = folder

    def fill(self, count):
        for file in ("a.db", "b.db"):
            with self.open(file) as base:
                base.execute("PRAGMA journal_mode = WAL")
                columns = ", ".join(f"{field} TEXT" for field in FIELDS)
                base.execute(f"CREATE TABLE people (id INTEGER PRIMARY KEY, {columns}, modified TEXT)")
                base.execute("CREATE INDEX people_modified ON people (modified)")
                base.executemany("INSERT INTO people VALUES (?, ?, ?, ?, ?, ?, ?)", people(count))

    @contextlib.contextmanager
    def open(self, file):
        with contextlib.closing(sqlite3.connect(self.folder / file)) as base, base:
            yield base

    def account(self, side):
        return f'connector = "sqlite"\npath = "{self.folder / side}.db"\nmodified = "modified"\n', "people"

    def change(self, rows):
        with self.open("a.db") as base:
            for values in rows:
                if base.execute("UPDATE people SET title = ?, modified = ? WHERE id = ?", values).rowcount != 1:
                    sys.exit("a row to change is not there")

    def arrived(self, title):
        with self.open("b.db") as base:
            return base.execute("SELECT count(*) FROM people WHERE title LIKE ?", (title,)).fetchone()[0]


class Postgres:
    """A server on a free port of this computer, with two tables in one database."""

    def __init__(self, folder):
        self.folder, self.programs = folder, pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
        # The server refuses to be root.
        self.user = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
        data = folder / "data"
        data.mkdir()
        if self.user:
            shutil.chown(data, "nobody", "nogroup")
            folder.chmod(0o755)
        init = [self.programs / "initdb", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8", "-U", "shop", "-D", data]
        subprocess.run([*self.user, *init], check=True, stdout=subprocess.DEVNULL, cwd="/")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        serve = [self.programs / "postgres", "-D", data, "-h", "127.0.0.1", "-p", str(self.port), "-k", ""]
        self.process = subprocess.Popen([*self.user, *serve], stderr=(folder / "postgres.log").open("wb"), cwd="/")
        end = time.monotonic() + 60
        while subprocess.run([self.programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode != 0:
            if time.monotonic() > end or self.process.poll() is not None:
                sys.exit(f"PostgreSQL did not start:\n{(folder / 'postgres.log').read_text()}")
            time.sleep(0.1)
        self.sql("CREATE DATABASE shop", base="postgres")

    def stop(self):
        self.process.terminate()
        self.process.wait()

    def sql(self, text, base="shop", rows=None):
        command = [self.programs / "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "shop", "-d", base, "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text]
        return subprocess.run(command, check=True, stdin=rows, text=True, stdout=subprocess.PIPE, cwd="/").stdout

    def fill(self, count):
        # By way of a file: the memory that this script has at its most would count for what it starts.
        with (self.folder / "rows").open("w") as rows:
            rows.writelines("\t".join(map(str, row)) + "\n" for row in people(count))
        columns = ", ".join(f"{field} text" for field in FIELDS)
        for name in ("people_a", "people_b"):
            self.sql(f"CREATE TABLE {name} (id integer PRIMARY KEY, {columns}, modified timestamp)")
            with (self.folder / "rows").open() as rows:
                self.sql(f"COPY {name} FROM STDIN", rows=rows)
            self.sql(f"CREATE INDEX ON {name} (modified)")
            self.sql(f"VACUUM ANALYZE {name}")

    def account(self, side):
        address = f"postgresql://127.0.0.1:{self.port}/shop"
        return f'connector = "postgresql"\nurl = "{address}"\nusername = "shop"\npassword = {{ env = "BENCH_PASSWORD" }}\nmodified = "modified"\n', f"people_{side}"

    def change(self, rows):
        for title, modified, number in rows:
            done = self.sql(f"UPDATE people_a SET title = '{title}', modified = '{modified}' WHERE id = {number} RETURNING id")
            if done.strip() != str(number):
                sys.exit("a row to change is not there")

    def arrived(self, title):
        return int(self.sql(f"SELECT count(*) FROM people_b WHERE title LIKE '{title}'"))


def settings(folder, base):
    text, ends = "", ""
    for name, side in (("Left", "a"), ("Right", "b")):
        account, collection = base.account(side)
        text += f'[[account]]\nname = "{name}"\n{account}\n'
        ends += f'{side} = {{ account = "{name}", collection = "{collection}" }}\n'
    text += f'[[pair]]\nname = "people"\n{ends}match = ["email"]\n'
    text += 'sync_every = "manual"\ncompare_every = "manual"\n'
    for field, kind in FIELDS.items():
        text += f'\n[[pair.field]]\nname = "{field}"\na = "{field}"\nb = "{field}"\nkind = "{kind}"\n'
    (folder / "people.toml").write_text(text)


def run(binary, folder, *arguments):
    """Runs the program; its seconds by the clock, the processor's seconds, and its most memory in MB."""
    log = (folder / "log").open("wb")
    environment = {**os.environ, "HOME": str(folder), "BENCH_PASSWORD": "none"}
    start = time.perf_counter()
    command = [binary, "--workspace", folder / "workspace", *arguments]
    process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{arguments} failed:\n{(folder / 'log').read_text()[-3000:]}")
    return seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def measure(binary, folder, base, count, repeat):
    base.fill(count)
    settings(folder, base)
    run(binary, folder, "import", folder / "people.toml")
    first = run(binary, folder, "sync", "people", "--yes")
    # One run that is not counted: it makes the day's copy of the database.
    run(binary, folder, "sync", "people")
    idle = [run(binary, folder, "sync", "people") for _ in range(repeat)]
    rounds = []
    for number in range(repeat):
        step = count // CHANGES
        base.change([(f"Title {number}.{at}", NEW.format(number), 1 + at * step) for at in range(CHANGES)])
        rounds.append(run(binary, folder, "sync", "people"))
        found = base.arrived(f"Title {number}.%")
        if found != CHANGES:
            sys.exit(f"only {found} of {CHANGES} changes arrived, of {count} rows:\n{(folder / 'log').read_text()[-3000:]}")
    middle = lambda runs: [statistics.median(column) for column in zip(*runs)]
    return {"first sync": list(first), "nothing to do": middle(idle), "10 changes": middle(rounds)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", action="store_true", help="tables of a PostgreSQL instead of SQLite")
    parser.add_argument("--sizes", default="1000,1000000")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--binary", default=str(ROOT / "target" / "release" / "duosync"))
    chosen = parser.parse_args()
    found = {}
    print("| linked records | step | clock, s | processor, s | MB at the peak |\n|---:|---|---:|---:|---:|")
    for size in map(int, chosen.sizes.split(",")):
        with tempfile.TemporaryDirectory(prefix="duosync-incremental-") as folder:
            folder = pathlib.Path(folder)
            base = Postgres(folder) if chosen.server else Sqlite(folder)
            try:
                found[size] = measure(chosen.binary, folder, base, size, chosen.repeat)
            finally:
                if chosen.server:
                    base.stop()
        for step, (clock, processor, memory) in found[size].items():
            print(f"| {size:,} | {step} | {clock:.3f} | {processor:.3f} | {memory:.0f} |", flush=True)
    few, many = found[min(found)]["10 changes"], found[max(found)]["10 changes"]
    ratios = ", ".join(f"{name} {b / a:.1f}" for name, a, b in zip(("clock", "processor", "memory"), few, many))
    print(f"\n10 changes, {max(found):,} beside {min(found):,} linked records: {ratios} times as much (to be at most 1.5).")


if __name__ == "__main__":
    main()
