//! Rows that are read one by one.

use super::*;
use crate::connectors::csv::hostile::Kept;

/// Keeps what it is given, for whoever holds the other end.
struct Rows {
    kept: Arc<Mutex<Option<Vec<Record>>>>,
    all: Kept,
}

impl RowSink for Rows {
    fn row(&mut self, row: &crate::model::Row<'_>) -> bool {
        self.all.row(row)
    }

    fn form(&mut self, form: &str) {
        self.all.form(form);
    }

    fn text(&mut self, text: &[u8]) -> bool {
        self.all.text(text)
    }

    fn is_doubled(&mut self) -> bool {
        self.all.is_doubled()
    }

    fn end(self: Box<Self>) {
        // Wherever the text is cut.
        self.all.are_read_again(|count| count + 1);
        *self.kept.lock().unwrap() = Some(self.all.rows);
    }
}

impl Case {
    /// What the file gives row by row; none where it is left to the reader of whole files.
    async fn rows(&self, want: &[&str]) -> Option<Vec<Record>> {
        let kept = Arc::default();
        let sink = Rows { kept: Arc::clone(&kept), all: Kept::of(&names(want)) };
        let read = self.connector.read_rows(&Context::quiet(), "list", &names(want), Box::new(sink)).await.unwrap();
        let rows = kept.lock().unwrap().take();
        assert_eq!(read, if rows.is_some() { RowsRead::Whole } else { RowsRead::Unfit });
        rows
    }

    /// Fails where rows that are read one by one are not those of the listing. Says whether they could be.
    async fn rows_are_the_listing(&self, want: &[&str]) -> bool {
        let Some(rows) = self.rows(want).await else { return false };
        let listed = self.list(want, None).await.unwrap().records;
        let listed: Vec<Record> = listed.into_iter().map(|record| Record { version: None, ..record }).collect();
        assert_eq!(rows, listed);
        true
    }
}

#[tokio::test]
async fn rows_one_by_one_are_those_of_the_listing() {
    let many: String =
        (0..200).flat_map(|n| [n.to_string(), format!(",\"Zoë, {n}\",\"two\r\nlines \"\"{n}\"\"\"\n,,\n\n")]).collect();
    let plain: String = (0..200).flat_map(|n| [n.to_string(), format!(";Łódź {n};\r\n")]).collect();
    for (text, fit) in [
        (format!("id,Name,Note\n{many}"), true),
        (format!("\u{feff}id,Name,Note\n{many}"), true),
        (format!("id;Name;Note\r\n{plain}"), true),
        (format!("id;Name;Note\r\n{plain}x;y;z"), true),
        (format!("id;Name;Note\r\n{plain}x;y\rz;a\r"), true),
        ("\nid,Name,Note\n1,a,b\n".to_owned(), true),
        ("id,Name,Note\n".to_owned(), true),
        (format!("sep=;\nid;Name;Note\n{plain}"), true),
        ("id,Name,Note\r1,a,b\r2,c,d\r".to_owned(), true),
        ("'id','Name','Note'\n'1','a','b'\n".to_owned(), true),
        ("id,Name,Note\n1,a,b\r\r\n2,c,\r\r\r\n3,d,e\r".to_owned(), true),
        // What is wrong, or takes the whole file to be understood.
        (format!("id,Name,Note\n{many}7,a,b\n"), false),
        (format!("id,Name,Note\n{many}x,a\n"), false),
        (format!("id,Name,Note\n{many}x,\"a\"b,c\n"), false),
        (format!("id,Name,Note\n{many}x,\"a,b,c\n"), false),
        (format!("id,Name,Note\n{many} ,a,b\n"), false),
        (format!("id,Name\n{plain}"), false),
        (String::new(), false),
    ] {
        let case = Case::by_id(&text);
        assert_eq!(case.rows_are_the_listing(&["Note", "Name"]).await, fit, "{:?}", text.get(..40));
    }
    let legacy = sniff::TextEncoding::Legacy(encoding_rs::WINDOWS_1252).encode(format!("id,Name,Note\n{many}"));
    assert!(!Case::new(&legacy, &[("id", "id")]).rows_are_the_listing(&["Name"]).await, "another encoding");
    let keys = Case::new(b"Name,Note\nAnn,x\n,y\nBob,z\n", &[("key", "Name")]);
    assert!(keys.rows_are_the_listing(&["Note"]).await);
    let twice = Case::new(b"Name,Note\nAnn,x\nAnn,y\n", &[("key", "Name")]);
    assert!(
        !twice.rows_are_the_listing(&["Note"]).await,
        "rows with one key are told apart by the reader of whole files"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_of_whatever_file_are_those_of_its_listing(
        head in prop::sample::select(vec!["id,n\n", "id;n\r\n", "\"id\",\"n\"\n", "id\tn\n", "id,n\r"]),
        rows in prop::collection::vec("[0-9]{1,3}[,;\t][a\"é,;\r\n]{0,6}(\r\n|\n)", 0..60),
    ) {
        let case = Case::by_id(&format!("{head}{}", rows.concat()));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(case.rows_are_the_listing(&["n"]));
    }
}
