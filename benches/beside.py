"""The measurements of beside.sh: see there. Prints tables of medians as Markdown, and the ratios that are aimed at."""

import argparse
import collections
import csv
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

BIN = pathlib.Path(sys.executable).parent
AUTH = {"Authorization": "Basic YW5uOng="}  # ann:x; the servers believe any password.
GIVEN = ["Ann", "Björn", "Chloé", "Dirk", "Émile", "Fatima", "Gert", "Hélène"]
FAMILY = ["Peeters", "Janssens", "Maes", "Müller", "Dubois", "De Smet", "O'Neill"]
CONNECTIONS = [1, 2, 4, 8]
CHANGES = 10


def person(number):
    given, family = GIVEN[number % 8], f"{FAMILY[number // 8 % 7]} {number}"
    return given, family, f"person.{number}@example.com", f"+3247{number:07}"


def card(number, title="Customer"):
    given, family, email, phone = person(number)
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:person-{number}", f"FN:{given} {family}", f"N:{family};{given};;;",
             f"EMAIL:{email}", f"TEL:{phone}", f"TITLE:{title}", "NOTE:Made up", "END:VCARD", ""]
    return "\r\n".join(lines)


class Server:
    """A server on a free port of this computer, with address books of ann that hold these numbers."""

    def __init__(self, folder, books):
        self.folder, self.log, self.books = folder, folder / "server.log", books
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def __enter__(self):
        try:
            self.start()
            self.fill()
            # The server reads every card once before it can answer; nobody is to be charged for that.
            for name in self.books:
                self.ask("PROPFIND", self.path(name), headers={"Depth": "1"})
        except BaseException:
            self.__exit__()
            raise
        return self

    def start(self):
        self.process = subprocess.Popen(self.command(), stdout=subprocess.DEVNULL, stderr=self.log.open("ab"))
        end = time.monotonic() + 30
        while True:
            try:
                self.ask("OPTIONS", "/", wanted=range(200, 500))
                return
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    sys.exit(f"{self.name} did not start:\n{self.log.read_text()}")
                time.sleep(0.05)

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ask(self, method, path, body=None, headers=None, wanted=(200, 201, 204, 207), connection=None):
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port)
        kind = "text/vcard; charset=utf-8" if method == "PUT" else "text/xml; charset=utf-8"
        connection.request(method, path, body, {**AUTH, "Content-Type": kind, **(headers or {})})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status not in wanted:
            sys.exit(f"{method} {path}: {answer.status}")
        return answer.status, text

    def requests(self):
        """Requests so far by book and method, where the server's log tells; those to neither book count as `other`."""
        return collections.Counter()


class Radicale(Server):
    name, slug = "Radicale", "radicale"

    def path(self, book):
        return f"/ann/{book}/"

    def command(self):
        return [sys.executable, "-m", "radicale", "--config", "", "--server-hosts", f"127.0.0.1:{self.port}", "--auth-type", "none",
                "--storage-filesystem-folder", str(self.folder / "data"), "--logging-level", "info"]

    def fill(self):
        for name, numbers in self.books.items():
            book = self.folder / "data" / "collection-root" / "ann" / name
            book.mkdir(parents=True)
            (book / ".Radicale.props").write_text(json.dumps({"tag": "VADDRESSBOOK", "D:displayname": name}))
            for number in numbers:
                (book / f"person-{number}.vcf").write_text(card(number), encoding="utf-8", newline="")

    def requests(self):
        found = collections.Counter()
        for method, path in re.findall(r"\[INFO\] ([A-Z]+) request for '([^']*)'", self.log.read_text(errors="replace")):
            book = re.match(r"/ann/([ab])/", path)
            found[(book.group(1) if book else "other", method)] += 1
        return found


class Xandikos(Server):
    name, slug = "Xandikos", "xandikos"

    def path(self, book):
        return f"/ann/contacts/{book}/"

    def command(self):
        return [BIN / "xandikos", "serve", "--autocreate", "--defaults", "--current-user-principal", "/ann/",
                "-l", "127.0.0.1", "-p", str(self.port), "-d", str(self.folder / "data")]

    def fill(self):
        """Makes the books through the server, and puts the cards into their git while it is away."""
        from dulwich import porcelain
        for name in self.books:
            kind = '<resourcetype><collection/><C:addressbook xmlns:C="urn:ietf:params:xml:ns:carddav"/></resourcetype>'
            body = f'<mkcol xmlns="DAV:"><set><prop>{kind}<displayname>{name}</displayname></prop></set></mkcol>'
            self.ask("MKCOL", self.path(name), body)
        self.__exit__()
        for name, numbers in self.books.items():
            book = self.folder / "data" / self.path(name).strip("/")
            for number in numbers:
                (book / f"person-{number}.vcf").write_text(card(number), encoding="utf-8", newline="")
            if numbers:
                porcelain.add(str(book), [str(book / f"person-{number}.vcf") for number in numbers])
                who = b"Beside <beside@example.com>"
                porcelain.commit(str(book), message=b"Cards", author=who, committer=who)
        self.start()


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def median(work, times):
    return statistics.median(timed(work)[0] for _ in range(times))


class Duosync:
    name = "Duosync"

    def __init__(self, options, folder, server, kind):
        self.binary, self.folder = options.duosync, folder
        account = f'connector = "carddav"\nurl = "http://127.0.0.1:{server.port}/"\nusername = "ann"\npassword = {{ env = "BESIDE_PASSWORD" }}\n'
        side_a = 'connector = "csv"\npath = "people.csv"\nid = "No"\n' if kind == "csv" else account
        ends = 'a = { account = "Left" }' if kind == "csv" else f'a = {{ account = "Left", collection = "{server.path("a")}" }}'
        names = ["given_name", "family_name", "email", "tel", "title"]
        columns = ["First name", "Last name", "E-mail", "Phone", "Title"] if kind == "csv" else names
        text = f'[[account]]\nname = "Left"\n{side_a}\n[[account]]\nname = "Right"\n{account}\n'
        text += f'[[pair]]\nname = "people"\n{ends}\nb = {{ account = "Right", collection = "{server.path("b")}" }}\nmatch = ["email"]\n'
        text += 'sync_every = "manual"\ncompare_every = "manual"\n'
        for column, name in zip(columns, names):
            value = {"email": "email", "tel": "phone"}.get(name, "text")
            text += f'\n[[pair.field]]\nname = "{name}"\na = "{column}"\nb = "{name}"\nkind = "{value}"\n'
            text += 'region = "BE"\n' if value == "phone" else ""
        (folder / "people.toml").write_text(text)
        self.run("import", str(folder / "people.toml"))

    def run(self, *arguments):
        command = [self.binary, "--workspace", str(self.folder / "workspace"), "--json", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "BESIDE_PASSWORD": "x"})
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}")
        return json.loads(done.stdout)

    def sync(self):
        return self.run("sync", "people", "--yes")


class Vdirsyncer:
    name = "vdirsyncer"

    def __init__(self, _options, folder, server, _kind):
        def storage(book):
            return f'type = "carddav"\nurl = "http://127.0.0.1:{server.port}{server.path(book)}"\nusername = "ann"\npassword = "x"\n'
        text = f'[general]\nstatus_path = "{folder}/status"\n[pair people]\na = "left"\nb = "right"\n'
        text += 'collections = [["people", "a", "b"]]\nconflict_resolution = "a wins"\n'
        text += f"[storage left]\n{storage('a')}[storage right]\n{storage('b')}"
        self.config = folder / "vdirsyncer.conf"
        self.config.write_text(text)
        self.run("discover")

    def run(self, what):
        done = subprocess.run([BIN / "vdirsyncer", "-c", self.config, what], capture_output=True, text=True, input="y\n" * 20)
        if done.returncode != 0:
            sys.exit(f"vdirsyncer {what}: {done.stderr}")

    def sync(self):
        self.run("sync")


class Figures:
    """What was measured of one case: seconds, processor seconds of the tool, and requests to each side."""

    def __init__(self, case):
        self.case, self.rows = case, collections.defaultdict(list)

    def take(self, server, tool, step, work):
        before, spent = server.requests(), os.times()
        seconds, answer = timed(work)
        after, now = server.requests(), os.times()
        processor = now.children_user + now.children_system - spent.children_user - spent.children_system
        sent = {key: count - before[key] for key, count in after.items() if count > before[key]}
        self.rows[(tool, step)].append((seconds, processor, sent, answer if isinstance(answer, dict) else None))
        print(f"{self.case} | {tool} | {step}: {seconds:.3f} s", file=sys.stderr)

    def seconds(self, tool, step):
        return statistics.median(row[0] for row in self.rows[(tool, step)]) if (tool, step) in self.rows else None

    def fastest_bare(self):
        found = {step: self.seconds("bare PUTs", step) for tool, step in self.rows if tool == "bare PUTs"}
        return min(found.items(), key=lambda item: item[1]) if found else None

    def show(self):
        for (tool, step), rows in self.rows.items():
            rows = sorted(rows, key=lambda row: row[0])
            _, _, sent, answer = rows[len(rows) // 2]
            processor = statistics.median(row[1] for row in rows)
            side = lambda name: ", ".join(f"{count} {method}" for (book, method), count in sorted(sent.items()) if book == name)
            told = f"{answer['a']['requests']} / {answer['b']['requests']}" if answer else ""
            print(f"| {self.case} | {tool} | {step} | {len(rows)} | {self.seconds(tool, step):.3f} | "
                  f"{f'{processor:.3f}' if processor else ''} | {side('a') or '-'} | {side('b') or '-'} | {side('other') or '-'} | {told} |")

    def ratios(self):
        first = "first sync"
        ours, bare, theirs = self.seconds("Duosync", first), self.fastest_bare(), self.seconds("vdirsyncer", first)
        if ours and bare:
            print(f"- {self.case}, first sync: {ours / bare[1]:.2f} times the bare PUTs ({bare[0]}; aim: 1.1 at most)")
        if ours and theirs:
            print(f"- {self.case}, first sync: {theirs / ours:.2f} times as fast as vdirsyncer (aim: 1 at least)")
        for step, aim in [("nothing to do", 20), (f"{CHANGES} changes in A", 5)]:
            ours, theirs = self.seconds("Duosync", step), self.seconds("vdirsyncer", step)
            if ours and theirs:
                limit = self.seconds("bare requests", step)
                known = f"; the server's own part of it, sent bare, one after the other: {limit:.3f} s, {theirs / limit:.1f} times" if limit else ""
                print(f"- {self.case}, {step}: {theirs / ours:.1f} times as fast as vdirsyncer (aim: {aim} at least{known})")


def change_csv(path, numbers, title):
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    by_email = {row[3]: row for row in rows}
    for number in numbers:
        by_email[person(number)[2]][5] = title
    write_csv(path, rows)


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


class Place:
    """A temporary folder with a server, and a CSV file where side A is one."""

    def __init__(self, server, kind, numbers_a, numbers_b):
        self.server, self.kind, self.numbers_a, self.numbers_b = server, kind, numbers_a, numbers_b

    def __enter__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="beside-"))
        try:
            books = {"b": self.numbers_b} if self.kind == "csv" else {"a": self.numbers_a, "b": self.numbers_b}
            if self.kind == "csv":
                rows = [["No", "First name", "Last name", "E-mail", "Phone", "Title", "Remarks"]]
                for number in self.numbers_a:
                    given, family, email, phone = person(number)
                    rows.append([str(number + 1), given, family, email, phone, "Customer", "Made up"])
                write_csv(self.folder / "people.csv", rows)
            self.running = self.server(self.folder, books)
            self.running.__enter__()
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        return self

    def __exit__(self, *_):
        self.running.__exit__()
        shutil.rmtree(self.folder)

    def change(self, round_):
        chosen = [self.numbers_a[(round_ * CHANGES + index) % len(self.numbers_a)] for index in range(CHANGES)]
        title = f"Title {round_}"
        if self.kind == "csv":
            change_csv(self.folder / "people.csv", chosen, title)
        else:
            for number in chosen:
                self.running.ask("PUT", f"{self.running.path('a')}person-{number}.vcf", card(number, title).encode())


def first_sync(figures, server, kind, options, tool):
    """Half of the contacts are on both sides."""
    half = options.size // 2
    for _ in range(options.first):
        with Place(server, kind, list(range(options.size)), list(range(half, half + options.size))) as place:
            measured = tool(options, place.folder, place.running, kind)
            figures.take(place.running, tool.name, "first sync", measured.sync)


def later_syncs(figures, server, kind, options, tool):
    """All contacts are on both sides, so that no minutes go by before the first figure."""
    everybody = list(range(options.size))
    with Place(server, kind, everybody, everybody) as place:
        measured = tool(options, place.folder, place.running, kind)
        measured.sync()
        # The run after a first one may have something to tidy up; it is nobody's everyday.
        measured.sync()
        for _ in range(options.repeat):
            figures.take(place.running, tool.name, "nothing to do", measured.sync)
        for round_ in range(options.repeat):
            place.change(round_)
            figures.take(place.running, tool.name, f"{CHANGES} changes in A", measured.sync)


def bare_puts(figures, server, kind, options):
    """The cards that a first sync writes, by ever more connections at once; each book takes part in all of them."""
    half = options.size // 2
    numbers_a, numbers_b = list(range(options.size)), list(range(half, half + options.size))
    for connections in CONNECTIONS:
        with Place(server, kind, numbers_a, numbers_b) as place:
            running = place.running
            cards = [("b", number) for number in numbers_a[:half]]
            if kind == "books":
                other = [("a", number) for number in numbers_b[half:]]
                cards = [card for both in zip(cards, other) for card in both]

            def send(cards):
                connection = http.client.HTTPConnection("127.0.0.1", running.port)
                connection.connect()
                connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                for book, number in cards:
                    path = f"{running.path(book)}person-{number}.vcf"
                    status = 423
                    # A server that is busy with another write says so (Xandikos), and is asked again.
                    while status == 423:
                        status, _ = running.ask("PUT", path, card(number).encode(), {"If-None-Match": "*"}, (201, 204, 423), connection)

            def work():
                threads = [threading.Thread(target=send, args=(cards[at::connections],)) for at in range(connections)]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()

            figures.take(running, "bare PUTs", f"first sync, {connections} at once", work)


TOKEN = '<propfind xmlns="DAV:"><prop><sync-token/></prop></propfind>'
CTAG = '<propfind xmlns="DAV:" xmlns:C="http://calendarserver.org/ns/"><prop><C:getctag/></prop></propfind>'
CARDS = 'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:carddav"'


def since(token):
    return (f'<sync-collection {CARDS}><sync-token>{token}</sync-token><sync-level>1</sync-level>'
            "<prop><getetag/><getlastmodified/><C:address-data/></prop></sync-collection>")


def bare_requests(figures, server, options):
    """What the server takes for the requests of a run by themselves, over one connection: no client can be faster
    than their sum but by sending them side by side."""
    numbers = list(range(options.size))
    with Place(server, "books", numbers, numbers) as place:
        running = place.running
        connection = http.client.HTTPConnection("127.0.0.1", running.port)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def ask(method, path, body, depth="0"):
            return running.ask(method, path, body.encode(), {"Depth": depth}, connection=connection)[1].decode()

        a, b = running.path("a"), running.path("b")

        def token(book):
            return re.search(r"sync-token[^>]*>([^<]+)<", ask("PROPFIND", book, TOKEN)).group(1)

        def name(book, number):
            return f"{book}person-{number}.vcf"

        rows = {
            "PROPFIND of the collection's getctag": lambda: ask("PROPFIND", a, CTAG),
            "PROPFIND of the collection's sync-token": lambda: ask("PROPFIND", a, TOKEN),
        }
        known = token(a)
        rows["REPORT with the token, nothing changed"] = lambda: ask("REPORT", a, since(known))
        rows["PROPFIND of all etags"] = lambda: ask("PROPFIND", a, '<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>', "1")
        for what, work in rows.items():
            work()
            print(f"| {server.name} | {what} | {median(work, options.repeat):.4f} |")
        state = {"known": {book: token(book) for book in (a, b)}, "round": 0}

        def nothing():
            for book in (a, b):
                ask("REPORT", book, since(state["known"][book]))

        spent = {"reports": [], "multiget": [], "puts": []}

        def changes():
            chosen = [(state["round"] * CHANGES + index) % options.size for index in range(CHANGES)]
            start = time.perf_counter()
            for book in (a, b):
                ask("REPORT", book, since(state["known"][book]))
            listed = time.perf_counter()
            hrefs = "".join(f"<href>{name(b, number)}</href>" for number in chosen)
            ask("REPORT", b, f"<C:addressbook-multiget {CARDS}><prop><getetag/><C:address-data/></prop>{hrefs}</C:addressbook-multiget>", "1")
            read = time.perf_counter()
            for number in chosen:
                running.ask("PUT", name(b, number), card(number, f"Title {state['round']}").encode(), connection=connection)
            done = time.perf_counter()
            for what, seconds in (("reports", listed - start), ("multiget", read - listed), ("puts", done - read)):
                spent[what].append(seconds)

        for _ in range(options.repeat):
            figures.take(running, "bare requests", "nothing to do", nothing)
        for round_ in range(options.repeat):
            state["round"] = round_
            place.change(round_)
            figures.take(running, "bare requests", f"{CHANGES} changes in A", changes)
            state["known"] = {book: token(book) for book in (a, b)}
        for what, seconds in (("both REPORTs, with 10 changes in A", spent["reports"]), ("multiget of 10 cards", spent["multiget"]),
                              ("10 PUTs that change a card, one after the other", spent["puts"])):
            print(f"| {server.name} | {what} | {statistics.median(seconds):.4f} |")


def stop(*_):
    """Leaves through every `with` and `finally`, so that the server is stopped and the folder is gone."""
    sys.exit("Stopped.")


def main():
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    parser = argparse.ArgumentParser()
    parser.add_argument("--duosync", required=True)
    parser.add_argument("--size", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    only = set(filter(None, re.split(r"[ ,]+", options.only)))
    words = [{"radicale", "xandikos"}, {"csv", "books"}, {"first", "later", "bare"}]
    if unknown := only.difference(*words):
        sys.exit(f"ONLY knows no {', '.join(sorted(unknown))}; it knows {', '.join(sorted(set().union(*words)))}.")
    # Of each kind of word those that are named, or all.
    chosen = [kind & only or kind for kind in words]
    wants = lambda word: any(word in kind for kind in chosen)
    done = []
    print("| server | request, sent bare | seconds |\n|---|---|---:|")
    for server in (Radicale, Xandikos):
        for kind, case in [("csv", f"CSV and {server.name}"), ("books", f"two {server.name} books")]:
            if not wants(server.slug) or not wants(kind):
                continue
            figures = Figures(case)
            done.append(figures)
            tools = [Duosync, Vdirsyncer] if kind == "books" else [Duosync]
            if wants("later"):
                for tool in tools:
                    later_syncs(figures, server, kind, options, tool)
            if wants("bare") and kind == "books":
                bare_requests(figures, server, options)
            if wants("first") and options.first:
                for tool in tools:
                    first_sync(figures, server, kind, options, tool)
                bare_puts(figures, server, kind, options)
    print(f"\n{options.size} contacts a side. A first sync begins with half of them on both sides and is measured {options.first}x, "
          f"the bare PUTs of its cards once; for the others all are on both, medians of {options.repeat}.\n")
    print("| accounts | tool | step | times | seconds | processor, s | server saw for A | for B | for neither | Duosync says A / B |")
    print("|---|---|---|---:|---:|---:|---|---|---|---|")
    for figures in done:
        figures.show()
    print()
    for figures in done:
        figures.ratios()


main()
