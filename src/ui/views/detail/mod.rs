//! One matter, side by side: what each side holds, what the result will be, and the answers.

use std::collections::BTreeMap;

mod show;

pub(crate) use show::{show, show_row_of_compare};

use crate::model::{
    CompareRow, ConflictKind, FieldChoice, Likeness, Matter, MatterField, MatterId, MatterKind, MismatchKind, Observed,
    Partner, PerSide, RecordId, Resolution, Side, Subject, Timestamp, Touch, Value,
};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::text_diff::{Part, parts};
use crate::ui::words;

/// What is known beside a matter itself; none while it is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Extra<'a> {
    /// The records that it cannot tell apart.
    pub(crate) records: Option<&'a PerSide<Vec<Observed>>>,
    /// The records that may be the same.
    pub(crate) partners: Option<&'a [Partner]>,
}

/// What the operator has picked for the matter that is shown, before it is applied.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Draft {
    /// The choice for each field that has one.
    pub(crate) choices: BTreeMap<String, FieldChoice>,
    /// The text in each result field.
    pub(crate) typed: BTreeMap<String, String>,
    /// The record picked on each side, where several may be the same.
    pub(crate) picked: PerSide<usize>,
    /// The side whose button is under the pointer: its values are shown as the result.
    pub(crate) hover: Option<Side>,
}

/// A field that differs or is asked about.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FieldRow {
    /// The mapping's name.
    pub(crate) name: String,
    /// The name for the eye.
    pub(crate) label: String,
    /// The parts of each side's value, with what differs marked.
    pub(crate) now: PerSide<Vec<Part>>,
    /// Whether that side has a value at all.
    pub(crate) there: PerSide<bool>,
    /// What both agreed on before, if it was something else.
    pub(crate) before: Option<String>,
    /// The side whose value is chosen.
    pub(crate) chosen: Option<Side>,
    /// What both sides will hold, once something is chosen.
    pub(crate) result: Option<String>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    /// The button's text.
    pub(crate) text: String,
    /// Its icon.
    pub(crate) sign: Icon,
    /// What it answers.
    pub(crate) resolution: Resolution,
    /// What is asked first, where something goes away.
    pub(crate) confirm: Option<String>,
}

/// Everything that is shown of a matter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Detail {
    /// Its number.
    pub(crate) id: MatterId,
    /// What the operator calls the record.
    pub(crate) title: String,
    /// What kind it is.
    pub(crate) kind: String,
    /// Why it is asked.
    pub(crate) reason: String,
    /// When each side was changed.
    pub(crate) modified: PerSide<Option<String>>,
    /// The fields that differ or are asked about.
    pub(crate) rows: Vec<FieldRow>,
    /// The fields that are the same, by name and value.
    pub(crate) same: Vec<(String, String)>,
    /// The records that may be the same, where there are several.
    pub(crate) candidates: PerSide<Vec<RecordId>>,
    /// The answers as buttons.
    pub(crate) answers: Vec<Answer>,
    /// The choices, ready to be applied; none while nothing is chosen.
    pub(crate) apply: Option<Resolution>,
}

impl Detail {
    /// The view model of a matter and what is picked for it.
    pub(crate) fn of(matter: &Matter, names: &PerSide<String>, draft: &Draft, now: Timestamp) -> Self {
        let single = side_of_single(&matter.kind);
        // In a question, what is not asked was carried over by the sync, or will be.
        let asking = matter.fields.iter().any(|field| field.asked);
        let conflict = matches!(matter.kind, MatterKind::Conflict(_)) && asking;
        // Of several records that may be the same, each is shown for itself.
        let several = has_candidates(matter);
        let open = |field: &MatterField| if conflict { field.asked } else { field.differs || field.asked };
        let rows = matter
            .fields
            .iter()
            .filter(|field| single.is_none() && !several && open(field))
            .map(|field| FieldRow::of(field, draft))
            .collect();
        let same = matter
            .fields
            .iter()
            .filter(|field| !several && (single.is_some() || !(field.differs || field.asked)))
            .filter_map(|field| {
                let value = field.now.a.as_ref().or(field.now.b.as_ref()).filter(|value| !value.is_empty())?;
                Some((words::field(&field.name), value.display()))
            })
            .collect();
        let candidates = matter.kind.candidates().cloned().unwrap_or_default();
        Self {
            id: matter.id,
            title: matter.label.clone(),
            kind: words::matter(&matter.kind, names),
            reason: matter.reason.clone(),
            modified: matter.modified.clone().map(|touch| touch.map(|touch| changed(&touch, now))),
            rows,
            same,
            answers: answers(matter, names, draft, &candidates),
            candidates,
            apply: (!draft.choices.is_empty()).then(|| Resolution::Fields(draft.choices.clone())),
        }
    }
}

impl FieldRow {
    fn of(field: &MatterField, draft: &Draft) -> Self {
        let text = field.now.as_ref().map(|value| words::value(value.as_ref()));
        let there = field.now.as_ref().map(|value| value.as_ref().is_some_and(|value| !value.is_empty()));
        let (a, b) = if there.a && there.b {
            parts(&text.a, &text.b)
        } else {
            let whole = |text: &String| vec![Part { text: text.clone(), differs: false }];
            (whole(&text.a), whole(&text.b))
        };
        let before = field.baseline.a.as_ref().or(field.baseline.b.as_ref()).map(|value| words::value(Some(value)));
        let chosen = match draft.choices.get(&field.name) {
            Some(FieldChoice::Use(side)) => Some(*side),
            Some(FieldChoice::Value(_)) | None => None,
        };
        let shown = |side: Side| words::value(field.now.get(side).as_ref());
        let result = draft.hover.map(shown).or_else(|| match draft.choices.get(&field.name)? {
            FieldChoice::Use(side) => Some(shown(*side)),
            FieldChoice::Value(value) => Some(words::value(Some(value))),
        });
        Self {
            result,
            name: field.name.clone(),
            label: words::field(&field.name),
            now: PerSide::new(a, b),
            there,
            before,
            chosen,
        }
    }
}

/// Takes this side's value for a field, as a click on the value does.
pub(crate) fn choose(draft: &mut Draft, field: &MatterField, side: Side) {
    draft.choices.insert(field.name.clone(), FieldChoice::Use(side));
    let text = field.now.get(side).as_ref().map(Value::display).unwrap_or_default();
    draft.typed.insert(field.name.clone(), text);
}

/// Takes what was typed for a field.
pub(crate) fn type_value(draft: &mut Draft, field: &MatterField, text: &str) {
    let list = [&field.now.a, &field.now.b].into_iter().any(|value| matches!(value, Some(Value::List(_))));
    let value = if list {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Value::List(items.map(str::to_owned).collect())
    } else {
        Value::text(text)
    };
    draft.choices.insert(field.name.clone(), FieldChoice::Value(value));
    draft.typed.insert(field.name.clone(), text.to_owned());
}

/// Whether a matter is about several records that may be the same.
pub(crate) const fn has_candidates(matter: &Matter) -> bool {
    matches!(
        matter.kind,
        MatterKind::Conflict(ConflictKind::Ambiguous(_)) | MatterKind::Mismatch(MismatchKind::DuplicateKey(_))
    )
}

fn answers(
    matter: &Matter,
    names: &PerSide<String>,
    draft: &Draft,
    candidates: &PerSide<Vec<RecordId>>,
) -> Vec<Answer> {
    let plain = |text: String, sign, resolution| Answer { text, sign, resolution, confirm: None };
    let mut answers = Vec::new();
    if side_uses(&matter.kind) {
        for side in Side::BOTH {
            let sign = if side == Side::A { Icon::Right } else { Icon::Left };
            answers.push(plain(tr!("review-use", account = names.get(side)), sign, Resolution::Use(side)));
        }
    }
    if let Some(side) = side_of_single(&matter.kind) {
        let other = side.opposite();
        answers.push(plain(tr!("review-create", account = names.get(other)), Icon::Add, Resolution::Create));
        answers.push(Answer {
            text: tr!("review-delete", account = names.get(side)),
            sign: Icon::Delete,
            resolution: Resolution::Delete(side),
            confirm: Some(tr!("review-delete-text", name = matter.label, account = names.get(side))),
        });
    }
    if let Some(ids) = pair_of(matter, draft, candidates) {
        let sure = matches!(
            matter.kind,
            MatterKind::Conflict(ConflictKind::Ambiguous(_))
                | MatterKind::Mismatch(MismatchKind::DuplicateKey(_) | MismatchKind::KeyChanged)
        );
        if sure {
            answers.push(plain(tr!("review-same"), Icon::Link, Resolution::Link(ids.clone())));
        }
        answers.push(plain(tr!("review-not-same"), Icon::Fail, Resolution::NotSame(ids)));
    }
    answers.push(plain(tr!("review-ignore"), Icon::Skip, Resolution::Ignore));
    answers
}

/// The side that has the record, where the other has none.
fn side_of_single(kind: &MatterKind) -> Option<Side> {
    match kind {
        MatterKind::Conflict(ConflictKind::DeletedAndChanged(gone) | ConflictKind::HeldDeletion(gone)) => {
            Some(gone.opposite())
        }
        MatterKind::Mismatch(MismatchKind::OnlyIn(side)) => Some(*side),
        MatterKind::Conflict(
            ConflictKind::BothChanged | ConflictKind::FirstMatch | ConflictKind::Ambiguous(_) | ConflictKind::Flipping,
        )
        | MatterKind::Mismatch(MismatchKind::Different | MismatchKind::DuplicateKey(_) | MismatchKind::KeyChanged) => {
            None
        }
    }
}

/// Whether the matter is about values, so that one side can be right in all of them.
pub(crate) const fn side_uses(kind: &MatterKind) -> bool {
    match kind {
        MatterKind::Conflict(ConflictKind::BothChanged | ConflictKind::FirstMatch | ConflictKind::Flipping)
        | MatterKind::Mismatch(MismatchKind::Different | MismatchKind::KeyChanged) => true,
        MatterKind::Conflict(
            ConflictKind::DeletedAndChanged(_) | ConflictKind::HeldDeletion(_) | ConflictKind::Ambiguous(_),
        )
        | MatterKind::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::DuplicateKey(_)) => false,
    }
}

/// The two records that "the same" and "not the same" speak of.
fn pair_of(matter: &Matter, draft: &Draft, candidates: &PerSide<Vec<RecordId>>) -> Option<PerSide<RecordId>> {
    let asked = match &matter.kind {
        MatterKind::Conflict(ConflictKind::FirstMatch | ConflictKind::Ambiguous(_))
        | MatterKind::Mismatch(MismatchKind::DuplicateKey(_) | MismatchKind::KeyChanged) => true,
        MatterKind::Conflict(
            ConflictKind::BothChanged
            | ConflictKind::DeletedAndChanged(_)
            | ConflictKind::HeldDeletion(_)
            | ConflictKind::Flipping,
        )
        | MatterKind::Mismatch(MismatchKind::OnlyIn(_) | MismatchKind::Different) => false,
    };
    if !asked {
        return None;
    }
    if let (Some(a), Some(b)) = (candidates.a.get(draft.picked.a), candidates.b.get(draft.picked.b)) {
        return Some(PerSide::new(a.clone(), b.clone()));
    }
    match &matter.subject {
        Subject::Pair(ids) => Some(ids.clone()),
        Subject::Single(..) | Subject::Key(..) => None,
    }
}

/// The side that alone has the record, where nobody has deleted it on the other.
pub(crate) const fn side_of_lone(kind: &MatterKind) -> Option<Side> {
    match kind {
        MatterKind::Mismatch(MismatchKind::OnlyIn(side)) => Some(*side),
        MatterKind::Mismatch(MismatchKind::Different | MismatchKind::DuplicateKey(_) | MismatchKind::KeyChanged)
        | MatterKind::Conflict(_) => None,
    }
}

/// Whether records of the other side may be the same as the one that this is about.
pub(crate) fn may_have_partners(matter: &Matter) -> bool {
    side_of_lone(&matter.kind).is_some() && matches!(matter.subject, Subject::Single(..))
}

/// A record that may be the same, for the eye.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Proposal {
    /// What it is called.
    pub(crate) title: String,
    /// Why it may be the same.
    pub(crate) why: String,
    /// Its values.
    pub(crate) values: Vec<(String, String)>,
    /// The two records.
    pub(crate) ids: PerSide<RecordId>,
}

impl Proposal {
    /// The view model of a likely partner.
    pub(crate) fn of(matter: &Matter, side: Side, partner: &Partner) -> Self {
        let here = matter.subject.id(side).cloned().unwrap_or_else(|| RecordId::new(""));
        let reasons: Vec<String> = partner
            .alike
            .iter()
            .map(|(name, how)| {
                let field = words::field(name);
                match how {
                    Likeness::Same => tr!("review-alike-same", field = field),
                    Likeness::Part => tr!("review-alike-part", field = field),
                    Likeness::Close => tr!("review-alike-close", field = field),
                }
            })
            .collect();
        let values = values_of(matter, &partner.record);
        Self {
            title: values.first().map_or_else(|| partner.record.id.to_string(), |(_, value)| value.clone()),
            why: tr!("review-alike", percent = u64::from(partner.score), reasons = reasons.join(", ")),
            values,
            ids: PerSide::oriented(side, here, partner.record.id.clone()),
        }
    }
}

/// The values of a record, in the order of the mapped fields.
fn values_of(matter: &Matter, record: &Observed) -> Vec<(String, String)> {
    let value = |field: &MatterField| {
        let value = record.seen.values.get(&field.name).filter(|value| !value.is_empty())?;
        Some((words::field(&field.name), value.display()))
    };
    matter.fields.iter().filter_map(value).collect()
}

/// A line of a compare, side by side.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowDetail {
    /// What the operator calls the record.
    pub(crate) title: String,
    /// What it is.
    pub(crate) kind: String,
    /// Whether both sides agree.
    pub(crate) same: bool,
    /// Why it is a mismatch.
    pub(crate) reason: String,
    /// When each side was changed.
    pub(crate) modified: PerSide<Option<String>>,
    /// Every field that a side has a value for.
    pub(crate) rows: Vec<FieldRow>,
}

impl RowDetail {
    /// The view model of a line.
    pub(crate) fn of(row: &CompareRow, names: &PerSide<String>, now: Timestamp) -> Self {
        let kind = match &row.kind {
            _ if row.ignored => tr!("compare-word-ignored"),
            Some(kind) => words::matter(&MatterKind::Mismatch(kind.clone()), names),
            None => tr!("compare-word-same"),
        };
        let filled = |value: &Option<Value>| value.as_ref().is_some_and(|value| !value.is_empty());
        let held = row.fields.iter().filter(|field| filled(&field.now.a) || filled(&field.now.b));
        let mut rows: Vec<FieldRow> = held
            .map(|field| {
                let mut shown = FieldRow::of(field, &Draft::default());
                if !field.differs {
                    // Another way of writing the same is no difference.
                    for part in shown.now.a.iter_mut().chain(&mut shown.now.b) {
                        part.differs = false;
                    }
                }
                shown
            })
            .collect();
        let differs = |name: &str| row.fields.iter().any(|field| field.name == name && field.differs);
        rows.sort_by_key(|shown| !differs(&shown.name));
        Self {
            title: row.label.clone(),
            kind,
            same: row.kind.is_none() && !row.ignored,
            reason: row.reason.clone(),
            modified: row.modified.clone().map(|touch| touch.map(|touch| changed(&touch, now))),
            rows,
        }
    }
}

/// When a side was changed, and by whom where its platform tells.
fn changed(touch: &Touch, now: Timestamp) -> String {
    let when = words::ago(touch.at, now);
    match &touch.by {
        None => tr!("review-changed", when = when),
        Some(by) => tr!("review-changed-by", when = when, by = by),
    }
}
