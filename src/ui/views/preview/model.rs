//! The plan with what is needed to draw and filter it. Both are made in slices, so that no frame waits
//! for a plan of any size.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::model::{Fields, Item, NoteKind, OpKind, Operation, PairSpec, PerSide, Plan, Side, Stop, Value};
use crate::texts::tr;
use crate::ui::words;

/// So long may a frame work on the rows.
const SLICE: Duration = Duration::from_millis(3);
/// So many rows are looked at before the clock is.
const STRIDE: usize = 64;

/// What happens to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum What {
    /// It is added to this side.
    Create(Side),
    /// It is changed on this side.
    Update(Side),
    /// It is deleted from this side.
    Delete(Side),
    /// The operator will be asked.
    Ask,
    /// The two are tied together and nothing is written.
    Match,
    /// It is set aside.
    Aside,
}

/// Where a row's content is in the plan.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    /// A write of an item.
    Operation { item: usize, operation: usize },
    /// An item without a write of its own.
    Item(usize),
    /// A note.
    Note(usize),
}

/// One row of the table, without its texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) what: What,
    at: At,
}

/// A changed value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// The field.
    pub(crate) field: String,
    /// What is there now; none where the record is new.
    pub(crate) before: Option<String>,
    /// What will be there.
    pub(crate) after: Option<String>,
}

/// The plan with what is needed to draw and filter it; made once for each plan.
pub(crate) struct Preview {
    /// The pair's name.
    pub(crate) pair: String,
    /// What the two ends are called.
    pub(crate) names: PerSide<String>,
    plan: Arc<Plan>,
    spec: Option<PairSpec>,
    pub(super) rows: Vec<Row>,
    texts: Vec<String>,
    /// How many items of the plan, and then notes, are rows already.
    made: (usize, usize),
    counts: BTreeMap<What, usize>,
    /// Each kind that there is, with its sentence and count.
    pub(crate) sentences: Vec<(What, String)>,
    /// What stops the plan or holds deletions back.
    pub(crate) warnings: Vec<String>,
    /// The text looked for.
    pub(crate) text: String,
    /// The kind looked for.
    pub(crate) kind: Option<What>,
    pub(super) shown: Vec<usize>,
    /// How many rows were looked at for what is shown.
    looked: usize,
    /// The row whose values are shown, by its place among those that are shown.
    pub(super) picked: Option<usize>,
}

impl Preview {
    /// The view model of a plan. Where the plan is large, [`work`](Self::work) makes the rest of it.
    pub(crate) fn of(plan: Arc<Plan>, spec: Option<PairSpec>, names: PerSide<String>) -> Self {
        let mut preview = Self {
            pair: plan.pair.clone(),
            warnings: warnings(&plan, &names),
            names,
            plan,
            spec,
            rows: Vec::new(),
            texts: Vec::new(),
            made: (0, 0),
            counts: BTreeMap::new(),
            sentences: Vec::new(),
            text: String::new(),
            kind: None,
            shown: Vec::new(),
            looked: 0,
            picked: None,
        };
        preview.work();
        preview
    }

    /// Goes on making rows and looking through them, for a part of a frame. True when all is done.
    pub(crate) fn work(&mut self) -> bool {
        let until = Instant::now() + SLICE;
        while self.make_some() {
            if Instant::now() > until {
                self.sentences = sentences(&self.counts, &self.names);
                return false;
            }
        }
        self.sentences = sentences(&self.counts, &self.names);
        while self.look_some() {
            if Instant::now() > until {
                return false;
            }
        }
        true
    }

    /// All of it at once.
    #[cfg(test)]
    pub(crate) fn finish(&mut self) {
        while !self.work() {}
    }

    /// How many rows are made, and how many there will be at least.
    pub(crate) fn progress(&self) -> (usize, usize) {
        (self.made.0 + self.made.1, self.plan.items.len() + self.plan.notes.len())
    }

    /// Makes the next rows. False when all are made.
    fn make_some(&mut self) -> bool {
        let plan = Arc::clone(&self.plan);
        let (items, notes) = self.made;
        if items < plan.items.len() {
            for (at, item) in plan.items.iter().enumerate().skip(items).take(STRIDE) {
                self.add(at, item);
            }
            self.made.0 = (items + STRIDE).min(plan.items.len());
            return true;
        }
        if notes < plan.notes.len() {
            for (at, note) in plan.notes.iter().enumerate().skip(notes).take(STRIDE) {
                self.push(What::Aside, At::Note(at), format!("{} {}", note.label, note.text).to_lowercase());
            }
            self.made.1 = (notes + STRIDE).min(plan.notes.len());
            return true;
        }
        false
    }

    fn add(&mut self, at: usize, item: &Item) {
        let action = item.action();
        for (number, operation) in action.ops.iter().enumerate() {
            let what = match operation.kind {
                OpKind::Create { .. } => What::Create(operation.side),
                OpKind::Update { .. } => What::Update(operation.side),
                OpKind::Delete { .. } => What::Delete(operation.side),
            };
            self.push(what, At::Operation { item: at, operation: number }, haystack(item));
        }
        if action.conflict.is_some() {
            self.push(What::Ask, At::Item(at), haystack(item));
        } else if action.ops.is_empty() && action.link {
            self.push(What::Match, At::Item(at), haystack(item));
        }
    }

    fn push(&mut self, what: What, at: At, text: String) {
        self.rows.push(Row { what, at });
        self.texts.push(text);
        *self.counts.entry(what).or_default() += 1;
    }

    /// Looks at the next rows. False when all were looked at.
    fn look_some(&mut self) -> bool {
        if self.looked >= self.rows.len() {
            return false;
        }
        let text = self.text.trim().to_lowercase();
        let end = (self.looked + STRIDE * 8).min(self.rows.len());
        for at in self.looked..end {
            let kind = self.rows.get(at).is_some_and(|row| self.kind.is_none_or(|kind| kind == row.what));
            if kind && (text.is_empty() || self.texts.get(at).is_some_and(|hay| hay.contains(&text))) {
                self.shown.push(at);
            }
        }
        self.looked = end;
        true
    }

    /// Whether this is the view model of this plan.
    pub(crate) fn is_of(&self, plan: &Arc<Plan>) -> bool {
        Arc::ptr_eq(&self.plan, plan)
    }

    /// Looks for the text and kind.
    pub(crate) fn filter(&mut self) {
        self.shown.clear();
        (self.looked, self.picked) = (0, None);
        self.work();
    }

    /// A row that is shown.
    pub(super) fn row(&self, place: usize) -> Option<Row> {
        self.shown.get(place).and_then(|at| self.rows.get(*at)).copied()
    }

    /// The labels of the rows that are shown.
    #[cfg(test)]
    pub(crate) fn shown_labels(&self) -> Vec<&str> {
        self.shown.iter().filter_map(|at| self.rows.get(*at)).map(|row| self.label(*row)).collect()
    }

    pub(super) fn label(&self, row: Row) -> &str {
        match row.at {
            At::Operation { item, .. } | At::Item(item) => {
                self.plan.items.get(item).map(|item| item.label.as_str()).unwrap_or_default()
            }
            At::Note(note) => self.plan.notes.get(note).map(|note| note.label.as_str()).unwrap_or_default(),
        }
    }

    pub(super) fn reason(&self, row: Row) -> String {
        match row.at {
            At::Operation { item, operation } => self
                .plan
                .items
                .get(item)
                .and_then(|item| item.action().ops.get(operation))
                .map(|operation| operation.reason.clone())
                .unwrap_or_default(),
            At::Item(item) => {
                let conflict = self.plan.items.get(item).and_then(|item| item.action().conflict.as_ref());
                conflict.map_or_else(|| tr!("preview-tied"), |c| c.reason.clone())
            }
            At::Note(note) => self.plan.notes.get(note).map(|note| note.text.clone()).unwrap_or_default(),
        }
    }

    pub(super) fn lines(&self, row: Row) -> Vec<Line> {
        match row.at {
            At::Operation { item, operation } => self
                .plan
                .items
                .get(item)
                .and_then(|item| item.action().ops.get(operation).map(|op| lines_of(item, op, self.spec.as_ref())))
                .unwrap_or_default(),
            At::Item(item) => self
                .plan
                .items
                .get(item)
                .and_then(|item| item.action().conflict.as_ref().map(|conflict| (item, conflict)))
                .map(|(item, conflict)| {
                    let asked = item.fields.iter().filter(|field| conflict.fields.contains(&field.name));
                    asked
                        .map(|field| Line {
                            field: words::field(&field.name),
                            before: Some(words::value(field.now.a.as_ref())),
                            after: Some(words::value(field.now.b.as_ref())),
                        })
                        .collect()
                })
                .unwrap_or_default(),
            At::Note(_) => Vec::new(),
        }
    }
}

fn sentences(counts: &BTreeMap<What, usize>, names: &PerSide<String>) -> Vec<(What, String)> {
    let sentence = |(what, count): (&What, &usize)| {
        let count = *count;
        let text = match what {
            What::Create(side) => tr!("preview-new", count = count, account = names.get(*side)),
            What::Update(side) => tr!("preview-updated", count = count, account = names.get(*side)),
            What::Delete(side) => tr!("preview-deleted", count = count, account = names.get(*side)),
            What::Ask => tr!("preview-questions", count = count),
            What::Match => tr!("preview-same", count = count),
            What::Aside => tr!("preview-aside", count = count),
        };
        (*what, text)
    };
    counts.iter().map(sentence).collect()
}

fn warnings(plan: &Plan, names: &PerSide<String>) -> Vec<String> {
    let mut warnings = Vec::new();
    if let Some(Stop::EmptyListing { side, known }) = &plan.stop {
        warnings.push(tr!("preview-empty-list", account = names.get(*side), count = *known));
    }
    for side in Side::BOTH {
        if let Some(held) = plan.held.get(side) {
            let (count, account) = (held.deletions, names.get(side));
            warnings.push(tr!("preview-held", count = count, account = account, allowed = held.allowed));
        }
    }
    let doubled = plan.notes.iter().filter(|note| note.kind == NoteKind::DoubledKey).count();
    if doubled > 0 {
        warnings.push(tr!("preview-doubled", count = doubled));
    }
    warnings
}

/// The values that an operation writes, before and after.
fn lines_of(item: &Item, operation: &Operation, spec: Option<&PairSpec>) -> Vec<Line> {
    let (fields, new) = match &operation.kind {
        OpKind::Create { fields, .. } => (fields, true),
        OpKind::Update { fields, .. } => (fields, false),
        OpKind::Delete { .. } => return Vec::new(),
    };
    let mut lines = Vec::new();
    for name in &operation.mappings {
        let shown = item.fields.iter().find(|field| &field.name == name);
        let before = shown.and_then(|field| field.now.get(operation.side).as_ref());
        let other = shown.and_then(|field| field.now.get(operation.side.opposite()).as_ref());
        let after = spec
            .and_then(|spec| spec.field(name))
            .and_then(|mapping| written(fields, mapping.fields.get(operation.side)))
            .or_else(|| other.map(Value::display));
        if new && after.as_deref().is_none_or(str::is_empty) {
            continue;
        }
        lines.push(Line {
            field: words::field(name),
            before: (!new).then(|| words::value(before)),
            after: after.map(|text| if text.is_empty() { tr!("preview-empty") } else { text }),
        });
    }
    lines
}

/// What is written into the platform's fields of a mapping, as one text.
fn written(fields: &Fields, names: &[String]) -> Option<String> {
    let values: Vec<String> = names.iter().filter_map(|name| fields.get(name)).map(Value::display).collect();
    (!values.is_empty()).then(|| values.join(" ").trim().to_owned())
}

fn haystack(item: &Item) -> String {
    let mut text = item.label.to_lowercase();
    for field in &item.fields {
        for value in [&field.now.a, &field.now.b].into_iter().flatten() {
            text.push(' ');
            text.push_str(&value.display().to_lowercase());
        }
    }
    text
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
