"""Goes the whole way of a new operator in the real window, by the names of its buttons, and takes a
picture of each step and each page. Started by make.sh.

Arguments: the binary, an empty folder to work in, the theme, the folder for the pictures, and a
Python that has Radicale.
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
SHOP = HOME / "web shop.csv"
BOOK = "/ann/contacts/"
PASSWORD = "a password of nobody"
PAIR = "web shop and contacts"
PATIENCE = 60


def ask_bus(method, kind, *arguments):
    return BUS.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", method,
                         GLib.Variant(kind, arguments), None, Gio.DBusCallFlags.NONE, -1, None)


def hold_notifications():
    """Holding the name of the notification daemon keeps a real one from being started and showing itself
    in the pictures of other things."""
    ask_bus("RequestName", "(su)", "org.freedesktop.Notifications", 4)


def prepare_session():
    """A window tells what is in it only where accessibility is on when it opens."""
    given = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
    BUS.call_sync("org.a11y.Bus", "/org/a11y/bus", "org.freedesktop.DBus.Properties", "Set", given, None,
                  Gio.DBusCallFlags.NONE, -1, None)
    hold_notifications()


class Daemon:
    """The real notification daemon, while something is to be heard of."""

    def __enter__(self):
        ask_bus("ReleaseName", "(s)", "org.freedesktop.Notifications")
        look = HOME / "dunstrc"
        look.write_text("[global]\nfont = Sans 10\nwidth = 320\noffset = 16x16\ncorner_radius = 6\nshow_indicators = no\nframe_width = 1\n"
                        "[urgency_normal]\ntimeout = 0\n")
        self.process = subprocess.Popen(["dunst", "-config", look], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def wait(self):
        """Until a notification is shown."""
        until = time.monotonic() + PATIENCE
        while subprocess.run(["dunstctl", "count", "displayed"], capture_output=True, text=True).stdout.strip() in ("", "0"):
            if time.monotonic() > until:
                sys.exit("no notification")
            time.sleep(0.1)

    def click(self):
        subprocess.run(["dunstctl", "action"], check=True)
        subprocess.run(["dunstctl", "close-all"], check=True)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        hold_notifications()


class Window:
    PRESSED = (Atspi.Role.PUSH_BUTTON, Atspi.Role.PAGE_TAB, Atspi.Role.TOGGLE_BUTTON, Atspi.Role.COMBO_BOX,
               Atspi.Role.CHECK_BOX, Atspi.Role.RADIO_BUTTON, Atspi.Role.LIST_ITEM)
    TYPED = (Atspi.Role.ENTRY, Atspi.Role.PASSWORD_TEXT)

    def __init__(self):
        # A computer in Belgium whose owner reads English.
        self.process = subprocess.Popen([BINARY, "--workspace", WORKSPACE], env={**os.environ, "LC_ALL": "en_BE.UTF-8"})

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

    def find(self, name, roles=None, part=False, gone=False, last=False):
        """Waits until something is called so; with `gone`, until nothing is."""
        until = time.monotonic() + PATIENCE
        while True:
            seen, found = [], None
            for node, text, role in self.nodes():
                seen.append(text)
                if (text == name or part and name in text) and (roles is None or role in roles):
                    found = node
                    if not last:
                        break
            if (found is None) == gone:
                return found
            if time.monotonic() > until or self.process.poll() is not None:
                sys.exit(f"{name!r} is {'still' if gone else 'not'} in the window: {[text for text in seen if text]}")
            time.sleep(0.1)

    def press(self, name, part=False, last=False):
        """Presses what is called so, once it is not greyed out."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                node = self.find(name, self.PRESSED, part, last=last)
                if node.get_state_set().contains(Atspi.StateType.ENABLED) and Atspi.Action.do_action(node, 0):
                    return
            except (GLib.Error, TypeError):
                pass  # What was found has just been drawn anew.
            time.sleep(0.1)
        sys.exit(f"{name!r} cannot be pressed")

    def fill(self, name, text):
        Atspi.EditableText.set_text_contents(self.find(name, self.TYPED), text)

    def pick(self, name, choice):
        self.press(name)
        self.press(choice)

    def shot(self, name, still=True):
        """Takes the picture once three in a row are the same, with no pointer on anything: what is told to
        the accessibility is on the screen a frame later, which on a busy computer takes a while."""
        subprocess.run(["xdotool", "mousemove", "1099", "719"], check=True)
        file, before, same = HOME / "shot.png", None, 0
        for _ in range(40 if still else 1):
            time.sleep(0.3)
            subprocess.run(["import", "-window", "root", "-strip", file], check=True)
            now = subprocess.run(["convert", file, "rgb:-"], check=True, capture_output=True).stdout
            same = same + 1 if now == before else 0
            if same == 2:
                break
            before = now
        picture = OUT / f"{name}-{THEME}.png"
        subprocess.run(["convert", file, "-strip", "+dither", "-colors", "256", "-define", "png:compression-level=9",
                        f"PNG8:{picture}"], check=True)
        print(picture.name, flush=True)

    def turn(self, notches):
        """Turns the wheel over the page, downwards."""
        subprocess.run(["xdotool", "mousemove", "700", "400"], check=True)
        for _ in range(notches):
            subprocess.run(["xdotool", "click", "5"], check=True)

    def close(self):
        self.process.terminate()
        self.process.wait()


def ask(method, path, body="", kind="text/vcard; charset=utf-8"):
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}{path}", body.encode() or None, {
        "Content-Type": kind, "Authorization": "Basic " + GLib.base64_encode(f"ann:{PASSWORD}".encode())}, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.read().decode()


def rows(name, encoding, separator):
    with open(SAMPLE / name, encoding=encoding, newline="") as file:
        return list(csv.DictReader(file, delimiter=separator))


def start_server():
    """An address book with the sample's people, on a Radicale of its own."""
    users = HOME / "users"
    users.write_text(f"ann:{PASSWORD}\n")
    server = subprocess.Popen(
        [SERVERS, "-m", "radicale", "--config", "", "--server-hosts", f"127.0.0.1:{PORT}",
         "--storage-filesystem-folder", HOME / "storage", "--auth-type", "htpasswd", "--auth-htpasswd-encryption",
         "plain", "--auth-delay", "0", "--auth-htpasswd-filename", users],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    book = ('<mkcol xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"><set><prop><resourcetype><collection/>'
            "<C:addressbook/></resourcetype><displayname>Contacts</displayname></prop></set></mkcol>")
    until = time.monotonic() + PATIENCE
    while True:
        try:
            ask("MKCOL", BOOK, book, "application/xml")
            break
        except OSError:
            if time.monotonic() > until:
                sys.exit("Radicale does not start")
            time.sleep(0.1)
    # Straight into the storage, as a restored backup comes: quicker than 170 requests.
    for row in rows("address-book.csv", "utf-8", ","):
        card = ["BEGIN:VCARD", "VERSION:3.0", f"UID:{row['id']}",
                f"N:{row['family_name']};{row['given_name']};;;", f"FN:{row['given_name']} {row['family_name']}"]
        card += [f"{name}:{value}" for name, value in (
            ("EMAIL", row["email"]), ("TEL", row["tel"]), ("ORG", row["org"]), ("TITLE", row["title"]),
            ("BDAY", row["birthday"]), ("ADR", row["city"] and f";;;{row['city']};;;"), ("NICKNAME", row["nickname"]),
        ) if value]
        place = HOME / "storage" / "collection-root" / "ann" / "contacts" / f"{row['id']}.vcf"
        place.write_text("\r\n".join([*card, "END:VCARD", ""]), encoding="utf-8", newline="")
    return server


def linked():
    """Customers who are in the address book under the same address, with their cards."""
    book = {row["email"].lower(): row["id"] for row in rows("address-book.csv", "utf-8", ",")}
    shop = rows("shop-customers.csv", "cp1252", ";")
    return [(row, book[row["E-mail"].lower()]) for row in shop
            if row["E-mail"].lower() in book and row["Phone"] and row["Company"]]


def edit(row, column, value):
    """Somebody changes a cell of the shop's file."""
    text = SHOP.read_bytes().decode("cp1252").split("\n")
    names = text[0].strip().split(";")
    for at, line in enumerate(text):
        cells = line.rstrip("\r").split(";")
        if cells[0] == row["customer_no"]:
            cells[names.index(column)] = value
            text[at] = ";".join(cells) + "\r"
    SHOP.write_bytes("\n".join(text).encode("cp1252"))


def edit_card(card, name, value):
    """Somebody changes a line of a card in the address book."""
    lines = ask("GET", f"{BOOK}{card}.vcf").split("\r\n")
    if not any(line.startswith(name) for line in lines):
        lines.insert(-2, f"{name}:")
    ask("PUT", f"{BOOK}{card}.vcf",
        "\r\n".join(f"{line.partition(':')[0]}:{value}" if line.startswith(name) else line for line in lines))


def story():
    shutil.copy(SAMPLE / "shop-customers.csv", SHOP)
    people = linked()
    window = Window()
    try:
        window.find("Connect two accounts")
        window.press("Settings")
        window.press("Light" if THEME == "light" else "Dark")
        window.press("Home")
        window.find("Keep two lists in step")
        window.shot("01-empty-home")

        window.press("Connect two accounts")
        window.find("Spreadsheet file (CSV)")
        window.shot("02-kinds-of-accounts")
        window.press("Spreadsheet file (CSV)")
        window.fill("File", str(SHOP))
        window.fill("What do you call it?", "Web shop")
        window.press("Try connection")
        window.find("Read records", part=True)
        window.shot("03-first-account")
        window.press("Continue")

        window.press("Address book (CardDAV)")
        window.fill("Address of the server", f"http://127.0.0.1:{PORT}/")
        window.fill("User name (if there is one)", "ann")
        window.fill("Password (if there is one)", PASSWORD)
        window.fill("What do you call it?", "Contacts")
        window.press("asked each time Duosync starts")
        window.press("Try connection")
        window.find("Read records", part=True)
        window.shot("04-second-account")
        window.press("Continue")

        window.find("Suggested: ", part=True)
        window.find("problem", part=True)
        window.shot("05-fields")
        window.press("problem", part=True)
        window.shot("06-fields-problems")
        window.turn(8)
        window.shot("06b-fields-problems")
        window.press("Continue")
        window.fill("Name of the connection", PAIR)
        window.pick("Sync every", "every 15 minutes")
        window.pick("Deleted", "delete it on the other side too")
        window.shot("07-rules")
        window.press("Save and show the preview")

        window.find("Start syncing")
        window.shot("08-first-look")
        window.press("Row 1: ", part=True)
        window.shot("09-first-look-record")
        window.press("Start syncing")
        window.find("Cancel")
        window.shot("10-working", still=False)
        window.find("Waiting for you", part=True)
        time.sleep(9)  # Until the messages in the corner have gone.
        window.shot("11-home-questions")

        window.press("Review", last=False)
        window.find("Use ", part=True)
        window.shot("12-review-first-match")
        window.press("Use Web shop for the", part=True)
        window.shot("13-many-at-once")
        window.press("Yes, for ", part=True)
        window.find("Undo")
        window.shot("14-settled")
        time.sleep(9)

        # Both sides change the same telephone number, and each side changes something else.
        first, card = people[0]
        edit(first, "Phone", "0478 22 11 00")
        edit_card(card, "TEL", "+32 478 99 88 77")
        for number, (row, other) in enumerate(people[1:9]):
            edit(row, "Title", ("Owner", "Buyer", "Manager", "Baker")[number % 4])
            edit_card(other, "TEL", f"+32 478 10 20 {number:02}")
        window.press("Home")
        with Daemon() as daemon:
            window.press("Sync now")
            daemon.wait()
            window.shot("15-notification")
            daemon.click()
            window.find("Use Contacts")
            time.sleep(9)
            window.shot("16-conflict")
        window.fill("Phone: result", "0478 33 44 55")
        window.shot("17-conflict-typed")
        window.press("Use Web shop")
        window.find("Undo")
        window.shot("18-conflict-settled")
        time.sleep(9)

        window.press("Compare")
        window.press("Compare now")
        window.find("Compared just now", part=True)
        window.shot("19-compare-with-open-questions")
        window.press("Review")
        window.press("More for many…")
        window.press("Ignore the ", part=True)
        window.press("Yes, for ", part=True)
        window.find("Nothing waits for you")
        window.press("Compare")
        window.press("Compare now")
        window.find("Both sides agree. Compared", part=True)
        time.sleep(9)
        window.shot("19b-compare-agrees")
        window.press("Home")
        for number, (row, other) in enumerate(people[30:36]):
            for changed, _ in people[30:31 + 3 * number % 7]:
                edit(changed, "City", ("Gent", "Brugge", "Oostende", "Aalst", "Leuven", "Mechelen")[number])
            window.press("Sync now")
            window.find("Working", gone=True)
            window.find("Synced: ", part=True)
        window.find("In step")
        time.sleep(9)
        window.shot("19c-home-in-step")
        # What is changed past Duosync is found by a compare.
        for number, (row, other) in enumerate(people[10:24]):
            edit(row, "Company", ("Café Zénith", "Blumen am Markt", "Atelier Noord", "Sørensen & Zonen")[number % 4])
        for row, other in people[24:28]:
            ask("DELETE", f"{BOOK}{other}.vcf")
        window.press("Compare")
        window.press("Compare now")
        window.find("differences found. Compared", part=True)
        time.sleep(9)
        window.shot("20-compare")
        window.press("Export…")
        window.fill("Save the report as (.csv, .xlsx or .html)", str(HOME / "differences.xlsx"))
        window.shot("21-compare-export")
        window.press("Review")
        window.find("Use ", part=True)
        window.shot("22-review-mismatches")

        window.press("History")
        window.find("Run ", part=True)
        window.shot("23-history")
        window.press("Run 2: ", part=True)
        window.find("Undo this run")
        window.shot("24-run")
        window.fill("What happened to…", first["Last name"])
        window.press("Find the record")
        window.find("record", part=True)
        window.shot("25-records-found")
        window.press("Record 3: ", part=True)
        window.shot("26-life-of-a-record")

        window.press("Alerts")
        window.shot("27-alerts")
        window.press("Settings")
        window.shot("28-settings")
        window.turn(10)
        window.shot("29-settings-lower")

        # The differences are what a sync carries over; and a second connection comes from a settings file.
        window.press("Home")
        window.press("Sync now")
        window.find("In step")
        window.press("Settings")
        shutil.copytree(SAMPLE, HOME / "sample")
        window.fill("Settings file", str(HOME / "sample" / "sample.toml"))
        window.press("Read this file")
        window.press("Home")
        window.press("Sync now: customers")
        window.press("Start syncing")
        window.find("Synced: ", part=True)
        time.sleep(9)
        window.press("Home")
        window.shot("30-home")
        window.press(f"Change: {PAIR}")
        window.find("3  Fields")
        window.shot("31-change")
    finally:
        window.close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


os.environ.pop("XDG_SESSION_TYPE", None)
BUS = Gio.bus_get_sync(Gio.BusType.SESSION, None)
PORT = free_port()
prepare_session()
SERVER = start_server()
try:
    story()
finally:
    SERVER.terminate()
    SERVER.wait()
    BUS.close_sync(None)
