//! A compare as a file: `.csv` and `.xlsx` for a spreadsheet, `.html` to read, print or send.
//!
//! Values come from the accounts and are not trusted: in a workbook every cell is a text, in HTML
//! everything is escaped, and in CSV a cell that a spreadsheet would take for a formula (it begins
//! with `=`, `+`, `-`, `@`, a tab or a carriage return; OWASP, "CSV Injection") gets an apostrophe
//! in front of it. A telephone number such as `+32 …` therefore reads `'+32 …` in the CSV file.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{Color, Format, Workbook, XlsxError};

use crate::model::{CompareReport, MatterField, Mismatch, MismatchKind, PerSide, Side, Value};
use crate::texts::{language, tr};

/// Why a report could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReportError {
    /// The name says nothing of a known form.
    #[error("{}", tr!("report-unknown-form", file = .0.display().to_string()))]
    UnknownForm(PathBuf),
    /// The file could not be written.
    #[error("{}", tr!("report-not-written", file = path.display().to_string(), why = source.to_string()))]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The workbook could not be made.
    #[error("{}", tr!("report-no-workbook", file = path.display().to_string(), why = source.to_string()))]
    Workbook {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<XlsxError>,
    },
    /// The table could not be made.
    #[error("{}", tr!("report-no-table", file = path.display().to_string(), why = source.to_string()))]
    Table {
        /// The file.
        path: PathBuf,
        /// Why.
        source: csv::Error,
    },
}

/// Writes a report; the end of the file's name says in which form. The file appears whole or not at
/// all, and replaces one of the same name. `names` are the two accounts.
///
/// # Errors
/// When the form is not known or the file cannot be written.
pub(crate) fn export(report: &CompareReport, names: &PerSide<String>, path: &Path) -> Result<(), ReportError> {
    let form = path.extension().map(|form| form.to_string_lossy().to_lowercase()).unwrap_or_default();
    let bytes = match form.as_str() {
        "csv" => table(report, names).map_err(|source| ReportError::Table { path: path.to_owned(), source })?,
        "xlsx" => workbook(report, names)
            .map_err(|source| ReportError::Workbook { path: path.to_owned(), source: Box::new(source) })?,
        "html" | "htm" => page(report, names).into_bytes(),
        _ => return Err(ReportError::UnknownForm(path.to_owned())),
    };
    replace(path, &bytes).map_err(|source| ReportError::Write { path: path.to_owned(), source })
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".duosync-report").tempfile_in(folder)?;
    io::Write::write_all(&mut file, bytes)?;
    #[cfg(unix)]
    {
        // A temporary file is for its owner alone; a report is a document like any other.
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

const COLUMNS: usize = 9;

fn header(names: &PerSide<String>) -> [String; COLUMNS] {
    [
        tr!("report-what"),
        tr!("report-record"),
        tr!("report-field"),
        format!("A: {}", names.a),
        format!("B: {}", names.b),
        tr!("report-differs"),
        tr!("report-reason"),
        tr!("report-id", side = "A"),
        tr!("report-id", side = "B"),
    ]
}

/// One row for each field of each mismatch; one without fields has a row of its own.
fn rows<'r>(report: &'r CompareReport, names: &'r PerSide<String>) -> impl Iterator<Item = [String; COLUMNS]> + 'r {
    report.mismatches.iter().flat_map(move |mismatch| {
        let ids = PerSide::from_fn(|side| ids(mismatch, side));
        let row = move |field: Option<&MatterField>| {
            let side =
                |side| field.and_then(|field| field.now.get(side).as_ref()).map_or_else(String::new, Value::display);
            [
                title(&mismatch.kind, names),
                mismatch.label.clone(),
                field.map_or_else(String::new, |field| field.name.clone()),
                side(Side::A),
                side(Side::B),
                if field.is_some_and(|field| field.differs) { tr!("report-yes") } else { String::new() },
                mismatch.reason.clone(),
                ids.a.clone(),
                ids.b.clone(),
            ]
        };
        let alone = mismatch.fields.is_empty().then(|| row(None));
        let fields: Vec<_> = mismatch.fields.iter().map(|field| row(Some(field))).collect();
        fields.into_iter().chain(alone)
    })
}

fn ids(mismatch: &Mismatch, side: Side) -> String {
    match &mismatch.kind {
        MismatchKind::DuplicateKey(ids) => {
            ids.get(side).iter().map(crate::model::RecordId::as_str).collect::<Vec<_>>().join(", ")
        }
        MismatchKind::OnlyIn(_) | MismatchKind::Different | MismatchKind::KeyChanged => {
            mismatch.subject.id(side).map(ToString::to_string).unwrap_or_default()
        }
    }
}

fn title(kind: &MismatchKind, names: &PerSide<String>) -> String {
    match kind {
        MismatchKind::OnlyIn(side) => tr!("report-only-in", account = names.get(*side)),
        MismatchKind::Different => tr!("report-different"),
        MismatchKind::DuplicateKey(_) => tr!("report-several"),
        MismatchKind::KeyChanged => tr!("report-key-changed"),
    }
}

fn table(report: &CompareReport, names: &PerSide<String>) -> Result<Vec<u8>, csv::Error> {
    // A byte order mark makes spreadsheets read the file as UTF-8.
    let mut out = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::Writer::from_writer(&mut out);
    writer.write_record(header(names).iter().map(|cell| defused(cell)))?;
    for row in rows(report, names) {
        writer.write_record(row.iter().map(|cell| defused(cell)))?;
    }
    writer.flush()?;
    drop(writer);
    Ok(out)
}

/// The cell, with an apostrophe before it if a spreadsheet would take it for a formula.
fn defused(cell: &str) -> String {
    if cell.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

fn workbook(report: &CompareReport, names: &PerSide<String>) -> Result<Vec<u8>, XlsxError> {
    /// What Excel takes in one cell and in one sheet.
    const CELL: usize = 32_767;
    const ROWS: u32 = 1_048_575;
    const WIDTHS: [f64; COLUMNS] = [24.0, 28.0, 16.0, 34.0, 34.0, 8.0, 48.0, 20.0, 20.0];
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let marked = Format::new().set_background_color(Color::RGB(0x00FF_F2CC));

    let sheet = book.add_worksheet().set_name(tr!("report-summary"))?;
    sheet.set_column_width(0, 44.0)?;
    for (row, (what, count)) in (0_u32..).zip(summary(report, names)) {
        sheet.write_string_with_format(row, 0, what, &bold)?;
        sheet.write_string(row, 1, count)?;
    }

    let sheet = book.add_worksheet().set_name(tr!("report-differences"))?;
    for (column, (name, width)) in (0_u16..).zip(header(names).iter().zip(WIDTHS)) {
        sheet.write_string_with_format(0, column, clipped(name, CELL), &bold)?;
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    let mut last = 0;
    for (line, row) in (1..=ROWS).zip(rows(report, names)) {
        let differs = row.get(5).is_some_and(|cell| !cell.is_empty());
        for (column, cell) in (0_u16..).zip(&row) {
            let text = clipped(cell, CELL);
            // Both ways write a text, never a formula or a link.
            if differs && (3..=4).contains(&column) {
                sheet.write_string_with_format(line, column, text, &marked)?;
            } else {
                sheet.write_string(line, column, text)?;
            }
        }
        last = line;
    }
    sheet.autofilter(0, 0, last, 8)?;
    book.save_to_buffer()
}

fn clipped(text: &str, limit: usize) -> String {
    // Excel counts UTF-16 units.
    if text.encode_utf16().count() <= limit {
        return text.to_owned();
    }
    let mut units = 0;
    text.chars()
        .take_while(|letter| {
            units += letter.len_utf16();
            units < limit
        })
        .chain(['…'])
        .collect()
}

fn summary(report: &CompareReport, names: &PerSide<String>) -> Vec<(String, String)> {
    let counts = &report.counts;
    let mut rows = vec![(tr!("report-pair"), report.pair.clone()), (tr!("report-compared"), moment(report.started.0))];
    rows.extend(
        [
            (tr!("report-records-in", account = names.a), counts.a_total),
            (tr!("report-records-in", account = names.b), counts.b_total),
            (tr!("report-matched"), counts.matched),
            (tr!("report-only-in", account = names.a), counts.only_in_a),
            (tr!("report-only-in", account = names.b), counts.only_in_b),
            (tr!("report-different"), counts.different),
            (tr!("report-several"), counts.duplicate_keys),
            (tr!("report-key-changed"), counts.changed_keys),
            (tr!("report-ignored"), counts.ignored),
        ]
        .map(|(what, count)| (what, count.to_string())),
    );
    rows
}

fn moment(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis)
        .map_or_else(|_| String::new(), |at| at.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

const STYLE: &str = "\
:root{color-scheme:light dark;--ink:#1d2733;--soft:#5b6775;--line:#d9dee5;--card:#fff;--page:#f5f6f8;--mark:#fff0c2}\
@media(prefers-color-scheme:dark){:root{--ink:#e6eaf0;--soft:#9aa6b5;--line:#343d49;--card:#1c222b;--page:#12161c;--mark:#4a3f16}}\
body{font:15px/1.45 system-ui,sans-serif;color:var(--ink);background:var(--page);margin:2rem auto;max-width:62rem;padding:0 1rem}\
h1{font-size:1.5rem;margin:0}p.when{color:var(--soft);margin:.2rem 0 1.5rem}\
dl{display:grid;grid-template-columns:repeat(auto-fill,minmax(11rem,1fr));gap:.6rem;margin:0 0 2rem}\
dl div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.6rem .8rem}dt{color:var(--soft);font-size:.85rem}dd{margin:0;font-size:1.3rem}\
section{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.8rem 1rem;margin:0 0 .8rem;break-inside:avoid}\
h2{font-size:1.05rem;margin:0}h2 span{color:var(--soft);font-weight:normal}section p{margin:.2rem 0 .6rem;color:var(--soft)}\
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-top:1px solid var(--line);overflow-wrap:anywhere;white-space:pre-wrap}\
th{color:var(--soft);font-weight:normal;width:20%}td{width:40%}tr.differs td{background:var(--mark)}\
@media print{:root{--ink:#000;--soft:#444;--line:#999;--card:#fff;--page:#fff;--mark:#eee}body{margin:0;max-width:none;font-size:11px}tr.differs td{font-weight:bold}}";

fn page(report: &CompareReport, names: &PerSide<String>) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _never = page_into(&mut out, report, names);
    out
}

fn page_into(out: &mut String, report: &CompareReport, names: &PerSide<String>) -> std::fmt::Result {
    let heading = escaped(&tr!("report-title", pair = report.pair));
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <title>{heading}</title><style>{STYLE}</style></head><body>\n<h1>{heading}</h1>\n\
         <p class=\"when\">{}, {}</p>\n<dl>",
        language().tag(),
        escaped(&tr!("report-of-two", a = names.a, b = names.b)),
        moment(report.started.0)
    )?;
    for (what, count) in summary(report, names).into_iter().skip(2) {
        write!(out, "<div><dt>{}</dt><dd>{}</dd></div>", escaped(&what), escaped(&count))?;
    }
    out.push_str("</dl>\n");
    if report.mismatches.is_empty() {
        writeln!(out, "<section><h2>{}</h2></section>", escaped(&tr!("report-agree")))?;
    }
    for mismatch in &report.mismatches {
        write!(
            out,
            "<section><h2>{} <span>{}</span></h2><p>{}</p>",
            escaped(&mismatch.label),
            escaped(&title(&mismatch.kind, names)),
            escaped(&mismatch.reason)
        )?;
        if !mismatch.fields.is_empty() {
            write!(out, "<table><tr><th></th><th>{}</th><th>{}</th></tr>", escaped(&names.a), escaped(&names.b))?;
        }
        for field in &mismatch.fields {
            let side = |side| field.now.get(side).as_ref().map_or_else(String::new, |value| escaped(&value.display()));
            let class = if field.differs { " class=\"differs\"" } else { "" };
            let (name, a, b) = (escaped(&field.name), side(Side::A), side(Side::B));
            write!(out, "<tr{class}><th>{name}</th><td>{a}</td><td>{b}</td></tr>")?;
        }
        out.push_str(if mismatch.fields.is_empty() { "</section>\n" } else { "</table></section>\n" });
    }
    out.push_str("</body></html>\n");
    Ok(())
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

    use super::*;
    use crate::model::{CompareCounts, RecordId, Subject, Timestamp};

    fn report() -> (CompareReport, PerSide<String>) {
        let field = |name: &str, a: Option<&str>, b: Option<&str>| MatterField {
            name: name.into(),
            now: PerSide::new(a.map(Value::from), b.map(Value::from)),
            baseline: PerSide::default(),
            differs: a != b,
            asked: a != b,
        };
        let different = Mismatch {
            kind: MismatchKind::Different,
            subject: Subject::Pair(PerSide::new(RecordId::new("1"), RecordId::new("/b/1.vcf"))),
            label: "<script>alert(1)</script> \"Ann\"".into(),
            reason: "The phone differs.".into(),
            fields: vec![
                field("phone", Some("=HYPERLINK(\"http://x.test\")"), Some("+32 478")),
                field("email", Some("a@x.test"), Some("a@x.test")),
            ],
            modified: PerSide::default(),
            fingerprint: String::new(),
        };
        let doubled = Mismatch {
            kind: MismatchKind::DuplicateKey(PerSide::new(vec![RecordId::new("2"), RecordId::new("3")], vec![])),
            subject: Subject::Key("email".into(), "b@x.test".into()),
            label: "b@x.test".into(),
            reason: "Two rows have this address.".into(),
            fields: vec![],
            modified: PerSide::default(),
            fingerprint: String::new(),
        };
        let counts = CompareCounts {
            a_total: 3,
            b_total: 1,
            matched: 1,
            different: 1,
            duplicate_keys: 1,
            ..CompareCounts::default()
        };
        let report = CompareReport {
            pair: "customers & co".into(),
            started: Timestamp(1_700_000_000_000),
            millis: 12,
            counts,
            mismatches: vec![different, doubled],
        };
        (report, PerSide::new("Shop".into(), "<Book>".into()))
    }

    #[test]
    fn csv_cells_are_never_formulas() {
        let (report, names) = report();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.csv");
        export(&report, &names, &path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let mut reader = csv::Reader::from_reader(text.strip_prefix('\u{feff}').unwrap().as_bytes());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 3);
        assert_eq!(&rows[0][3], "'=HYPERLINK(\"http://x.test\")");
        assert_eq!(&rows[0][4], "'+32 478");
        assert_eq!((&rows[0][5], &rows[1][5]), ("yes", ""));
        assert_eq!((&rows[0][7], &rows[0][8]), ("1", "/b/1.vcf"));
        assert_eq!(&rows[2][7], "2, 3");
        for cell in rows.iter().flatten() {
            assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        }
        assert_eq!(defused("\t=1"), "'\t=1");
        assert_eq!(defused("  =1"), "'  =1");
        assert_eq!(defused("a=1"), "a=1");
    }

    #[test]
    fn html_is_escaped_and_stands_alone() {
        let (report, names) = report();
        let html = page(&report, &names);
        assert!(!html.contains("<script") && !html.contains("<Book>"), "{html}");
        assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &quot;Ann&quot;"));
        assert!(html.contains("customers &amp; co"));
        assert!(!html.contains("<link") && !html.contains("src="));
        assert_eq!(html.matches("class=\"differs\"").count(), 1);
        assert!(html.contains("2023-11-14 22:13 UTC"));
        tags_are_closed(&html);
    }

    /// Every section that opens is closed, in order.
    fn tags_are_closed(html: &str) {
        for tag in ["section", "table", "dl", "tr", "td", "h2"] {
            let opened = html.matches(&format!("<{tag}>")).count() + html.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, html.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }

    #[test]
    fn a_workbook_is_written_whole_and_an_unknown_form_is_not() {
        let (report, names) = report();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("r.XLSX");
        std::fs::write(&path, "an older report").unwrap();
        export(&report, &names, &path).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.starts_with(b"PK\x03\x04"), "a workbook is a zip file");
        let error = export(&report, &names, &folder.path().join("r.pdf")).unwrap_err().to_string();
        assert!(error.contains(".csv, .xlsx or .html"), "{error}");
        let nowhere = folder.path().join("missing").join("r.html");
        assert!(matches!(export(&report, &names, &nowhere), Err(ReportError::Write { .. })));
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file is left");
    }

    #[test]
    fn long_cells_are_cut_where_excel_would_refuse_them() {
        assert_eq!(clipped("abc", 3), "abc");
        assert_eq!(clipped("abcd", 3), "ab…");
        assert_eq!(clipped("😀😀", 3), "😀…");
    }

    #[test]
    fn both_languages_have_every_word_of_it() {
        let keys = |text: &str| -> Vec<String> {
            text.lines().filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect()
        };
        let english = include_str!("../../assets/i18n/en/report.ftl");
        let dutch = include_str!("../../assets/i18n/nl/report.ftl");
        assert_eq!(keys(english), keys(dutch));
        // Excel takes at most 31 characters for the name of a sheet, and refuses some of them.
        for text in [english, dutch] {
            for key in ["report-summary", "report-differences"] {
                let name = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = ")).unwrap();
                assert!(name.len() <= 31 && !name.contains(['[', ']', ':', '*', '?', '/', '\\']), "{name}");
            }
        }
    }
}
