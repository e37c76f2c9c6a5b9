//! Plays one scenario.
//!
//! `given/` holds the files that the scenario starts with; they are copied into a folder of its own.
//! `actions` is one action a line, `#` begins a comment, words with spaces stand in double quotes
//! (with `\n`, `\r`, `\"` and `\\` inside). Placeholders: `{NAME}` is the address of the server or
//! proxy of that name, `{last:PATH}` a value of the last answer.
//!
//! | action | what it does |
//! |---|---|
//! | `settings [FILE]` | fills the placeholders of a settings file (default `settings.toml`) and imports it |
//! | `env NAME VALUE` | an environment variable for Duosync |
//! | `run CODE ARGS…` | runs `duosync --json ARGS…`, which must end with CODE |
//! | `  PATH OP VALUE` | of the last answer: `=`, `<=`, `>=`, `~` (holds the text); `x.length` counts |
//! | `text CODE ARGS…` | runs it for eyes |
//! | `  says TEXT`, `  lacks TEXT` | of what it said on either channel |
//! | `edit FILE OLD -> NEW` | replaces the only place with OLD |
//! | `add FILE LINE`, `drop FILE TEXT` | adds a row at the end; takes the only row with TEXT away |
//! | `repeat FILE N LINE` | adds N rows, `{n}` counts |
//! | `replace FILE WITH` | puts another given file in its place |
//! | `rewrite FILE` | writes the same bytes again: a new modified time |
//! | `read_only FILE`, `writable FILE` | permissions |
//! | `keep FILE`, `unchanged FILE` | remembers bytes and modified time; they are still the same |
//! | `rows FILE N` | it has N rows below the header |
//! | `same FILE EXPECTED` | it is byte for byte `expected/EXPECTED` |
//! | `server NAME KIND [USER:PASSWORD]` | starts `radicale`, which asks for them, or `xandikos` |
//! | `stop`, `start`, `wipe NAME` | ends it, starts it again, starts it again with nothing |
//! | `book NAME PATH [FOLDER]` | an address book with the cards of that given folder |
//! | `put NAME PATH FILE` | one card |
//! | `copies NAME BOOK N FILE` | N cards alike, but for `{n}`, in the storage of a radicale |
//! | `touch NAME BOOK` | every card is written again with a new REV |
//! | `editcard NAME BOOK TEXT OLD -> NEW` | in the only card that holds TEXT |
//! | `dropcard NAME BOOK TEXT` | that card goes away |
//! | `card NAME BOOK TEXT` with `  says`, `  lacks` | looks into it; line ends count as `\n` |
//! | `cards NAME BOOK N` | how many cards there are |
//! | `proxy NAME SERVER lose METHOD N` | loses the answers to the first N |
//! | `proxy NAME SERVER refuse METHOD TEXT STATUS` | refuses what holds TEXT |
//! | `proxy NAME SERVER race OLD -> NEW` | before the first update of a card somebody else changes it |
//! | `proxy NAME SERVER pass` | only listens |
//! | `exports NAME BOOK` | the exports in `../shared/vcards` (or `DUOSYNC_VCARDS`), each with a nickname of its own |
//! | `remember NAME BOOK` | keeps every card of a book |
//! | `faithful NAME BOOK PROPERTIES…` | each is as it was kept, byte for byte, but for these |
//! | `column FILE COLUMN VALUE` | sets a whole column, of a file that quotes |
//! | `faulted NAME N` | at least N faults have come |
//! | `sent NAME N EXPECTED` | the N-th PUT (from 1) is byte for byte `expected/EXPECTED` |
//!
//! In the end every file of `expected/` that bears the name of a file of the scenario is compared.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use serde_json::Value as Json;

use crate::support::lab::Workplace;
use crate::support::proxy::{Proxy, Rule};
use crate::support::servers::{Auth, Kind, Server};

/// Plays the scenario of a folder, and fails with its name, line and what was wrong.
pub(crate) fn play(folder: &Path) {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let mut stage = Stage::new(folder);
    let actions = std::fs::read_to_string(folder.join("actions")).unwrap();
    for (number, line) in actions.lines().enumerate() {
        let words = words(line);
        if words.is_empty() {
            continue;
        }
        let result = if line.starts_with("  ") { stage.fact(&words) } else { stage.act(&words) };
        match result {
            Ok(true) => {}
            Ok(false) => return,
            Err(wrong) => panic!("{name}, line {}: {}\n{wrong}\n{}", number + 1, line.trim(), stage.told()),
        }
    }
    if let Err(wrong) = stage.end() {
        panic!("{name}, at the end: {wrong}\n{}", stage.told());
    }
}

type Done = Result<bool, String>;

struct Stage {
    folder: PathBuf,
    place: Workplace,
    servers: BTreeMap<String, Server>,
    proxies: BTreeMap<String, Proxy>,
    kept: BTreeMap<String, (Vec<u8>, SystemTime)>,
    last: Json,
    text: String,
    compared: BTreeSet<String>,
    cards: BTreeMap<String, String>,
}

impl Stage {
    fn new(folder: &Path) -> Self {
        let place = Workplace::new();
        for entry in std::fs::read_dir(folder.join("given")).unwrap().map(Result::unwrap) {
            if entry.path().is_file() {
                std::fs::copy(entry.path(), place.file(&entry.file_name().to_string_lossy())).unwrap();
            }
        }
        Self {
            folder: folder.to_owned(),
            place,
            servers: BTreeMap::new(),
            proxies: BTreeMap::new(),
            kept: BTreeMap::new(),
            last: Json::Null,
            text: String::new(),
            compared: BTreeSet::new(),
            cards: BTreeMap::new(),
        }
    }

    /// What Duosync said last, for whoever reads a failure.
    fn told(&self) -> String {
        format!("The last answer: {}\n{}", serde_json::to_string_pretty(&self.last).unwrap(), self.text)
    }

    /// Carries out an action; false where the scenario cannot be played here.
    fn act(&mut self, words: &[String]) -> Done {
        let filled: Vec<String> = words.iter().map(|word| self.fill(word)).collect();
        let words: Vec<&str> = filled.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["settings"] => self.import("settings.toml"),
            ["settings", file] => self.import(file),
            ["env", name, value] => {
                self.place.env.insert((*name).to_owned(), (*value).to_owned());
                Ok(true)
            }
            ["run", code, args @ ..] => self.run(code, args, true),
            ["text", code, args @ ..] => self.run(code, args, false),
            ["edit", file, old, "->", new] => {
                let text = exchange(&self.place.read(file), old, new)?;
                self.place.write(file, text);
                Ok(true)
            }
            ["add", file, line] => {
                self.grow(file, 1, line);
                Ok(true)
            }
            ["repeat", file, number, line] => {
                self.grow(file, count(number)?, line);
                Ok(true)
            }
            ["drop", file, part] => {
                let text = self.place.read(file);
                let (gone, stays): (Vec<&str>, Vec<&str>) =
                    text.split_inclusive('\n').partition(|line| line.contains(part));
                if gone.len() != 1 {
                    return Err(format!("{} rows of {file} hold it", gone.len()));
                }
                self.place.write(file, stays.concat());
                Ok(true)
            }
            ["replace", file, with] => {
                std::fs::copy(self.folder.join("given").join(with), self.place.file(file)).unwrap();
                Ok(true)
            }
            ["column", file, column, value] => {
                let path = self.place.file(file);
                let mut reader = csv::Reader::from_path(&path).unwrap();
                let at = reader.headers().unwrap().iter().position(|name| name == *column).ok_or("no such column")?;
                let mut writer = csv::Writer::from_writer(Vec::new());
                writer.write_record(reader.headers().unwrap()).unwrap();
                for row in reader.records().map(Result::unwrap) {
                    let cells = row.iter().enumerate().map(|(index, cell)| if index == at { value } else { cell });
                    writer.write_record(cells).unwrap();
                }
                std::fs::write(path, writer.into_inner().unwrap()).unwrap();
                Ok(true)
            }
            ["rewrite", file] => {
                let path = self.place.file(file);
                let opened = std::fs::File::options().write(true).open(&path).unwrap();
                let before = opened.metadata().unwrap().modified().unwrap();
                opened.set_modified(before + std::time::Duration::from_secs(5)).unwrap();
                Ok(true)
            }
            [verb @ ("read_only" | "writable"), file] => {
                self.permit(file, *verb == "read_only");
                Ok(true)
            }
            ["keep", file] => {
                let path = self.place.file(file);
                let modified = path.metadata().unwrap().modified().unwrap();
                self.kept.insert((*file).to_owned(), (std::fs::read(path).unwrap(), modified));
                Ok(true)
            }
            ["unchanged", file] => {
                let path = self.place.file(file);
                let (bytes, modified) = self.kept.get(*file).ok_or("it was not kept")?;
                differ(bytes, &std::fs::read(&path).unwrap())?;
                ensure(path.metadata().unwrap().modified().unwrap() == *modified, || "it was written again".into())
            }
            ["rows", file, number] => {
                let rows = csv::Reader::from_path(self.place.file(file)).unwrap().into_records().count();
                ensure(rows == count(number)?, || format!("it has {rows}:\n{}", self.place.read(file)))
            }
            ["same", file, expected] => {
                let bytes = std::fs::read(self.place.file(file)).unwrap();
                self.expected(expected, &bytes)
            }
            [verb @ ("proxy" | "faulted" | "sent"), rest @ ..] => self.between(verb, rest),
            [verb, rest @ ..] => self.at_server(verb, rest),
            [] => Ok(true),
        }
    }

    fn at_server(&mut self, verb: &str, words: &[&str]) -> Done {
        if let ("server", [name, kind, login @ ..]) = (verb, words) {
            let kind = match *kind {
                "radicale" => Kind::Radicale,
                "xandikos" => Kind::Xandikos,
                other => return Err(format!("there is no kind of server {other:?}")),
            };
            let auth = match login {
                [] => Auth::Open,
                [login] => {
                    login.split_once(':').map(|(user, password)| Auth::basic(user, password)).ok_or("no login")?
                }
                [..] => return Err("a server has at most one login".to_owned()),
            };
            let Some(server) = Server::start(kind, auth) else { return Ok(false) };
            self.servers.insert((*name).to_owned(), server);
            return Ok(true);
        }
        let (name, rest) = words.split_first().ok_or("there is no such action")?;
        let server = self.servers.get_mut(*name).ok_or_else(|| format!("no action {verb:?}, or no server {name:?}"))?;
        match (verb, rest) {
            ("stop", []) => server.stop(),
            ("start", []) => server.again(),
            ("wipe", []) => server.wipe(),
            ("book", [path, folder @ ..]) => {
                server.make_book(path, path.trim_matches('/').rsplit('/').next().unwrap());
                for folder in folder {
                    for entry in std::fs::read_dir(self.folder.join("given").join(folder)).unwrap() {
                        let entry = entry.unwrap();
                        let path = format!("{path}{}", entry.file_name().to_string_lossy());
                        server.put(&path, std::fs::read(entry.path()).unwrap());
                    }
                }
            }
            ("put", [path, file]) => server.put(path, std::fs::read(self.folder.join("given").join(file)).unwrap()),
            ("copies", [book, number, file]) => {
                let card = std::fs::read_to_string(self.folder.join("given").join(file)).unwrap();
                for n in 1..=count(number)? {
                    server.restore(&format!("{book}copy-{n}.vcf"), &card.replace("{n}", &n.to_string()));
                }
            }
            ("touch", [book]) => {
                for card in server.cards(book) {
                    let lines = card.body.lines().filter(|line| !line.starts_with("REV"));
                    let body = lines.collect::<Vec<_>>().join("\r\n");
                    server.put(&card.path, body.replace("END:VCARD", "REV:20300101T000000Z\r\nEND:VCARD") + "\r\n");
                }
            }
            ("editcard", [book, text, old, "->", new]) => {
                let card = server.card_with(book, text)?;
                server.put(&card.path, exchange(&card.body, old, new)?);
            }
            ("dropcard", [book, text]) => {
                let card = server.card_with(book, text)?;
                server.delete(&card.path);
            }
            ("exports", [book]) => {
                let Some(cards) = exports() else { return Ok(false) };
                // Cards of the older version 2.1 are refused by servers, as RFC 6352 has it.
                let (old, new): (Vec<_>, Vec<_>) =
                    cards.into_iter().partition(|(_, card)| card.contains("\nVERSION:2.1"));
                let refused: Vec<String> =
                    new.iter().filter(|(_, card)| !offer(server, book, card)).map(|(name, _)| name.clone()).collect();
                println!(
                    "{} exports, {} of version 2.1; refused of the others: {refused:?}",
                    new.len() + old.len(),
                    old.len()
                );
                return ensure(refused.len() <= 1, || "the server takes too few of the exports".to_owned());
            }
            ("remember", [book]) => {
                self.cards = server.cards(book).into_iter().map(|card| (card.path, card.body)).collect();
            }
            ("faithful", [book, properties @ ..]) => {
                let now = server.cards(book);
                if now.len() != self.cards.len() {
                    return Err(format!("there are {} of {} cards", now.len(), self.cards.len()));
                }
                for card in now {
                    let before = self.cards.get(&card.path).ok_or_else(|| format!("{} is new", card.path))?;
                    if *before == card.body {
                        return Err(format!("{} was not written at all", card.path));
                    }
                    let (before, now) = (without(before, properties), without(&card.body, properties));
                    differ(before.as_bytes(), now.as_bytes()).map_err(|wrong| format!("{}: {wrong}", card.path))?;
                }
            }
            ("card", [book, text]) => {
                self.text = server.card_with(book, text)?.body.replace("\r\n", "\n");
            }
            ("cards", [book, number]) => {
                let paths = server.paths(book);
                return ensure(paths.len() == count(number)?, || format!("it has {}: {paths:?}", paths.len()));
            }
            _ => return Err(format!("there is no action {verb:?} with {} words", words.len())),
        }
        Ok(true)
    }

    fn between(&mut self, verb: &str, words: &[&str]) -> Done {
        match (verb, words) {
            ("proxy", [name, server, rule @ ..]) => {
                let port = self.servers.get(*server).ok_or("there is no such server")?.port;
                let rules = match rule {
                    ["lose", method, number] => vec![Rule::Lose((*method).to_owned(), count(number)?)],
                    ["refuse", method, text, status] => {
                        let status = u16::try_from(count(status)?).unwrap();
                        vec![Rule::Refuse((*method).to_owned(), (*text).to_owned(), status)]
                    }
                    ["race", old, "->", new] => vec![Rule::Race((*old).to_owned(), (*new).to_owned())],
                    ["pass"] => vec![],
                    _ => return Err("there is no such rule".to_owned()),
                };
                self.proxies.insert((*name).to_owned(), Proxy::start(port, rules));
                Ok(true)
            }
            ("faulted", [name, number]) => {
                let faults = self.proxies.get(*name).ok_or("there is no such proxy")?.faults();
                ensure(faults >= count(number)?, || format!("there were {faults}"))
            }
            ("sent", [name, number, expected]) => {
                let sent = self.proxies.get(*name).ok_or("there is no such proxy")?.sent();
                let body = sent.get(count(number)? - 1).ok_or_else(|| format!("{} were sent", sent.len()))?.clone();
                self.expected(expected, &body)
            }
            _ => Err("there is no such action".to_owned()),
        }
    }

    fn fact(&mut self, words: &[String]) -> Done {
        let filled: Vec<String> = words.iter().map(|word| self.fill(word)).collect();
        match filled.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["says", text] => ensure(self.text.contains(text), || "it does not say so".to_owned()),
            ["lacks", text] => ensure(!self.text.contains(text), || "it says so".to_owned()),
            [path, op, value] => {
                let found = at(&self.last, path).ok_or("the answer has no such value")?;
                let wanted: Json = serde_json::from_str(value).unwrap_or_else(|_| Json::String((*value).to_owned()));
                let numbers = found.as_f64().zip(wanted.as_f64());
                let holds = match *op {
                    "=" => found == wanted || found.as_str() == Some(*value),
                    "~" => found.as_str().map_or_else(|| found.to_string(), str::to_owned).contains(value),
                    "<=" => numbers.is_some_and(|(found, wanted)| found <= wanted),
                    ">=" => numbers.is_some_and(|(found, wanted)| found >= wanted),
                    _ => return Err(format!("there is no comparison {op:?}")),
                };
                ensure(holds, || format!("it is {found}"))
            }
            _ => Err("a fact is `PATH OP VALUE`, `says TEXT` or `lacks TEXT`".to_owned()),
        }
    }

    fn run(&mut self, code: &str, args: &[&str], json: bool) -> Done {
        let mut line: Vec<&str> = if json { vec!["--json"] } else { Vec::new() };
        line.extend(args);
        let ended = self.place.run(&line);
        self.text = format!("{}{}", ended.stdout, ended.stderr);
        self.last = Json::Null;
        if json {
            self.last = ended.json()?;
        }
        ensure(ended.code.to_string() == code, || format!("it ended with {}", ended.code))
    }

    fn import(&mut self, file: &str) -> Done {
        let filled = self.fill(&std::fs::read_to_string(self.folder.join("given").join(file)).unwrap());
        self.place.write(file, filled);
        self.run("0", &["import", file], true)
    }

    fn grow(&self, file: &str, number: usize, line: &str) {
        let mut text = self.place.read(file);
        let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        for n in 1..=number {
            text.push_str(&line.replace("{n}", &n.to_string()));
            text.push_str(end);
        }
        self.place.write(file, text);
    }

    fn permit(&self, file: &str, read_only: bool) {
        let path = self.place.file(file);
        let mut permissions = path.metadata().unwrap().permissions();
        permissions.set_readonly(read_only);
        std::fs::set_permissions(path, permissions).unwrap();
    }

    fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, server) in &self.servers {
            text = text.replace(&format!("{{{name}}}"), &server.url());
        }
        for (name, proxy) in &self.proxies {
            text = text.replace(&format!("{{{name}}}"), &format!("http://127.0.0.1:{}/", proxy.port));
        }
        while let Some(start) = text.find("{last:") {
            let end = start + text[start..].find('}').unwrap_or(text.len() - start);
            let value = at(&self.last, &text[start + 6..end]).unwrap_or(Json::Null);
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.replace_range(start..=end.min(text.len() - 1), &value);
        }
        text
    }

    fn expected(&mut self, name: &str, bytes: &[u8]) -> Done {
        self.compared.insert(name.to_owned());
        let path = self.folder.join("expected").join(name);
        if std::env::var_os("DUOSYNC_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, bytes).unwrap();
        }
        differ(&std::fs::read(&path).map_err(|error| format!("expected/{name}: {error}"))?, bytes)
    }

    fn end(&mut self) -> Result<(), String> {
        let folder = self.folder.join("expected");
        let Ok(entries) = std::fs::read_dir(&folder) else { return Ok(()) };
        for entry in entries {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let path = self.place.file(&name);
            if path.is_file() {
                self.expected(&name, &std::fs::read(path).unwrap()).map_err(|wrong| format!("{name}\n{wrong}"))?;
            }
            if !self.compared.contains(&name) {
                return Err(format!("expected/{name} was never compared with anything"));
            }
        }
        Ok(())
    }
}

/// The cards that other programs have exported, where they are there; told where they are not.
fn exports() -> Option<Vec<(String, String)>> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::var_os("DUOSYNC_VCARDS").map(PathBuf::from);
    let near = [crate_folder.join("../shared/vcards"), crate_folder.join("../../shared/vcards")];
    let Some(folder) = named.into_iter().chain(near).find(|folder| folder.is_dir()) else {
        println!("skipped: the exports are not there (DUOSYNC_VCARDS names their folder)");
        return None;
    };
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|form| form == "vcf"));
    paths.sort();
    let mut cards = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        let text = text.replace('\r', "").replace('\n', "\r\n");
        for card in text.split_inclusive("END:VCARD\r\n").filter(|card| card.contains("BEGIN:VCARD")) {
            let n = cards.len() + 1;
            let mut card = card.trim_start().replacen("BEGIN:VCARD\r\n", "", 1);
            let start = card.find("VERSION:").map_or(0, |at| at + card[at..].find('\n').unwrap() + 1);
            let uid = if card.contains("\nUID") { String::new() } else { format!("UID:export-{n}\r\n") };
            card.insert_str(start, &format!("{uid}NICKNAME:export {n}\r\n"));
            cards.push((name.clone(), format!("BEGIN:VCARD\r\n{card}")));
        }
    }
    Some(cards)
}

/// Puts a card under a name of its own; false where the server refuses it.
fn offer(server: &Server, book: &str, card: &str) -> bool {
    let name = card.lines().find_map(|line| line.strip_prefix("NICKNAME:")).unwrap_or("card").replace(' ', "-");
    server.try_put(&format!("{book}{name}.vcf"), card).is_fine()
}

/// A card without the lines of these properties and what is folded under them.
fn without(card: &str, properties: &[&str]) -> String {
    let mut out = String::new();
    let mut left_out = false;
    for line in card.split_inclusive('\n') {
        if !line.starts_with([' ', '\t']) {
            let name = line.split([':', ';']).next().unwrap_or_default();
            left_out = properties.contains(&name.rsplit('.').next().unwrap_or_default().to_uppercase().as_str());
        }
        if !left_out {
            out.push_str(line);
        }
    }
    out
}

fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Done {
    if holds { Ok(true) } else { Err(wrong()) }
}

fn count(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_no_number| format!("{text:?} is not a number"))
}

/// The text with the only place that holds `old` exchanged.
fn exchange(text: &str, old: &str, new: &str) -> Result<String, String> {
    match text.matches(old).count() {
        1 => Ok(text.replacen(old, new, 1)),
        several => Err(format!("{old:?} is there {several} times:\n{text}")),
    }
}

/// A value of an answer: names and indexes between dots, and `length`.
fn at(json: &Json, path: &str) -> Option<Json> {
    let mut now = json.clone();
    for part in path.split('.') {
        now = match &now {
            Json::Array(list) if part == "length" => Json::from(list.len()),
            Json::Array(list) => list.get(part.parse::<usize>().ok()?)?.clone(),
            Json::Object(object) => object.get(part)?.clone(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return None,
        };
    }
    Some(now)
}

/// The lines that two texts do not share, where they are not the same bytes.
fn differ(expected: &[u8], found: &[u8]) -> Done {
    if expected == found {
        return Ok(true);
    }
    let (expected, found) = (String::from_utf8_lossy(expected), String::from_utf8_lossy(found));
    let lines = |text: &str| text.split('\n').map(|line| format!("{line:?}")).collect::<Vec<_>>();
    let (old, new) = (lines(&expected), lines(&found));
    let start = old.iter().zip(&new).take_while(|(one, other)| one == other).count();
    let rest = old.len().min(new.len()) - start;
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count().min(rest);
    let mut out = format!("they differ from line {}:\n", start + 1);
    old[start..old.len() - tail].iter().for_each(|line| out.push_str(&format!("- {line}\n")));
    new[start..new.len() - tail].iter().for_each(|line| out.push_str(&format!("+ {line}\n")));
    Err(out)
}

/// The words of a line.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '#' => break,
            '"' => {
                let mut word = String::new();
                while let Some(inner) = letters.next() {
                    match inner {
                        '"' => break,
                        '\\' => word.push(match letters.next() {
                            Some('n') => '\n',
                            Some('r') => '\r',
                            Some(other) => other,
                            None => '\\',
                        }),
                        other => word.push(other),
                    }
                }
                words.push(word);
            }
            first => {
                let mut word = String::from(first);
                while let Some(next) = letters.next_if(|next| *next != ' ') {
                    word.push(next);
                }
                words.push(word);
            }
        }
    }
    words
}
