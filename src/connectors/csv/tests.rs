//! The connector on real files: what is kept byte for byte, and what happens when others write too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that does not get what it expects has failed"
)]

use std::fs;
use std::sync::atomic::AtomicUsize;

use proptest::prelude::*;

use super::*;
use crate::connectors::WriteKind;
use crate::model::{Scope, Version};

mod rows;

struct Case {
    folder: tempfile::TempDir,
    path: PathBuf,
    connector: CsvConnector,
}

impl Case {
    fn new(bytes: &[u8], ids: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.csv");
        fs::write(&path, bytes).unwrap();
        let connector = open(&path, ids);
        Self { folder, path, connector }
    }

    fn by_id(text: &str) -> Self {
        Self::new(text.as_bytes(), &[("id", "id")])
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn before_replace(&self, hook: impl FnMut() + Send + 'static) {
        self.connector.inner.before_replace.set(hook);
    }

    async fn list(&self, want: &[&str], since: Option<&Cursor>) -> Result<Listing, ConnectorError> {
        self.connector.list(&Context::quiet(), "list", &names(want), since).await
    }

    async fn try_write(&self, kinds: Vec<WriteKind>) -> Result<Vec<WriteResult>, ConnectorError> {
        let writes =
            kinds.into_iter().enumerate().map(|(number, kind)| Write { token: format!("t{number}"), kind }).collect();
        self.connector.write(&Context::quiet(), "list", &[], writes).await
    }

    async fn write(&self, kinds: Vec<WriteKind>) -> Vec<WriteResult> {
        self.try_write(kinds).await.unwrap()
    }
}

fn open(path: &Path, ids: &[(&str, &str)]) -> CsvConnector {
    let mut options = BTreeMap::from([("path".to_owned(), path.to_str().unwrap().to_owned())]);
    options.extend(ids.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    let settings = AccountSettings { name: "List".into(), connector: "csv".into(), options, secret: None };
    CsvConnector::open(&settings).unwrap()
}

fn names(want: &[&str]) -> Vec<String> {
    want.iter().map(|name| (*name).to_owned()).collect()
}

fn fields(values: &[(&str, &str)]) -> Fields {
    values.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect()
}

fn update(id: &str, values: &[(&str, &str)]) -> WriteKind {
    WriteKind::Update { id: RecordId::new(id), fields: fields(values), expect: None }
}

fn create(values: &[(&str, &str)]) -> WriteKind {
    WriteKind::Create { fields: fields(values), raw: None }
}

fn delete(id: &str) -> WriteKind {
    WriteKind::Delete { id: RecordId::new(id), expect: None }
}

fn id_of(result: &WriteResult) -> &str {
    result.as_ref().unwrap().as_ref().unwrap().id.as_str()
}

#[tokio::test]
async fn only_the_changed_row_changes_in_every_encoding() {
    // Mixed quotes, spaces, an empty line and an empty row: none of it is touched.
    let before = "id;Name ;\"Note\"\r\n\"1\";Zoë;\"a;b\"\r\n\r\n\"2\";\"Ann\";\"n\"\r\n;;\r\n3;Bob;x\r\n";
    let after = "id;Name ;\"Note\"\r\n\"1\";Zoë;\"a;b\"\r\n\r\n\"2\";\"Anné\";\"n\"\r\n;;\r\n4;Cy;\"c;d\"\r\n";
    for encoding in [
        sniff::TextEncoding::Utf8 { bom: false },
        sniff::TextEncoding::Utf8 { bom: true },
        sniff::TextEncoding::Utf16 { big: false },
        sniff::TextEncoding::Utf16 { big: true },
        sniff::TextEncoding::Legacy(encoding_rs::WINDOWS_1252),
    ] {
        let case = Case::new(&encoding.encode(before.to_owned()), &[("id", "id")]);
        let results =
            case.write(vec![update("2", &[("Name", "Anné")]), delete("3"), create(&[("Name", "Cy"), ("Note", "c;d")])]);
        let results = results.await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
        assert_eq!(case.bytes(), encoding.encode(after.to_owned()), "{encoding:?}");
        assert_eq!(case.files(), ["list.csv"]);
    }
}

#[tokio::test]
async fn a_file_with_nothing_to_change_is_not_written() {
    let case = Case::by_id("id,name\n1,\"Ann\"\n");
    let mut readonly = fs::metadata(&case.path).unwrap().permissions();
    readonly.set_readonly(true);
    // A read-only file proves it: a write would be refused.
    fs::set_permissions(&case.path, readonly).unwrap();
    let requests = case.connector.requests();
    let results = case.write(vec![update("1", &[("name", "Ann")])]).await;
    assert_eq!(id_of(&results[0]), "1");
    assert_eq!(case.connector.requests(), requests + 1, "it was read once");
}

#[tokio::test]
async fn an_unchanged_file_is_read_and_not_taken_apart() {
    let case = Case::by_id("id,name,mail\n1,Ann,a\n");
    let first = case.list(&["name"], None).await.unwrap();
    let again = case.list(&["name"], first.cursor.as_ref()).await.unwrap();
    assert_eq!((again.scope, again.records.len(), &again.cursor), (Scope::Changes, 0, &first.cursor));
    // Another connector knows the same cursor; a mapping of one more column needs the rows again.
    let other = open(&case.path, &[("id", "id")]);
    let listing = other.list(&Context::quiet(), "list", &names(&["name"]), first.cursor.as_ref()).await.unwrap();
    assert_eq!(listing.scope, Scope::Changes);
    assert_eq!(case.list(&["name", "mail"], first.cursor.as_ref()).await.unwrap().scope, Scope::Full);
    fs::write(&case.path, "id,name,mail\n1,Bob,a\n").unwrap();
    let changed = case.list(&["name"], first.cursor.as_ref()).await.unwrap();
    assert_eq!((changed.scope, changed.records.len()), (Scope::Full, 1));
}

#[tokio::test]
async fn a_character_that_the_encoding_lacks_is_named() {
    let case = Case::new(b"id;Name\r\n1;Andr\xE9\r\n2;Bob\r\n", &[("id", "id")]);
    let results = case.write(vec![update("1", &[("Name", "Łódź")]), update("2", &[("Name", "Bjørn")])]).await;
    let error = results[0].as_ref().unwrap_err();
    assert_eq!((error.kind, error.field.as_deref()), (ErrorKind::Rejected, Some("Name")));
    assert!(error.message.contains('Ł') && error.message.contains("windows-1252"), "{}", error.message);
    assert!(results[1].is_ok());
    assert_eq!(case.bytes(), b"id;Name\r\n1;Andr\xE9\r\n2;Bj\xF8rn\r\n");
}

#[tokio::test]
async fn a_change_that_would_make_the_encoding_unclear_is_not_written() {
    // Two characters of Windows-1252 whose bytes are one of UTF-8.
    let case = Case::new(b"id;Name\r\n1;\xE9\r\n", &[("id", "id")]);
    let error = case.try_write(vec![update("1", &[("Name", "Ã©")])]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Content);
    assert!(error.message.contains("CSV UTF-8"), "{}", error.message);
    assert_eq!(case.bytes(), b"id;Name\r\n1;\xE9\r\n");
    case.write(vec![update("1", &[("Name", "e")])]).await;
    assert_eq!(case.bytes(), b"id;Name\r\n1;e\r\n");
}

#[tokio::test]
async fn excels_separator_line_is_kept() {
    let case = Case::by_id("sep=|\r\nid|name\r\n1|a;b\r\n");
    case.write(vec![update("1", &[("name", "x|y")]), create(&[("name", "c")])]).await;
    assert_eq!(case.text(), "sep=|\r\nid|name\r\n1|\"x|y\"\r\n2|c\r\n");
}

#[tokio::test]
async fn a_row_that_is_brought_back_has_its_id_unless_it_is_taken() {
    let case = Case::by_id("id,name,note\n1,Ann,x\n2,Bob,y\n");
    let raw = case.connector.get(&Context::quiet(), "list", &[], &[RecordId::new("1")]).await.unwrap().remove(0).raw;
    let restore = WriteKind::Create { fields: Fields::new(), raw };
    // It is still there: this is the second try of a restore that went well.
    assert_eq!(id_of(&case.write(vec![restore.clone()]).await[0]), "1");
    assert_eq!(case.text(), "id,name,note\n1,Ann,x\n2,Bob,y\n");
    fs::write(&case.path, "id,name,note\n2,Bob,y\n").unwrap();
    assert_eq!(id_of(&case.write(vec![restore.clone()]).await[0]), "1");
    assert_eq!(case.text(), "id,name,note\n2,Bob,y\n1,Ann,x\n");
    fs::write(&case.path, "id,name,note\n1,Someone,\n2,Bob,y\n").unwrap();
    let other = Case { connector: open(&case.path, &[("id", "id")]), ..case };
    assert_eq!(id_of(&other.write(vec![restore]).await[0]), "3");
    assert_eq!(other.text(), "id,name,note\n1,Someone,\n2,Bob,y\n3,Ann,x\n");
}

#[tokio::test]
async fn several_writes_to_one_row_are_one_after_the_other() {
    let case = Case::by_id("id,name,note\n1,Ann,x\n2,Bob,y\n");
    let results = case
        .write(vec![update("1", &[("name", "A")]), update("1", &[("note", "z")]), delete("2"), update("2", &[])])
        .await;
    assert_eq!(results[3].as_ref().unwrap_err().kind, ErrorKind::NotFound);
    assert_eq!(case.text(), "id,name,note\n1,A,z\n");
}

#[tokio::test]
async fn new_rows_get_the_next_number_or_a_short_id() {
    let case = Case::by_id("id,name\n007,a\n010,b\n");
    let results = case.write(vec![create(&[("name", "c")]), create(&[("name", "d")])]).await;
    assert_eq!((id_of(&results[0]), id_of(&results[1])), ("011", "012"));
    assert_eq!(case.text(), "id,name\n007,a\n010,b\n011,c\n012,d\n");

    let case = Case::by_id("id,name\nC-7,a\n");
    let results = case.write(vec![create(&[("name", "c")])]).await;
    let id = id_of(&results[0]).to_owned();
    assert_eq!(id, id_from_token("t0"));
    let again = open(&case.path, &[("id", "id")]);
    let found = again.find(&Context::quiet(), "list", &[], &Find { token: Some("t0".into()), field: None }).await;
    assert_eq!(found.unwrap()[0].id.as_str(), id);

    let case = Case::by_id("id,name\n1,a\n");
    let results = case.write(vec![create(&[("id", "9"), ("name", "b")]), create(&[("id", "1"), ("name", "c")])]).await;
    assert_eq!(id_of(&results[0]), "9");
    assert_eq!(results[1].as_ref().unwrap_err().kind, ErrorKind::Exists);
    assert_eq!(case.text(), "id,name\n1,a\n9,b\n");
}

#[tokio::test]
async fn ids_are_never_changed_or_emptied() {
    let case = Case::by_id("id,name\n1,a\n");
    let results = case.write(vec![update("1", &[("id", "2"), ("name", "b")])]).await;
    assert_eq!(results[0].as_ref().unwrap_err().kind, ErrorKind::Rejected);
    assert_eq!(case.text(), "id,name\n1,a\n");
}

#[tokio::test]
async fn keys_are_not_doubled() {
    let case = Case::new(b"name,mail\nAnn,a@x\nBob,b@x\n", &[("key", "mail")]);
    let results = case
        .write(vec![
            create(&[("name", "Ann"), ("mail", "A@x")]),
            update("b@x", &[("mail", "a@x")]),
            update("a@x", &[("mail", "ann@x")]),
            create(&[]),
        ])
        .await;
    assert_eq!(results[0].as_ref().unwrap_err().kind, ErrorKind::Exists);
    assert_eq!(results[1].as_ref().unwrap_err().kind, ErrorKind::Exists);
    assert_eq!(id_of(&results[2]), "ann@x", "the answer carries the new id");
    assert_eq!(results[3].as_ref().unwrap_err().kind, ErrorKind::Rejected);
    assert_eq!(case.text(), "name,mail\nAnn,ann@x\nBob,b@x\n");
}

#[tokio::test]
async fn somebody_elses_change_during_the_run_is_kept() {
    let case = Case::by_id("id,name,city\n1,Ann,Ghent\n2,Bob,Bruges\n");
    let versions: BTreeMap<RecordId, Option<Version>> =
        case.list(&["name"], None).await.unwrap().records.into_iter().map(|r| (r.id, r.version)).collect();
    let path = case.path.clone();
    let mut once = true;
    case.before_replace(move || {
        if std::mem::take(&mut once) {
            fs::write(&path, "id,name,city\n1,Ann,Antwerp\n2,Bob,Bruges\n3,Cy,Diest\n").unwrap();
        }
    });
    let expecting = |id: &str, name: &str| WriteKind::Update {
        id: RecordId::new(id),
        fields: fields(&[("name", name)]),
        expect: versions[&RecordId::new(id)].clone(),
    };
    let results = case.write(vec![expecting("1", "Anna"), expecting("2", "Bobby"), create(&[("name", "Dee")])]).await;
    assert_eq!(results[0].as_ref().unwrap_err().kind, ErrorKind::VersionMismatch);
    assert_eq!((id_of(&results[1]), id_of(&results[2])), ("2", "4"));
    assert_eq!(case.text(), "id,name,city\n1,Ann,Antwerp\n2,Bobby,Bruges\n3,Cy,Diest\n4,Dee,\n");
    assert_eq!(case.files(), ["list.csv"]);
}

#[tokio::test]
async fn a_file_that_never_rests_is_left_alone() {
    let case = Case::by_id("id,name\n1,Ann\n");
    let path = case.path.clone();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    case.before_replace(move || {
        let number = counter.fetch_add(1, Ordering::Relaxed);
        fs::write(&path, format!("id,name\n1,Ann {number}\n")).unwrap();
    });
    let error = case.try_write(vec![update("1", &[("name", "Anna")])]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::File);
    assert_eq!(count.load(Ordering::Relaxed), TRIES);
    assert_eq!(case.text(), format!("id,name\n1,Ann {}\n", TRIES - 1));
    assert_eq!(case.files(), ["list.csv"], "nothing is left behind");
}

#[tokio::test]
async fn a_file_that_may_not_be_written_says_why() {
    let case = Case::by_id("id,name\n1,Ann\n");
    for lock in ["~$list.csv", ".~lock.list.csv#"] {
        fs::write(case.folder.path().join(lock), "").unwrap();
        let error = case.try_write(vec![update("1", &[("name", "Anna")])]).await.unwrap_err();
        assert_eq!(error.kind, ErrorKind::File);
        assert!(error.message.contains("open in Excel or LibreOffice") && error.message.contains(lock));
        fs::remove_file(case.folder.path().join(lock)).unwrap();
    }
    let mut permissions = fs::metadata(&case.path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&case.path, permissions).unwrap();
    let error = case.try_write(vec![update("1", &[("name", "Anna")])]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::File);
    assert!(error.message.contains("read-only"), "{}", error.message);
    assert!(case.connector.collections(&Context::quiet()).await.unwrap()[0].read_only);
    assert_eq!(case.text(), "id,name\n1,Ann\n");
    assert_eq!(case.files(), ["list.csv"]);
}

#[tokio::test]
async fn a_missing_file_says_so_and_is_no_empty_list() {
    let case = Case::by_id("id,name\n1,Ann\n");
    fs::remove_file(&case.path).unwrap();
    for error in [
        case.list(&["name"], None).await.unwrap_err(),
        case.try_write(vec![delete("1")]).await.unwrap_err(),
        case.connector.identity(&Context::quiet()).await.unwrap_err(),
    ] {
        assert_eq!(error.kind, ErrorKind::File);
        assert!(error.message.contains("There is no file"), "{}", error.message);
    }
    fs::write(&case.path, "").unwrap();
    assert_eq!(case.list(&["name"], None).await.unwrap_err().kind, ErrorKind::Content);
}

#[tokio::test]
async fn leftovers_of_a_killed_run_are_removed_and_those_of_a_living_one_are_not() {
    let case = Case::by_id("id,name\n1,Ann\n");
    fs::write(case.folder.path().join(".list.csv.duosync-abc123.tmp"), "half").unwrap();
    fs::write(case.folder.path().join(".other.csv.duosync-abc123.tmp"), "not ours").unwrap();
    let living = fs::File::create(case.folder.path().join(".list.csv.duosync-xyz789.tmp")).unwrap();
    living.lock().unwrap();
    case.write(vec![update("1", &[("name", "Anna")])]).await;
    assert_eq!(case.files(), [".list.csv.duosync-xyz789.tmp", ".other.csv.duosync-abc123.tmp", "list.csv"]);
    drop(living);
    open(&case.path, &[("id", "id")]).fields(&Context::quiet(), "list").await.unwrap();
    assert_eq!(case.files(), [".other.csv.duosync-abc123.tmp", "list.csv"]);
}

#[cfg(unix)]
#[tokio::test]
async fn rights_and_links_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let case = Case::by_id("id,name\n1,Ann\n");
    fs::set_permissions(&case.path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = case.folder.path().join("link.csv");
    std::os::unix::fs::symlink(&case.path, &link).unwrap();
    let linked = open(&link, &[("id", "id")]);
    let write = Write { token: "t".into(), kind: update("1", &[("name", "Anna")]) };
    linked.write(&Context::quiet(), "link", &[], vec![write]).await.unwrap();
    assert_eq!(case.text(), "id,name\n1,Anna\n");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(&case.path).unwrap().permissions().mode() & 0o777, 0o640);
    let context = Context::quiet();
    assert_eq!(linked.identity(&context).await.unwrap(), case.connector.identity(&context).await.unwrap());
}

#[tokio::test]
async fn an_unknown_column_names_the_nearest() {
    let case = Case::by_id("id,Phone\n1,2\n");
    let error = case.list(&["Phnoe"], None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Content);
    assert!(error.message.contains("\"Phnoe\"") && error.message.contains("\"Phone\""), "{}", error.message);
}

#[tokio::test]
async fn without_ids_a_file_can_be_described_but_not_listed() {
    let case = Case::new(b"name,mail\nAnn,ann@example.org\n", &[]);
    let fields = case.connector.fields(&Context::quiet(), "list").await.unwrap();
    assert_eq!(fields[1].kind, Some(crate::model::Kind::Email));
    assert_eq!(fields[1].samples, ["ann@example.org"]);
    case.connector.identity(&Context::quiet()).await.unwrap();
    let error = case.list(&["name"], None).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Settings);
    assert!(error.message.contains("`id`") && error.message.contains("`key`"), "{}", error.message);
}

#[tokio::test]
async fn stopping_during_a_write_leaves_the_file_as_it_was() {
    let case = Case::by_id("id,name\n1,Ann\n");
    let context = Context { progress: Arc::new(|_| {}), ..Context::quiet() };
    let cancel = context.cancel.clone();
    let context = Context {
        // It is stopped at the moment when the writes are being prepared.
        progress: Arc::new(move |step| {
            if step.what == "preparing the file" {
                cancel.cancel();
            }
        }),
        ..context
    };
    let write = Write { token: "t".into(), kind: update("1", &[("name", "Anna")]) };
    let error = case.connector.write(&context, "list", &[], vec![write]).await.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert_eq!(case.text(), "id,name\n1,Ann\n");
}

/// A table of text that CSV finds hard, with ids 1, 2, 3...
fn tables() -> impl Strategy<Value = Vec<[String; 2]>> {
    let cell = "[a-z;,\"'|\n\t é]{0,6}";
    prop::collection::vec([cell, cell], 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn a_change_of_one_row_is_read_back_and_touches_no_other(
        table in tables(),
        style in (prop::sample::select(vec![';', ',', '\t']), any::<bool>(), any::<bool>(), any::<bool>()),
        at in any::<prop::sample::Index>(),
        new in "[a-z;,\"'|\n\t é]{0,6}",
    ) {
        let (delimiter, crlf, quoted, last) = style;
        let dialect = sniff::Dialect { delimiter: delimiter as u8, quote: b'"', cr_only: false };
        let row = |id: usize, cells: &[String; 2]| {
            let mut out = id.to_string();
            for cell in cells {
                out.push(delimiter);
                scan::write_cell(cell, quoted, dialect, &mut out);
            }
            out
        };
        let line_end = if crlf { "\r\n" } else { "\n" };
        let mut lines = vec![format!("id{delimiter}first column{delimiter}second column")];
        lines.extend(table.iter().enumerate().map(|(number, cells)| row(number + 1, cells)));
        let mut text = lines.join(line_end);
        if last {
            text.push_str(line_end);
        }
        let changed = at.index(table.len());
        let context = Context::quiet();
        let document = Document::parse("list.csv", text.clone().into_bytes(), 0, &context).unwrap();
        prop_assert_eq!(document.dialect.delimiter, delimiter as u8);
        let index = Index::build(&document, IdColumns::Column(0), &context).unwrap();
        let tokens = BTreeMap::new();
        let mut edit = Edit::new(&document, &index, &tokens);
        let kind = update(&(changed + 1).to_string(), &[("second column", &new)]);
        edit.apply(&Write { token: "t".into(), kind }).unwrap();
        let after = document.with(&edit.into_changes());
        let again = Document::parse("list.csv", after.clone().into_bytes(), 0, &context).unwrap();
        prop_assert_eq!(again.len(), table.len());
        let mut cells = Vec::new();
        for (number, row) in table.iter().enumerate() {
            if number == changed {
                again.cells(number, &mut cells);
                prop_assert_eq!(cells[1].value(), row[0].as_str());
                prop_assert_eq!(cells[2].value(), new.as_str());
            } else {
                prop_assert_eq!(again.row(number), document.row(number));
            }
        }
        prop_assert_eq!(after.ends_with(line_end), last);
        if new == table[changed][1] {
            prop_assert_eq!(after, text);
        }
    }
}

/// `cargo test --lib a_million_rows -- --ignored --nocapture` measures time and memory.
#[tokio::test]
#[ignore = "a measurement: takes long without optimisation"]
#[allow(clippy::print_stderr, reason = "a measurement says what it found")]
async fn a_million_rows() {
    use std::fmt::Write as _;
    let mut text = String::from("id,name,mail,phone,street,zip,city,country,note,since\n");
    for row in 0..1_000_000 {
        writeln!(
            text,
            "{row},Person {row},person{row}@example.org,+32478{row:06},\"Street, {row}\",9000,Ghent,BE,\"says \"\"hi\"\"\",2024-01-01"
        )
        .unwrap();
    }
    let case = Case::by_id(&text);
    eprintln!("{} MB", text.len() / 1_000_000);
    drop(text);
    let memory = || {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        status
            .lines()
            .filter(|line| line.starts_with("VmHWM") || line.starts_with("VmRSS"))
            .collect::<Vec<_>>()
            .join(" ")
    };
    eprintln!("before: {}", memory());
    let context = Context::quiet();
    let start = std::time::Instant::now();
    let contents = file::read(&case.path, &context, &AtomicU64::new(0)).unwrap();
    eprintln!("reading: {:?} {}", start.elapsed(), memory());
    let start = std::time::Instant::now();
    let document = Document::parse("list.csv", contents.bytes, contents.digest, &context).unwrap();
    eprintln!("taking apart: {:?} {}", start.elapsed(), memory());
    let start = std::time::Instant::now();
    Index::build(&document, IdColumns::Column(0), &context).unwrap();
    eprintln!("ids: {:?} {}", start.elapsed(), memory());
    drop(document);
    let start = std::time::Instant::now();
    let listing = case.list(&["name", "mail", "phone"], None).await.unwrap();
    eprintln!("full listing: {:?} {}", start.elapsed(), memory());
    assert_eq!(listing.records.len(), 1_000_000);
    let cursor = listing.cursor;
    drop(listing.records);
    let start = std::time::Instant::now();
    assert_eq!(case.list(&["name", "mail", "phone"], cursor.as_ref()).await.unwrap().scope, Scope::Changes);
    eprintln!("unchanged: {:?} {}", start.elapsed(), memory());
    let start = std::time::Instant::now();
    let writes = (0..10_000).map(|row| update(&(row * 100).to_string(), &[("phone", "changed")])).collect();
    assert!(case.write(writes).await.iter().all(Result::is_ok));
    eprintln!("10,000 updates: {:?} {}", start.elapsed(), memory());
}
