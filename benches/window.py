#!/usr/bin/env python3
"""The window's time to its first frame, and what it costs while nothing happens: on Home with the sample,
and on a review of 5,000 questions.

    benches/window.py [BINARY] [SECONDS]     target/release/duosync, 10 seconds

Needs Xvfb, xdotool and Mesa's software GL, and nothing of your own desktop. The display's memory is
watched, so the time is that from the start of the process to the first picture that is on the screen.
"""

import mmap
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BINARY = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/duosync").resolve()
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
SAMPLE = pathlib.Path(__file__).parent.parent / "assets" / "sample"
TICK = os.sysconf("SC_CLK_TCK")
STARTS = 9
RECORDS, QUESTIONS = 20_000, 5_000

CROWDED = """
[[account]]
name = "Shop"
connector = "csv"
path = "shop.csv"
id = "id"

[[account]]
name = "Book"
connector = "csv"
path = "book.csv"
id = "id"

[[pair]]
name = "crowded"
a = { account = "Shop" }
b = { account = "Book" }
match = ["email"]
sync_every = "manual"
compare_every = "manual"

[[pair.field]]
name = "email"
a = "email"
b = "email"
kind = "email"

[[pair.field]]
name = "name"
a = "name"
b = "name"
"""


def processor(pid):
    """Seconds of processor time that a process has used (proc(5): utime and stime)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def exact(pid):
    """The same to the nanosecond, of the threads that live (Documentation/scheduler/sched-stats)."""
    threads = pathlib.Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def first_frame(screen, environment, workspace):
    """Starts the program; returns it, the seconds until most of the display is painted, and how many of
    processor time it took."""
    started = time.monotonic()
    process = subprocess.Popen([BINARY, "--workspace", workspace], env=environment)
    while True:
        # The middle line of the picture, four bytes a pixel: black until something is drawn on it.
        middle = len(screen) // 2
        line = screen[middle:middle + 4400]
        if line.count(0) < len(line) // 2:
            return process, time.monotonic() - started, exact(process.pid)
        if process.poll() is not None:
            sys.exit("the program ended before it showed anything")
        time.sleep(0.001)


def make_crowded(home):
    """Two lists of which many records were never the same."""
    folder = home / "crowded"
    folder.mkdir()
    for name, word in (("shop", "Ann"), ("book", "Anna")):
        lines = [f"{number},person{number}@example.org,{word if number < QUESTIONS else 'Ann'} Peeters {number}"
                 for number in range(RECORDS)]
        (folder / f"{name}.csv").write_text("\n".join(["id,email,name", *lines, ""]))
    (folder / "settings.toml").write_text(CROWDED)
    return folder / "settings.toml"


def look(screen, environment, workspace, review):
    """Prints the times of some starts, and what the last one costs while nothing happens."""
    times, works = [], []
    for start in range(STARTS):
        process, took, worked = first_frame(screen, environment, workspace)
        times.append(1000 * took)
        works.append(1000 * worked)
        if start < STARTS - 1:
            process.terminate()
            process.wait()
            # Until the display has taken the window away.
            while screen[len(screen) // 2:len(screen) // 2 + 4400].count(0) < 2200:
                time.sleep(0.01)
    shown = ", ".join(f"{took:.0f}" for took in times)
    print(f"  first frame: median {statistics.median(times):.0f} ms of {shown} ms,",
          f"of which {statistics.median(works):.0f} ms of processor time;",
          f"{os.getloadavg()[0]:.0f} processes wanted the {os.cpu_count()} processors")
    time.sleep(2)
    if review:
        subprocess.run(["xdotool", "mousemove", "60", "116", "click", "1"], env=environment, check=True)
        time.sleep(1)
    time.sleep(2)
    before, began = processor(process.pid), time.monotonic()
    picture = bytes(screen)
    time.sleep(SECONDS)
    used, lasted = processor(process.pid) - before, time.monotonic() - began
    same = "the same" if picture == bytes(screen) else "changed"
    print(f"  idle: {used:.2f} s of processor time in {lasted:.1f} s ({100 * used / lasted:.2f} %),",
          f"{resident(process.pid):.0f} MB resident, picture {same}")
    process.terminate()
    process.wait()


def main():
    home = pathlib.Path(tempfile.mkdtemp())
    display = subprocess.Popen(
        ["Xvfb", "-displayfd", "1", "-noreset", "-nolisten", "tcp", "-screen", "0", "1100x720x24", "-fbdir", home],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        number = display.stdout.readline().decode().strip()
        environment = {**os.environ, "DISPLAY": f":{number}", "LIBGL_ALWAYS_SOFTWARE": "1", "HOME": str(home)}
        for name in ("WAYLAND_DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS"):
            environment.pop(name, None)
        shutil.copytree(SAMPLE, home / "sample")
        with open(home / "Xvfb_screen0", "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as screen:
            for what, settings, review in (
                ("Home, the sample", home / "sample" / "sample.toml", False),
                (f"Review, {QUESTIONS:,} questions", make_crowded(home), True),
            ):
                workspace = home / settings.parent.name / "workspace"
                for arguments in (["import", settings], ["sync", "--yes"], ["compare"]):
                    subprocess.run([BINARY, "--workspace", workspace, *arguments], env=environment,
                                   stdout=subprocess.DEVNULL)
                print(f"{what}:")
                look(screen, environment, workspace, review)
                while screen[len(screen) // 2:len(screen) // 2 + 4400].count(0) < 2200:
                    time.sleep(0.01)
    finally:
        display.terminate()
        display.wait()
        shutil.rmtree(home, ignore_errors=True)


main()
