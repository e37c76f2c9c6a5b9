//! A workbook as a package of parts (ECMA-376, part 2): finds the sheets, their tables and the styles,
//! and writes the package again with some parts replaced and all others copied as they are.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write as _};
use std::ops::Range;

use roxmltree::{Document as Xml, Node};

use super::values::StyleKind;
use super::{ErrorKind, content};
use crate::connectors::ConnectorError;
use crate::texts::tr;

/// The most that one part may weigh unpacked, in bytes: a full sheet of thirty columns fits, while a small file that
/// is made to unpack without end does not fill the memory.
const MOST_UNPACKED: u64 = 2 << 30;

/// One workbook.
#[derive(Debug)]
pub(super) struct Book {
    /// The file's name, for messages.
    pub(super) name: String,
    /// The file.
    pub(super) bytes: Vec<u8>,
    /// Its digest.
    pub(super) digest: u64,
    /// The worksheets that can be seen, in their order.
    pub(super) sheets: Vec<SheetPart>,
    /// Whether days are counted from 1904.
    pub(super) date1904: bool,
    /// What the cell formats (`s` of a cell) are for.
    pub(super) styles: Vec<StyleKind>,
    workbook: String,
    has_calc_chain: bool,
}

/// Where one sheet is.
#[derive(Clone, Debug)]
pub(super) struct SheetPart {
    /// Its name.
    pub(super) name: String,
    /// Its part.
    pub(super) path: String,
    /// Its place among all sheets, by which defined names refer to it.
    position: usize,
}

/// A table (a list object) on a sheet.
#[derive(Clone, Debug)]
pub(super) struct TablePart {
    /// Its part.
    pub(super) path: String,
    /// The part's text.
    pub(super) text: String,
    /// The range with its header and totals.
    pub(super) area: Area,
    /// Whether a row of totals ends it.
    pub(super) totals: bool,
    /// The formulas that fill its columns, by the column's place; only those that read the same in
    /// every row.
    pub(super) formulas: BTreeMap<u32, String>,
    /// Where its ranges stand in the text.
    refs: Vec<Range<usize>>,
}

/// A range of cells; rows and columns count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    /// The first row and column.
    pub(super) from: (u32, u32),
    /// The last row and column.
    pub(super) to: (u32, u32),
}

impl Area {
    /// Reads `A1:D10` or `B2`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once(':').unwrap_or((text, text));
        Some(Self { from: cell(from)?, to: cell(to)? })
    }
}

impl std::fmt::Display for Area {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = |(row, column): (u32, u32)| format!("{}{}", column_name(column), row + 1);
        if self.from == self.to {
            return f.write_str(&name(self.from));
        }
        write!(f, "{}:{}", name(self.from), name(self.to))
    }
}

/// The row and column of `$B$2` or `B2`.
pub(super) fn cell(text: &str) -> Option<(u32, u32)> {
    let text = text.replace('$', "");
    let digits = text.find(|character: char| character.is_ascii_digit())?;
    let (letters, row) = text.split_at(digits);
    let column = letters.bytes().try_fold(0_u32, |sum, letter| {
        let letter = letter.to_ascii_uppercase();
        letter.is_ascii_uppercase().then(|| sum.checked_mul(26)?.checked_add(u32::from(letter - b'A') + 1))?
    })?;
    Some((row.parse::<u32>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

/// The letters of a column.
pub(super) fn column_name(column: u32) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

impl Book {
    /// Reads what the package says of itself; the sheets are read when they are asked for.
    pub(super) fn open(name: &str, bytes: Vec<u8>, digest: u64) -> Result<Self, ConnectorError> {
        if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
            return Err(content(tr!("files-book-locked", name = name)));
        }
        let mut parts = Parts::open(name, &bytes)?;
        let workbook = parts
            .related("", |kind| kind.ends_with("/officeDocument"))?
            .into_iter()
            .next()
            .map_or_else(|| "xl/workbook.xml".to_owned(), |(_, path)| path);
        let text = parts.need(&workbook)?;
        let xml = parse(name, &text)?;
        let root = xml.root_element();
        let targets: BTreeMap<String, String> =
            parts.related(&workbook, |kind| kind.ends_with("/worksheet"))?.into_iter().collect();
        let mut sheets = Vec::new();
        let all = root.descendants().filter(|node| node.tag_name().name() == "sheet");
        for (position, sheet) in all.enumerate() {
            let id = sheet.attributes().find(|attribute| attribute.name() == "id").map(|attribute| attribute.value());
            let hidden = sheet.attribute("state").is_some_and(|state| state != "visible");
            if let (Some(path), Some(title), false) =
                (id.and_then(|id| targets.get(id)), sheet.attribute("name"), hidden)
            {
                sheets.push(SheetPart { name: title.to_owned(), path: path.clone(), position });
            }
        }
        let flag = |node: Node<'_, '_>, name: &str| node.attribute(name).is_some_and(is_true);
        let date1904 = root.children().any(|node| node.tag_name().name() == "workbookPr" && flag(node, "date1904"));
        let styles = match parts.related(&workbook, |kind| kind.ends_with("/styles"))?.into_iter().next() {
            Some((_, path)) => read_styles(name, &parts.need(&path)?)?,
            None => Vec::new(),
        };
        let has_calc_chain = !parts.related(&workbook, |kind| kind.ends_with("/calcChain"))?.is_empty();
        drop(parts);
        Ok(Self { name: name.to_owned(), bytes, digest, sheets, date1904, styles, workbook, has_calc_chain })
    }

    /// The text of a sheet.
    pub(super) fn sheet_text(&self, sheet: &SheetPart) -> Result<String, ConnectorError> {
        Parts::open(&self.name, &self.bytes)?.need(&sheet.path)
    }

    /// The first table on a sheet that has a header.
    pub(super) fn table(&self, sheet: &SheetPart) -> Result<Option<TablePart>, ConnectorError> {
        let mut parts = Parts::open(&self.name, &self.bytes)?;
        let mut tables = Vec::new();
        for (_, path) in parts.related(&sheet.path, |kind| kind.ends_with("/table"))? {
            let text = parts.need(&path)?;
            tables.extend(read_table(&self.name, path, text)?);
        }
        // A list has one table as a rule; of several, the first from the top is the list.
        tables.sort_by_key(|table: &TablePart| table.area.from);
        Ok(tables.into_iter().next())
    }

    /// The workbook's own part as it must be after `sheet` was changed: asked to calculate when it is
    /// opened where there are formulas, and with the sheet's filter extended. `None` if it stays as it is.
    pub(super) fn workbook_after(
        &self,
        sheet: &SheetPart,
        has_formulas: bool,
        filter: Option<(u32, u32)>,
    ) -> Result<Option<(String, String)>, ConnectorError> {
        let text = Parts::open(&self.name, &self.bytes)?.need(&self.workbook)?;
        let xml = parse(&self.name, &text)?;
        let root = xml.root_element();
        let mut changes: Vec<(Range<usize>, String)> = Vec::new();
        if has_formulas || self.has_calc_chain {
            let calc = root.children().find(|node| node.tag_name().name() == "calcPr");
            let asked = calc.and_then(|calc| calc.attribute_node("fullCalcOnLoad"));
            match (calc, asked) {
                (_, Some(asked)) if is_true(asked.value()) => {}
                (_, Some(asked)) => changes.push((asked.range_value(), "1".to_owned())),
                (Some(calc), None) => {
                    let at = calc.range().start + tag_name_len(&text, calc.range().start);
                    changes.push((at..at, " fullCalcOnLoad=\"1\"".to_owned()));
                }
                (None, None) => {
                    let before = ["definedNames", "externalReferences", "functionGroups", "sheets"];
                    let after =
                        before.iter().find_map(|name| root.children().find(|node| node.tag_name().name() == *name));
                    if let Some(after) = after {
                        let prefix = prefix_of(&text, after.range().start);
                        changes.push((
                            after.range().end..after.range().end,
                            format!("<{prefix}calcPr fullCalcOnLoad=\"1\"/>"),
                        ));
                    }
                }
            }
        }
        if let Some((old, new)) = filter {
            let position = sheet.position.to_string();
            let names = root.descendants().filter(|node| {
                node.tag_name().name() == "definedName"
                    && node.attribute("name") == Some("_xlnm._FilterDatabase")
                    && node.attribute("localSheetId") == Some(position.as_str())
            });
            for name in names.flat_map(|name| name.children().filter(Node::is_text)) {
                let range = name.range();
                let shown = text.get(range.clone()).unwrap_or_default();
                if let Some(start) = shown.strip_suffix(&format!("${}", old + 1)) {
                    changes.push((range, format!("{start}${}", new + 1)));
                }
            }
        }
        if changes.is_empty() {
            return Ok(None);
        }
        Ok(Some((self.workbook.clone(), splice(&text, changes))))
    }

    /// The package with these parts replaced; the others are copied with the very bytes they have.
    pub(super) fn with(&self, replaced: &BTreeMap<String, String>) -> Result<Vec<u8>, ConnectorError> {
        let failed = |error: zip::result::ZipError| {
            ConnectorError::caused(ErrorKind::File, tr!("files-book-not-rebuilt", file = self.name), error)
        };
        let mut archive = zip::ZipArchive::new(Cursor::new(self.bytes.as_slice())).map_err(failed)?;
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::with_capacity(self.bytes.len() + 4096)));
        for at in 0..archive.len() {
            let part = archive.by_index_raw(at).map_err(failed)?;
            let name = part.name().map_err(failed)?.into_owned();
            let Some(text) = replaced.get(&name) else {
                writer.raw_copy_file(part).map_err(failed)?;
                continue;
            };
            let mut options =
                zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
            if let Some(time) = part.last_modified() {
                options = options.last_modified_time(time);
            }
            drop(part);
            writer.start_file(name, options).map_err(failed)?;
            writer.write_all(text.as_bytes()).map_err(|error| {
                ConnectorError::caused(ErrorKind::File, tr!("files-book-not-rebuilt", file = self.name), error)
            })?;
        }
        Ok(writer.finish().map_err(failed)?.into_inner())
    }
}

impl TablePart {
    /// The part's text once the table ends at this row.
    pub(super) fn extended(&self, last_row: u32) -> String {
        let changes = self.refs.iter().filter_map(|range| {
            let mut area = Area::parse(self.text.get(range.clone())?)?;
            area.to.0 = last_row;
            Some((range.clone(), area.to_string()))
        });
        splice(&self.text, changes.collect())
    }
}

/// The parts of a package.
struct Parts<'a> {
    name: &'a str,
    archive: zip::ZipArchive<Cursor<&'a [u8]>>,
}

impl<'a> Parts<'a> {
    fn open(name: &'a str, bytes: &'a [u8]) -> Result<Self, ConnectorError> {
        let archive = zip::ZipArchive::new(Cursor::new(bytes))
            .map_err(|error| ConnectorError::caused(ErrorKind::Content, tr!("files-book-half", name = name), error))?;
        Ok(Self { name, archive })
    }

    /// A part's text; `None` if there is no such part.
    fn text(&mut self, path: &str) -> Result<Option<String>, ConnectorError> {
        self.text_within(path, MOST_UNPACKED)
    }

    /// The same, of at most so many bytes.
    fn text_within(&mut self, path: &str, most: u64) -> Result<Option<String>, ConnectorError> {
        let names: Vec<String> = self.archive.file_names().flatten().map(std::borrow::Cow::into_owned).collect();
        let exact = names.iter().find(|name| *name == path);
        let real = exact.or_else(|| names.iter().find(|name| name.eq_ignore_ascii_case(path)));
        let Some(real) = real else { return Ok(None) };
        let broken = |source: Box<dyn std::error::Error + Send + Sync>| ConnectorError {
            source: Some(source),
            ..content(tr!("files-book-bad-part", file = self.name, path = format_args!("{path}")))
        };
        let part = self.archive.by_name(real).map_err(|error| broken(Box::new(error)))?;
        let mut bytes = Vec::new();
        // What the archive says of the size is not believed.
        part.take(most + 1).read_to_end(&mut bytes).map_err(|error| broken(Box::new(error)))?;
        if bytes.len() as u64 > most {
            return Err(content(tr!(
                "files-book-part-too-big",
                path = format_args!("{path}"),
                name = format_args!("{}", self.name),
                most = format_args!("{}", most >> 20)
            )));
        }
        String::from_utf8(bytes).map(Some).map_err(|error| broken(Box::new(error)))
    }

    fn need(&mut self, path: &str) -> Result<String, ConnectorError> {
        self.text(path)?
            .ok_or_else(|| content(tr!("files-book-no-part", file = self.name, path = format_args!("{path}"))))
    }

    /// The parts that a part is related to: the relationship's id and the path.
    fn related(
        &mut self,
        path: &str,
        is_wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<(String, String)>, ConnectorError> {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let slash = if folder.is_empty() { "" } else { "/" };
        let Some(text) = self.text(&format!("{folder}{slash}_rels/{file}.rels"))? else { return Ok(Vec::new()) };
        let xml = parse(self.name, &text)?;
        let relations = xml.root_element().children().filter(|node| {
            node.attribute("Type").is_some_and(&is_wanted) && node.attribute("TargetMode") != Some("External")
        });
        Ok(relations
            .filter_map(|node| {
                let target = node.attribute("Target")?;
                Some((node.attribute("Id").unwrap_or_default().to_owned(), resolve(folder, target)))
            })
            .collect())
    }
}

/// A target relative to the folder of its source.
fn resolve(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path.join("/")
}

fn parse<'a>(name: &str, text: &'a str) -> Result<Xml<'a>, ConnectorError> {
    Xml::parse(text)
        .map_err(|error| ConnectorError::caused(ErrorKind::Content, tr!("files-book-bad", name = name), error))
}

fn read_styles(name: &str, text: &str) -> Result<Vec<StyleKind>, ConnectorError> {
    let xml = parse(name, text)?;
    let root = xml.root_element();
    let custom: BTreeMap<&str, &str> = root
        .descendants()
        .filter(|node| node.tag_name().name() == "numFmt")
        .filter_map(|node| Some((node.attribute("numFmtId")?, node.attribute("formatCode")?)))
        .collect();
    let formats = root.children().find(|node| node.tag_name().name() == "cellXfs");
    let styles =
        formats.into_iter().flat_map(|formats| formats.children()).filter(|node| node.tag_name().name() == "xf");
    Ok(styles
        .map(|style| {
            let id = style.attribute("numFmtId").unwrap_or("0");
            StyleKind::of(id, custom.get(id).copied())
        })
        .collect())
}

fn read_table(name: &str, path: String, text: String) -> Result<Option<TablePart>, ConnectorError> {
    let xml = parse(name, &text)?;
    let root = xml.root_element();
    let Some(reference) = root.attribute_node("ref") else { return Ok(None) };
    let (Some(area), true) = (Area::parse(reference.value()), root.attribute("headerRowCount") != Some("0")) else {
        return Ok(None);
    };
    let totals = root.attribute("totalsRowCount").is_some_and(|count| count != "0");
    let mut refs = vec![reference.range_value()];
    let filter = root.children().find(|node| node.tag_name().name() == "autoFilter");
    refs.extend(filter.and_then(|filter| filter.attribute_node("ref")).map(|filter| filter.range_value()));
    let columns = root.descendants().filter(|node| node.tag_name().name() == "tableColumn");
    let mut formulas = BTreeMap::new();
    for (place, column) in (area.from.1..).zip(columns) {
        let formula = column.children().find(|node| node.tag_name().name() == "calculatedColumnFormula");
        // A formula that names cells instead of columns would be another one in the next row.
        if let Some(formula) = formula.and_then(|formula| formula.text()).filter(|formula| formula.contains('[')) {
            formulas.insert(place, formula.to_owned());
        }
    }
    drop(xml);
    Ok(Some(TablePart { path, text, area, totals, formulas, refs }))
}

/// A text with these ranges replaced; they do not overlap.
pub(super) fn splice(text: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len() + 64);
    let mut at = 0;
    for (range, new) in changes {
        out.push_str(text.get(at..range.start).unwrap_or_default());
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or_default());
    out
}

/// The length of `<` and the name of the tag that starts here.
fn tag_name_len(text: &str, start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    rest.find(|character: char| character.is_whitespace() || character == '/' || character == '>').unwrap_or(rest.len())
}

/// The namespace prefix of the tag that starts here, with its colon.
pub(super) fn prefix_of(text: &str, start: usize) -> String {
    let name = text.get(start + 1..start + tag_name_len(text, start)).unwrap_or_default();
    name.split_once(':').map(|(prefix, _)| format!("{prefix}:")).unwrap_or_default()
}

fn is_true(value: &str) -> bool {
    matches!(value, "1" | "true" | "on")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot read its range has failed")]

    use super::*;

    #[test]
    fn ranges_are_read_and_written() {
        assert_eq!(cell("$AA$10"), Some((9, 26)));
        assert_eq!(cell("A0"), None);
        assert_eq!(Area::parse("B2:XFD1048576").unwrap().to_string(), "B2:XFD1048576");
        assert_eq!(Area::parse("C3").unwrap().to_string(), "C3");
        assert_eq!([0, 25, 26, 701, 702].map(column_name), ["A", "Z", "AA", "ZZ", "AAA"]);
    }

    #[test]
    fn a_part_that_unpacks_without_end_is_refused() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("xl/workbook.xml", zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(&[b' '; 5_000]).unwrap();
        let bytes = writer.finish().unwrap().into_inner();
        let mut parts = Parts::open("list.xlsx", &bytes).unwrap();
        assert_eq!(parts.text_within("xl/workbook.xml", 5_000).unwrap().unwrap().len(), 5_000);
        let error = parts.text_within("xl/workbook.xml", 4_999).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Content);
        assert!(error.message.contains("unpacked"), "{error}");
    }

    #[test]
    fn targets_are_found() {
        assert_eq!(resolve("xl/worksheets", "../tables/table1.xml"), "xl/tables/table1.xml");
        assert_eq!(resolve("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolve("", "xl/workbook.xml"), "xl/workbook.xml");
    }
}
