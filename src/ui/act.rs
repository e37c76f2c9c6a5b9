//! What the operator wants, as commands.

use super::app::{Asking, DuosyncApp, Purpose};
use super::views::history::{self, HistoryIntent};
use super::views::preview::Preview;
use super::views::setup::{Fitting, Known, Setup, SetupIntent, Step, Trying};
use super::views::{Browse, Intent, Page, TakeBack};
use crate::model::{SecretRef, Side, Trials};
use crate::service::{AccountCheck, Command, Look, SecretFile, SyncMode};
use crate::texts::tr;

impl DuosyncApp {
    /// Carries out one wish.
    pub(super) fn act(&mut self, intent: Intent) {
        if let Intent::Sync(pair)
        | Intent::MakePreview(pair)
        | Intent::Accept(pair)
        | Intent::Compare(pair)
        | Intent::ExportReport(pair, _) = &intent
            && self.ask_first(&pair.clone(), &intent)
        {
            return;
        }
        match intent {
            Intent::Go(page) => self.go(page, None),
            Intent::GoPair(page, pair) => self.go(page, Some(pair)),
            Intent::NewPair => {
                // An assistant that was left in the middle is taken up again: nothing is lost.
                if self.setup.as_ref().is_none_or(|setup| setup.editing) {
                    self.setup = Some(Setup::new());
                }
                self.page = Page::Setup;
                if let Some(step) = self.setup.as_ref().map(|setup| setup.step) {
                    self.setup_step(step);
                }
            }
            Intent::EditPair(pair) => self.edit(&pair),
            Intent::RemovePair(pair) => {
                let words = tr!("shell-removed", what = pair);
                self.send(Command::RemovePair(pair), Purpose::Told(words));
            }
            Intent::RemoveAccount(account) => {
                let words = tr!("shell-removed", what = account);
                self.send(Command::RemoveAccount(account), Purpose::Told(words));
            }
            Intent::LoadSample => self.send(Command::LoadSample, Purpose::Sample),
            Intent::Sync(pair) => self.sync(pair, SyncMode::Normal),
            Intent::MakePreview(pair) => self.sync(pair, SyncMode::Preview),
            Intent::Accept(pair) => {
                self.page = Page::Home;
                if self.setup.as_ref().is_some_and(|setup| setup.kept.as_ref() == Some(&pair)) {
                    self.setup = None;
                }
                self.sync(pair, SyncMode::Accept);
            }
            Intent::Compare(pair) => {
                self.send(Command::Compare { pair, export: None }, Purpose::Compare(None));
            }
            Intent::ExportReport(pair, path) => {
                // A name alone would not say in which folder the file is found again.
                let path = std::path::absolute(&path).unwrap_or(path);
                let place = path.display().to_string();
                self.send(Command::Compare { pair, export: Some(path) }, Purpose::Compare(Some(place)));
            }
            Intent::Pause(pair, paused) => self.send(Command::Pause { pair, paused }, Purpose::Quiet),
            Intent::Cancel(pair) => self.send(Command::Cancel(pair), Purpose::Quiet),
            Intent::Settle(ids, resolution, what) => {
                self.review.settling(&ids);
                let purpose = Purpose::Settle(ids.clone(), resolution.clone(), what);
                self.send(Command::Resolve { ids, resolution }, purpose);
            }
            Intent::Candidates(id) => self.send(Command::Candidates(id), Purpose::Quiet),
            Intent::UndoLast => {
                if let Some(back) = self.undo_next.take() {
                    self.toasts.clear();
                    self.take_back(back);
                }
            }
            Intent::TakeBack(back) => self.take_back(back),
            Intent::Look(look) => self.send(Command::Look(look), Purpose::Look),
            Intent::EnterPassword(account) => {
                self.asking = Some(Asking { account, password: String::new(), then: None });
            }
            Intent::EnterPassphrase => self.ask_passphrase(None),
            Intent::ForgetSecrets => self.send(Command::ForgetSecrets, Purpose::Quiet),
            Intent::SignIn(account) => {
                self.send(Command::SignIn { account: account.clone() }, Purpose::SignIn(account));
            }
            Intent::CancelSignIn(account) => self.send(Command::CancelSignIn(account), Purpose::Quiet),
            Intent::OpenBrowser(url) => self.open_browser(&url),
            Intent::Undo(run) => self.send(Command::Undo(run), Purpose::Undo),
            Intent::History(wanted) => self.act_history(wanted),
            Intent::Browse(what) => {
                let ctx = self.ctx.clone();
                self.picker.open(what, &ctx);
            }
            Intent::ImportSettings(path) => {
                self.send(Command::Import(path), Purpose::Quiet);
            }
            Intent::ExportSettings(path) => {
                let path = std::path::absolute(&path).unwrap_or(path);
                let words = tr!("settings-exported", file = path.display().to_string());
                self.send(Command::Export(Some(path)), Purpose::Told(words));
            }
            Intent::Say(text) => self.toast(text, None),
            Intent::Confirm(confirm) => self.confirm = Some(*confirm),
            Intent::Prefs(prefs) => self.save_prefs(*prefs),
            Intent::OpenAlert(alert) => self.open_alert(&alert),
            Intent::OpenFolder(folder) => self.open_folder(&folder),
            Intent::Quit => self.desk.quits = true,
            Intent::Upkeep(wanted) => self.take_care(*wanted),
            Intent::Setup(wanted) => self.act_setup(wanted),
        }
    }

    /// Carries out one wish about the history.
    pub(super) fn act_history(&mut self, wanted: HistoryIntent) {
        let now = super::shell::now();
        match wanted {
            HistoryIntent::Runs => {
                let query = self.history.runs_query(now);
                self.send(Command::History(query), Purpose::History);
            }
            HistoryIntent::MoreRuns => {
                if let Some(query) = self.history.more_runs(now) {
                    self.send(Command::History(query), Purpose::History);
                }
            }
            HistoryIntent::Pick(run) => {
                let query = self.history.pick(run);
                if let Some(one) = self.history.unknown_run() {
                    self.send(Command::History(one), Purpose::History);
                }
                self.send(Command::Writes(query), Purpose::Writes);
            }
            HistoryIntent::Writes => {
                if let Some(query) = self.history.current_writes() {
                    self.send(Command::Writes(query), Purpose::Writes);
                }
            }
            HistoryIntent::MoreWrites => {
                if let Some(query) = self.history.more_writes() {
                    self.send(Command::Writes(query), Purpose::Writes);
                }
            }
            HistoryIntent::Find => {
                if let Some(query) = self.history.find() {
                    self.send(Command::Lives(query), Purpose::History);
                }
            }
            HistoryIntent::LookAtUndo(run, write) => {
                let id = write.as_ref().map(|(id, _)| id.clone());
                self.history.think(run, write);
                self.send(Command::UndoPlan { run, write: id.clone() }, Purpose::UndoPlan(run, id));
            }
            HistoryIntent::UndoWrite(run, write) => {
                self.send(Command::UndoWrite { run, write }, Purpose::Undo);
            }
        }
    }

    /// Reads the fields of both ends: the accounts are saved first, for they are read by name.
    pub(super) fn read_fields(&mut self, anew: bool) {
        let Some(setup) = &mut self.setup else { return };
        setup.anew = anew;
        setup.known = Known::Reading;
        setup.described = Some(setup.ends_now());
        self.save_accounts(Purpose::SaveForFields);
    }

    /// Shows a plan.
    pub(super) fn show_plan(&mut self, plan: std::sync::Arc<crate::model::Plan>) {
        if self.preview.as_ref().is_none_or(|preview| !preview.is_of(&plan)) {
            let spec = self.snapshot.as_ref().and_then(|snapshot| {
                snapshot.pairs.iter().find(|pair| pair.spec.name == plan.pair).map(|pair| pair.spec.clone())
            });
            let names = self.names_of(&plan.pair);
            self.preview = Some(Preview::of(plan, spec, names));
        }
        // The assistant shows it as its last step, or when the operator comes back to that.
        let in_setup = self.page == Page::Setup && self.setup.as_ref().is_some_and(|setup| setup.kept.is_some());
        if !in_setup {
            self.page = Page::Preview;
        }
    }

    pub(super) fn go(&mut self, page: Page, pair: Option<String>) {
        self.page = page;
        match page {
            Page::Home | Page::Setup => {}
            Page::Settings => self.open_settings(),
            Page::Preview => self.go_preview(pair),
            Page::Review => {
                self.review.show_pair(pair);
                self.look_for_matters();
            }
            Page::Compare => {
                self.pair = pair.or_else(|| self.pair.take());
                self.ask_compare();
            }
            Page::History => {
                if pair.is_some() {
                    self.history.choice = history::Choice { pair, ..history::Choice::default() };
                }
                self.act_history(HistoryIntent::Runs);
            }
            Page::Alerts => {
                self.send(Command::Alerts, Purpose::Alerts);
                self.send(Command::AlertsSeen, Purpose::Quiet);
            }
        }
    }

    fn go_preview(&mut self, pair: Option<String>) {
        let Some(pair) = pair else { return };
        let plan = self.snapshot.as_ref().and_then(|snapshot| {
            snapshot.pairs.iter().find(|state| state.spec.name == pair).and_then(|state| state.preview.clone())
        });
        if let Some(plan) = plan {
            self.show_plan(plan);
        } else {
            self.page = Page::Home;
            self.act(Intent::MakePreview(pair));
        }
    }

    /// Asks for the last compare of the pair that is shown.
    pub(super) fn ask_compare(&mut self) {
        let Some(pair) = self.compare_pair() else { return };
        self.records.show_pair(&pair);
        self.records.failed = false;
        self.send(Command::Look(Look::Compares(pair)), Purpose::Look);
    }

    /// Takes back what was done.
    fn take_back(&mut self, back: TakeBack) {
        if self.undo_next.as_ref() == Some(&back) {
            self.undo_next = None;
        }
        match back {
            TakeBack::Runs(runs) => {
                for run in runs {
                    self.send(Command::Undo(run), Purpose::Undo);
                }
            }
            TakeBack::Answer(ids, resolution) => {
                self.send(Command::Reopen { ids, resolution }, Purpose::Told(tr!("review-taken-back")));
            }
        }
    }

    fn edit(&mut self, pair: &str) {
        let Some(snapshot) = self.snapshot.clone() else { return };
        if let Some(state) = snapshot.pairs.iter().find(|state| state.spec.name == pair) {
            self.setup = Some(Setup::edit(&state.spec, &snapshot));
            self.page = Page::Setup;
        }
    }

    fn act_setup(&mut self, wanted: SetupIntent) {
        match wanted {
            SetupIntent::Try(side) => self.try_account(side),
            SetupIntent::SignIn(side) => {
                let Some(setup) = &mut self.setup else { return };
                let (settings, password) = setup.sends(side);
                self.send(Command::SaveAccount { settings, password }, Purpose::SaveForSignIn(side));
            }
            SetupIntent::Passphrase(side) => {
                let Some(setup) = &mut self.setup else { return };
                let passphrase = std::mem::take(&mut setup.sides.get_mut(side).passphrase);
                let there = self.snapshot.as_ref().is_some_and(|snapshot| snapshot.secret_file == SecretFile::Locked);
                let command =
                    if there { Command::Unlock { passphrase } } else { Command::NewPassphrase { passphrase } };
                self.send(command, Purpose::Told(tr!("setup-file-open")));
            }
            SetupIntent::StopTrying(side) => {
                let request = self.setup.as_mut().and_then(|setup| setup.sides.get_mut(side).trying.take());
                if let Some(request) = request.and_then(|trying| trying.request) {
                    self.pending.remove(&request);
                    self.send(Command::Stop(request), Purpose::Quiet);
                }
            }
            SetupIntent::Step(step) => self.setup_step(step),
            SetupIntent::Suggest => self.read_fields(true),
            SetupIntent::Fit => self.fit(),
            SetupIntent::Finish => {
                if let Some(setup) = &mut self.setup {
                    setup.saving = true;
                }
                self.save_accounts(Purpose::SaveForPair);
            }
            SetupIntent::Restart => {
                // What the assistant saved for a connection that is not to be is taken away again.
                self.forget_draft();
                self.setup = Some(Setup::new());
            }
            SetupIntent::Close => {
                if self.setup.as_ref().is_some_and(|setup| setup.editing || setup.kept.is_some()) {
                    self.setup = None;
                }
                self.page = Page::Home;
            }
        }
    }

    fn try_account(&mut self, side: Side) {
        let Some(setup) = &mut self.setup else { return };
        let account = setup.sides.get_mut(side);
        let settings = account.settings();
        let password = account.password();
        let collection = account.collection.clone();
        account.check = None;
        let so_far = AccountCheck { account: settings.name.clone(), ..AccountCheck::default() };
        account.trying = Some(Trying { request: None, settings: settings.clone(), so_far });
        let request = self.send_for(Command::TryAccount { settings, password, collection }, Purpose::Try(side));
        if let Some(trying) = self.setup.as_mut().and_then(|setup| setup.sides.get_mut(side).trying.as_mut()) {
            trying.request = request;
        }
    }

    /// Asks what the mappings would do that were changed; an older question is of no use any more.
    fn fit(&mut self) {
        let Some(setup) = &mut self.setup else { return };
        let (wanted, filters) = (setup.to_fit(), setup.filters());
        let older = setup.fitting.take().and_then(|now| now.request);
        let ends = setup.ends();
        let fields = wanted.iter().map(|(_, trial)| trial.clone()).collect();
        let trials = Box::new(Trials { fields, filters: filters.clone() });
        if let Some(older) = older {
            self.pending.remove(&older);
            self.send(Command::Stop(older), Purpose::Quiet);
        }
        let request = self.send_for(Command::Fit { ends, trials }, Purpose::Fit);
        if let Some(setup) = &mut self.setup {
            setup.unrested = None;
            setup.fitting = Some(Fitting { request, tried: wanted, filters });
        }
    }

    /// Removes the accounts of a draft that no pair uses.
    fn forget_draft(&mut self) {
        let (Some(setup), Some(snapshot)) = (&self.setup, &self.snapshot) else { return };
        if setup.editing || setup.kept.is_some() {
            return;
        }
        let used = |name: &String| {
            snapshot.pairs.iter().any(|pair| {
                let ends = &pair.spec.ends;
                ends.a.account == *name || ends.b.account == *name
            })
        };
        let left: Vec<String> = setup.saved.iter().filter(|name| !used(name)).cloned().collect();
        for name in left {
            self.send(Command::RemoveAccount(name), Purpose::Quiet);
        }
    }

    /// Saves what is not saved yet, and goes on.
    fn save_accounts(&mut self, purpose: fn(Side) -> Purpose) {
        for side in Side::BOTH {
            let Some(setup) = &mut self.setup else { return };
            if setup.is_to_save(side) {
                let (settings, password) = setup.sends(side);
                self.send(Command::SaveAccount { settings, password }, purpose(side));
            }
        }
        self.accounts_saved(&purpose(Side::A));
    }

    /// Takes what a file dialog answered.
    pub(super) fn take_picked(&mut self) {
        use super::files::Picked;
        let Some((what, picked)) = self.picker.answer() else { return };
        let none = tr!("settings-dialog-none");
        let file = match picked {
            Picked::Cancelled => return,
            Picked::File(path) => Some(path.display().to_string()),
            Picked::NoDialog => None,
        };
        let place = match what {
            Browse::Account(side, key, _) => {
                if let Some(setup) = &mut self.setup {
                    let account = setup.sides.get_mut(side);
                    account.hint = file.is_none().then_some(none);
                    if let Some(file) = file {
                        account.options.insert(key, file);
                    }
                }
                return;
            }
            Browse::Import | Browse::Export => &mut self.settings_form.file,
            Browse::Copy => &mut self.settings_form.copy,
            Browse::Restore => &mut self.settings_form.restore,
            Browse::Diagnostics => &mut self.settings_form.diagnostics,
            Browse::Person => &mut self.settings_form.person_file,
            Browse::Report => &mut self.compare_form.file,
        };
        match file {
            Some(file) => *place = file,
            None => self.problem = Some(none),
        }
    }

    /// Goes on once both accounts are saved.
    pub(super) fn accounts_saved(&mut self, purpose: &Purpose) {
        let waiting = |other: &Purpose| std::mem::discriminant(other) == std::mem::discriminant(purpose);
        if self.pending.values().any(waiting) {
            return;
        }
        let Some(setup) = &self.setup else { return };
        if setup.sides.a.not_kept.is_some() || setup.sides.b.not_kept.is_some() {
            return;
        }
        if matches!(purpose, Purpose::SaveForPair(_)) {
            let spec = setup.pair();
            let name = spec.name.clone();
            let older = setup.kept.clone().filter(|kept| *kept != name && !setup.editing);
            if let Some(older) = older {
                // It was saved under another name a moment ago, and never synced.
                self.send(Command::RemovePair(older), Purpose::Quiet);
            }
            self.send(Command::SavePair(Box::new(spec)), Purpose::SavePair(name));
            return;
        }
        let (ends, anew) = (setup.ends(), setup.anew);
        self.send(Command::Survey { ends, anew }, Purpose::Survey);
    }

    /// A side could not be saved: most likely there is no keyring, so the operator chooses another way.
    pub(super) fn account_failed(&mut self, side: Side, why: &str) {
        if let Some(setup) = &mut self.setup {
            setup.has_not_saved(side);
        }
        let keyring = |setup: &Setup| {
            let account = setup.sides.get(side);
            account.settings().secret == Some(SecretRef::Keyring) && account.password().is_some()
        };
        let Some(setup) = self.setup.as_mut().filter(|setup| keyring(setup)) else {
            return self.setup_failed(why.to_owned());
        };
        setup.saving = false;
        setup.described = None;
        setup.known = Known::No;
        setup.step = if side == Side::A { Step::First } else { Step::Second };
        // The service goes on with what a settings file would say, which is no help in the window.
        let why = why.split(';').next().unwrap_or(why);
        let account = setup.sides.get_mut(side);
        account.not_kept = Some(tr!("setup-not-kept", why = why));
    }

    /// Removes the accounts that the assistant has left behind under other names.
    pub(super) fn tidy_accounts(&mut self) {
        let (Some(setup), Some(snapshot)) = (&self.setup, &self.snapshot) else { return };
        for name in setup.left_behind(snapshot) {
            self.send(Command::RemoveAccount(name), Purpose::Quiet);
        }
    }

    /// The furthest step that makes sense after a failure to save.
    pub(super) fn setup_failed(&mut self, why: String) {
        if let Some(setup) = &mut self.setup {
            setup.saving = false;
            setup.described = None;
            if setup.known == Known::Reading && setup.step >= Step::Fields {
                setup.known = Known::Failed(why);
                return;
            }
        }
        self.problem = Some(why);
    }
}
