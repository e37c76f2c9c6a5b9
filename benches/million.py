#!/usr/bin/env python3
"""The window on 1,000,000 compared records with 200,000 differences.

    benches/million.py [BINARY] [RECORDS] [FOLDER]     target/release/duosync, 1,000,000, /tmp/duosync-million

Makes two CSV files, compares them in the terminal, and opens the window on the result with its panel of
frame times (DUOSYNC_FRAMES=1): the last frame, the median and the slowest of the newest 120, and how many
took more than 8 ms of the processor. Scrolls, searches and walks through the review and the compare, and
leaves a picture of each in FOLDER: the figures are in the upper right corner. Prints what the terminal's
compare cost, and memory and processor time of the window.

Needs Xvfb, xdotool and ImageMagick, Mesa's software GL, and nothing of your own desktop.
"""

import os
import pathlib
import random
import resource
import subprocess
import sys
import time

BINARY = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/duosync").resolve()
RECORDS = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
FOLDER = pathlib.Path(sys.argv[3] if len(sys.argv) > 3 else "/tmp/duosync-million")
FIRST_LOOK = 60
COLUMNS = ["email", "first", "last", "phone", "company", "street", "city", "postcode", "country"]
FIRST = "Ann José Łukasz Elena Maria Søren Chloë Bart Fatima Yusuf Ingrid Jan".split()
LAST = "Peeters García Żółkiewski Papadopoulou Ivanova Ångström Lefèvre Smet Haddad Berg".split()


def make_lists():
    random.seed(7)
    with open(FOLDER / "a.csv", "w") as a, open(FOLDER / "b.csv", "w") as b:
        for file in (a, b):
            file.write(",".join(["no", *COLUMNS]) + "\n")
        for number in range(RECORDS):
            row = [str(number), f"person{number}@example.org", FIRST[number % 12], LAST[number // 7 % 10],
                   f"+32478{number:06d}", f"Company {number % 5000}", f"Kerkstraat {number % 300}", "Sint-Niklaas",
                   str(1000 + number % 9000), "BE"]
            a.write(",".join(row) + "\n")
            if random.random() < 0.2:
                row[7] = "Gent"
            b.write(",".join(row) + "\n")
    accounts = "".join(f'[[account]]\nname = "{name}"\nconnector = "csv"\npath = "{path}"\nid = "no"\n'
                       for name, path in (("Shop list", "a.csv"), ("Address book", "b.csv")))
    fields = "".join(f'[[pair.field]]\nname = "{name}"\na = "{name}"\nb = "{name}"\n'
                     + ('kind = "email"\n' if name == "email" else "") for name in COLUMNS)
    (FOLDER / "settings.toml").write_text(
        f'{accounts}[[pair]]\nname = "customers"\na = {{ account = "Shop list" }}\nb = {{ account = "Address book" }}\n'
        f'match = ["email"]\nsync_every = "manual"\ncompare_every = "manual"\n{fields}')


def terminal(*arguments):
    ended = subprocess.run([BINARY, "--workspace", FOLDER / "workspace", *arguments], stdout=subprocess.DEVNULL)
    if ended.returncode not in (0, 3):
        sys.exit(f"duosync {arguments} ended with {ended.returncode}")


def look():
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", "1100x720x24"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    number = display.stdout.readline().decode().strip()
    home = FOLDER / "home"
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1", "LC_ALL": "C.UTF-8",
                   "DUOSYNC_FRAMES": "1", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere", "HOME": str(home),
                   "XDG_CONFIG_HOME": str(home / "config"), "XDG_DATA_HOME": str(home / "data")}
    environment.pop("WAYLAND_DISPLAY", None)
    window = subprocess.Popen([BINARY, "--workspace", FOLDER / "workspace"], env=environment)

    def keys(*arguments):
        subprocess.run(["xdotool", *map(str, arguments)], env=environment, check=True)

    def shot(name):
        time.sleep(1)
        subprocess.run(["import", "-window", "root", FOLDER / f"{name}.png"], env=environment, check=True)

    def processor():
        fields = pathlib.Path(f"/proc/{window.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    try:
        time.sleep(6)
        # Without a window manager nobody else gives the keyboard to the window.
        keys("search", "--onlyvisible", "--name", "Duosync", "windowfocus")
        for page, row, search in (("review", 117, 75), ("compare", 157, 173)):
            keys("mousemove", 75, row, "click", 1)
            # The rows of a compare are made when it is first looked at.
            time.sleep(8 if page == "review" else FIRST_LOOK)
            keys("mousemove", 340, 420)
            for _ in range(120):
                keys("click", 5)
            shot(f"{page}-scrolled")
            keys("mousemove", 340, search, "click", 1)
            keys("type", "--delay", "60", "person1234")
            time.sleep(4)
            shot(f"{page}-searched")
            keys("key", "ctrl+a")
            keys("key", "BackSpace")
            time.sleep(5)
            keys("mousemove", 340, 420, "click", 1)
            for _ in range(120):
                keys("key", "j")
            shot(f"{page}-walked")
        resident = [line for line in open(f"/proc/{window.pid}/status") if line.startswith("VmRSS")][0].split()[1]
        before = processor()
        time.sleep(10)
        print(f"window: {int(resident) // 1024} MB resident, {processor() - before:.2f} s of the processor in 10 s idle")
    finally:
        window.terminate()
        window.wait()
        display.terminate()
        display.wait()


def main():
    FOLDER.mkdir(exist_ok=True)
    make_lists()
    terminal("import", FOLDER / "settings.toml")
    started = time.monotonic()
    terminal("compare", "--json")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"compare: {time.monotonic() - started:.1f} s, {peak} MB at the peak")
    look()
    print(f"pictures with the frame times: {FOLDER}/*.png")


main()
