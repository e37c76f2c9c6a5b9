#!/usr/bin/env python3
"""The window's time to its first frame, and what it costs while nothing happens.

    benches/window.py [BINARY] [SECONDS]     target/release/duosync, 10 seconds

Needs Xvfb and Mesa's software GL, and nothing of your own desktop. The display's memory is watched,
so the time is that from the start of the process to the first picture that is on the screen.
"""

import mmap
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

BINARY = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/duosync").resolve()
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 10.0
SAMPLE = pathlib.Path(__file__).parent.parent / "assets" / "sample"
TICK = os.sysconf("SC_CLK_TCK")


def processor(pid):
    """Seconds of processor time that a process has used (proc(5): utime and stime)."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def first_frame(screen, environment, workspace):
    """Starts the program; returns it and the seconds until most of the display is painted."""
    started = time.monotonic()
    process = subprocess.Popen([BINARY, "--workspace", workspace], env=environment)
    while True:
        # The middle line of the picture, four bytes a pixel: black until something is drawn on it.
        middle = len(screen) // 2
        line = screen[middle:middle + 4400]
        if line.count(0) < len(line) // 2:
            return process, time.monotonic() - started
        if process.poll() is not None:
            sys.exit("the program ended before it showed anything")
        time.sleep(0.001)


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
        workspace = home / "workspace"
        for arguments in (["import", home / "sample" / "sample.toml"], ["sync", "--yes"], ["compare"]):
            subprocess.run([BINARY, "--workspace", workspace, *arguments], env=environment, stdout=subprocess.DEVNULL)
        with open(home / "Xvfb_screen0", "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as screen:
            times = []
            for _ in range(5):
                process, took = first_frame(screen, environment, workspace)
                times.append(took)
                if len(times) < 5:
                    process.terminate()
                    process.wait()
                    # Until the display has taken the window away.
                    while screen[len(screen) // 2:len(screen) // 2 + 4400].count(0) < 2200:
                        time.sleep(0.01)
            print("first frame:", ", ".join(f"{1000 * took:.0f}" for took in times), "ms")
            time.sleep(3)
            before, began = processor(process.pid), time.monotonic()
            picture = bytes(screen)
            time.sleep(SECONDS)
            used, lasted = processor(process.pid) - before, time.monotonic() - began
            print(f"idle: {used:.2f} s of processor time in {lasted:.1f} s ({100 * used / lasted:.2f} %),",
                  f"{resident(process.pid):.0f} MB resident, picture",
                  "the same" if picture == bytes(screen) else "changed")
            process.terminate()
            process.wait()
    finally:
        display.terminate()
        display.wait()
        shutil.rmtree(home, ignore_errors=True)


main()
