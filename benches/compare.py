#!/usr/bin/env python3
"""Compare of two CSV files beside the csv-diff crate and DuckDB's full outer join.

Makes two files of ROWS rows by 10 columns, of which 1 % differ, and compares them REPEAT times with each:
the whole program from its start to its end (what does not agree is in the workspace afterwards, and every
row is kept for the window), the csv-diff crate (benches/csv-diff), and DuckDB. Prints the median seconds,
the most memory, and the ratios that issue 5 asks for. Says so where one of the three finds another number.

    cargo build --release && cargo build --release --manifest-path benches/csv-diff/Cargo.toml
    pip install duckdb
    benches/compare.py [--rows 1000000] [--repeat 5] [--binary FILE] [--csv-diff FILE]
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
COLUMNS = ["email", "first", "last", "phone", "company", "street", "city", "postcode", "country"]
FIRST = "Ann José Łukasz Elena Maria Søren Chloë Bart Fatima Yusuf Ingrid Jan".split()
LAST = "Peeters García Żółkiewski Papadopoulou Ivanova Ångström Lefèvre Smet Haddad Berg".split()
DUCKDB = """
import duckdb, sys
columns = sys.argv[3].split(",")
differs = " OR ".join(f"a.{name} IS DISTINCT FROM b.{name}" for name in columns)
read = lambda file: f"read_csv('{file}', header = true, all_varchar = true)"
found = duckdb.sql(f"SELECT coalesce(a.no, b.no), a.*, b.* FROM {read(sys.argv[1])} a FULL OUTER JOIN {read(sys.argv[2])} b "
                   f"ON a.no = b.no WHERE a.no IS NULL OR b.no IS NULL OR {differs}").fetchall()
print(len(found))
"""


def make(folder, rows):
    with open(folder / "a.csv", "w") as a, open(folder / "b.csv", "w") as b:
        for file in (a, b):
            file.write(",".join(["no", *COLUMNS]) + "\n")
        for number in range(rows):
            row = [str(number), f"person{number}@example.org", FIRST[number % 12], LAST[number // 7 % 10],
                   f"+32478{number:06d}", f"Company {number % 5000}", f"Kerkstraat {number % 300}", "Sint-Niklaas",
                   str(1000 + number % 9000), "BE"]
            a.write(",".join(row) + "\n")
            if number % 100 == 50:
                row[7] = "Gent"
            b.write(",".join(row) + "\n")
    accounts = "".join(f'[[account]]\nname = "{name}"\nconnector = "csv"\npath = "{path}"\nid = "no"\n'
                       for name, path in (("Shop list", "a.csv"), ("Address book", "b.csv")))
    fields = "".join(f'[[pair.field]]\nname = "{name}"\na = "{name}"\nb = "{name}"\n'
                     + ('kind = "email"\n' if name == "email" else "") for name in COLUMNS)
    (folder / "settings.toml").write_text(
        f'{accounts}[[pair]]\nname = "customers"\na = {{ account = "Shop list" }}\nb = {{ account = "Address book" }}\n'
        f'match = ["email"]\nsync_every = "manual"\ncompare_every = "manual"\n{fields}')


def run(folder, *command):
    """Runs a program: its seconds by the clock, the processor's, its most memory in MB, and what it printed."""
    with (folder / "out").open("wb") as out, (folder / "log").open("wb") as log:
        start = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), stdout=out, stderr=log, env={**os.environ, "HOME": str(folder)})
        _, status, used = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        sys.exit(f"{command[0]} failed:\n{(folder / 'log').read_text()[-3000:]}")
    return (seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024), (folder / "out").read_text()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--binary", default=str(ROOT / "target/release/duosync"))
    parser.add_argument("--csv-diff", default=str(ROOT / "benches/csv-diff/target/release/beside-csv-diff"))
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="duosync-compare-") as folder:
        folder = pathlib.Path(folder)
        make(folder, chosen.rows)
        files = (folder / "a.csv", folder / "b.csv")
        megabytes = sum(file.stat().st_size for file in files) / 1024 / 1024
        duosync = (chosen.binary, "--workspace", folder / "workspace")
        run(folder, *duosync, "import", folder / "settings.toml")
        ways = {
            "Duosync": (*duosync, "compare", "--json"),
            "csv-diff": (chosen.csv_diff, *files),
            "DuckDB": (sys.executable, "-c", DUCKDB, *files, ",".join(COLUMNS)),
        }
        found, middle = {}, {}
        print("| what | clock, s | processor, s | MB at the peak |\n|---|---:|---:|---:|")
        for name, command in ways.items():
            runs = []
            for _ in range(chosen.repeat):
                used, out = run(folder, *command)
                runs.append(used)
                found[name] = json.loads(out)["different"] if name == "Duosync" else int(out)
            middle[name] = [statistics.median(column) for column in zip(*runs)]
            print("| {} | {:.2f} | {:.2f} | {:.0f} |".format(name, *middle[name]), flush=True)
    if len(set(found.values())) != 1:
        print(f"\nThey do not find the same: {found}")
    ours, theirs, duck = middle["Duosync"], middle["csv-diff"], middle["DuckDB"]
    print(f"\n{chosen.rows:,} rows, {megabytes:.0f} MB in both files, {found['Duosync']:,} rows differ. Duosync's clock: "
          f"{ours[0] / theirs[0]:.1f} times csv-diff's (to be at most 2), {ours[0] / duck[0]:.1f} times DuckDB's (to be "
          f"below 1). Duosync's memory: {ours[2] / megabytes:.1f} times the files (to be at most 1.5).")


if __name__ == "__main__":
    main()
