//! What the assistant knows: pure data, kept over a restart of the program.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{AccountDraft, Step, filters};
use crate::model::{
    AccountSettings, CompareSchedule, DeleteGuard, DeletePolicy, Direction, Endpoint, FieldFit, FieldInfo,
    FieldMapping, Filter, Fit, Kind, PairSpec, PerSide, Policy, Schedule, Side, Survey, Transform, Trial, WriteMode,
};
use crate::service::{RequestId, Snapshot, Suggestion};
use crate::texts::tr;

/// One row of the mapping board.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct MapRow {
    /// The mapping.
    pub(crate) mapping: FieldMapping,
    /// Why it was suggested.
    pub(crate) why: Option<String>,
    /// Whether records are matched by it.
    pub(crate) key: bool,
    /// Its number on the board, which stays when others come and go.
    pub(crate) number: u64,
    /// What was tried, and what it would do to the real records.
    #[serde(skip)]
    pub(crate) fit: Option<(Trial, Vec<Filter>, Arc<FieldFit>)>,
}

impl MapRow {
    /// What is to be tried.
    pub(crate) fn trial(&self) -> Trial {
        Trial { mapping: self.mapping.clone(), key: self.key }
    }

    /// What it would do, where that is known of the mapping as it is now.
    pub(crate) fn fitted(&self, filters: &[Filter]) -> Option<&Arc<FieldFit>> {
        let (trial, under, fit) = self.fit.as_ref()?;
        (trial.mapping == self.mapping && trial.key == self.key && under == filters).then_some(fit)
    }
}

/// Mappings that are tried on the real records.
#[derive(Clone, Debug)]
pub(crate) struct Fitting {
    /// The command's number, by which it is stopped.
    pub(crate) request: Option<RequestId>,
    /// The rows and what is tried of each.
    pub(crate) tried: Vec<(u64, Trial)>,
    /// The filters.
    pub(crate) filters: Vec<Filter>,
}

/// How far the fields of both sides are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Known {
    /// Not asked for.
    #[default]
    No,
    /// Being read.
    Reading,
    /// Read.
    Yes,
    /// They could not be read.
    Failed(String),
}

/// The assistant.
#[derive(Serialize, Deserialize)]
pub(crate) struct Setup {
    /// The step that is shown.
    pub(crate) step: Step,
    /// The furthest step that was reached.
    pub(crate) reached: Step,
    /// Whether an existing pair is changed.
    pub(crate) editing: bool,
    /// Both accounts.
    pub(crate) sides: PerSide<AccountDraft>,
    /// The mapping board.
    pub(crate) rows: Vec<MapRow>,
    /// The rules and everything else of the pair.
    pub(crate) spec: PairSpec,
    /// The accounts that this assistant has saved or renamed: those that the pair does not use in the
    /// end are removed.
    pub(crate) saved: BTreeSet<String>,
    /// The name under which the pair was saved already.
    pub(crate) kept: Option<String>,
    /// The number of the next row.
    pub(crate) next: u64,
    /// Both sides' fields.
    #[serde(skip)]
    pub(crate) fields: PerSide<Vec<FieldInfo>>,
    /// How many records each side has, and how many of them pass the filters.
    #[serde(skip)]
    pub(crate) totals: PerSide<usize>,
    /// See [`totals`](Self::totals).
    #[serde(skip)]
    pub(crate) passing: PerSide<usize>,
    /// How far the fields are known.
    #[serde(skip)]
    pub(crate) known: Known,
    /// Whether the records are to be read anew.
    #[serde(skip)]
    pub(crate) anew: bool,
    /// Whether it is being saved.
    #[serde(skip)]
    pub(crate) saving: bool,
    /// The accounts as they were sent to be saved. The service tells that they are there before it answers,
    /// and they are nobody else's.
    #[serde(skip)]
    sent: PerSide<Option<AccountSettings>>,
    /// The ends whose fields are known, to notice that another list was picked.
    #[serde(skip)]
    pub(crate) described: Option<PerSide<(AccountSettings, Option<String>)>>,
    /// The row whose details are shown.
    #[serde(skip)]
    pub(crate) open: Option<u64>,
    /// The field that was picked and waits for its partner.
    #[serde(skip)]
    pub(crate) picked: Option<(Side, String)>,
    /// What is looked for among the fields.
    #[serde(skip)]
    pub(crate) search: String,
    /// The mappings that are tried.
    #[serde(skip)]
    pub(crate) fitting: Option<Fitting>,
    /// What is to be tried next, and since when it has been so, by egui's clock.
    #[serde(skip)]
    pub(crate) unrested: Option<(Vec<(u64, Trial)>, f64)>,
    /// Why the mappings could not be tried.
    #[serde(skip)]
    pub(crate) not_fitted: Option<String>,
}

impl Setup {
    /// An empty assistant.
    pub(crate) fn new() -> Self {
        let end = || Endpoint { account: String::new(), collection: None };
        let spec = PairSpec {
            name: String::new(),
            ends: PerSide::new(end(), end()),
            match_keys: Vec::new(),
            fields: Vec::new(),
            filters: Vec::new(),
            deletes: DeletePolicy::Ignore,
            guard: DeleteGuard::default(),
            conflicts: Policy::Ask,
            writes: PerSide::default(),
            schedule: Schedule {
                sync_every: Some(300),
                compare: Some(CompareSchedule { every_days: 1, at_minute: 7 * 60 }),
            },
        };
        Self {
            step: Step::First,
            reached: Step::First,
            editing: false,
            sides: PerSide::default(),
            fields: PerSide::default(),
            totals: PerSide::default(),
            passing: PerSide::default(),
            known: Known::No,
            anew: false,
            rows: Vec::new(),
            spec,
            saving: false,
            sent: PerSide::default(),
            saved: BTreeSet::new(),
            kept: None,
            next: 1,
            described: None,
            open: None,
            picked: None,
            search: String::new(),
            fitting: None,
            unrested: None,
            not_fitted: None,
        }
    }

    /// The assistant filled in with a pair that is there.
    pub(crate) fn edit(spec: &PairSpec, snapshot: &Snapshot) -> Self {
        let mut setup = Self::new();
        for side in Side::BOTH {
            let end = spec.ends.get(side);
            if let Some(settings) = snapshot.accounts.iter().find(|account| account.name == end.account) {
                *setup.sides.get_mut(side) = AccountDraft::of(settings, end.collection.clone(), &snapshot.platforms);
            }
        }
        for mapping in &spec.fields {
            setup.push(mapping.clone(), None, spec.match_keys.contains(&mapping.name));
        }
        setup.spec = spec.clone();
        setup.editing = true;
        setup.reached = Step::Rules;
        setup
    }

    /// The draft as a text that can be kept, without passwords.
    pub(crate) fn to_text(&self) -> Option<String> {
        let worth = self.reached > Step::First || !self.sides.a.connector.is_empty();
        (worth && !self.editing && self.kept.is_none()).then(|| serde_json::to_string(self).ok()).flatten()
    }

    /// The draft of the last time.
    pub(crate) fn of_text(text: &str) -> Option<Self> {
        let mut setup: Self = serde_json::from_str(text).ok()?;
        setup.step = setup.step.min(Step::Rules);
        setup.reached = setup.reached.min(Step::Rules);
        Some(setup)
    }

    /// Whether there is something in it that could be lost.
    pub(crate) fn is_begun(&self) -> bool {
        self.sides.a.platform.is_some() || self.reached > Step::First
    }

    /// Keeps what it knows of the world up to date.
    pub(crate) fn follow(&mut self, snapshot: &Snapshot) {
        for side in Side::BOTH {
            let other = self.sides.get(side.opposite());
            let other = (other.platform.is_some()).then(|| other.shown_name());
            let own = self.sides.get(side).base.as_ref().map(|base| base.name.clone());
            let (saved, sent) = (&self.saved, &self.sent);
            let is_sent = |name: &String| {
                Side::BOTH.iter().any(|side| sent.get(*side).as_ref().is_some_and(|sent| sent.name == *name))
            };
            let known = snapshot.accounts.iter().map(|account| &account.name);
            let mut taken: BTreeSet<String> = known
                .filter(|name| Some(*name) != own.as_ref() && !saved.contains(*name) && !is_sent(name))
                .cloned()
                .collect();
            // The first account has its name first.
            if side == Side::B {
                taken.extend(other);
            }
            let draft = self.sides.get_mut(side);
            draft.know(&snapshot.platforms);
            draft.taken = taken;
        }
    }

    /// What both ends are called.
    pub(crate) fn names(&self) -> PerSide<String> {
        self.sides.as_ref().map(AccountDraft::shown_name)
    }

    /// Both ends as a suggestion is asked for.
    pub(crate) fn ends(&self) -> PerSide<(String, Option<String>)> {
        self.sides.as_ref().map(|side| (side.shown_name(), side.list()))
    }

    /// Both accounts and lists, to notice a change.
    pub(crate) fn ends_now(&self) -> PerSide<(AccountSettings, Option<String>)> {
        self.sides.as_ref().map(|side| (side.settings(), side.list()))
    }

    /// Takes what both ends hold. Everything is tried anew, as the records may be others.
    pub(crate) fn take_survey(&mut self, survey: Survey, suggestions: Vec<Suggestion>) {
        self.fields = survey.fields;
        self.totals = survey.totals;
        self.passing = survey.totals;
        for row in &mut self.rows {
            row.fit = None;
        }
        self.not_fitted = None;
        self.suggest(suggestions);
        self.known = Known::Yes;
    }

    /// Takes suggestions: all of them onto an empty board, else only the reasons of rows that agree.
    pub(crate) fn suggest(&mut self, suggestions: Vec<Suggestion>) {
        if self.rows.is_empty() {
            for suggestion in suggestions {
                self.push(suggestion.mapping, Some(suggestion.why), suggestion.key);
            }
            return;
        }
        for row in &mut self.rows {
            let same = suggestions.iter().find(|suggestion| suggestion.mapping.fields == row.mapping.fields);
            row.why = same.map(|suggestion| suggestion.why.clone()).or(row.why.take());
        }
    }

    fn push(&mut self, mapping: FieldMapping, why: Option<String>, key: bool) -> u64 {
        let number = self.next;
        self.next += 1;
        self.rows.push(MapRow { mapping, why, key, number, fit: None });
        number
    }

    /// Pairs two fields and shows their row; fields that were paired already stay so.
    pub(crate) fn pair_fields(&mut self, a: &str, b: &str) -> u64 {
        let mut mapping = FieldMapping::simple("", a, b, Kind::Text);
        let info = |side: Side, name: &str| self.fields.get(side).iter().find(|field| field.name == name);
        let (of_a, of_b) = (info(Side::A, a), info(Side::B, b));
        mapping.kind = of_a.and_then(|field| field.kind).or(of_b.and_then(|field| field.kind)).unwrap_or(Kind::Text);
        let read_only = |field: Option<&FieldInfo>| field.is_some_and(|field| field.read_only);
        mapping.direction = match (read_only(of_a), read_only(of_b)) {
            (true, false) => Direction::AToB,
            (false, true) => Direction::BToA,
            (true, true) | (false, false) => Direction::Both,
        };
        let key = mapping.kind == Kind::Email && !self.rows.iter().any(|row| row.key);
        self.picked = None;
        let number = self.push(mapping, None, key);
        self.open = Some(number);
        number
    }

    /// Picks a field of a side: with one of the other side picked before, both are paired.
    pub(crate) fn pick(&mut self, side: Side, field: &str) {
        match self.picked.take() {
            Some((other, partner)) if other != side => {
                let fields = PerSide::oriented(side, field.to_owned(), partner);
                self.pair_fields(&fields.a, &fields.b);
            }
            Some((other, same)) if other == side && same == field => {}
            Some(_) | None => self.picked = Some((side, field.to_owned())),
        }
    }

    /// Puts a field into a row, in the place of the one that is there.
    pub(crate) fn replace(&mut self, number: u64, side: Side, field: &str) {
        if let Some(row) = self.rows.iter_mut().find(|row| row.number == number) {
            set_field(row, side, 0, field);
        }
        self.picked = None;
    }

    /// What is still missing on the board.
    pub(crate) fn board_problem(&self) -> Option<String> {
        if self.rows.is_empty() {
            return Some(tr!("setup-board-empty"));
        }
        let unpicked = |names: &Vec<String>| names.is_empty() || names.iter().any(String::is_empty);
        if self.rows.iter().any(|row| unpicked(&row.mapping.fields.a) || unpicked(&row.mapping.fields.b)) {
            return Some(tr!("setup-board-unpicked"));
        }
        if let Some(row) =
            self.rows.iter().find(|row| row.mapping.kind == Kind::Choice && row.mapping.values.is_empty())
        {
            return Some(tr!("setup-board-no-words", field = row.mapping.fields.a.join(" + ")));
        }
        if let Some(row) = self
            .rows
            .iter()
            .find(|row| matches!(&row.mapping.transform, Transform::Template(text) if text.trim().is_empty()))
        {
            return Some(tr!("setup-board-no-template", field = row.mapping.fields.b.join(" + ")));
        }
        if !self.rows.iter().any(|row| row.key) {
            return Some(tr!("setup-board-no-key"));
        }
        None
    }

    /// The pair that the assistant makes.
    pub(crate) fn pair(&self) -> PairSpec {
        let mut spec = self.spec.clone();
        spec.name = self.pair_name();
        spec.ends = self.sides.as_ref().map(|side| Endpoint { account: side.shown_name(), collection: side.list() });
        spec.fields = Vec::new();
        let mut keys = Vec::new();
        for row in &self.rows {
            let mut mapping = row.mapping.clone();
            if mapping.name.is_empty() {
                mapping.name = mapping_name(&mapping);
            }
            let stem = mapping.name.clone();
            let mut number = 2;
            while spec.fields.iter().any(|other| other.name == mapping.name) {
                mapping.name = format!("{stem}_{number}");
                number += 1;
            }
            if row.key {
                keys.push(mapping.name.clone());
            }
            spec.fields.push(mapping);
        }
        spec.filters = self.filters();
        let kept = self.spec.match_keys.iter().filter(|key| keys.contains(key)).cloned();
        let mut ordered: Vec<String> = kept.collect();
        ordered.extend(keys.into_iter().filter(|key| !self.spec.match_keys.contains(key)));
        spec.match_keys = ordered;
        spec
    }

    /// The name that was typed, else one made of both accounts.
    pub(crate) fn pair_name(&self) -> String {
        let typed = self.spec.name.trim();
        if typed.is_empty() {
            let names = self.names();
            tr!("setup-pair-name", a = names.a, b = names.b)
        } else {
            typed.to_owned()
        }
    }

    /// Whether a side has something to save.
    pub(crate) fn is_to_save(&self, side: Side) -> bool {
        let account = self.sides.get(side);
        account.base.as_ref() != Some(&account.settings()) || account.password().is_some()
    }

    /// A side is sent to be saved as it is now.
    pub(crate) fn sends(&mut self, side: Side) -> (AccountSettings, Option<String>) {
        let account = self.sides.get(side);
        let (settings, password) = (account.settings(), account.password());
        *self.sent.get_mut(side) = Some(settings.clone());
        (settings, password)
    }

    /// A side could not be saved.
    pub(crate) fn has_not_saved(&mut self, side: Side) {
        *self.sent.get_mut(side) = None;
    }

    /// A side is saved as it was sent.
    pub(crate) fn has_saved(&mut self, side: Side) {
        let sent = self.sent.get_mut(side).take();
        let account = self.sides.get_mut(side);
        let settings = sent.unwrap_or_else(|| account.settings());
        if let Some(base) = &account.base {
            self.saved.insert(base.name.clone());
        }
        self.saved.insert(settings.name.clone());
        account.not_kept = None;
        account.password.clear();
        account.base = Some(settings);
    }

    /// The accounts that the assistant has left behind: saved under another name than in the end.
    pub(crate) fn left_behind(&self, snapshot: &Snapshot) -> Vec<String> {
        let names = self.names();
        let used = |name: &String| {
            *name == names.a
                || *name == names.b
                || snapshot.pairs.iter().any(|pair| {
                    let ends = &pair.spec.ends;
                    pair.spec.name != self.pair_name() && (ends.a.account == *name || ends.b.account == *name)
                })
        };
        self.saved.iter().filter(|name| !used(name)).cloned().collect()
    }

    /// Whether a side's name is that of another account, which would be overwritten.
    pub(crate) fn name_is_taken(&self, side: Side, snapshot: &Snapshot) -> bool {
        let account = self.sides.get(side);
        let name = account.shown_name();
        account.base.as_ref().is_none_or(|base| base.name != name)
            && !self.saved.contains(&name)
            && self.sent.get(side).as_ref().is_none_or(|sent| sent.name != name)
            && snapshot.accounts.iter().any(|known| known.name == name)
    }

    /// The filters that are complete.
    pub(crate) fn filters(&self) -> Vec<Filter> {
        let complete = self.spec.filters.iter().filter(|filter| filters::is_complete(filter));
        complete.cloned().map(filters::tidy).collect()
    }

    /// The rows of which it is not known yet what they would do.
    pub(crate) fn to_fit(&self) -> Vec<(u64, Trial)> {
        let filters = self.filters();
        let ready = |row: &&MapRow| {
            let fields = &row.mapping.fields;
            row.fitted(&filters).is_none()
                && [&fields.a, &fields.b].iter().all(|names| !names.is_empty() && !names.iter().any(String::is_empty))
        };
        self.rows.iter().filter(ready).map(|row| (row.number, row.trial())).collect()
    }

    /// Takes what mappings would do. What was changed meanwhile is tried again.
    pub(crate) fn take_fit(&mut self, fit: Fit) {
        let Some(Fitting { tried, filters, .. }) = self.fitting.take() else { return };
        self.passing = fit.passing;
        self.not_fitted = None;
        for ((number, trial), found) in tried.into_iter().zip(fit.fields) {
            if let Some(row) = self.rows.iter_mut().find(|row| row.number == number && row.trial() == trial) {
                row.fit = Some((trial, filters.clone(), Arc::new(found)));
            }
        }
    }
}

/// Puts a field into a place of a row.
pub(super) fn set_field(row: &mut MapRow, side: Side, place: usize, field: &str) {
    let names = row.mapping.fields.get_mut(side);
    while names.len() <= place {
        names.push(String::new());
    }
    if let Some(name) = names.get_mut(place) {
        field.clone_into(name);
    }
    row.why = None;
}

/// Takes away what a settings file would refuse beside the kind, direction and transform as they are.
pub(super) fn tidy(mapping: &mut FieldMapping) {
    match &mapping.transform {
        Transform::None => {
            mapping.fields.a.truncate(1);
            mapping.fields.b.truncate(1);
        }
        Transform::SplitName => mapping.kind = Kind::Text,
        Transform::Template(_) => {
            if mapping.direction == Direction::Both {
                mapping.direction = Direction::AToB;
            }
            let target = if mapping.direction == Direction::AToB { Side::B } else { Side::A };
            mapping.fields.get_mut(target).truncate(1);
        }
    }
    if mapping.kind != Kind::Phone {
        mapping.region = None;
    }
    if mapping.kind != Kind::Boolean {
        mapping.words = PerSide::default();
    }
    if mapping.kind != Kind::Date {
        mapping.format = PerSide::default();
    }
    if mapping.kind != Kind::List {
        mapping.separator = PerSide::default();
        if mapping.write == WriteMode::Add {
            mapping.write = WriteMode::Replace;
        }
    }
    for side in Side::BOTH {
        if !mapping.writes_to(side) {
            *mapping.default.get_mut(side) = None;
        }
    }
}

/// Pairs the words of both sides that are the same or nearly so: a first proposal for choices.
pub(super) fn same_words(words: &PerSide<Vec<(String, usize)>>) -> Vec<PerSide<String>> {
    let mut free: Vec<&String> = words.b.iter().map(|(word, _)| word).collect();
    let mut pairs = Vec::new();
    for (word, _) in &words.a {
        let lower = word.to_lowercase();
        let near = |other: &str| strsim::jaro_winkler(&lower, &other.to_lowercase());
        let best = free.iter().enumerate().max_by(|one, other| near(one.1).total_cmp(&near(other.1)));
        if let Some((at, other)) = best.filter(|(_, other)| near(other) > 0.84) {
            pairs.push(PerSide::new(word.clone(), (*other).clone()));
            free.remove(at);
        }
    }
    pairs
}

/// A name for a mapping, made of B's field, else A's: letters, digits and underscores.
fn mapping_name(mapping: &FieldMapping) -> String {
    let source = mapping.fields.b.first().or(mapping.fields.a.first()).map(String::as_str).unwrap_or_default();
    let mut name = String::new();
    for c in source.chars() {
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    if name.is_empty() { "field".to_owned() } else { name.to_owned() }
}
