//! The assistant that connects two accounts: first account, second account, fields, rules. Every
//! step can be left and returned to; nothing that was typed is lost.

mod accounts;
mod fields;
mod rules;

use eframe::egui::{self, Ui};

use super::{Intent, Page};
use crate::model::{
    AccountSettings, Endpoint, FieldInfo, FieldMapping, Kind, PairSpec, PerSide, Schedule, SecretRef, Side,
};
use crate::service::{AccountCheck, Snapshot, Suggestion};
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone};
use crate::ui::widgets::{Btn, banner, chip, remark, title};

/// The steps of the assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    /// The first account.
    First,
    /// The second account.
    Second,
    /// The fields.
    Fields,
    /// The rules and the name.
    Rules,
}

impl Step {
    const ALL: [(Self, &'static str); 4] = [
        (Self::First, "1  First account"),
        (Self::Second, "2  Second account"),
        (Self::Fields, "3  Fields"),
        (Self::Rules, "4  Rules"),
    ];
}

/// What the operator wants of the assistant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetupIntent {
    /// To try the connection of a side.
    Try(Side),
    /// To go to a step; both accounts are saved on the way to the fields.
    Step(Step),
    /// To have the fields suggested anew.
    Suggest,
    /// To save everything and see the preview.
    Finish,
    /// To leave.
    Close,
}

/// How Duosync gets a password.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Keep {
    /// From this computer's keyring.
    #[default]
    Keyring,
    /// From the workspace's encrypted file.
    File,
    /// From the operator, once after each start.
    Ask,
    /// From an environment variable.
    Env,
}

/// One account as it is typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct AccountDraft {
    /// The kind: `csv` or `carddav`.
    pub(crate) connector: String,
    /// The operator's name for it.
    pub(crate) name: String,
    /// The file.
    pub(crate) path: String,
    /// The column that identifies a row.
    pub(crate) id_column: String,
    /// The server's address.
    pub(crate) url: String,
    /// The user's name.
    pub(crate) username: String,
    /// The password, if one was typed.
    pub(crate) password: String,
    /// How Duosync gets the password.
    pub(crate) keep: Keep,
    /// The environment variable that holds it.
    pub(crate) variable: String,
    /// Why the password could not be kept.
    pub(crate) not_kept: Option<String>,
    /// The list that was picked.
    pub(crate) collection: Option<String>,
    /// The account that this draft was made from.
    pub(crate) base: Option<AccountSettings>,
    /// How the last try went, and the settings that were tried.
    pub(crate) check: Option<(AccountSettings, Result<AccountCheck, String>)>,
    /// Whether a try is going on.
    pub(crate) trying: bool,
    /// The settings of the try that is going on.
    pub(crate) tried: Option<AccountSettings>,
    /// What the file dialog had to say.
    pub(crate) hint: Option<String>,
}

/// One row of the mapping board.
#[derive(Clone, Debug)]
pub(crate) struct MapRow {
    /// The mapping.
    pub(crate) mapping: FieldMapping,
    /// Why it was suggested.
    pub(crate) why: Option<String>,
    /// Whether records are matched by it.
    pub(crate) key: bool,
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
pub(crate) struct Setup {
    /// The step that is shown.
    pub(crate) step: Step,
    /// The furthest step that was reached.
    pub(crate) reached: Step,
    /// Whether an existing pair is changed.
    pub(crate) editing: bool,
    /// Both accounts.
    pub(crate) sides: PerSide<AccountDraft>,
    /// Both sides' fields.
    pub(crate) fields: PerSide<Vec<FieldInfo>>,
    /// How far the fields are known.
    pub(crate) known: Known,
    /// The mapping board.
    pub(crate) rows: Vec<MapRow>,
    /// The rules and everything else of the pair.
    pub(crate) spec: PairSpec,
    /// Whether the name was typed by the operator.
    pub(crate) named: bool,
    /// Whether it is being saved.
    pub(crate) saving: bool,
    /// The accounts that this assistant has saved or renamed: those that the pair does not use in the
    /// end are removed.
    pub(crate) saved: std::collections::BTreeSet<String>,
    /// The ends whose fields are known, to notice that another list was picked.
    pub(crate) described: Option<PerSide<(AccountSettings, Option<String>)>>,
}

impl AccountDraft {
    /// A draft of a new account.
    pub(crate) fn new(side: Side) -> Self {
        let connector = if side == Side::A { "csv" } else { "carddav" };
        Self { connector: connector.to_owned(), ..Self::default() }
    }

    /// A draft of an account that is there.
    pub(crate) fn of(settings: &AccountSettings, collection: Option<String>) -> Self {
        let option = |key: &str| settings.options.get(key).cloned().unwrap_or_default();
        Self {
            connector: settings.connector.clone(),
            name: settings.name.clone(),
            path: option("path"),
            id_column: option("id"),
            url: option("url"),
            username: option("username"),
            keep: match &settings.secret {
                Some(SecretRef::File) => Keep::File,
                Some(SecretRef::Ask) => Keep::Ask,
                Some(SecretRef::Env(_)) => Keep::Env,
                Some(SecretRef::Keyring) | None => Keep::Keyring,
            },
            variable: match &settings.secret {
                Some(SecretRef::Env(variable)) => variable.clone(),
                Some(SecretRef::Ask | SecretRef::File | SecretRef::Keyring) | None => String::new(),
            },
            collection,
            base: Some(settings.clone()),
            ..Self::default()
        }
    }

    /// The account's settings as they are typed.
    pub(crate) fn settings(&self) -> AccountSettings {
        let same = self.base.as_ref().filter(|base| base.connector == self.connector);
        let mut options = same.map(|base| base.options.clone()).unwrap_or_default();
        let typed: [(&str, &String); 2] = if self.connector == "csv" {
            [("path", &self.path), ("id", &self.id_column)]
        } else {
            [("url", &self.url), ("username", &self.username)]
        };
        for (key, text) in typed {
            if text.trim().is_empty() {
                options.remove(key);
            } else {
                options.insert(key.to_owned(), text.trim().to_owned());
            }
        }
        let secret = if self.connector == "csv" || self.username.trim().is_empty() && self.keep != Keep::Env {
            None
        } else {
            Some(match self.keep {
                Keep::Keyring => SecretRef::Keyring,
                Keep::File => SecretRef::File,
                Keep::Ask => SecretRef::Ask,
                Keep::Env => SecretRef::Env(self.variable.trim().to_owned()),
            })
        };
        AccountSettings { name: self.shown_name(), connector: self.connector.clone(), options, secret }
    }

    /// The name that was typed, else one made of the file or the user.
    pub(crate) fn shown_name(&self) -> String {
        let typed = self.name.trim();
        if !typed.is_empty() {
            return typed.to_owned();
        }
        if self.connector == "csv" {
            let stem = std::path::Path::new(self.path.trim()).file_stem().and_then(|stem| stem.to_str());
            stem.map_or_else(|| "File".to_owned(), str::to_owned)
        } else {
            "Address book".to_owned()
        }
    }

    /// The password, if one was typed.
    pub(crate) fn password(&self) -> Option<String> {
        (!self.password.is_empty() && self.keep != Keep::Env).then(|| self.password.clone())
    }

    /// What is still missing before it can be tried.
    pub(crate) fn missing(&self) -> Option<&'static str> {
        if self.connector == "csv" {
            self.path.trim().is_empty().then_some("Type or find the file first.")
        } else {
            let variable = self.keep == Keep::Env && self.variable.trim().is_empty();
            let address = self.url.trim().is_empty().then_some("Type the server's address first.");
            address.or(variable.then_some("Type the name of the environment variable."))
        }
    }

    /// The last try, if it was of what is typed now.
    pub(crate) fn result(&self) -> Option<&Result<AccountCheck, String>> {
        self.check.as_ref().filter(|(tried, _)| same_place(tried, &self.settings())).map(|(_, result)| result)
    }

    /// Whether the connection is known to work.
    pub(crate) fn works(&self) -> bool {
        let saved = self.base.as_ref() == Some(&self.settings()) && self.password().is_none();
        match self.result() {
            Some(result) => result.as_ref().is_ok_and(AccountCheck::is_ok),
            None => saved,
        }
    }

    /// The list that is used: the one that was picked, else the only one.
    pub(crate) fn list(&self) -> Option<String> {
        if let Some(picked) = &self.collection {
            return Some(picked.clone());
        }
        let Some(Ok(check)) = self.result() else { return None };
        match check.collections.as_slice() {
            [only] => Some(only.id.clone()),
            _ => None,
        }
    }

    /// Whether a list has to be picked first.
    pub(crate) fn needs_list(&self) -> bool {
        self.list().is_none() && matches!(self.result(), Some(Ok(check)) if check.collections.len() > 1)
    }
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
            deletes: crate::model::DeletePolicy::Ignore,
            guard: crate::model::DeleteGuard::default(),
            conflicts: crate::model::Policy::Ask,
            writes: PerSide::default(),
            schedule: Schedule {
                sync_every: Some(300),
                compare: Some(crate::model::CompareSchedule { every_days: 1, at_minute: 7 * 60 }),
            },
        };
        Self {
            step: Step::First,
            reached: Step::First,
            editing: false,
            sides: PerSide::from_fn(AccountDraft::new),
            fields: PerSide::default(),
            known: Known::No,
            rows: Vec::new(),
            spec,
            named: false,
            saving: false,
            saved: std::collections::BTreeSet::new(),
            described: None,
        }
    }

    /// The assistant filled in with a pair that is there.
    pub(crate) fn edit(spec: &PairSpec, snapshot: &Snapshot) -> Self {
        let mut setup = Self::new();
        for side in Side::BOTH {
            let end = spec.ends.get(side);
            if let Some(settings) = snapshot.accounts.iter().find(|account| account.name == end.account) {
                *setup.sides.get_mut(side) = AccountDraft::of(settings, end.collection.clone());
            }
        }
        setup.rows = spec
            .fields
            .iter()
            .map(|mapping| MapRow { mapping: mapping.clone(), why: None, key: spec.match_keys.contains(&mapping.name) })
            .collect();
        setup.spec = spec.clone();
        setup.editing = true;
        setup.named = true;
        setup.reached = Step::Rules;
        setup
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

    /// Takes suggestions: all of them onto an empty board, else only the reasons of rows that agree.
    pub(crate) fn suggest(&mut self, suggestions: Vec<Suggestion>) {
        if self.rows.is_empty() {
            self.rows = suggestions
                .into_iter()
                .map(|suggestion| MapRow {
                    mapping: suggestion.mapping,
                    why: Some(suggestion.why),
                    key: suggestion.key,
                })
                .collect();
            return;
        }
        for row in &mut self.rows {
            let same = suggestions.iter().find(|suggestion| suggestion.mapping.fields == row.mapping.fields);
            row.why = same.map(|suggestion| suggestion.why.clone()).or(row.why.take());
        }
    }

    /// Adds an empty row.
    pub(crate) fn add_row(&mut self) {
        let mut mapping = FieldMapping::simple("", "", "", Kind::Text);
        mapping.fields = PerSide::default();
        self.rows.push(MapRow { mapping, why: None, key: false });
    }

    /// What is still missing on the board.
    pub(crate) fn board_problem(&self) -> Option<String> {
        if self.rows.is_empty() {
            return Some("Pair at least one field.".to_owned());
        }
        if self.rows.iter().any(|row| row.mapping.fields.a.is_empty() || row.mapping.fields.b.is_empty()) {
            return Some("Pick a field on both sides of every row, or remove the row.".to_owned());
        }
        if !self.rows.iter().any(|row| row.key) {
            return Some("Choose at least one field to match records by (email is best).".to_owned());
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
            format!("{} and {}", names.a, names.b)
        } else {
            typed.to_owned()
        }
    }
}

impl Setup {
    /// What a side has to save; none where everything is as it was saved.
    pub(crate) fn to_save(&self, side: Side) -> Option<(AccountSettings, Option<String>)> {
        let account = self.sides.get(side);
        let (settings, password) = (account.settings(), account.password());
        (account.base.as_ref() != Some(&settings) || password.is_some()).then_some((settings, password))
    }

    /// A side is saved as it is now.
    pub(crate) fn has_saved(&mut self, side: Side) {
        let account = self.sides.get_mut(side);
        let settings = account.settings();
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
    fn name_is_taken(&self, side: Side, snapshot: &Snapshot) -> bool {
        let account = self.sides.get(side);
        let name = account.shown_name();
        account.base.as_ref().is_none_or(|base| base.name != name)
            && !self.saved.contains(&name)
            && snapshot.accounts.iter().any(|known| known.name == name)
    }
}

/// Whether two settings lead to the same place: a name, and where the password is kept, do not matter.
fn same_place(one: &AccountSettings, other: &AccountSettings) -> bool {
    let env = |settings: &AccountSettings| match &settings.secret {
        Some(SecretRef::Env(variable)) => Some(variable.clone()),
        Some(SecretRef::Keyring | SecretRef::File | SecretRef::Ask) | None => None,
    };
    one.connector == other.connector && one.options == other.options && env(one) == env(other)
}

/// Draws the assistant.
pub(crate) fn show(ui: &mut Ui, setup: &mut Setup, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    egui::Sides::new().shrink_left().truncate().show(
        ui,
        |ui| title(ui, if setup.editing { "Change the connection" } else { "Connect two accounts" }),
        |ui| {
            if ui.add(Btn::new("Close").quiet()).clicked() {
                intents.push(Intent::Setup(SetupIntent::Close));
            }
        },
    );
    ui.horizontal_wrapped(|ui| {
        for (step, name) in Step::ALL {
            ui.add_enabled_ui(step <= setup.reached, |ui| {
                if chip(ui, step == setup.step, name).clicked() {
                    intents.push(Intent::Setup(SetupIntent::Step(step)));
                }
            });
        }
    });
    ui.add_space(theme::SMALL);
    egui::Panel::bottom("way")
        .frame(egui::Frame::new())
        .resizable(false)
        .show_separator_line(false)
        .show(ui, |ui| show_way(ui, setup, snapshot, intents));
    egui::ScrollArea::vertical().id_salt(setup.step as u8).auto_shrink(false).show(ui, |ui| {
        ui.set_width(ui.available_width() - 8.0);
        match setup.step {
            Step::First => accounts::show(ui, setup, Side::A, snapshot, intents),
            Step::Second => accounts::show(ui, setup, Side::B, snapshot, intents),
            Step::Fields => fields::show(ui, setup, intents),
            Step::Rules => rules::show(ui, setup),
        }
    });
}

fn show_way(ui: &mut Ui, setup: &Setup, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let (back, next) = match setup.step {
        Step::First => (None, Step::Second),
        Step::Second => (Some(Step::First), Step::Fields),
        Step::Fields => (Some(Step::Second), Step::Rules),
        Step::Rules => (Some(Step::Fields), Step::Rules),
    };
    let problem = match setup.step {
        Step::First => account_problem(setup, Side::A, snapshot),
        Step::Second => account_problem(setup, Side::B, snapshot).or_else(|| {
            (setup.ends().a == setup.ends().b).then(|| "Both accounts are the same. Pick another one.".to_owned())
        }),
        Step::Rules if setup.saving => Some("Saving and making the preview…".to_owned()),
        Step::Rules if !setup.editing && snapshot.pairs.iter().any(|pair| pair.spec.name == setup.pair_name()) => {
            Some(format!("There is a connection called {} already. Choose another name.", setup.pair_name()))
        }
        Step::Fields | Step::Rules => setup.board_problem(),
    };
    ui.add_space(theme::SMALL);
    ui.horizontal(|ui| {
        if let Some(back) = back
            && ui.add(Btn::new("Back").icon(Icon::Left)).clicked()
        {
            intents.push(Intent::Setup(SetupIntent::Step(back)));
        }
        let last = setup.step == Step::Rules;
        let text = if last { "Save and show the preview" } else { "Continue" };
        let button = Btn::new(text).icon(if last { Icon::Ok } else { Icon::Right }).primary();
        if ui.add_enabled(problem.is_none(), button).clicked() {
            let wanted = if last { SetupIntent::Finish } else { SetupIntent::Step(next) };
            intents.push(Intent::Setup(wanted));
        }
        if let Some(problem) = problem {
            remark(ui, problem);
        } else if last {
            remark(ui, "Nothing is written yet: you see first what would happen.");
        }
    });
}

fn account_problem(setup: &Setup, side: Side, snapshot: &Snapshot) -> Option<String> {
    let account = setup.sides.get(side);
    if let Some(missing) = account.missing() {
        return Some(missing.to_owned());
    }
    if setup.name_is_taken(side, snapshot) {
        return Some(format!("There is an account called {} already. Choose another name.", account.shown_name()));
    }
    if account.needs_list() {
        return Some("Choose the list to use.".to_owned());
    }
    (!account.works()).then(|| "Try the connection first.".to_owned())
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

/// A line that says where reading the fields stands.
fn show_known(ui: &mut Ui, known: &Known, intents: &mut Vec<Intent>) -> bool {
    match known {
        Known::No | Known::Reading => {
            remark(ui, "Reading the fields of both sides…");
            false
        }
        Known::Failed(why) => {
            banner(ui, Tone::Bad, why, None);
            if ui.add(Btn::new("Try again").icon(Icon::Sync)).clicked() {
                intents.push(Intent::Setup(SetupIntent::Suggest));
            }
            if ui.add(Btn::new("Leave the assistant").quiet()).clicked() {
                intents.push(Intent::Go(Page::Home));
            }
            false
        }
        Known::Yes => true,
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
