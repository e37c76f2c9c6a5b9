//! A stand-in for Google Sheets: the few requests that the manifest makes, answered as Google's
//! reference says (<https://developers.google.com/workspace/sheets/api/reference/rest>).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value as Json, json};

/// The key of its only spreadsheet.
pub const SPREADSHEET: &str = "1-a-spreadsheet";
/// The number of the sheet with the people.
pub const SHEET: i64 = 77;
/// The name of that sheet, which has to be quoted.
pub const TITLE: &str = "Ann's people";

/// The stand-in; it ends with the process.
#[derive(Clone)]
pub struct Sheets {
    port: u16,
    rows: Arc<Mutex<Vec<Vec<Json>>>>,
}

impl Sheets {
    /// With these rows, the first of which names the columns.
    pub fn start(rows: Vec<Vec<Json>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sheets = Self { port: listener.local_addr().unwrap().port(), rows: Arc::new(Mutex::new(rows)) };
        let shared = sheets.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let sheets = shared.clone();
                // A client that has gone away needs no answer.
                std::thread::spawn(move || drop(sheets.serve(client)));
            }
        });
        sheets
    }

    /// What stands for `https://sheets.googleapis.com`.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What somebody does in the browser.
    pub fn edit(&self, change: impl FnOnce(&mut Vec<Vec<Json>>)) {
        change(&mut self.rows.lock().unwrap());
    }

    /// The cells as they are.
    pub fn rows(&self) -> Vec<Vec<Json>> {
        self.rows.lock().unwrap().clone()
    }

    fn serve(&self, mut client: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(client.try_clone()?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let (mut length, mut signed) = (0, false);
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.split_once(':') else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().unwrap();
            }
            signed |= name.eq_ignore_ascii_case("authorization") && value.trim() == "Bearer secret";
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let mut words = line.split(' ');
        let method = words.next().unwrap_or_default();
        let url = url::Url::parse(&format!("http://x{}", words.next().unwrap_or_default())).unwrap();
        let (status, answer) = if signed {
            self.answer(method, &url, &serde_json::from_slice(&body).unwrap_or(Json::Null))
        } else {
            (401, json!({ "error": { "code": 401, "message": "no valid credentials", "status": "UNAUTHENTICATED" } }))
        };
        let text = answer.to_string();
        write!(
            client,
            "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        )
    }

    fn answer(&self, method: &str, url: &url::Url, body: &Json) -> (u16, Json) {
        let path = percent_decoded(url.path());
        let Some(rest) = path.strip_prefix(&format!("/v4/spreadsheets/{SPREADSHEET}")) else {
            return refused(404, "Requested entity was not found.");
        };
        let query = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let quoted = format!("'{}'", TITLE.replace('\'', "''"));
        match (method, rest) {
            ("GET", "") => match query("fields").as_deref() {
                Some("spreadsheetId") => (200, json!({ "spreadsheetId": SPREADSHEET })),
                _ => {
                    let other = json!({ "properties": { "sheetId": 0, "title": "Notes", "sheetType": "GRID" } });
                    let people = json!({ "properties": { "sheetId": SHEET, "title": TITLE, "sheetType": "GRID" } });
                    (200, json!({ "sheets": [other, people] }))
                }
            },
            ("GET", rest) => {
                let Some(range) = rest.strip_prefix("/values/").and_then(|range| range.strip_prefix(&quoted)) else {
                    return refused(400, "Unable to parse range");
                };
                let rows = self.rows.lock().unwrap();
                let values: Vec<Vec<Json>> = match range.strip_prefix('!').and_then(|range| range.split_once(':')) {
                    Some((from, to)) => {
                        let (from, to): (usize, usize) = (from.parse().unwrap(), to.parse().unwrap());
                        rows.iter().take(to).skip(from - 1).cloned().collect()
                    }
                    None => rows.clone(),
                };
                drop(rows);
                let trimmed: Vec<Vec<Json>> = values.into_iter().map(trimmed).collect();
                let last = trimmed.iter().rposition(|row| !row.is_empty()).map_or(0, |at| at + 1);
                if last == 0 {
                    return (200, json!({ "range": range, "majorDimension": "ROWS" }));
                }
                (200, json!({ "range": range, "majorDimension": "ROWS", "values": trimmed[..last] }))
            }
            ("POST", ":batchUpdate") => {
                let requests = body["requests"].as_array().cloned().unwrap_or_default();
                if requests.is_empty() {
                    return refused(400, "Must specify at least one request.");
                }
                // All of them or none.
                let mut rows = self.rows.lock().unwrap();
                let mut changed = rows.clone();
                for request in &requests {
                    if let Err(why) = carry_out(&mut changed, request) {
                        return refused(400, &why);
                    }
                }
                *rows = changed;
                (
                    200,
                    json!({ "spreadsheetId": SPREADSHEET, "replies": requests.iter().map(|_| json!({})).collect::<Vec<_>>() }),
                )
            }
            _ => refused(404, "Not found"),
        }
    }
}

fn refused(status: u16, why: &str) -> (u16, Json) {
    (status, json!({ "error": { "code": status, "message": why, "status": "INVALID_ARGUMENT" } }))
}

fn percent_decoded(path: &str) -> String {
    url::form_urlencoded::parse(format!("x={}", path.replace('+', "%2B")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

/// Google leaves out empty cells at the end of a row.
fn trimmed(mut row: Vec<Json>) -> Vec<Json> {
    while row.last().is_some_and(|cell| cell.is_null() || cell == "") {
        row.pop();
    }
    row.into_iter().map(|cell| if cell.is_null() { json!("") } else { cell }).collect()
}

fn carry_out(rows: &mut Vec<Vec<Json>>, request: &Json) -> Result<(), String> {
    let here =
        |part: &Json| if part["sheetId"] == json!(SHEET) { Ok(()) } else { Err("No grid with this id".to_owned()) };
    let number =
        |json: &Json| json.as_u64().and_then(|number| usize::try_from(number).ok()).ok_or("a number is missing");
    if let Some(update) = request.get("updateCells") {
        here(&update["start"])?;
        only_values(update)?;
        let (row, column) = (number(&update["start"]["rowIndex"])?, number(&update["start"]["columnIndex"])?);
        for (down, cells) in update["rows"].as_array().into_iter().flatten().enumerate() {
            for (right, cell) in cells["values"].as_array().into_iter().flatten().enumerate() {
                let line = rows.get_mut(row + down).ok_or("outside of the grid")?;
                line.resize(line.len().max(column + right + 1), json!(""));
                line[column + right] = held(cell)?;
            }
        }
        return Ok(());
    }
    if let Some(append) = request.get("appendCells") {
        here(append)?;
        only_values(append)?;
        let last = rows.iter().rposition(|row| !trimmed(row.clone()).is_empty()).map_or(0, |at| at + 1);
        rows.truncate(last);
        for cells in append["rows"].as_array().into_iter().flatten() {
            let cells = cells["values"].as_array().into_iter().flatten().map(held);
            rows.push(cells.collect::<Result<_, _>>()?);
        }
        return Ok(());
    }
    if let Some(delete) = request.get("deleteDimension") {
        here(&delete["range"])?;
        let (from, to) = (number(&delete["range"]["startIndex"])?, number(&delete["range"]["endIndex"])?);
        if delete["range"]["dimension"] != json!("ROWS") || to > rows.len() || from >= to {
            return Err("no such rows".to_owned());
        }
        rows.drain(from..to);
        return Ok(());
    }
    Err(format!("unknown request {request}"))
}

fn only_values(part: &Json) -> Result<(), String> {
    if part["fields"] == json!("userEnteredValue") { Ok(()) } else { Err("`fields` would touch formats".to_owned()) }
}

/// The value of a `CellData`; exactly one kind of it, and no formula.
fn held(cell: &Json) -> Result<Json, String> {
    let Some(value) = cell.get("userEnteredValue") else { return Ok(json!("")) };
    let object = value.as_object().filter(|object| object.len() == 1).ok_or("one value is wanted")?;
    match object.iter().next() {
        Some((kind, value)) => match (kind.as_str(), value) {
            ("stringValue", Json::String(_)) | ("numberValue", Json::Number(_)) | ("boolValue", Json::Bool(_)) => {
                Ok(value.clone())
            }
            (kind, value) => Err(format!("{kind} of {value}")),
        },
        None => Err("one value is wanted".to_owned()),
    }
}
