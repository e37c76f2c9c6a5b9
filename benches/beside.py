"""The measurements of beside.sh: see there. Prints one table of medians as Markdown."""

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
import time

BIN = pathlib.Path(sys.executable).parent
AUTH = {"Authorization": "Basic YW5uOng="}  # ann:x; the server asks for a name and believes any password.
GIVEN = ["Ann", "Björn", "Chloé", "Dirk", "Émile", "Fatima", "Gert", "Hélène"]
FAMILY = ["Peeters", "Janssens", "Maes", "Müller", "Dubois", "De Smet", "O'Neill"]


def person(number):
    given, family = GIVEN[number % 8], f"{FAMILY[number // 8 % 7]} {number}"
    return given, family, f"person.{number}@example.com", f"+3247{number:07}"


def card(number, title="Customer"):
    given, family, email, phone = person(number)
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"UID:person-{number}", f"FN:{given} {family}", f"N:{family};{given};;;",
             f"EMAIL:{email}", f"TEL:{phone}", f"TITLE:{title}", "NOTE:Made up", "END:VCARD", ""]
    return "\r\n".join(lines)


class Server:
    """A Radicale on a free port of this computer, with two address books of ann: a and b."""

    def __init__(self, folder, books):
        self.folder, self.log = folder, folder / "radicale.log"
        for name, numbers in books.items():
            book = folder / "data" / "collection-root" / "ann" / name
            book.mkdir(parents=True)
            (book / ".Radicale.props").write_text(json.dumps({"tag": "VADDRESSBOOK", "D:displayname": name}))
            for number in numbers:
                (book / f"person-{number}.vcf").write_text(card(number), encoding="utf-8", newline="")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def __enter__(self):
        command = [sys.executable, "-m", "radicale", "--server-hosts", f"127.0.0.1:{self.port}", "--auth-type", "none",
                   "--storage-filesystem-folder", str(self.folder / "data"), "--logging-level", "info"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=self.log.open("wb"))
        try:
            self.wait_until_ready()
        except BaseException:
            self.__exit__()
            raise
        return self

    def wait_until_ready(self):
        end = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    sys.exit(f"Radicale did not start:\n{self.log.read_text()}")
                time.sleep(0.05)
        # The server reads every card once before it can answer; nobody is to be charged for that.
        for name in ("a", "b"):
            self.ask("PROPFIND", f"/ann/{name}/", headers={"Depth": "1"}, wanted=(207, 404))

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def ask(self, method, path, body=None, headers=None, wanted=(200, 201, 204, 207), connection=None):
        connection = connection or http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request(method, path, body, {**AUTH, "Content-Type": "text/vcard; charset=utf-8", **(headers or {})})
        answer = connection.getresponse()
        answer.read()
        if answer.status not in wanted:
            sys.exit(f"{method} {path}: {answer.status}")

    def requests(self):
        """Requests so far by book and method; those to neither book count as `other`."""
        found = collections.Counter()
        for method, path in re.findall(r"\[INFO\] ([A-Z]+) request for '([^']*)'", self.log.read_text(errors="replace")):
            book = re.match(r"/ann/([ab])/", path)
            found[(book.group(1) if book else "other", method)] += 1
        return found


def timed(work):
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


class Duosync:
    def __init__(self, binary, folder, server, kind):
        self.binary, self.folder = binary, folder
        account = f'connector = "carddav"\nurl = "http://127.0.0.1:{server.port}/"\nusername = "ann"\npassword = {{ env = "BESIDE_PASSWORD" }}\n'
        side_a = 'connector = "csv"\npath = "people.csv"\nid = "No"\n' if kind == "csv" else account
        ends = 'a = { account = "Left" }' if kind == "csv" else 'a = { account = "Left", collection = "a" }'
        names = ["given_name", "family_name", "email", "tel", "title"]
        columns = ["First name", "Last name", "E-mail", "Phone", "Title"] if kind == "csv" else names
        text = f'[[account]]\nname = "Left"\n{side_a}\n[[account]]\nname = "Right"\n{account}\n'
        text += f'[[pair]]\nname = "people"\n{ends}\nb = {{ account = "Right", collection = "b" }}\nmatch = ["email"]\n'
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
    def __init__(self, folder, server):
        storage = f'type = "carddav"\nurl = "http://127.0.0.1:{server.port}/"\nusername = "ann"\npassword = "x"\n'
        text = f'[general]\nstatus_path = "{folder}/status"\n[pair people]\na = "left"\nb = "right"\n'
        text += 'collections = [["people", "a", "b"]]\nconflict_resolution = "a wins"\n'
        text += f"[storage left]\n{storage}[storage right]\n{storage}"
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
    """What was measured of one tool: seconds, and requests to each side."""

    def __init__(self, case):
        self.case, self.rows = case, collections.defaultdict(list)

    def take(self, server, tool, step, work):
        before = server.requests()
        seconds, answer = timed(work)
        after = server.requests()
        sent = {key: count - before[key] for key, count in after.items() if count > before[key]}
        self.rows[(tool, step)].append((seconds, sent, answer if isinstance(answer, dict) else None))
        print(f"{self.case} | {tool} | {step}: {seconds:.2f} s", file=sys.stderr)

    def show(self):
        for (tool, step), rows in self.rows.items():
            rows.sort(key=lambda row: row[0])
            _, sent, answer = rows[len(rows) // 2]
            seconds = statistics.median(row[0] for row in rows)
            side = lambda name: ", ".join(f"{count} {method}" for (book, method), count in sorted(sent.items()) if book == name)
            told = f"{answer['a']['requests']} / {answer['b']['requests']}" if answer else ""
            print(f"| {self.case} | {tool} | {step} | {seconds:.2f} | {side('a') or '-'} | {side('b') or '-'} | {side('other') or '-'} | {told} |")


def change_csv(path, numbers, title):
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    for number in numbers:
        row = next(row for row in rows if row[3] == person(number)[2])
        row[5] = title
    write_csv(path, rows)


def write_csv(path, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def tool_case(figures, kind, tool, options, numbers_a, numbers_b, repeat_first):
    """A first sync, and the steps after it the last time."""
    for turn in range(repeat_first):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="beside-"))
        try:
            books = {"b": numbers_b} if kind == "csv" else {"a": numbers_a, "b": numbers_b}
            if kind == "csv":
                rows = [["No", "First name", "Last name", "E-mail", "Phone", "Title", "Remarks"]]
                for number in numbers_a:
                    given, family, email, phone = person(number)
                    rows.append([str(number + 1), given, family, email, phone, "Customer", "Made up"])
                write_csv(folder / "people.csv", rows)
            with Server(folder, books) as server:
                measured = Duosync(options.duosync, folder, server, kind) if tool == "Duosync" else Vdirsyncer(folder, server)
                figures.take(server, tool, "first sync", measured.sync)
                if turn + 1 < repeat_first:
                    continue
                # The run after the first one may still see its own writes listed; it is shown for itself.
                figures.take(server, tool, "the run after it", measured.sync)
                for _ in range(options.repeat):
                    figures.take(server, tool, "nothing to do", measured.sync)
                for round_ in range(options.repeat):
                    chosen = [numbers_a[(round_ * 10 + index) % len(numbers_a)] for index in range(10)]
                    title = f"Title {round_}"
                    if kind == "csv":
                        change_csv(folder / "people.csv", chosen, title)
                    else:
                        for number in chosen:
                            server.ask("PUT", f"/ann/a/person-{number}.vcf", card(number, title).encode())
                    figures.take(server, tool, "10 changes in A", measured.sync)
        finally:
            shutil.rmtree(folder)


def bare_puts(figures, kind, numbers_a, numbers_b):
    """The cards that a first sync writes, by one connection, one after the other."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="beside-"))
    try:
        with Server(folder, {"a": numbers_a, "b": numbers_b}) as server:
            missing = {"b": sorted(set(numbers_a) - set(numbers_b))}
            if kind == "books":
                missing["a"] = sorted(set(numbers_b) - set(numbers_a))

            def work():
                connection = http.client.HTTPConnection("127.0.0.1", server.port)
                for book, numbers in missing.items():
                    for number in numbers:
                        headers = {"If-None-Match": "*"}
                        server.ask("PUT", f"/ann/{book}/person-{number}.vcf", card(number).encode(), headers, connection=connection)

            figures.take(server, "bare PUTs", "first sync", work)
    finally:
        shutil.rmtree(folder)


def stop(*_):
    """Leaves through every `with` and `finally`, so that the server is stopped and the folder is gone."""
    sys.exit("Stopped.")


def main():
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    parser = argparse.ArgumentParser()
    parser.add_argument("--duosync", required=True)
    parser.add_argument("--size", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--only", choices=["csv", "books"])
    options = parser.parse_args()
    half = options.size // 2
    numbers_a, numbers_b = list(range(options.size)), list(range(half, half + options.size))
    done = []
    for kind, case in [("csv", "CSV and Radicale"), ("books", "two Radicale books")]:
        if options.only and options.only != kind:
            continue
        figures = Figures(case)
        done.append(figures)
        tool_case(figures, kind, "Duosync", options, numbers_a, numbers_b, options.first)
        if kind == "books":
            tool_case(figures, kind, "vdirsyncer", options, numbers_a, numbers_b, options.first)
        bare_puts(figures, kind, numbers_a, numbers_b)
    print(f"{options.size} contacts a side, {half} on both; first sync measured {options.first}x, the others are medians of {options.repeat}.\n")
    print("| accounts | tool | step | seconds | server saw for A | for B | for neither | Duosync says A / B |")
    print("|---|---|---|---:|---|---|---|---|")
    for figures in done:
        figures.show()


main()
