//! The shop's records as rows of a sheet.

use serde_json::{Value as Json, json};

/// The columns of a sheet; the last ones are empty most often.
const COLUMNS: [&str; 8] = ["id", "rev", "updated", "name", "email", "shoe", "others", "phone"];

/// A record as a row with names; the first address and those behind it are apart.
pub(super) fn flat(record: &Json) -> Json {
    let mut row = record["properties"].clone();
    for name in ["id", "rev", "updated"] {
        row[name] = record[name].clone();
    }
    row["email"] = record["emails"][0]["value"].clone();
    row["others"] = record["emails"].as_array().into_iter().flatten().skip(1).cloned().collect();
    row
}

/// The other way round.
pub(super) fn whole(row: &Json) -> Json {
    let mut record =
        json!({ "properties": {}, "emails": [{ "value": row["email"], "primary": true, "label": "work" }] });
    for name in ["name", "phone", "shoe"] {
        if let Some(value) = row.get(name) {
            record["properties"][name] = value.clone();
        }
    }
    let others = row["others"].as_array().cloned().unwrap_or_default();
    record["emails"].as_array_mut().unwrap().extend(others);
    record
}

/// Records as rows of cells, the columns' names above them; empty cells at the end of a row are left out.
pub(super) fn rows(records: &[Json], named: bool) -> Json {
    let records: Vec<Json> = records.iter().map(flat).collect();
    let there = |name: &&&str| records.iter().any(|record| record.get(**name).is_some());
    let columns: Vec<&str> = COLUMNS.iter().filter(there).copied().collect();
    let mut rows = Vec::new();
    if named && !records.is_empty() {
        rows.push(json!(columns));
    }
    for record in &records {
        let mut cells: Vec<Json> = columns.iter().map(|name| record[*name].clone()).collect();
        while cells.last().is_some_and(|cell| cell.is_null() || *cell == json!("")) {
            cells.pop();
        }
        rows.push(Json::Array(cells));
    }
    Json::Array(rows)
}
