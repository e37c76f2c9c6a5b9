//! The first two steps: which account, and whether it answers.

use eframe::egui::{self, Ui};

use super::{AccountDraft, Keep, Setup, SetupIntent};
use crate::model::{FieldInfo, OptionInfo, OptionKind, PlatformInfo, Record, Side, SignIn};
use crate::service::{AccountCheck, ProgressMap, SecretFile, Snapshot, trial_name};
use crate::texts::tr;
use crate::ui::icons::Icon;
use crate::ui::theme::{self, Tone, tokens};
use crate::ui::views::{Browse, Intent};
use crate::ui::widgets::{Btn, banner, card, chip, choose, field, icon, remark, search, short_remark, subtitle};
use crate::ui::words;

/// A platform is offered on a tile of this size.
const TILE: egui::Vec2 = egui::vec2(232.0, 74.0);

/// Draws the step of one side.
pub(super) fn show(
    ui: &mut Ui,
    setup: &mut Setup,
    side: Side,
    snapshot: &Snapshot,
    progress: &ProgressMap,
    intents: &mut Vec<Intent>,
) {
    let other = setup.sides.get(side.opposite()).base.as_ref().map(|base| base.name.clone());
    let account = setup.sides.get_mut(side);
    if account.platform.is_none() {
        show_picker(ui, account, side, snapshot, other.as_deref());
        return;
    }
    card(ui, |ui| {
        ui.horizontal_wrapped(|ui| {
            let name = account.platform.as_ref().map_or("", |platform| platform.name.as_str()).to_owned();
            icon(ui, kind_icon(&account.connector, &snapshot.platforms), 22.0, tokens(ui).accent);
            subtitle(ui, &name);
            if ui.add(Btn::new(&tr!("setup-other-kind")).quiet()).clicked() {
                let kept = std::mem::take(&mut account.name);
                *account = AccountDraft { name: kept, ..AccountDraft::default() };
            }
        });
        show_options(ui, account, side, false, intents);
        show_sign_in(ui, account, side, snapshot, intents);
        let hint = account.shown_name();
        field(ui, &tr!("setup-call-it"), &mut account.name, &hint, false);
        if !account.asked(true).is_empty() {
            egui::CollapsingHeader::new(tr!("setup-more")).id_salt(("more", side)).show(ui, |ui| {
                show_options(ui, account, side, true, intents);
            });
        }
    });
    if account.platform.is_some() {
        ui.add_space(theme::SMALL);
        card(ui, |ui| show_try(ui, account, side, (snapshot, progress), intents));
    }
}

/// The platforms that fit what is looked for.
pub(super) fn found<'a>(platforms: &'a [PlatformInfo], text: &str) -> Vec<&'a PlatformInfo> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let fits = |platform: &&PlatformInfo| {
        let hay = format!("{} {} {}", platform.name, platform.about, platform.kind).to_lowercase();
        words.iter().all(|word| hay.contains(word))
    };
    platforms.iter().filter(fits).collect()
}

fn show_picker(ui: &mut Ui, account: &mut AccountDraft, side: Side, snapshot: &Snapshot, other: Option<&str>) {
    let mut picked = None;
    let which = if side == Side::A { tr!("setup-which-first") } else { tr!("setup-which-second") };
    subtitle(ui, &which);
    let known: Vec<_> = snapshot.accounts.iter().filter(|known| Some(known.name.as_str()) != other).collect();
    if known.is_empty() {
        remark(ui, tr!("setup-pick-kind"));
    } else {
        remark(ui, tr!("setup-yours"));
        tiles(ui, &known, |ui, settings| {
            let about = snapshot.platforms.iter().find(|platform| platform.kind == settings.connector);
            let about = about.map_or(settings.connector.as_str(), |platform| platform.name.as_str());
            if tile(ui, kind_icon(&settings.connector, &snapshot.platforms), &settings.name, about).clicked() {
                picked = Some(AccountDraft::of(settings, None, &snapshot.platforms));
            }
        });
        ui.add_space(theme::SMALL);
        remark(ui, tr!("setup-or-new"));
    }
    if snapshot.platforms.len() > 6 {
        search(ui, &tr!("setup-search-kinds"), &mut account.search, 320.0);
    }
    let shown = found(&snapshot.platforms, &account.search);
    if shown.is_empty() {
        remark(ui, tr!("setup-no-kind"));
    }
    tiles(ui, &shown, |ui, platform| {
        if tile(ui, kind_icon(&platform.kind, &snapshot.platforms), &platform.name, &platform.about).clicked() {
            picked = Some(AccountDraft { name: account.name.clone(), ..AccountDraft::of_kind(platform) });
        }
    });
    if let Some(picked) = picked {
        *account = picked;
    }
}

/// Lays tiles out in as many columns as there is room for.
fn tiles<T>(ui: &mut Ui, items: &[T], mut draw: impl FnMut(&mut Ui, &T)) {
    let room = ui.available_width();
    let mut columns = 1_usize;
    let mut taken = TILE.x;
    while taken + theme::GAP + TILE.x <= room {
        taken += theme::GAP + TILE.x;
        columns += 1;
    }
    let spare = (room - taken).max(0.0) / f32::from(u16::try_from(columns).unwrap_or(1));
    for line in items.chunks(columns) {
        ui.horizontal(|ui| {
            for item in line {
                let width = (TILE.x + spare).min(room);
                ui.allocate_ui(egui::vec2(width, TILE.y), |ui| draw(ui, item));
            }
        });
    }
}

/// A choice with an icon, a name and a sentence; its accessible name is the name.
fn tile(ui: &mut Ui, sign: Icon, name: &str, about: &str) -> egui::Response {
    let size = egui::vec2(ui.available_width(), TILE.y);
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::click());
    let enabled = ui.is_enabled();
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, name));
    let tokens = tokens(ui);
    let over = response.hovered() || response.has_focus();
    let line =
        egui::Stroke::new(if response.has_focus() { 2.0 } else { 1.0 }, if over { tokens.accent } else { tokens.line });
    let fill = if over { tokens.selected } else { tokens.card };
    ui.painter().rect(rect, egui::CornerRadius::same(theme::RADIUS), fill, line, egui::StrokeKind::Inside);
    let square = egui::Rect::from_min_size(rect.min + egui::vec2(12.0, 12.0), egui::Vec2::splat(20.0));
    sign.paint(ui.painter(), square, tokens.accent);
    let inside = egui::Rect::from_min_max(rect.min + egui::vec2(42.0, 9.0), rect.max - egui::vec2(10.0, 6.0));
    let text = |text: &str, size: f32, colour, rows: usize| {
        let font = egui::FontId::proportional(size);
        let mut job = egui::text::LayoutJob::simple(text.to_owned(), font, colour, inside.width());
        job.wrap.max_rows = rows;
        ui.painter().layout_job(job)
    };
    let first = text(name, theme::BODY, tokens.text, 1);
    let second = text(about, theme::REMARK, tokens.muted, 2);
    let under = inside.min + egui::vec2(0.0, first.size().y + 1.0);
    ui.painter().galley(inside.min, first, tokens.text);
    ui.painter().galley(under, second, tokens.muted);
    response.on_hover_text(about)
}

/// The icon of a kind of platform, by what one has to fill in for it.
fn kind_icon(kind: &str, platforms: &[PlatformInfo]) -> Icon {
    let platform = platforms.iter().find(|platform| platform.kind == kind);
    let file =
        |platform: &PlatformInfo| platform.options.iter().any(|option| matches!(option.kind, OptionKind::File(_)));
    match kind {
        "csv" => Icon::FileCsv,
        "xlsx" => Icon::Workbook,
        "carddav" | "vcf" => Icon::AddressBook,
        "sqlite" | "postgres" | "mysql" => Icon::Database,
        "ldap" => Icon::People,
        _ if platform.is_some_and(file) => Icon::File,
        _ => Icon::Cloud,
    }
}

fn show_options(ui: &mut Ui, account: &mut AccountDraft, side: Side, advanced: bool, intents: &mut Vec<Intent>) {
    for option in account.asked(advanced) {
        let mut text = account.options.get(&option.key).cloned().unwrap_or_default();
        let before = text.clone();
        show_option(ui, &option, &mut text, side, intents);
        if text != before {
            account.options.insert(option.key.clone(), text);
            account.hint = None;
        }
        if let OptionKind::File(_) | OptionKind::Folder = option.kind
            && let Some(hint) = &account.hint
        {
            banner(ui, Tone::Attention, hint, None);
        }
    }
}

fn show_option(ui: &mut Ui, option: &OptionInfo, text: &mut String, side: Side, intents: &mut Vec<Intent>) {
    let label = if option.required { option.label.clone() } else { tr!("setup-optional", what = option.label) };
    match &option.kind {
        OptionKind::Text | OptionKind::Url => {
            field(ui, &label, text, &option.hint, false);
        }
        OptionKind::File(_) | OptionKind::Folder => {
            ui.horizontal(|ui| {
                let width = (ui.available_width() - 130.0).max(120.0);
                ui.allocate_ui(egui::vec2(width, 50.0), |ui| {
                    field(ui, &label, text, &option.hint, false);
                });
                ui.vertical(|ui| {
                    ui.add_space(22.0);
                    let button = ui.add(Btn::new(&tr!("setup-browse")).icon(Icon::Folder));
                    if button.clicked() {
                        let endings = match &option.kind {
                            OptionKind::File(endings) => Some(endings.clone()),
                            OptionKind::Text
                            | OptionKind::Url
                            | OptionKind::Folder
                            | OptionKind::Flag
                            | OptionKind::Choice(_) => None,
                        };
                        intents.push(Intent::Browse(Browse::Account(side, option.key.clone(), endings)));
                    }
                });
            });
        }
        OptionKind::Flag => {
            let mut on = text == "true";
            if ui.checkbox(&mut on, &option.label).changed() {
                *text = if on { "true".to_owned() } else { String::new() };
            }
            if !option.hint.is_empty() {
                remark(ui, &option.hint);
            }
        }
        OptionKind::Choice(words) => {
            let names: Vec<String> = words.iter().map(|(_, name)| name.clone()).collect();
            let now = words
                .iter()
                .find(|(word, _)| word == text)
                .map_or_else(|| tr!("setup-choose"), |(_, name)| name.clone());
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = theme::SMALL;
                remark(ui, &label);
                if let Some((word, _)) = choose(ui, &option.label, &now, 280.0, &names).and_then(|at| words.get(at)) {
                    text.clone_from(word);
                }
                if !option.hint.is_empty() {
                    remark(ui, &option.hint);
                }
            });
        }
    }
}

fn show_sign_in(ui: &mut Ui, account: &mut AccountDraft, side: Side, snapshot: &Snapshot, intents: &mut Vec<Intent>) {
    let (label, help, optional, browser) = match account.sign_in().clone() {
        SignIn::None => return,
        SignIn::Secret { label, help, optional } => (label, help, optional, false),
        SignIn::Browser(_) => (tr!("setup-client-secret"), tr!("setup-client-secret-help"), true, true),
    };
    let saved = account.base.as_ref().is_some_and(|base| base.secret.is_some());
    let hint = if saved { tr!("setup-as-saved") } else { String::new() };
    let shown = if optional { tr!("setup-optional", what = label) } else { label.clone() };
    if account.keep == Keep::Env {
        field(ui, &tr!("setup-variable"), &mut account.variable, "ADDRESS_BOOK_PASSWORD", false);
    } else {
        field(ui, &shown, &mut account.password, &hint, true);
    }
    if !help.is_empty() {
        remark(ui, help);
    }
    if let Some(why) = &account.not_kept {
        banner(ui, Tone::Attention, why, None);
    }
    ui.horizontal_wrapped(|ui| {
        remark(ui, tr!("setup-kept", what = label));
        for (keep, text) in [
            (Keep::Keyring, tr!("setup-keep-keyring")),
            (Keep::File, tr!("setup-keep-file")),
            (Keep::Ask, tr!("setup-keep-ask")),
            (Keep::Env, tr!("setup-keep-env")),
        ] {
            if chip(ui, account.keep == keep, &text).clicked() {
                account.keep = keep;
                account.not_kept = None;
            }
        }
    });
    if account.keep == Keep::File {
        show_passphrase(ui, account, side, snapshot.secret_file, intents);
    }
    if browser {
        ui.horizontal_wrapped(|ui| {
            let signed_in = is_signed_in(account, snapshot);
            let text = if signed_in { tr!("setup-sign-in-again") } else { tr!("setup-sign-in") };
            let button = Btn::new(&text).icon(Icon::Link);
            let button = if signed_in { button } else { button.primary() };
            if ui.add_enabled(account.missing().is_none(), button).clicked() {
                intents.push(Intent::Setup(SetupIntent::SignIn(side)));
            }
            remark(ui, if signed_in { tr!("setup-signed-in") } else { tr!("setup-browser-opens") });
        });
    }
}

/// Whether an account that signs in with the browser has done so.
pub(super) fn is_signed_in(account: &AccountDraft, snapshot: &Snapshot) -> bool {
    let saved = account.base.as_ref() == Some(&account.settings());
    saved && !snapshot.signed_out.contains(&account.shown_name())
}

/// Asks for the passphrase of the encrypted file, where it is not open.
fn show_passphrase(ui: &mut Ui, account: &mut AccountDraft, side: Side, file: SecretFile, intents: &mut Vec<Intent>) {
    let (why, text) = match file {
        SecretFile::Open => return,
        SecretFile::Absent => (tr!("setup-file-absent"), tr!("setup-file-make")),
        SecretFile::Locked => (tr!("setup-file-locked"), tr!("setup-file-unlock")),
    };
    field(ui, &tr!("setup-passphrase"), &mut account.passphrase, "", true);
    remark(ui, why);
    if ui.add_enabled(!account.passphrase.is_empty(), Btn::new(&text)).clicked() {
        intents.push(Intent::Setup(SetupIntent::Passphrase(side)));
    }
}

fn show_try(
    ui: &mut Ui,
    account: &mut AccountDraft,
    side: Side,
    (snapshot, progress): (&Snapshot, &ProgressMap),
    intents: &mut Vec<Intent>,
) {
    if let Some(trying) = &account.trying {
        ui.horizontal(|ui| {
            let counted = progress.get(&trial_name(&trying.settings.name));
            let doing = trying.so_far.doing.clone().unwrap_or_else(|| tr!("setup-trying"));
            let doing = words::sentence_case(&doing);
            ui.label(counted.map_or_else(|| tr!("setup-trying-now", what = doing), words::progress));
            if ui.add(Btn::new(&tr!("setup-stop")).icon(Icon::Stop)).clicked() {
                intents.push(Intent::Setup(SetupIntent::StopTrying(side)));
            }
        });
        let so_far = trying.so_far.clone();
        show_steps(ui, &so_far);
        return;
    }
    ui.horizontal_wrapped(|ui| {
        let waits = matches!(account.sign_in(), SignIn::Browser(_)) && !is_signed_in(account, snapshot);
        let ready = account.missing().is_none() && !waits;
        let text = tr!("setup-try");
        let button = Btn::new(&text).icon(Icon::Sync);
        let button = if account.works() { button } else { button.primary() };
        if ui.add_enabled(ready, button).clicked() {
            intents.push(Intent::Setup(SetupIntent::Try(side)));
        }
        if account.result().is_none() {
            remark(ui, if account.works() { tr!("setup-as-it-was-saved") } else { tr!("setup-try-reads") });
        }
    });
    match account.result().cloned() {
        Some(Ok(check)) => {
            show_steps(ui, &check);
            show_lists(ui, account, &check, side, intents);
            show_records(ui, &check.fields, &check.records);
        }
        Some(Err(why)) => {
            banner(ui, Tone::Bad, &why, None);
        }
        None => {}
    }
    if std::mem::take(&mut account.fresh) {
        // What comes of a try would else lie below the edge of a small window.
        ui.scroll_to_cursor(Some(egui::Align::Max));
    }
}

fn show_steps(ui: &mut Ui, check: &AccountCheck) {
    for step in &check.steps {
        ui.horizontal_top(|ui| {
            let (sign, tone) = if step.error.is_some() { (Icon::Fail, Tone::Bad) } else { (Icon::Ok, Tone::Good) };
            let ink = tokens(ui).tone(tone).0;
            icon(ui, sign, 16.0, ink);
            let what = words::sentence_case(&step.what);
            let text = step.error.as_ref().map_or_else(
                || if step.found.is_empty() { what.clone() } else { format!("{what}: {}", step.found) },
                |error| format!("{what}: {error}"),
            );
            ui.add(egui::Label::new(text).wrap());
        });
    }
}

fn show_lists(ui: &mut Ui, account: &mut AccountDraft, check: &AccountCheck, side: Side, intents: &mut Vec<Intent>) {
    if check.collections.len() < 2 {
        return;
    }
    let choices: Vec<String> = check
        .collections
        .iter()
        .map(|list| if list.read_only { tr!("setup-list-read-only", list = list.name) } else { list.name.clone() })
        .collect();
    let at = check
        .collections
        .iter()
        .position(|list| account.collection.as_ref().is_some_and(|picked| *picked == list.id || *picked == list.name));
    let now = at.and_then(|at| choices.get(at)).cloned().unwrap_or_else(|| tr!("setup-choose"));
    ui.horizontal_wrapped(|ui| {
        ui.label(tr!("setup-which-list"));
        if let Some(picked) = choose(ui, &tr!("setup-list"), &now, 260.0, &choices) {
            let list = check.collections.get(picked).map(|list| list.id.clone());
            if account.collection != list {
                account.collection = list;
                // Its records are read at once, so that what the operator sees is what was picked.
                intents.push(Intent::Setup(SetupIntent::Try(side)));
            }
        }
    });
}

/// A few columns of a few records: those that hold something first.
pub(super) fn columns<'a>(fields: &'a [FieldInfo], records: &[Record], most: usize) -> Vec<&'a FieldInfo> {
    let filled = |field: &&FieldInfo| {
        records.iter().any(|record| record.fields.get(&field.name).is_some_and(|value| !value.is_empty()))
    };
    fields.iter().filter(filled).take(most).collect()
}

fn show_records(ui: &mut Ui, fields: &[FieldInfo], records: &[Record]) {
    if records.is_empty() {
        return;
    }
    ui.add_space(theme::SMALL);
    egui::ScrollArea::horizontal().id_salt("records").show(ui, |ui| {
        egui::Grid::new("records").striped(true).spacing(egui::vec2(14.0, 5.0)).show(ui, |ui| {
            let shown = columns(fields, records, 8);
            for field in &shown {
                ui.allocate_ui(egui::vec2(130.0, theme::LINE), |ui| short_remark(ui, &field.label));
            }
            ui.end_row();
            for record in records {
                for field in &shown {
                    let text = record.fields.get(&field.name).map(crate::model::Value::display).unwrap_or_default();
                    let line = text.replace('\n', " ");
                    ui.allocate_ui(egui::vec2(130.0, theme::LINE), |ui| {
                        ui.set_max_width(130.0);
                        ui.add(egui::Label::new(line).truncate());
                    });
                }
                ui.end_row();
            }
        });
    });
}
