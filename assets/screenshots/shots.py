"""Drives the window by the names of its buttons and takes the pictures. Started by make.sh.

Arguments: the binary, an empty folder to work in, the theme, the folder for the pictures, and the
Python that has Radicale (empty where there is none).
"""

import csv
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import urllib.request

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib  # noqa: E402

BINARY, HOME, THEME, OUT, SERVERS = sys.argv[1:6]
HOME, OUT = pathlib.Path(HOME), pathlib.Path(OUT)
SAMPLE = pathlib.Path(__file__).parent.parent / "sample"
WORKSPACE = HOME / "workspace"
PATIENCE = 30


def prepare_session():
    """A window tells what is in it only where accessibility is on when it opens. Holding the name of the
    notification daemon keeps a real one from being started and showing itself in the pictures."""
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                  GLib.Variant("(su)", ("org.freedesktop.Notifications", 4)), None, Gio.DBusCallFlags.NONE, -1, None)
    given = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
    bus.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set", given, None,
                  Gio.DBusCallFlags.NONE, -1, None)
    return bus  # The name is given up with the connection.


def terminal(*arguments):
    ended = subprocess.run([BINARY, "--workspace", WORKSPACE, *arguments], capture_output=True, text=True)
    if ended.returncode not in (0, 3):
        sys.exit(f"duosync {' '.join(map(str, arguments))}: {ended.stdout}{ended.stderr}")


class Window:
    def __init__(self):
        self.process = subprocess.Popen([BINARY, "--workspace", WORKSPACE])

    def nodes(self):
        """Everything that is shown, in order. What goes away while it is read is left out."""
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        opened = [desktop.get_child_at_index(at) for at in reversed(range(desktop.get_child_count()))]
        while opened:
            node = opened.pop()
            try:
                yield node, node.get_name(), node.get_role()
                opened.extend(node.get_child_at_index(at) for at in reversed(range(node.get_child_count())))
            except (GLib.Error, AttributeError):  # None for what has gone
                continue

    def find(self, name, roles=None, part=False, gone=False):
        """Waits until something is called so; with `gone`, until nothing is."""
        until = time.monotonic() + PATIENCE
        while True:
            seen = []
            for node, text, role in self.nodes():
                seen.append(text)
                if (text == name or part and name in text) and (roles is None or role in roles):
                    if not gone:
                        return node
                    break
            else:
                if gone:
                    return None
            if time.monotonic() > until or self.process.poll() is not None:
                sys.exit(f"no {name!r} in the window, but {[text for text in seen if text]}")
            time.sleep(0.1)

    def press(self, name):
        pressed = (Atspi.Role.PUSH_BUTTON, Atspi.Role.PAGE_TAB, Atspi.Role.TOGGLE_BUTTON, Atspi.Role.COMBO_BOX)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                if Atspi.Action.do_action(self.find(name, pressed), 0):
                    return
            except (GLib.Error, TypeError):
                pass  # What was found has just been drawn anew.
            time.sleep(0.1)
        sys.exit(f"{name!r} cannot be pressed")

    def shot(self, name, more=False):
        """Takes the picture once two in a row are the same, with no pointer on anything. Those that the
        README has no need of (`more`) are taken with SHOTS=all only."""
        if more and os.environ.get("SHOTS") != "all":
            return
        subprocess.run(["xdotool", "mousemove", "1099", "719"], check=True)
        file, before = HOME / "shot.png", None
        for _ in range(60):
            time.sleep(0.3)
            subprocess.run(["import", "-window", "root", "-strip", file], check=True)
            now = subprocess.run(["convert", file, "rgb:-"], check=True, capture_output=True).stdout
            if now == before:
                break
            before = now
        picture = OUT / f"{name}-{THEME}.png"
        subprocess.run(["convert", file, "-strip", "+dither", "-colors", "256", "-define", "png:compression-level=9",
                        f"PNG8:{picture}"], check=True)
        print(picture.name)

    def close(self):
        self.process.terminate()
        self.process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server():
    """An address book with the sample's people, on a Radicale of its own."""
    port = free_port()
    server = subprocess.Popen(
        [SERVERS, "-m", "radicale", "--config", "", "--server-hosts", f"127.0.0.1:{port}",
         "--storage-filesystem-folder", HOME / "storage", "--auth-type", "none"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(method, path, body, kind):
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body.encode(), {
            "Content-Type": kind, "Authorization": "Basic YW5uOg=="}, method=method)
        with urllib.request.urlopen(request) as answer:
            answer.read()

    book = ('<mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/>'
            "<C:addressbook/></resourcetype><displayname>Contacts</displayname></prop></set></mkcol>")
    until = time.monotonic() + PATIENCE
    while True:
        try:
            ask("MKCOL", "/ann/contacts/", book, "application/xml")
            break
        except OSError:
            if time.monotonic() > until:
                sys.exit("Radicale does not start")
            time.sleep(0.1)
    with open(SAMPLE / "address-book.csv", encoding="utf-8", newline="") as file:
        for row in list(csv.DictReader(file))[:60]:
            card = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{row['id']}",
                    f"N:{row['family_name']};{row['given_name']};;;", f"FN:{row['given_name']} {row['family_name']}"]
            card += [f"{name}:{value}" for name, value in (
                ("EMAIL", row["email"]), ("TEL;TYPE=CELL", row["tel"]), ("ORG", row["org"]), ("TITLE", row["title"]),
            ) if value]
            ask("PUT", f"/ann/contacts/{row['id']}.vcf", "\r\n".join([*card, "END:VCARD", ""]), "text/vcard")
    return server, f"http://127.0.0.1:{port}/ann/contacts/"


SETTINGS = """
[[account]]
name = "Web shop"
connector = "csv"
path = "web-shop.csv"
id = "customer_no"

[[account]]
name = "Phone contacts"
connector = "carddav"
url = "{url}"
username = "ann"
password = {{ env = "SHOTS_PASSWORD" }}

[[pair]]
name = "web shop and phone"
a = {{ account = "Web shop" }}
b = {{ account = "Phone contacts" }}
match = ["email"]
sync_every = "15m"

[[pair.field]]
name = "email"
a = "E-mail"
b = "email"
kind = "email"

[[pair.field]]
name = "first name"
a = "First name"
b = "given_name"

[[pair.field]]
name = "last name"
a = "Last name"
b = "family_name"

[[pair.field]]
name = "phone"
a = "Phone"
b = "tel"
kind = "phone"
region = "BE"

[[pair.field]]
name = "company"
a = "Company"
b = "org"
"""


def prepare_server_pair(url):
    """A second pair, which has been in step since its first sync."""
    with open(SAMPLE / "address-book.csv", encoding="utf-8", newline="") as file:
        people = list(csv.DictReader(file))[:40]
    with open(HOME / "web-shop.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer_no", "E-mail", "First name", "Last name", "Phone", "Company"])
        emails = set()
        for number, row in enumerate(people):
            if row["email"] and row["email"].lower() not in emails:
                emails.add(row["email"].lower())
                writer.writerow([2000 + number, row["email"], row["given_name"], row["family_name"], row["tel"], row["org"]])
    settings = HOME / "server.toml"
    settings.write_text(SETTINGS.format(url=url), encoding="utf-8")
    terminal("import", settings)
    terminal("sync", "web shop and phone", "--yes")
    terminal("sync", "web shop and phone")


def story():
    window = Window()
    try:
        window.find("Home")
        window.press("Settings")
        window.press("Light" if THEME == "light" else "Dark")
        window.shot("settings", more=True)
        window.press("Home")

        window.press("Connect two accounts")
        window.press("Spreadsheet file (CSV)")
        window.find("Try connection")
        window.shot("account", more=True)
        window.press("Close")

        window.press("Sync now")
        window.find("Start syncing")
        window.shot("preview")
        window.press("Start syncing")
        window.find("Review ", part=True)
        window.press("Compare now")
        window.find("Synced: ", part=True, gone=True)
        time.sleep(10)  # Until the messages in the corner have gone.
        window.press("Home")
        window.shot("home")

        window.press("Review")
        window.find("Use ", part=True)
        window.shot("review")

        window.press("Compare")
        window.find("Compare now")
        window.shot("compare")

        window.press("History")
        window.find("Undo this run", part=True)
        window.shot("history")

        window.press("Alerts")
        window.shot("alerts", more=True)

        window.press("Home")
        window.press("Change")
        window.press("3  Fields")
        window.find("Row 1: match by it")
        window.shot("fields")
        window.press("4  Rules")
        window.shot("rules", more=True)
    finally:
        window.close()


def main():
    session = prepare_session()
    shutil.copytree(SAMPLE, HOME / "sample")
    terminal("import", HOME / "sample" / "sample.toml")
    server = None
    try:
        if SERVERS:
            server, url = start_server()
            prepare_server_pair(url)
        story()
    finally:
        if server:
            server.terminate()
            server.wait()
        session.close_sync(None)


os.environ.pop("XDG_SESSION_TYPE", None)
os.environ["SHOTS_PASSWORD"] = "any: this server asks nobody"
main()
