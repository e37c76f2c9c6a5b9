//! Sheets: rows of cells, of which one names the columns and one column tells the rows apart.
//!
//! Where a row stands says nothing about which it is, as people sort and insert. So the rows are read anew
//! right before each request that writes, and every cell is found by the row's id and the column's name.
//! Written cells are typed (Google's `ExtendedValue`): a text that begins with `=` stays a text.

use std::collections::BTreeMap;

use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, Value};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::template::plain;
use crate::connectors::shared::rows::need_column;
use crate::texts::tr;

/// What is wrong in a sheet, in words for whoever looks after it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct SheetTrouble(String);

/// What a manifest says of a sheet.
#[derive(Deserialize)]
struct Plan {
    /// The name of the column that tells the rows apart.
    id: String,
    /// The number of the row that names the columns.
    header: Json,
    /// The platform's number of the sheet; needed to write.
    #[serde(default)]
    sheet: Json,
}

/// One row as it is written.
#[derive(Deserialize)]
struct Written {
    id: String,
    cells: Map<String, Json>,
}

/// A sheet that has been read.
struct Sheet {
    columns: Vec<String>,
    id_at: usize,
    id: String,
    /// The number of each row in the sheet, counted from 1, its id and its cells.
    rows: Vec<(usize, String, Vec<Json>)>,
}

/// Adds the filters that manifests of sheets use.
pub(super) fn add_filters(environment: &mut Environment<'static>) {
    environment.add_filter("rows", |values: Value, plan: Serde<Plan>| {
        Sheet::read(&values, &plan).map(|sheet| of(&Json::Array(sheet.records()))).map_err(told)
    });
    environment.add_filter("changed_cells", |values: Value, rows: Serde<Vec<Written>>, plan: Serde<Plan>| {
        let sheet = Sheet::read(&values, &plan).map_err(told)?;
        sheet.changed(&rows, &plan).map(|requests| of(&Json::Array(requests))).map_err(told)
    });
    environment.add_filter("added_rows", |values: Value, rows: Serde<Vec<Written>>, plan: Serde<Plan>| {
        let sheet = Sheet::read(&values, &plan).map_err(told)?;
        sheet.added(&rows, &plan).map(|request| of(&json!([request]))).map_err(told)
    });
    environment.add_filter("removed_rows", |values: Value, ids: Serde<Vec<String>>, plan: Serde<Plan>| {
        let sheet = Sheet::read(&values, &plan).map_err(told)?;
        Ok::<Value, Error>(of(&Json::Array(sheet.removed(&ids, &plan))))
    });
}

fn of(json: &Json) -> Value {
    Value::from(Serde(json))
}

fn told(trouble: SheetTrouble) -> Error {
    Error::new(ErrorKind::InvalidOperation, trouble.0.clone()).with_source(trouble)
}

impl Plan {
    fn header(&self) -> usize {
        plain(&self.header).trim().parse().unwrap_or(1).max(1)
    }

    fn sheet(&self) -> Json {
        plain(&self.sheet).trim().parse::<i64>().map_or_else(|_other| self.sheet.clone(), Json::from)
    }
}

impl Sheet {
    /// Reads the rows as the platform gives them: lists of cells, in which empty ones at the end are left out.
    fn read(values: &Value, plan: &Plan) -> Result<Self, SheetTrouble> {
        let values: Vec<Vec<Json>> = if values.is_undefined() || values.is_none() {
            Vec::new()
        } else {
            let json = serde_json::to_value(values).unwrap_or(Json::Null);
            serde_json::from_value(json)
                .map_err(|error| SheetTrouble(tr!("rest-sheet-no-rows", error = format_args!("{error}"))))?
        };
        let header = plan.header();
        let mut rows = values.into_iter().zip(1..);
        let named = rows.by_ref().nth(header - 1).map(|(cells, _)| cells).unwrap_or_default();
        let columns: Vec<String> = named.iter().map(|name| plain(name).trim().to_owned()).collect();
        let id_at =
            need_column(&tr!("rest-the-sheet"), &columns, &plan.id).map_err(|error| SheetTrouble(error.message))?;
        let id = columns.get(id_at).cloned().unwrap_or_default();
        let mut sheet = Self { columns, id_at, id, rows: Vec::new() };
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for (cells, number) in rows {
            if cells.iter().all(|cell| plain(cell).trim().is_empty()) {
                continue;
            }
            let own = cells.get(id_at).map(|cell| plain(cell).trim().to_owned()).unwrap_or_default();
            if own.is_empty() {
                return Err(SheetTrouble(tr!(
                    "rest-sheet-no-id",
                    number = format_args!("{number}"),
                    column = format_args!("{}", sheet.id)
                )));
            }
            if let Some(first) = known.insert(own.clone(), number) {
                return Err(SheetTrouble(tr!(
                    "rest-sheet-same-id",
                    number = format_args!("{number}"),
                    id = format_args!("{own}"),
                    column = format_args!("{}", sheet.id),
                    first = format_args!("{first}")
                )));
            }
            sheet.rows.push((number, own, cells));
        }
        Ok(sheet)
    }

    /// The columns that can be told apart: those with a name that none before them has.
    fn named(&self) -> impl Iterator<Item = (usize, &String)> {
        let columns = self.columns.iter().enumerate();
        columns
            .filter(move |(at, name)| !name.is_empty() && self.columns.iter().position(|one| one == *name) == Some(*at))
    }

    fn records(&self) -> Vec<Json> {
        let named: Vec<(usize, &String)> = self.named().collect();
        let record = |(number, id, cells): &(usize, String, Vec<Json>)| {
            let cell = |at: usize| cells.get(at).cloned().unwrap_or_else(|| Json::from(""));
            let held: Map<String, Json> = named.iter().map(|(at, name)| ((*name).clone(), cell(*at))).collect();
            json!({ "id": id, "row": number, "cells": held })
        };
        self.rows.iter().map(record).collect()
    }

    fn column(&self, name: &str) -> Result<usize, SheetTrouble> {
        need_column(&tr!("rest-the-sheet"), &self.columns, name).map_err(|error| SheetTrouble(error.message))
    }

    fn changed(&self, rows: &[Written], plan: &Plan) -> Result<Vec<Json>, SheetTrouble> {
        let mut requests = Vec::new();
        for row in rows {
            let found = self.rows.iter().find(|(_, id, _)| *id == row.id);
            let (number, _, cells) =
                found.ok_or_else(|| SheetTrouble(tr!("rest-sheet-row-gone", id = format_args!("{}", row.id))))?;
            for (name, value) in &row.cells {
                let at = self.column(name)?;
                let cell = cell_of(value, cells.get(at));
                requests.push(json!({ "updateCells": {
                    "start": { "sheetId": plan.sheet(), "rowIndex": number - 1, "columnIndex": at },
                    "rows": [{ "values": [cell] }],
                    "fields": "userEnteredValue",
                } }));
            }
        }
        Ok(requests)
    }

    fn added(&self, rows: &[Written], plan: &Plan) -> Result<Json, SheetTrouble> {
        let last = self.rows.last().map(|(_, _, cells)| cells.as_slice()).unwrap_or_default();
        let mut all = Vec::with_capacity(rows.len());
        for row in rows {
            let mut cells: Vec<Json> = self.columns.iter().map(|_| json!({})).collect();
            for (name, value) in row.cells.iter().filter(|(name, _)| **name != self.id) {
                let at = self.column(name)?;
                if let Some(cell) = cells.get_mut(at) {
                    *cell = cell_of(value, last.get(at));
                }
            }
            if let Some(cell) = cells.get_mut(self.id_at) {
                *cell = cell_of(&Json::from(row.id.as_str()), None);
            }
            all.push(json!({ "values": cells }));
        }
        Ok(json!({ "appendCells": { "sheetId": plan.sheet(), "rows": all, "fields": "userEnteredValue" } }))
    }

    /// From the last to the first, so that none moves another.
    fn removed(&self, ids: &[String], plan: &Plan) -> Vec<Json> {
        let gone = self.rows.iter().rev().filter(|(_, id, _)| ids.contains(id));
        gone.map(|(number, _, _)| {
            json!({ "deleteDimension": { "range": {
                "sheetId": plan.sheet(), "dimension": "ROWS", "startIndex": number - 1, "endIndex": number,
            } } })
        })
        .collect()
    }
}

/// A cell that holds this value: as a number, or as true or false, where such a one is in its place and the
/// value can be one; else as a text, whatever it looks like.
fn cell_of(value: &Json, like: Option<&Json>) -> Json {
    let text = plain(value);
    let number = || serde_json::from_str::<Json>(text.trim()).ok().filter(Json::is_number);
    let typed = match (value, like) {
        (Json::Bool(yes), _) => json!({ "boolValue": yes }),
        (Json::Number(number), _) => json!({ "numberValue": number }),
        _ if text.is_empty() => return json!({}),
        // What begins with a zero or a plus is no number in JSON, and a long telephone number would lose digits.
        (_, Some(Json::Number(_))) => match number() {
            Some(number) if text.bytes().filter(u8::is_ascii_digit).count() <= 15 => json!({ "numberValue": number }),
            Some(_) | None => json!({ "stringValue": text }),
        },
        (_, Some(Json::Bool(_))) if matches!(text.as_str(), "true" | "false") => {
            json!({ "boolValue": text == "true" })
        }
        _ => json!({ "stringValue": text }),
    };
    json!({ "userEnteredValue": typed })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

    use super::*;

    fn plan() -> Plan {
        Plan { id: "No".to_owned(), header: json!("2"), sheet: json!("7") }
    }

    fn read(values: &Json) -> Result<Sheet, String> {
        Sheet::read(&of(values), &plan()).map_err(|trouble| trouble.0)
    }

    fn customers() -> Sheet {
        read(&json!([
            ["Customers"],
            ["Name", " No ", "", "Debt", "Name"],
            ["Ann", 1, "x", 5],
            [],
            ["Bob", "2", "", 7.5]
        ]))
        .unwrap()
    }

    #[test]
    fn rows_are_named_by_the_header_and_known_by_their_id() {
        let records = customers().records();
        assert_eq!(records[0], json!({"id": "1", "row": 3, "cells": {"Name": "Ann", "No": 1, "Debt": 5}}));
        assert_eq!(records[1], json!({"id": "2", "row": 5, "cells": {"Name": "Bob", "No": "2", "Debt": 7.5}}));
        assert_eq!(read(&json!([[], ["No"]])).unwrap().records(), Vec::<Json>::new());
    }

    #[test]
    fn what_cannot_be_told_apart_is_said_with_its_row() {
        let told = |rows: &Json| read(rows).err().unwrap();
        assert!(
            told(&json!([[], ["No", "Name"], ["1", "Ann"], ["", "Bob"]])).starts_with("Row 4 of the sheet has no id")
        );
        let twice = told(&json!([[], ["No", "Name"], ["1", "Ann"], [1, "Bob"]]));
        assert!(twice.contains("Row 4") && twice.contains("also on row 3"), "{twice}");
        // An empty sheet is no list without records: its columns are gone.
        assert!(told(&Json::Null).contains("There is no column \"No\""));
    }

    #[test]
    fn cells_are_found_by_name_and_keep_their_type() {
        let row = |id: &str, cells: Json| Written { id: id.to_owned(), cells: cells.as_object().unwrap().clone() };
        let requests = customers().changed(&[row("2", json!({"Debt": "8", "Name": "=1+1"}))], &plan()).unwrap();
        let start = |column: u8| json!({"sheetId": 7, "rowIndex": 4, "columnIndex": column});
        let found = requests.iter().find(|one| one["updateCells"]["start"] == start(3)).unwrap();
        assert_eq!(found["updateCells"]["rows"][0]["values"][0], json!({"userEnteredValue": {"numberValue": 8}}));
        let found = requests.iter().find(|one| one["updateCells"]["start"] == start(0)).unwrap();
        assert_eq!(found["updateCells"]["rows"][0]["values"][0], json!({"userEnteredValue": {"stringValue": "=1+1"}}));
        assert!(customers().changed(&[row("3", json!({}))], &plan()).is_err());
        let added = customers().added(&[row("n1", json!({"Name": "Cy", "Debt": "007"}))], &plan()).unwrap();
        let text = |text: &str| json!({"userEnteredValue": {"stringValue": text}});
        assert_eq!(added["appendCells"]["rows"][0]["values"], json!([text("Cy"), text("n1"), {}, text("007"), {}]));
    }

    #[test]
    fn the_lowest_row_goes_first() {
        let removed = customers().removed(&["1".to_owned(), "2".to_owned()], &plan());
        let starts: Vec<&Json> = removed.iter().map(|one| &one["deleteDimension"]["range"]["startIndex"]).collect();
        assert_eq!(starts, [&json!(4), &json!(2)]);
    }
}
