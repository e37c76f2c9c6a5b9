//! Excel workbooks that another program (openpyxl) made, written by Duosync and read by that program again:
//! nothing but the written cells may differ for it. About 2 seconds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    missing_docs,
    reason = "a test that does not get what it expects has failed, and says why it skips"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use duosync::connectors::xlsx::XlsxConnector;
use duosync::connectors::{Connector, Context, Write, WriteKind};
use duosync::model::{AccountSettings, Fields, RecordId, Value};

const MAKE: &str = r#"
import sys, datetime
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, PatternFill
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
wb = Workbook()
if sys.argv[2] == "1904": wb.epoch = CALENDAR_MAC_1904
ws = wb.active
ws.title = "List"
ws.append(["No", "Name", "Born", "Amount", "Active", "Sum", "Code"])
for n in range(1, 6):
    ws.append([n, f"Name {n}", datetime.date(1980, 1, n), n * 1.5, n % 2 == 0, f"=D{n+1}*2", f"00{n}"])
    ws.cell(n + 1, 3).number_format = "dd/mm/yyyy"
    ws.cell(n + 1, 7).number_format = "@"
    ws.cell(n + 1, 2).font = Font(bold=True, color="FF0000")
ws["B2"].comment = Comment("keep me", "Ann")
ws.column_dimensions["B"].width = 42
ws.auto_filter.ref = "A1:G6"
ws.freeze_panes = "A2"
ws.conditional_formatting.add("D2:D6", CellIsRule(operator="greaterThan", formula=["4"], fill=PatternFill(bgColor="00FF00")))
check = DataValidation(type="whole", formula1="0", formula2="9", operator="between"); check.add("A2:A6"); ws.add_data_validation(check)
other = wb.create_sheet("Other"); other["A1"] = "=SUM(List!D2:D6)"; other["A2"] = "untouched"
wb.defined_names["Amounts"] = DefinedName("Amounts", attr_text="List!$D$2:$D$6")
wb.save(sys.argv[1])
"#;

const DUMP: &str = r#"
import sys, json
from openpyxl import load_workbook
wb = load_workbook(sys.argv[1])
out = {}
for ws in wb:
    for row in ws.iter_rows():
        for c in row:
            if c.value is not None or c.has_style:
                out[f"{ws.title}!{c.coordinate}"] = [str(c.value), type(c.value).__name__, c.number_format, bool(c.font.b), c.comment.text if c.comment else ""]
    out[ws.title] = [ws.column_dimensions["B"].width, str(ws.auto_filter.ref), str(ws.freeze_panes), str([(str(r.sqref), [x.type for x in r.rules]) for r in ws.conditional_formatting]), str([str(d.sqref) for d in ws.data_validations.dataValidation])]
out["names"] = {n: d.attr_text for n, d in wb.defined_names.items()}
out["calc"] = bool(wb.calculation.fullCalcOnLoad)
print(json.dumps(out))
"#;

type Dump = serde_json::Map<String, serde_json::Value>;

/// A Python with openpyxl. `None`, with the reason printed, where there is none; that fails under `CI`.
fn python() -> Option<PathBuf> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/servers/bin/python");
    let named = std::env::var_os("DUOSYNC_TEST_PYTHON").map(PathBuf::from);
    let has = |python: &PathBuf| {
        let mut command = Command::new(python);
        command.args(["-c", "import openpyxl"]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    };
    let found = named.into_iter().chain([own, PathBuf::from("python3")]).find(has);
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI needs a Python with openpyxl");
        eprintln!("skipped: there is no Python with openpyxl; tests/run.sh installs it");
    }
    found
}

fn run(python: &Path, script: &str, args: &[&str]) -> String {
    let output = Command::new(python).args(["-c", script]).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn fields(values: &[(&str, &str)]) -> Fields {
    values.iter().map(|(name, value)| ((*name).to_owned(), Value::text(*value))).collect()
}

async fn try_it(system: &str) {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("list.xlsx");
    let file = path.to_str().unwrap();
    run(&python, MAKE, &[file, system]);
    let dump = || -> Dump { serde_json::from_str(&run(&python, DUMP, &[file])).unwrap() };
    let before = dump();
    let connector = XlsxConnector::open(&AccountSettings {
        name: "list".to_owned(),
        connector: "xlsx".to_owned(),
        options: BTreeMap::from([("path".to_owned(), file.to_owned()), ("id".to_owned(), "No".to_owned())]),
        secret: None,
    })
    .unwrap();
    let context = Context::quiet();
    let want = ["Name", "Born", "Amount", "Active", "Sum", "Code"].map(str::to_owned);
    let listed = connector.list(&context, "List", &want, None).await.unwrap().records;
    let mut first = fields(&[("Name", "Name 1"), ("Born", "1980-01-01"), ("Amount", "1.5"), ("Active", "false")]);
    first.extend(fields(&[("Code", "001")]));
    assert_eq!(listed[0].fields, first, "a formula that was never calculated is left out");
    let writes = vec![
        WriteKind::Update {
            id: RecordId::new("2"),
            fields: fields(&[("Name", "Zoë & <co>\nsecond line"), ("Born", "1999-12-31"), ("Code", "7")]),
            expect: listed[1].version.clone(),
        },
        WriteKind::Create {
            fields: fields(&[("Name", "New"), ("Born", "2001-02-03"), ("Amount", "8.25"), ("Active", "true")]),
            raw: None,
        },
        WriteKind::Delete { id: RecordId::new("4"), expect: listed[3].version.clone() },
    ];
    let writes = writes.into_iter().enumerate().map(|(n, kind)| Write { token: format!("t{n}"), kind }).collect();
    for result in connector.write(&context, "List", &want, writes).await.unwrap() {
        result.unwrap();
    }
    let mut expected = before;
    let mut set = |cell: &str, value: &str, kind: &str, format: &str, bold: bool| {
        expected.insert(format!("List!{cell}"), serde_json::json!([value, kind, format, bold, ""]));
    };
    let day = "dd/mm/yyyy";
    set("B3", "Zoë & <co>\nsecond line", "str", "General", true);
    set("C3", "1999-12-31 00:00:00", "datetime", day, false);
    set("G3", "7", "str", "@", false);
    set("A7", "6", "int", "General", false);
    set("B7", "New", "str", "General", true);
    set("C7", "2001-02-03 00:00:00", "datetime", day, false);
    set("D7", "8.25", "float", "General", false);
    set("E7", "True", "bool", "General", false);
    set("G7", "None", "NoneType", "@", false);
    set("B5", "None", "NoneType", "General", true);
    set("C5", "None", "NoneType", day, false);
    set("G5", "None", "NoneType", "@", false);
    for cell in ["A5", "D5", "E5"] {
        expected.remove(&format!("List!{cell}"));
    }
    expected["List"][1] = "A1:G7".into();
    expected["calc"] = true.into();
    let after = dump();
    for (key, value) in &expected {
        assert_eq!(after.get(key), Some(value), "{key}");
    }
    assert_eq!(after.len(), expected.len(), "{after:?}");
}

#[tokio::test]
async fn openpyxl_sees_the_written_cells_and_nothing_else() {
    try_it("1900").await;
}

#[tokio::test]
async fn days_counted_from_1904_stay_the_same_days() {
    try_it("1904").await;
}
