//! The history a page at a time.

use rusqlite::{Connection, OptionalExtension, Row, params_from_iter, types::Value as Sql};

use super::codec::{Json, Word, to_count, to_limit};
use super::journal::{RUN, WRITE, run_row, write_row};
use super::{Store, StoreError, pair_id};
use crate::model::{Numbered, RunPage, RunQuery, Side, Subject, Value, WriteField, WritePage, WriteQuery, WriteState};

impl Store {
    /// A page of runs, newest first.
    pub fn run_page(&self, query: &RunQuery) -> Result<RunPage, StoreError> {
        self.read(|conn| {
            let (mut conditions, mut values) = (vec!["1".to_owned()], Vec::<Sql>::new());
            let mut add = |condition: &str, value: Sql| {
                values.push(value);
                conditions.push(condition.replace('?', &format!("?{}", values.len())));
            };
            if let Some(pair) = &query.pair {
                add("r.pair = ?", pair_id(conn, pair)?.into());
            }
            if let Some(since) = query.since {
                add("r.started >= ?", since.0.into());
            }
            if let Some(until) = query.until {
                add("r.started < ?", until.0.into());
            }
            if !query.outcomes.is_empty() {
                let words: Vec<&str> = query.outcomes.iter().map(|outcome| outcome.word()).collect();
                add("instr(?, ',' || r.outcome || ',') > 0", format!(",{},", words.join(",")).into());
            }
            let count = format!("SELECT count(*) FROM runs r WHERE {}", conditions.join(" AND "));
            let total: i64 = conn.query_row(&count, params_from_iter(values.iter()), |row| row.get(0))?;
            if let Some(before) = query.before {
                values.push(before.0.into());
                conditions.push(format!("r.id < ?{}", values.len()));
            }
            values.push(to_limit(query.limit).into());
            let page = format!("{RUN} WHERE {} ORDER BY r.id DESC LIMIT ?{}", conditions.join(" AND "), values.len());
            let runs = conn
                .prepare_cached(&page)?
                .query_map(params_from_iter(values.iter()), run_row)?
                .collect::<Result<_, _>>()?;
            Ok(RunPage { query: query.clone(), runs, total: to_count(total) })
        })
    }

    /// A page of the writes of a run.
    pub fn write_page(&self, query: &WriteQuery) -> Result<WritePage, StoreError> {
        self.read(|conn| {
            let (total, failed) = conn
                .prepare_cached("SELECT count(*), count(*) FILTER (WHERE state = 'failed') FROM writes WHERE run = ?1")?
                .query_row([query.run.0], |row| Ok((to_count(row.get(0)?), to_count(row.get(1)?))))?;
            let words = Words::of(&query.text);
            let (found, places) = if words.is_empty() && query.state.is_none() {
                let places = (query.skip..).take(query.limit.min(size(total).saturating_sub(query.skip)));
                (total, places.map(|place| place as u64 + 1).collect())
            } else {
                let fits = fitting(conn, query, &words)?;
                let found = fits.len() as u64;
                (found, fits.into_iter().skip(query.skip).take(query.limit).collect::<Vec<u64>>())
            };
            let mut writes = Vec::with_capacity(places.len());
            let mut read =
                conn.prepare_cached(&format!("{WRITE} WHERE w.run = ?1 ORDER BY w.seq LIMIT ?2 OFFSET ?3"))?;
            // Places that follow each other are read at once: that is every page of an unfiltered list.
            for group in places.chunk_by(|one, next| one + 1 == *next) {
                let Some(first) = group.first() else { continue };
                let rows =
                    read.query_map((query.run.0, to_limit(group.len()), to_limit(size(first - 1))), write_row)?;
                for (number, write) in (*first..).zip(rows) {
                    writes.push(Numbered { number, write: write? });
                }
            }
            Ok(WritePage { query: query.clone(), writes, found, total, failed })
        })
    }

    /// The place of a write in its run.
    pub fn write_number(&self, id: &str) -> Result<Option<u64>, StoreError> {
        self.read(|conn| {
            let mut found = conn.prepare_cached(
                "SELECT count(*) FROM writes w JOIN writes o ON o.run = w.run AND o.seq <= w.seq WHERE w.id = ?1",
            )?;
            Ok(found.query_row([id], |row| row.get(0).map(to_count)).optional()?.filter(|number| *number > 0))
        })
    }
}

/// The places of the writes of a run that hold all the words.
fn fitting(conn: &Connection, query: &WriteQuery, words: &Words) -> Result<Vec<u64>, StoreError> {
    let mut scan = conn.prepare_cached(
        "SELECT w.label, w.record, w.subject, w.fields, w.state FROM writes w WHERE w.run = ?1 ORDER BY w.seq",
    )?;
    let mut rows = scan.query([query.run.0])?;
    let (mut places, mut place) = (Vec::new(), 0);
    while let Some(row) = rows.next()? {
        place += 1;
        let state: Word<WriteState> = row.get(4)?;
        if query.state.is_none_or(|wanted| wanted == state.0) && written(row, words)?.is_some() {
            places.push(place);
        }
    }
    Ok(places)
}

/// What a row of writes (label, record, subject, fields) is about, where it holds all the words.
pub(super) fn written(row: &Row<'_>, words: &Words) -> Result<Option<(String, Subject)>, StoreError> {
    let (label, record) = (text_of(row, 0)?, row.get_ref(1)?.as_str_or_null().map_err(rusqlite::Error::from)?);
    let (subject, fields) = (text_of(row, 2)?, text_of(row, 3)?);
    // Most rows hold none of the words in any form, and are not taken apart.
    if !words.may_be_in(&[label, record.unwrap_or_default(), subject, fields]) {
        return Ok(None);
    }
    let subject: Json<Subject> = row.get(2)?;
    let fields: Json<Vec<WriteField>> = row.get(3)?;
    let ids = Side::BOTH.iter().filter_map(|side| subject.0.id(*side)).map(|id| id.as_str().to_owned());
    let values = fields.0.iter().flat_map(|field| [&field.before, &field.after]).flatten().map(Value::display);
    let texts = [label.to_owned(), record.unwrap_or_default().to_owned()].into_iter().chain(ids).chain(values);
    Ok(words.are_in(texts).then(|| (label.to_owned(), subject.0)))
}

/// Words that all have to be found. A telephone number is found however it is written.
#[derive(Clone, Debug)]
pub(super) struct Words {
    whole: String,
    words: Vec<String>,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let whole = text.trim().to_lowercase();
        Self { words: whole.split_whitespace().map(str::to_owned).collect(), whole }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a text is just what is looked for.
    pub(super) fn is(&self, text: &str) -> bool {
        text.trim().to_lowercase() == self.whole
    }

    /// Whether the words can be in these texts, which may be JSON: false is certain.
    pub(super) fn may_be_in(&self, texts: &[&str]) -> bool {
        let lower: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        self.words.iter().all(|word| {
            let written_otherwise = word.contains(['"', '\\']) || is_number(word);
            written_otherwise || lower.iter().any(|text| text.contains(word.as_str()))
        })
    }

    pub(super) fn are_in(&self, texts: impl IntoIterator<Item = String>) -> bool {
        let lower: Vec<String> = texts.into_iter().map(|text| text.to_lowercase()).collect();
        self.words.iter().all(|word| {
            lower.iter().any(|text| text.contains(word.as_str()))
                || is_number(word) && lower.iter().any(|text| digits(text).contains(&digits(word)))
        })
    }
}

/// Whether a word is long enough a number to be a telephone's, which everybody writes in another way.
fn is_number(word: &str) -> bool {
    digits(word).len() >= 5 && word.chars().all(|c| c.is_ascii_digit() || "+/.-()".contains(c))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// A text column, not copied.
pub(super) fn text_of<'row>(row: &'row Row<'_>, column: usize) -> rusqlite::Result<&'row str> {
    Ok(row.get_ref(column)?.as_str()?)
}

fn size(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
