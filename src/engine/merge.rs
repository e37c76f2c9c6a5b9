//! What becomes of two records that belong together, field by field.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Action, Conflict, ConflictKind, FieldChoice, FieldMapping, Fields, Flips, Link, NoteKind, OpKind, Operation,
    PairSpec, PerSide, Policy, RecordId, Seen, Side, Timestamp, Value, WriteMode,
};
use crate::texts::tr;

use super::normalise::{normal, same};
use super::observe::items;
use super::transform::{read, write};

/// How many times in a row a field may be written back and forth before it is stopped.
const FLIPS: u32 = 3;

/// Two records and what is remembered of them.
pub(super) struct Couple<'a> {
    /// The pair's rules.
    pub spec: &'a PairSpec,
    /// Their link, where they are linked.
    pub link: Option<&'a Link>,
    /// What each side holds now.
    pub now: PerSide<&'a Seen>,
    /// The ids.
    pub ids: &'a PerSide<RecordId>,
    /// The operator's choices by mapping.
    pub choices: &'a BTreeMap<String, FieldChoice>,
    /// The time of the plan.
    pub at: Timestamp,
}

/// A value that was set aside: why, on which side, of which mapping, and the sentence.
pub(super) type SetAside = (NoteKind, Side, String, String);

/// What became of them, and what was set aside on the way.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// Writes, questions, and the fields that agree.
    pub action: Action,
    /// Values that could not be carried: the side that holds them, the mapping and the reason.
    pub notes: Vec<SetAside>,
}

/// What becomes of one field.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    /// It is as it should be: both values become the baseline.
    Settled,
    /// Nothing is known or nothing may be done: the baseline stays.
    Left,
    /// This side's value goes to the other, for this reason.
    Carry(Side, String),
    /// These values go to the sides that do not hold them.
    Put(PerSide<Value>, String),
    /// The operator is asked.
    Ask(ConflictKind),
}

/// Merges two records, each field by its own rule.
pub(super) fn merge(couple: &Couple<'_>) -> Merged {
    let mut merged = Merged::default();
    let mut writes: PerSide<Draft> = PerSide::default();
    let mut asked: BTreeMap<u8, (ConflictKind, Vec<String>)> = BTreeMap::new();
    for mapping in &couple.spec.fields {
        let verdict = match couple.choices.get(&mapping.name) {
            Some(choice) => chosen(couple, mapping, choice),
            None => decide(couple, mapping),
        };
        match verdict {
            Verdict::Settled => merged.action.settled.push(mapping.name.clone()),
            Verdict::Left => {}
            Verdict::Ask(kind) => {
                if kind == ConflictKind::Flipping {
                    merged.action.flips.extend(stopping(couple, mapping));
                }
                let rank = u8::from(kind == ConflictKind::Flipping);
                asked.entry(rank).or_insert_with(|| (kind, Vec::new())).1.push(mapping.name.clone());
            }
            Verdict::Carry(from, reason) => {
                let Some(value) = couple.now.get(from).values.get(&mapping.name) else { continue };
                carry(couple, mapping, from, value, &reason, &mut writes, &mut merged);
            }
            Verdict::Put(values, reason) => {
                for side in Side::BOTH {
                    let held = couple.now.get(side).values.get(&mapping.name);
                    if held.is_none_or(|held| !same(mapping, (side, held), (side, values.get(side)))) {
                        let fields = place(mapping, side, values.get(side));
                        writes.get_mut(side).add(mapping, fields, &reason);
                    }
                }
                merged.action.settled.push(mapping.name.clone());
            }
        }
    }
    for side in Side::BOTH {
        let draft = std::mem::take(writes.get_mut(side));
        if draft.mappings.is_empty() {
            continue;
        }
        merged.action.ops.push(Operation {
            side,
            record: Some(couple.ids.get(side).clone()),
            kind: OpKind::Update { fields: draft.fields, expect: couple.now.get(side).version.clone() },
            mappings: draft.mappings,
            reason: draft.reasons.into_iter().collect::<Vec<_>>().join("; "),
        });
    }
    // A flipping field is told first: until it is settled, nothing else about the record is calm.
    let flipping = asked.remove(&1);
    let ordinary = asked.remove(&0);
    merged.action.conflict = match (flipping, ordinary) {
        (Some((kind, mut fields)), other) => {
            fields.extend(other.into_iter().flat_map(|(_, fields)| fields));
            Some(conflict(couple.spec, kind, fields))
        }
        (None, Some((kind, fields))) => Some(conflict(couple.spec, kind, fields)),
        (None, None) => None,
    };
    merged
}

/// The fields of a record that is to be created on `to`, from what the other side holds.
pub(super) fn creation(spec: &PairSpec, from: Side, seen: &Seen) -> (Fields, Vec<String>, Vec<SetAside>) {
    let to = from.opposite();
    let (mut fields, mut mappings, mut notes) = (Fields::new(), Vec::new(), Vec::new());
    for mapping in spec.fields.iter().filter(|mapping| mapping.writes_to(to)) {
        let Some(value) = seen.values.get(&mapping.name) else { continue };
        if value.is_empty() && mapping.default.get(to).is_none() {
            // Nothing has to be written for it, and it agrees: a record that does not hold the
            // field yet is as empty as this one.
            mappings.push(mapping.name.clone());
            continue;
        }
        match write(mapping, from, value) {
            Ok(written) => {
                fields.extend(written);
                mappings.push(mapping.name.clone());
            }
            Err(error) => notes.push((NoteKind::BadValue, from, mapping.name.clone(), error.to_string())),
        }
    }
    (fields, mappings, notes)
}

/// Writes a value in a side's own terms to that side.
pub(super) fn place(mapping: &FieldMapping, side: Side, value: &Value) -> Fields {
    let names = mapping.fields.get(side);
    if let [name] = names.as_slice() {
        return Fields::from([(name.clone(), value.clone())]);
    }
    let mut own = mapping.clone();
    own.values.clear();
    own.default = PerSide::default();
    own.write_normal = false;
    write(&own, side.opposite(), value).unwrap_or_default()
}

/// The sentence for a conflict about fields.
pub(super) fn conflict(spec: &PairSpec, kind: ConflictKind, fields: Vec<String>) -> Conflict {
    let (a, b) = (&spec.ends.a.account, &spec.ends.b.account);
    let name = |side: Side| &spec.ends.get(side).account;
    let list = fields.join(", ");
    let reason = match &kind {
        ConflictKind::BothChanged => tr!("plan-both-changed", a = a, b = b, fields = list),
        ConflictKind::FirstMatch => {
            tr!("plan-first-match", a = a, b = b, fields = list)
        }
        ConflictKind::DeletedAndChanged(side) => {
            tr!("plan-deleted-and-changed", gone = name(*side), stays = name(side.opposite()))
        }
        ConflictKind::HeldDeletion(side) => {
            tr!("plan-held-deletion", gone = name(*side), stays = name(side.opposite()))
        }
        ConflictKind::Ambiguous(ids) if ids.a.is_empty() || ids.b.is_empty() => {
            let (side, held) = if ids.a.is_empty() { (Side::B, &ids.b) } else { (Side::A, &ids.a) };
            tr!(
                "plan-ambiguous-one-side",
                count = held.len(),
                account = name(side),
                fields = list,
                other = name(side.opposite())
            )
        }
        ConflictKind::Ambiguous(ids) => {
            tr!("plan-ambiguous", in_a = ids.a.len(), a = a, in_b = ids.b.len(), b = b, fields = list)
        }
        ConflictKind::Flipping => tr!("plan-flipping", fields = list, a = a, b = b, times = FLIPS),
    };
    Conflict { kind, fields, reason }
}

/// The mapping-level choice of each field, where one answer is meant for all that differ.
pub(super) fn choose_all(spec: &PairSpec, side: Side) -> BTreeMap<String, FieldChoice> {
    spec.fields.iter().map(|mapping| (mapping.name.clone(), FieldChoice::Use(side))).collect()
}

/// Whether a side has changed any mapped field since both last agreed.
pub(super) fn has_changed(spec: &PairSpec, link: &Link, side: Side, seen: &Seen) -> bool {
    spec.fields.iter().any(|mapping| field_changed(mapping, link, side, seen))
}

/// What one side's writes come to.
#[derive(Debug, Default)]
struct Draft {
    fields: Fields,
    mappings: Vec<String>,
    reasons: BTreeSet<String>,
}

impl Draft {
    fn add(&mut self, mapping: &FieldMapping, fields: Fields, reason: &str) {
        self.fields.extend(fields);
        self.mappings.push(mapping.name.clone());
        self.reasons.insert(reason.to_owned());
    }
}

fn field_changed(mapping: &FieldMapping, link: &Link, side: Side, seen: &Seen) -> bool {
    match (link.sides.get(side).values.get(&mapping.name), seen.values.get(&mapping.name)) {
        (Some(before), Some(now)) => before != now && !same(mapping, (side, before), (side, now)),
        (None, Some(now)) => !now.is_empty(),
        (Some(_) | None, None) => false,
    }
}

/// Whether the rules let a field be written to a side.
fn open(couple: &Couple<'_>, mapping: &FieldMapping, side: Side) -> bool {
    mapping.writes_to(side) && couple.spec.writes.get(side).update
}

fn decide(couple: &Couple<'_>, mapping: &FieldMapping) -> Verdict {
    let value = |side: Side| couple.now.get(side).values.get(&mapping.name);
    let baseline = |side: Side| couple.link.and_then(|link| link.sides.get(side).values.get(&mapping.name));
    let first = baseline(Side::A).is_none() || baseline(Side::B).is_none();
    let (a, b) = match (value(Side::A), value(Side::B)) {
        (Some(a), Some(b)) => (a, b),
        // A side did not tell its value. What the other side has changed still goes over; with no
        // baseline nothing is known, and nothing is written over the unknown.
        (Some(_), None) => return one_known(couple, mapping, Side::A),
        (None, Some(_)) => return one_known(couple, mapping, Side::B),
        (None, None) => return Verdict::Left,
    };
    if same(mapping, (Side::A, a), (Side::B, b)) {
        return Verdict::Settled;
    }
    let name = |side: Side| &couple.spec.ends.get(side).account;
    if first {
        return match (a.is_empty(), b.is_empty()) {
            (false, true) if open(couple, mapping, Side::B) => {
                Verdict::Carry(Side::A, tr!("plan-was-empty", field = mapping.name, account = name(Side::B)))
            }
            (true, false) if open(couple, mapping, Side::A) => {
                Verdict::Carry(Side::B, tr!("plan-was-empty", field = mapping.name, account = name(Side::A)))
            }
            // Both are empty, and one of them is to get a default then.
            (true, true) if mapping.default.b.is_some() && open(couple, mapping, Side::B) => {
                Verdict::Carry(Side::A, tr!("plan-was-empty-both", field = mapping.name))
            }
            (true, true) if mapping.default.a.is_some() && open(couple, mapping, Side::A) => {
                Verdict::Carry(Side::B, tr!("plan-was-empty-both", field = mapping.name))
            }
            (false, true) | (true, false | true) => Verdict::Settled,
            (false, false) => both(couple, mapping, a, b, ConflictKind::FirstMatch),
        };
    }
    let changed = PerSide::from_fn(|side| {
        couple.link.is_some_and(|link| field_changed(mapping, link, side, couple.now.get(side)))
    });
    let verdict = match (changed.a, changed.b) {
        (false, false) => Verdict::Settled,
        (true, false) => one_changed(couple, mapping, Side::A),
        (false, true) => one_changed(couple, mapping, Side::B),
        (true, true) => both(couple, mapping, a, b, ConflictKind::BothChanged),
    };
    match verdict {
        Verdict::Carry(from, _) if flips(couple, mapping, from).is_some_and(|flips| flips.count >= FLIPS) => {
            Verdict::Ask(ConflictKind::Flipping)
        }
        other @ (Verdict::Settled | Verdict::Left | Verdict::Carry(..) | Verdict::Put(..) | Verdict::Ask(_)) => other,
    }
}

fn one_known(couple: &Couple<'_>, mapping: &FieldMapping, side: Side) -> Verdict {
    let changed = couple.link.is_some_and(|link| {
        link.sides.get(side).values.contains_key(&mapping.name)
            && field_changed(mapping, link, side, couple.now.get(side))
    });
    if changed { one_changed(couple, mapping, side) } else { Verdict::Left }
}

/// One side has changed the field since both last agreed.
fn one_changed(couple: &Couple<'_>, mapping: &FieldMapping, side: Side) -> Verdict {
    let target = side.opposite();
    if !open(couple, mapping, target) {
        return Verdict::Settled;
    }
    let held = couple.now.get(target).values.get(&mapping.name);
    let reason = tr!("plan-changed", account = couple.spec.ends.get(side).account, field = mapping.name);
    match mapping.write {
        WriteMode::Replace => Verdict::Carry(side, reason),
        WriteMode::FillEmpty if held.is_none_or(Value::is_empty) => Verdict::Carry(side, reason),
        WriteMode::FillEmpty => Verdict::Settled,
        WriteMode::Add => {
            let Some(value) = couple.now.get(side).values.get(&mapping.name) else { return Verdict::Left };
            union(couple, mapping, side, value, held, &reason)
        }
    }
}

/// Both sides hold something of their own.
fn both(couple: &Couple<'_>, mapping: &FieldMapping, a: &Value, b: &Value, kind: ConflictKind) -> Verdict {
    let first = kind == ConflictKind::FirstMatch;
    match (open(couple, mapping, Side::A), open(couple, mapping, Side::B)) {
        (false, false) => return Verdict::Settled,
        // A one-way field has a master, whose value counts.
        (false, true) => return one_changed(couple, mapping, Side::A),
        (true, false) => return one_changed(couple, mapping, Side::B),
        (true, true) => {}
    }
    let is_list = mapping.kind == crate::model::Kind::List;
    match mapping.write {
        // Both are filled, so neither is written over; when one was emptied, it is filled again.
        WriteMode::FillEmpty => {
            return match (a.is_empty(), b.is_empty()) {
                (true, false) => one_changed(couple, mapping, Side::B),
                (false, true) => one_changed(couple, mapping, Side::A),
                (true, true) | (false, false) => Verdict::Settled,
            };
        }
        WriteMode::Add => return merged_list(couple, mapping, a, b, false),
        WriteMode::Replace if is_list && !first => return merged_list(couple, mapping, a, b, true),
        WriteMode::Replace => {}
    }
    let wins = |side: Side| {
        let account = &couple.spec.ends.get(side).account;
        Verdict::Carry(side, tr!("plan-wins", account = account, field = mapping.name))
    };
    match mapping.policy.unwrap_or(couple.spec.conflicts) {
        Policy::Ask => Verdict::Ask(kind),
        Policy::A => wins(Side::A),
        Policy::B => wins(Side::B),
        Policy::Newest => match newest(couple.now.map(|seen| seen.modified)) {
            Some(side) => {
                let account = &couple.spec.ends.get(side).account;
                Verdict::Carry(side, tr!("plan-wins-newest", account = account, field = mapping.name))
            }
            None => Verdict::Ask(kind),
        },
    }
}

fn newest(modified: PerSide<Option<Timestamp>>) -> Option<Side> {
    match (modified.a?, modified.b?) {
        (a, b) if a > b => Some(Side::A),
        (a, b) if b > a => Some(Side::B),
        (_, _) => None,
    }
}

/// Both sides changed a list: what either added is added, and what either took away is taken away.
fn merged_list(couple: &Couple<'_>, mapping: &FieldMapping, a: &Value, b: &Value, takes: bool) -> Verdict {
    let now = PerSide::new(items(mapping, Side::A, a), items(mapping, Side::B, b));
    let base = PerSide::from_fn(|side| {
        let value = couple.link.and_then(|link| link.sides.get(side).values.get(&mapping.name));
        value.map(|value| items(mapping, side, value)).unwrap_or_default()
    });
    let dropped = |item: &String| {
        takes && Side::BOTH.iter().any(|side| base.get(*side).contains(item) && !now.get(*side).contains(item))
    };
    let shown: Vec<String> =
        shown_items(mapping, Side::A, a).into_iter().chain(shown_items(mapping, Side::B, b)).collect();
    let mut result: BTreeMap<String, String> = BTreeMap::new();
    for text in shown {
        let key = items(mapping, Side::A, &Value::List(vec![text.clone()]))
            .into_iter()
            .next()
            .unwrap_or_else(|| text.clone());
        if !dropped(&key) {
            // Of two ways to write the same item the first by order counts, so that it does not
            // matter which side is called A.
            let kept = result.entry(key).or_insert_with(|| text.clone());
            if text < *kept {
                *kept = text;
            }
        }
    }
    let value = Value::List(result.into_values().collect());
    let reason = tr!("plan-joined", field = mapping.name);
    Verdict::Put(PerSide::from_fn(|side| in_terms_of(mapping, side, &value)), reason)
}

/// The target's list with the source's items added.
fn union(
    couple: &Couple<'_>,
    mapping: &FieldMapping,
    side: Side,
    value: &Value,
    held: Option<&Value>,
    reason: &str,
) -> Verdict {
    let target = side.opposite();
    let empty = Value::List(Vec::new());
    let held = held.unwrap_or(&empty);
    let there = items(mapping, target, held);
    let mut result = shown_items(mapping, target, held);
    for text in shown_items(mapping, side, value) {
        let key = items(mapping, side, &Value::List(vec![text.clone()]));
        if !key.iter().all(|key| there.contains(key)) {
            result.push(text);
        }
    }
    let own = couple.now.get(side).values.get(&mapping.name).cloned().unwrap_or_else(|| value.clone());
    let joined = in_terms_of(mapping, target, &Value::List(result));
    Verdict::Put(PerSide::oriented(side, own, joined), reason.to_owned())
}

/// A list in the form that a side holds it in: text where it has a separator, else a list.
fn in_terms_of(mapping: &FieldMapping, side: Side, list: &Value) -> Value {
    let mut plain = mapping.clone();
    plain.values.clear();
    plain.write_normal = false;
    let written = write(&plain, side.opposite(), list).unwrap_or_default();
    read(mapping, side, &written).unwrap_or_else(|| list.clone())
}

fn shown_items(mapping: &FieldMapping, side: Side, value: &Value) -> Vec<String> {
    let clean = |items: Vec<String>| {
        items.into_iter().map(|item| item.trim().to_owned()).filter(|item| !item.is_empty()).collect()
    };
    match value {
        Value::List(items) => clean(items.clone()),
        Value::Text(text) => match mapping.separator.get(side) {
            Some(separator) => clean(text.split(separator.trim()).map(str::to_owned).collect()),
            None => clean(text.split([',', ';', '\n']).map(str::to_owned).collect()),
        },
    }
}

fn chosen(couple: &Couple<'_>, mapping: &FieldMapping, choice: &FieldChoice) -> Verdict {
    let held = |side: Side| couple.now.get(side).values.get(&mapping.name);
    match choice {
        FieldChoice::Use(side) => {
            let name = &couple.spec.ends.get(*side).account;
            match (held(*side), held(side.opposite())) {
                (Some(value), Some(other)) if same(mapping, (*side, value), (side.opposite(), other)) => {
                    Verdict::Settled
                }
                (Some(_), Some(_) | None) => {
                    Verdict::Carry(*side, tr!("plan-you-chose-field", account = name, field = mapping.name))
                }
                (None, Some(_) | None) => Verdict::Left,
            }
        }
        FieldChoice::Value(value) => {
            let reason = tr!("plan-you-typed", field = mapping.name);
            Verdict::Put(typed(mapping, value), reason)
        }
    }
}

/// A typed value in the terms of both sides: it may be a word of either.
fn typed(mapping: &FieldMapping, value: &Value) -> PerSide<Value> {
    let own = if normal(mapping, Side::A, value).is_ok() { Side::A } else { Side::B };
    let other = write(mapping, own, value).ok().and_then(|fields| read(mapping, own.opposite(), &fields));
    PerSide::oriented(own, value.clone(), other.unwrap_or_else(|| value.clone()))
}

fn carry(
    couple: &Couple<'_>,
    mapping: &FieldMapping,
    from: Side,
    value: &Value,
    reason: &str,
    writes: &mut PerSide<Draft>,
    merged: &mut Merged,
) {
    match write(mapping, from, value) {
        Ok(fields) => {
            writes.get_mut(from.opposite()).add(mapping, fields, reason);
            merged.action.settled.push(mapping.name.clone());
            if !couple.choices.contains_key(&mapping.name)
                && let Some(flips) = flips(couple, mapping, from)
            {
                merged.action.flips.insert(mapping.name.clone(), flips);
            }
        }
        Err(error) => merged.notes.push((NoteKind::BadValue, from, mapping.name.clone(), error.to_string())),
    }
}

/// The counter of a field after a write from this side. It grows when the write undoes the last one,
/// which went the other way: each side rewrites what it is given. It also grows when the write undoes
/// the last one on the same side and comes soon after it: then this side is written to by somebody who
/// answers our writes, such as a second Duosync with other settings. A field that was stopped stays so
/// for as long as both sides stand as they did.
fn flips(couple: &Couple<'_>, mapping: &FieldMapping, from: Side) -> Option<Flips> {
    let target = from.opposite();
    let (wrote, replaced) = (form(mapping, from, couple.now)?, form(mapping, target, couple.now).unwrap_or_default());
    let before = couple.link.and_then(|link| link.flips.get(&mapping.name));
    let stopped = |before: &&Flips| {
        before.count >= FLIPS && before.side == target && before.wrote == wrote && before.replaced == replaced
    };
    if let Some(before) = before.filter(stopped) {
        return Some(before.clone());
    }
    let undoes = before.is_some_and(|before| {
        before.wrote == replaced
            && before.replaced == wrote
            && (before.side != target || couple.at.0.saturating_sub(before.at.0) <= soon(couple.spec))
    });
    let count = before.filter(|_| undoes).map_or(1, |before| before.count + 1);
    Some(Flips { count, side: target, wrote, replaced, at: couple.at })
}

/// The counter of a field that is stopped, whichever side its change comes from.
fn stopping(couple: &Couple<'_>, mapping: &FieldMapping) -> Option<(String, Flips)> {
    let mut all = Side::BOTH.into_iter().filter_map(|from| flips(couple, mapping, from));
    let flips = all.find(|flips| flips.count >= FLIPS)?;
    Some((mapping.name.clone(), flips))
}

/// Within how many milliseconds a write answers the last one on the same side, rather than being a
/// change of mind: two rounds of the schedule, an hour at least; a day where runs are started by hand.
fn soon(spec: &PairSpec) -> i64 {
    const HOUR: i64 = 3_600_000;
    match spec.schedule.sync_every {
        Some(seconds) => i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(2_000).max(HOUR),
        None => 24 * HOUR,
    }
}

/// The counter of a field after a write of which it was learnt later that it had got through.
#[must_use]
pub fn counted(mapping: &FieldMapping, side: Side, replaced: &Value, wrote: &Value, at: Timestamp) -> Flips {
    let (wrote, replaced) = (form_of(mapping, side, wrote), form_of(mapping, side, replaced));
    Flips { count: 1, side, wrote, replaced, at }
}

/// The counter of a field that was stopped for going back and forth, where both records stand again as
/// they did when that was asked: the write that waits is one too many. None where it is not one side
/// alone that has changed the field since both agreed.
#[must_use]
pub fn stopped(mapping: &FieldMapping, link: &Link, now: PerSide<&Seen>) -> Option<Flips> {
    let changed = PerSide::from_fn(|side| field_changed(mapping, link, side, now.get(side)));
    let from = match (changed.a, changed.b) {
        (true, false) => Side::A,
        (false, true) => Side::B,
        (true, true) | (false, false) => return None,
    };
    let wrote = form(mapping, from.opposite(), now).unwrap_or_default();
    let replaced = form(mapping, from, now)?;
    Some(Flips { count: FLIPS - 1, side: from, wrote, replaced, at: Timestamp::default() })
}

/// The normal form of what a side holds in a field.
fn form(mapping: &FieldMapping, side: Side, now: PerSide<&Seen>) -> Option<String> {
    Some(form_of(mapping, side, now.get(side).values.get(&mapping.name)?))
}

fn form_of(mapping: &FieldMapping, side: Side, value: &Value) -> String {
    normal(mapping, side, value).unwrap_or_else(|_not_a_choice| value.display())
}
