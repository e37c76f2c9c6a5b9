//! What differs between the kinds of databases: how names are quoted, how values become texts and texts
//! values, and where the schema is found.

use std::borrow::Cow;

use super::link::Link;
use super::table::{Column, Table};
use crate::connectors::ConnectorError;
use crate::model::{Kind, Timestamp};

/// How long a transaction may take, in minutes: what it writes is seen only at its end, and may bear its beginning.
const OVERLAP: u32 = 5;

/// By how much the clocks of two who write may differ, in minutes: zones lie up to 26 hours apart, and an hour comes
/// twice when summer time ends.
const ZONES: u32 = 27 * 60 + OVERLAP;

/// How the values of a column of changes follow one another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Order {
    /// They are times.
    Times,
    /// They are numbers, of which this is the highest.
    Numbers(f64),
}

/// The kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// `SQLite`.
    Sqlite,
    /// `PostgreSQL`.
    Postgres,
    /// `MySQL` and `MariaDB`.
    MySql,
}

impl Dialect {
    /// A name as it stands in a statement.
    pub(super) fn quote(self, name: &str) -> String {
        match self {
            Self::Sqlite | Self::Postgres => format!("\"{}\"", name.replace('"', "\"\"")),
            Self::MySql => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// The expression for a column's value as text.
    pub(super) fn text(self, column: &Column) -> String {
        let name = self.quote(&column.name);
        match self {
            Self::Sqlite => name,
            Self::Postgres => format!("{name}::text"),
            Self::MySql if column.is_binary => format!("HEX({name})"),
            Self::MySql => format!("CAST({name} AS CHAR)"),
        }
    }

    /// The place of the nth parameter, as a value of this column.
    pub(super) fn param(self, number: usize, column: &Column) -> String {
        match self {
            Self::Postgres => format!("${number}::text::{}", without_length(&column.type_name)),
            Self::Sqlite => format!("?{number}"),
            Self::MySql => "?".to_owned(),
        }
    }

    /// The condition that a column's text is that of the only parameter, whatever the case.
    pub(super) fn alike(self, column: &Column) -> String {
        let text = self.text(column);
        match self {
            Self::Postgres => format!("lower(btrim({text})) = lower(btrim($1::text))"),
            Self::Sqlite => format!("lower(trim({text})) = lower(trim(?1))"),
            Self::MySql => format!("LOWER(TRIM({text})) = LOWER(TRIM(?))"),
        }
    }

    /// The condition that a column of the key has the value of the nth parameter.
    pub(super) fn is(self, column: &Column, number: usize) -> String {
        let name = self.quote(&column.name);
        match self {
            // There a number is no text, and nothing makes the one of the other.
            Self::Sqlite if has_no_affinity(&column.type_name) => format!("CAST({name} AS TEXT) = ?{number}"),
            Self::Sqlite | Self::Postgres | Self::MySql => format!("{name} = {}", self.param(number, column)),
        }
    }

    /// How the values of a column of changes follow one another, of which this is the newest; none where nothing
    /// says that a later change has a higher value.
    pub(super) fn order(self, column: &Column, newest: &str) -> Option<Order> {
        match (self, column.kind) {
            (Self::Postgres | Self::MySql, Some(Kind::DateTime | Kind::Date)) => Some(Order::Times),
            (Self::Postgres | Self::MySql, Some(Kind::Number)) => number(newest).map(Order::Numbers),
            (Self::Postgres | Self::MySql, _) => None,
            // A column holds what is put into it, whatever type it is of.
            (Self::Sqlite, _) if starts_with_day(newest) => Some(Order::Times),
            (Self::Sqlite, _) => number(newest).map(Order::Numbers),
        }
    }

    /// The condition that a row may have been changed since the one whose value is the only parameter. From times it
    /// takes off what transactions may overlap and, where the column does not say in which zone it is, the hours
    /// by which the clocks of those who write may differ; from numbers as much as they may go up meanwhile.
    pub(super) fn since(self, column: &Column, order: Order) -> String {
        let name = self.quote(&column.name);
        let minutes = if self.has_zone(column) { OVERLAP } else { ZONES };
        match (self, order) {
            (Self::Postgres, Order::Times) => {
                format!("{name} >= $1::text::{} - INTERVAL '{minutes} minutes'", column.type_name)
            }
            (Self::MySql, Order::Times) => {
                format!("{name} >= CAST(? AS DATETIME(6)) - INTERVAL {minutes} MINUTE")
            }
            // Texts of whatever form start with the day. There any number comes before any text, and is no earlier for
            // that, so numbers among times are read each time.
            (Self::Sqlite, Order::Times) => format!("({name} >= date(substr(?1, 1, 10), '-2 days') OR {name} < '')"),
            (Self::Postgres, Order::Numbers(newest)) => {
                format!("{name} >= $1::text::{} - {}", column.type_name, meanwhile(newest))
            }
            (Self::MySql, Order::Numbers(newest)) => {
                format!("{name} >= CAST(? AS DECIMAL(65, 10)) - {}", meanwhile(newest))
            }
            // Texts among numbers come after all of them.
            (Self::Sqlite, Order::Numbers(newest)) => {
                format!("{name} >= CAST(?1 AS NUMERIC) - {}", meanwhile(newest))
            }
        }
    }

    /// What the database's clock shows, written as the values of a time of change are, so that the texts can be
    /// compared; none where the column holds no times.
    pub(super) fn now(self, column: &Column) -> Option<String> {
        match (self, column.kind) {
            (Self::Postgres, Some(Kind::DateTime | Kind::Date)) => {
                Some(format!("clock_timestamp()::{}::text", column.type_name))
            }
            (Self::MySql, Some(Kind::DateTime | Kind::Date)) => Some("CAST(NOW(6) AS CHAR)".to_owned()),
            (Self::Sqlite, _) => Some("strftime('%Y-%m-%d %H:%M:%f', 'now')".to_owned()),
            (Self::Postgres | Self::MySql, _) => None,
        }
    }

    /// A time of change, but none that is yet to come: a record that bears one, as of a computer whose clock was wrong,
    /// would hide all that changes until then.
    pub(super) fn no_later<'a>(self, time: &'a str, now: Option<&'a str>) -> &'a str {
        let is_time = match self {
            Self::Postgres | Self::MySql => true,
            Self::Sqlite => starts_with_day(time),
        };
        match now {
            Some(now) if is_time && time > now => now,
            Some(_) | None => time,
        }
    }

    /// The moment that a time of change stands for; none where its column does not say in which zone it is.
    pub(super) fn moment(self, column: &Column, text: &str) -> Option<Timestamp> {
        let moment: jiff::Timestamp = match self {
            // The connection's zone is UTC, in which the server gives what it keeps without one.
            Self::MySql if self.has_zone(column) => format!("{text}Z").parse().ok()?,
            Self::MySql => return None,
            // A text without a zone is no moment, and is not taken for one.
            Self::Postgres | Self::Sqlite => text.parse().ok()?,
        };
        Some(Timestamp(moment.as_millisecond()))
    }

    /// Whether the moments of a column are the same for whoever writes them, wherever its clock is.
    fn has_zone(self, column: &Column) -> bool {
        let name = column.type_name.to_lowercase();
        match self {
            Self::Postgres => name.split(' ').any(|word| word == "with") || name.starts_with("timestamptz"),
            Self::MySql => name.starts_with("timestamp"),
            // It has no such types; texts may say it.
            Self::Sqlite => false,
        }
    }

    /// How a transaction starts.
    pub(super) const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
            Self::MySql => "START TRANSACTION",
        }
    }

    /// What keeps others from changing a row that was read.
    pub(super) const fn locked(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres | Self::MySql => " FOR UPDATE",
        }
    }

    /// The tables and views that can be read.
    pub(super) async fn tables(self, link: &mut Link) -> Result<Vec<Table>, ConnectorError> {
        let sql = match self {
            Self::Sqlite => {
                "SELECT '', name, type = 'view', 1 FROM sqlite_master WHERE type IN ('table', 'view') \
                 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
            }
            Self::Postgres => {
                "SELECT n.nspname::text, c.relname::text, \
                 (pg_relation_is_updatable(c.oid::regclass, false) & 28 <> 28 \
                  OR NOT has_table_privilege(c.oid, 'UPDATE'))::int::text, (n.nspname = current_schema())::int::text \
                 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition \
                 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%' \
                 AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1, 2"
            }
            Self::MySql => {
                "SELECT CAST(t.table_schema AS CHAR), CAST(t.table_name AS CHAR), \
                 IF(t.table_type LIKE '%VIEW' AND COALESCE(v.is_updatable, 'NO') = 'NO', '1', '0'), '1' \
                 FROM information_schema.tables t LEFT JOIN information_schema.views v \
                 ON v.table_schema = t.table_schema AND v.table_name = t.table_name \
                 WHERE t.table_schema = DATABASE() ORDER BY 2"
            }
        };
        let rows = link.rows(sql.to_owned(), Vec::new()).await?;
        let cell = |row: &[Option<String>], at: usize| row.get(at).cloned().flatten().unwrap_or_default();
        Ok(rows
            .iter()
            .map(|row| Table {
                schema: cell(row, 0),
                name: cell(row, 1),
                read_only: cell(row, 2) == "1",
                is_default: cell(row, 3) == "1",
            })
            .collect())
    }

    /// The columns of a table, in their order.
    pub(super) async fn columns(self, link: &mut Link, table: &Table) -> Result<Vec<Column>, ConnectorError> {
        // Name, type, not null, default, generated, longest, choices, place in the primary key, a check.
        let (sql, params) = match self {
            Self::Sqlite => (
                "SELECT name, type, \"notnull\", dflt_value IS NOT NULL OR (pk = 1 AND upper(type) = 'INTEGER'), \
                 hidden IN (2, 3), NULL, NULL, pk, NULL FROM pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid",
                vec![table.name.clone()],
            ),
            Self::Postgres => (
                "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::int::text, \
                 (a.atthasdef OR a.attidentity <> '')::int::text, (a.attgenerated <> '' OR a.attidentity = 'a')::int::text, \
                 CASE WHEN a.atttypid IN (1042, 1043) AND a.atttypmod > 4 THEN (a.atttypmod - 4)::text END, \
                 (SELECT string_agg(quote_literal(e.enumlabel), ',' ORDER BY e.enumsortorder) FROM pg_enum e \
                  WHERE e.enumtypid = a.atttypid), \
                 COALESCE((SELECT array_position(i.indkey::int2[], a.attnum) + 1 FROM pg_index i \
                  WHERE i.indrelid = a.attrelid AND i.indisprimary), 0)::text, \
                 (SELECT min(pg_get_constraintdef(k.oid)) FROM pg_constraint k WHERE k.conrelid = a.attrelid \
                  AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]) \
                 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
                vec![table.schema.clone(), table.name.clone()],
            ),
            Self::MySql => (
                "SELECT CAST(c.column_name AS CHAR), CAST(c.column_type AS CHAR), IF(c.is_nullable = 'NO', '1', '0'), \
                 IF(c.column_default IS NOT NULL OR c.extra LIKE '%auto_increment%', '1', '0'), \
                 IF(c.extra LIKE '%VIRTUAL%' OR c.extra LIKE '%STORED%', '1', '0'), \
                 IF(c.data_type IN ('char', 'varchar'), CAST(c.character_maximum_length AS CHAR), NULL), \
                 IF(c.data_type = 'enum', CAST(c.column_type AS CHAR), NULL), \
                 CAST(COALESCE(s.ordinal_position, 0) AS CHAR), NULL \
                 FROM information_schema.columns c LEFT JOIN information_schema.key_column_usage s \
                 ON s.table_schema = c.table_schema AND s.table_name = c.table_name AND s.column_name = c.column_name \
                 AND s.constraint_name = 'PRIMARY' \
                 WHERE c.table_schema = ? AND c.table_name = ? ORDER BY c.ordinal_position",
                vec![table.schema.clone(), table.name.clone()],
            ),
        };
        let rows = link.rows(sql.to_owned(), params.into_iter().map(Some).collect()).await?;
        Ok(rows.iter().map(|row| self.column(row)).collect())
    }

    fn column(self, row: &[Option<String>]) -> Column {
        let cell = |at: usize| row.get(at).cloned().flatten();
        let flag = |at: usize| cell(at).as_deref() == Some("1");
        let type_name = cell(1).unwrap_or_default();
        let lower = type_name.to_lowercase();
        let base = lower.split(['(', ' ']).next().unwrap_or_default();
        let is_array = lower.ends_with("[]");
        let choices = match (cell(6), cell(8)) {
            (Some(choices), _) => literals(&choices),
            (None, Some(check)) if check.contains("= ANY") => literals(&check),
            (None, _) => Vec::new(),
        };
        let is_boolean = lower == "tinyint(1)" || matches!(base, "bool" | "boolean");
        let kind = match base {
            _ if is_array => None,
            _ if is_boolean => Some(Kind::Boolean),
            _ if !choices.is_empty() => Some(Kind::Choice),
            "date" => Some(Kind::Date),
            "timestamp" | "datetime" | "timestamptz" => Some(Kind::DateTime),
            "int" | "integer" | "smallint" | "bigint" | "tinyint" | "mediumint" | "numeric" | "decimal" | "real"
            | "double" | "float" => Some(Kind::Number),
            _ => None,
        };
        let is_binary =
            matches!(base, "bytea" | "blob" | "binary" | "varbinary" | "longblob" | "mediumblob" | "tinyblob" | "bit");
        Column {
            name: cell(0).unwrap_or_default(),
            is_text: matches!(
                base,
                "text"
                    | "character"
                    | "varchar"
                    | "char"
                    | "longtext"
                    | "mediumtext"
                    | "tinytext"
                    | "citext"
                    | "clob"
                    | "nvarchar"
                    | ""
            ) && !is_array,
            is_flag_number: is_boolean && self != Self::Postgres,
            type_name,
            kind,
            not_null: flag(2),
            has_default: flag(3),
            read_only: flag(4) || is_binary,
            is_binary,
            max_length: cell(5).and_then(|length| length.parse().ok()),
            choices,
            key: cell(7).and_then(|place| place.parse().ok()).unwrap_or(0),
        }
    }
}

/// Whether a column of this type takes values as they come (section 3.1 of "Datatypes In SQLite").
fn has_no_affinity(type_name: &str) -> bool {
    let name = type_name.to_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    !has(&["INT", "CHAR", "CLOB", "TEXT"]) && (name.is_empty() || has(&["BLOB"]))
}

/// Whether a text starts with a day, as `2026-11-27`.
fn starts_with_day(text: &str) -> bool {
    let fits = |(byte, like): (u8, u8)| if like == b'0' { byte.is_ascii_digit() } else { byte == like };
    text.len() >= 10 && text.bytes().zip(*b"0000-00-00").all(fits)
}

/// A type of `PostgreSQL` that takes a value as long as it is: a conversion to one of a length cuts it off without a word,
/// where storing it in the column refuses it.
fn without_length(type_name: &str) -> Cow<'_, str> {
    let Some((before, rest)) = type_name.split_once('(') else { return Cow::Borrowed(type_name) };
    let after = rest.split_once(')').map_or("", |(_, after)| after);
    // By itself this is a text of one character.
    let before = if before == "character" { "bpchar" } else { before };
    Cow::Owned(format!("{before}{after}"))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

/// By how much numbers of changes may go up while a transaction is open: that many changes of a counter, or five
/// minutes where they are so high that they are seconds, milliseconds and so on since 1970.
fn meanwhile(newest: f64) -> u64 {
    match newest.abs() {
        number if number < 1e11 => 1_000,
        number if number < 1e14 => 300_000,
        number if number < 1e17 => 300_000_000,
        _ => 300_000_000_000,
    }
}

/// The texts in single quotes.
fn literals(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('\'') {
        let mut value = String::new();
        let mut chars = rest.get(start + 1..).unwrap_or_default().char_indices().peekable();
        let mut end = rest.len();
        while let Some((at, character)) = chars.next() {
            if character != '\'' {
                value.push(character);
            } else if chars.peek().is_some_and(|(_, next)| *next == '\'') {
                value.push('\'');
                chars.next();
            } else {
                end = start + 1 + at + 1;
                break;
            }
        }
        found.push(value);
        rest = rest.get(end..).unwrap_or_default();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_column_that_says_its_zone_tells_a_moment() {
        let column = |dialect: Dialect, type_name: &str| {
            dialect.column(&[Some("changed".to_owned()), Some(type_name.to_owned())])
        };
        for (dialect, type_name, text, moment) in [
            (Dialect::Postgres, "timestamp with time zone", "2026-11-27 10:00:00.5+00", Some(1_795_773_600_500)),
            (Dialect::Postgres, "timestamp without time zone", "2026-11-27 10:00:00.5", None),
            (Dialect::MySql, "timestamp(6)", "2026-11-27 10:00:00.500000", Some(1_795_773_600_500)),
            (Dialect::MySql, "datetime(6)", "2026-11-27 10:00:00.500000", None),
            (Dialect::Sqlite, "TEXT", "2026-11-27T12:00:00.5+02:00", Some(1_795_773_600_500)),
            (Dialect::Sqlite, "TEXT", "2026-11-27 10:00:00", None),
            (Dialect::Sqlite, "INTEGER", "1795773600", None),
        ] {
            let told = dialect.moment(&column(dialect, type_name), text);
            assert_eq!(told, moment.map(Timestamp), "{type_name} {text}");
        }
    }

    #[test]
    fn names_and_choices_are_quoted_and_read() {
        assert_eq!(Dialect::Postgres.quote("a\"b"), "\"a\"\"b\"");
        assert_eq!(Dialect::MySql.quote("a`b"), "`a``b`");
        assert_eq!(literals("enum('a','it''s')"), ["a", "it's"]);
        assert_eq!(literals("CHECK ((x = ANY (ARRAY['p'::text, 'q'::text])))"), ["p", "q"]);
    }
}
