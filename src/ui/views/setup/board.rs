//! The mapping board for the eye: which fields are paired and which are not, with what they hold and what
//! would go wrong.

use super::{MapRow, Setup};
use crate::model::{Direction, FieldInfo, Kind, Misfit, MisfitKind, PerSide, Side};
use crate::texts::tr;
use crate::ui::words;

/// The board.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Board {
    /// The rows, in their order.
    pub(super) lines: Vec<Line>,
    /// The fields of each side that no row uses.
    pub(super) loose: PerSide<Vec<Field>>,
    /// Fields without which new records are refused, and which no row fills.
    pub(super) lacking: Vec<String>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the assistant, which stays.
    pub(super) number: u64,
    /// Its place on the board, from 1.
    pub(super) place: usize,
    /// Both fields.
    pub(super) ends: PerSide<Field>,
    /// Which way changes travel.
    pub(super) direction: Direction,
    /// What the values are.
    pub(super) kind: String,
    /// Whether records are matched by it.
    pub(super) key: bool,
    /// Why it was suggested.
    pub(super) why: Option<String>,
    /// What would go wrong.
    pub(super) warnings: Vec<Warning>,
    /// How many records the warnings are about.
    pub(super) warned: usize,
}

/// A field of a side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Field {
    /// The platform's name.
    pub(super) name: String,
    /// What the operator calls it; empty where none is picked.
    pub(super) label: String,
    /// Something that it holds.
    pub(super) sample: String,
}

/// Something that would go wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Warning {
    /// What, with the number of records.
    pub(super) text: String,
    /// The first records: what the operator calls each, and its value.
    pub(super) records: Vec<(String, String)>,
    /// How many more there are.
    pub(super) more: usize,
}

/// The board of an assistant.
pub(super) fn board(setup: &Setup) -> Board {
    let names = setup.names();
    let filters = setup.filters();
    let lines = setup
        .rows
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let fit = row.fitted(&filters);
            let misfits = fit.map_or(&[][..], |fit| fit.misfits.as_slice());
            Line {
                number: row.number,
                place: at + 1,
                ends: PerSide::from_fn(|side| end(row, side, setup.fields.get(side))),
                direction: row.mapping.direction,
                kind: words::kind(row.mapping.kind),
                key: row.key,
                why: row.why.clone(),
                warnings: misfits.iter().map(|misfit| warning(misfit, &names)).collect(),
                warned: misfits.iter().map(|misfit| misfit.count).sum(),
            }
        })
        .collect();
    let wanted = setup.search.trim().to_lowercase();
    let loose = PerSide::from_fn(|side| loose(setup, side, &wanted));
    Board { lines, loose, lacking: lacking(setup, &names) }
}

fn end(row: &MapRow, side: Side, known: &[FieldInfo]) -> Field {
    let picked: Vec<&String> = row.mapping.fields.get(side).iter().filter(|name| !name.is_empty()).collect();
    let info = |name: &&String| known.iter().find(|field| field.name == **name);
    let labels: Vec<String> =
        picked.iter().map(|name| info(name).map_or_else(|| (*name).clone(), |field| field.label.clone())).collect();
    let samples: Vec<&str> = picked.iter().filter_map(info).filter_map(sample_of).collect();
    Field {
        name: picked.first().map(|name| (*name).clone()).unwrap_or_default(),
        label: labels.join(" + "),
        sample: samples.join(" "),
    }
}

fn sample_of(field: &FieldInfo) -> Option<&str> {
    field.samples.iter().map(|sample| sample.trim()).find(|sample| !sample.is_empty())
}

/// The fields that no row uses: those that hold something first, else in the platform's order.
fn loose(setup: &Setup, side: Side, wanted: &str) -> Vec<Field> {
    let used = |field: &&FieldInfo| setup.rows.iter().any(|row| row.mapping.fields.get(side).contains(&field.name));
    let fits = |field: &&FieldInfo| {
        wanted.is_empty()
            || field.label.to_lowercase().contains(wanted)
            || field.name.to_lowercase().contains(wanted)
            || field.samples.iter().any(|sample| sample.to_lowercase().contains(wanted))
    };
    let mut fields: Vec<Field> = setup
        .fields
        .get(side)
        .iter()
        .filter(|field| !used(field) && fits(field))
        .map(|field| Field {
            name: field.name.clone(),
            label: field.label.clone(),
            sample: sample_of(field).unwrap_or_default().replace('\n', " "),
        })
        .collect();
    fields.sort_by_key(|field| field.sample.is_empty());
    fields
}

/// What keeps new records from being made, as nothing fills a field that must be filled.
fn lacking(setup: &Setup, names: &PerSide<String>) -> Vec<String> {
    let mut out = Vec::new();
    for side in Side::BOTH.into_iter().filter(|side| setup.spec.writes.get(*side).create) {
        for field in setup.fields.get(side).iter().filter(|field| field.required && !field.read_only) {
            let filled = setup
                .rows
                .iter()
                .any(|row| row.mapping.fields.get(side).contains(&field.name) && row.mapping.writes_to(side));
            if !filled {
                out.push(tr!("setup-lacking", account = names.get(side), field = field.label));
            }
        }
    }
    out
}

/// A misfit in words.
fn warning(misfit: &Misfit, names: &PerSide<String>) -> Warning {
    let count = misfit.count;
    let (from, to) = (names.get(misfit.side), names.get(misfit.side.opposite()));
    let field = &misfit.field;
    let text = match &misfit.kind {
        MisfitKind::Refused(why) => tr!("setup-warn-refused", count = count, from = from, why = why),
        MisfitKind::ReadOnly => tr!("setup-warn-read-only", count = count, from = from, to = to, field = field),
        MisfitKind::NotInChoices => tr!("setup-warn-choices", count = count, from = from, to = to, field = field),
        MisfitKind::TooLong(most) => {
            tr!("setup-warn-long", count = count, from = from, to = to, field = field, most = *most)
        }
        MisfitKind::RequiredEmpty => tr!("setup-warn-required", count = count, from = from, to = to, field = field),
        MisfitKind::NotA(kind) => match kind {
            Kind::Email => tr!("setup-warn-email", count = count, from = from),
            Kind::Phone => tr!("setup-warn-phone", count = count, from = from),
            Kind::Number => tr!("setup-warn-number", count = count, from = from),
            Kind::Boolean => tr!("setup-warn-boolean", count = count, from = from),
            Kind::Date | Kind::DateTime => tr!("setup-warn-date", count = count, from = from),
            Kind::Text | Kind::Choice | Kind::List => {
                tr!("setup-warn-choices", count = count, from = from, to = to, field = field)
            }
        },
        MisfitKind::NoKey => tr!("setup-warn-no-key", count = count, from = from, field = field),
        MisfitKind::SharedKey => tr!("setup-warn-shared-key", count = count, from = from, field = field),
    };
    Warning { text, records: misfit.records.clone(), more: count.saturating_sub(misfit.records.len()) }
}
