//! What is wrong in a manifest that serde has read: contradictions, unknown variables, broken
//! templates and paths. Each problem comes with the byte at which it stands.

use std::collections::BTreeSet;

use super::dates;
use super::manifest::{
    Batch, Call, ChangesBy, CollectionSpec, DiscoverFields, FieldSpec, OptionWord, PagingBy, RecordSpec, Sends,
    SignInBy, Spec, Text, Tree,
};
use super::path::Path;

/// What a call is for: which keys and variables it may have depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Identity,
    Session,
    Discover,
    DiscoverFields,
    List,
    Changes,
    Deleted,
    Get,
    Search,
    Create,
    Update,
    Delete,
    Before,
}

/// What every request can name, beside the account's settings.
const ALWAYS: &[&str] = &["secret", "session", "collection", "want"];
/// What answers can name.
const ANSWER: &[&str] = &["body", "headers", "status", "item", "key", "index"];
/// What requests of lists can name.
const LISTING: &[&str] = &["page", "offset", "cursor", "size", "last", "since"];
/// What requests of writes can name.
const WRITING: &[&str] =
    &["id", "version", "record", "changes", "changed", "fields", "token", "index", "new_id", "current", "before"];
/// What the expressions of a field can name.
const FIELD: &[&str] = &["value", "old", "item", "name", "choices", "field"];

/// Whether deletions in this collection are found by listing everything now and then.
pub(crate) fn needs_full_listings(collection: &CollectionSpec) -> bool {
    collection.changes.as_ref().is_some_and(|changes| changes.gone.is_none()) && collection.deleted.is_none()
}

/// Everything that is wrong.
pub(crate) fn problems(spec: &Spec) -> Vec<(usize, String)> {
    let mut check = Check { problems: Vec::new(), options: Vec::new() };
    check.spec(spec);
    check.problems
}

struct Check {
    problems: Vec<(usize, String)>,
    /// The keys of the account's settings.
    options: Vec<String>,
}

impl Check {
    fn say(&mut self, at: usize, message: impl Into<String>) {
        self.problems.push((at, message.into()));
    }

    fn spec(&mut self, spec: &Spec) {
        self.names(spec);
        let url = &spec.base.url;
        if !url.is_template() && reqwest::Url::parse(url.as_str()).is_err() {
            self.say(url.at, "the address of the platform is no URL");
        }
        self.template(url, &[&["secret"]]);
        for text in spec.base.headers.values().chain(spec.base.query.values().flat_map(Tree::texts)) {
            self.template(text, &[&["secret", "session"]]);
        }
        self.sign_in(spec);
        self.errors(spec);
        if let Some(identity) = &spec.identity {
            self.call(identity, Role::Identity);
            if identity.id.is_none() {
                self.say(
                    identity.request.at,
                    "the identity needs `id`: where its answer says who is behind the account",
                );
            }
        }
        if spec.collections.is_empty() {
            self.say(spec.kind.at, "there is no [[collection]], so there is nothing to list");
        }
        let mut ids = BTreeSet::new();
        for collection in &spec.collections {
            if let Some(id) = &collection.id
                && !ids.insert(id.text.clone())
            {
                self.say(id.at, format!("there are two collections with the id \"{}\"", id.text));
            }
            self.collection(collection);
        }
        let discovered = spec.collections.iter().filter(|collection| collection.discover.is_some()).count();
        if discovered > 1 {
            self.say(spec.kind.at, "only one [[collection]] can be discovered");
        }
    }

    fn names(&mut self, spec: &Spec) {
        let word = |text: &str| {
            text.starts_with(|letter: char| letter.is_ascii_lowercase())
                && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        if !word(spec.kind.as_str()) {
            self.say(spec.kind.at, "`kind` is a word of small letters, digits and _, as in \"my_shop\"");
        }
        for text in [&spec.name, &spec.about] {
            if text.as_str().trim().is_empty() {
                self.say(text.at, "this is empty, but it is what the operator reads");
            }
        }
        if let Some(docs) = spec.docs.as_ref().filter(|docs| reqwest::Url::parse(docs.as_str()).is_err()) {
            self.say(docs.at, "`docs` is the address of the page that was followed");
        }
        for option in &spec.options {
            let key = option.key.as_str();
            let reserved = [ALWAYS, ANSWER, LISTING, WRITING, FIELD].iter().any(|names| names.contains(&key))
                || key == super::load::FULL_EVERY;
            if !word(key) {
                self.say(option.key.at, "a setting's `key` is a word of small letters, digits and _");
            } else if reserved || ["name", "connector", "password"].contains(&key) {
                self.say(option.key.at, format!("\"{key}\" has a meaning of its own; give the setting another key"));
            } else if self.options.iter().any(|known| known == key) {
                self.say(option.key.at, format!("there are two settings with the key \"{key}\""));
            }
            if (option.kind == OptionWord::Choice) == option.choices.is_empty() {
                self.say(option.key.at, "`choices` goes with kind = \"choice\", and the other way round");
            }
            if let Some(default) = &option.default {
                self.template(default, &[&["secret"]]);
            }
            self.options.push(key.to_owned());
        }
    }

    fn sign_in(&mut self, spec: &Spec) {
        let sign_in = &spec.sign_in;
        let at = spec.kind.at;
        let keyed = !sign_in.headers.is_empty() || !sign_in.query.is_empty();
        match sign_in.by {
            SignInBy::Key if !keyed => {
                self.say(at, "[sign_in] by = \"key\" needs `headers` or `query` with the {{ secret }} in it");
            }
            SignInBy::Basic if sign_in.username.is_none() => {
                self.say(at, "[sign_in] by = \"basic\" needs `username`, for example \"{{ username }}\"");
            }
            SignInBy::Oauth if sign_in.authorize_url.is_none() || sign_in.token_url.is_none() => {
                self.say(at, "[sign_in] by = \"oauth\" needs `authorize_url` and `token_url`");
            }
            SignInBy::Session if sign_in.session.is_none() || sign_in.keep.is_none() => {
                self.say(
                    at,
                    "[sign_in] by = \"session\" needs [sign_in.session], the request that signs in, and `keep`",
                );
            }
            SignInBy::None
            | SignInBy::Key
            | SignInBy::Bearer
            | SignInBy::Basic
            | SignInBy::Oauth
            | SignInBy::Session => {}
        }
        for text in sign_in.headers.values().chain(sign_in.query.values().flat_map(Tree::texts)) {
            self.template(text, &[&["secret", "session"]]);
        }
        for text in sign_in.username.iter().chain(&sign_in.password) {
            self.template(text, &[&["secret"]]);
        }
        for text in sign_in.authorize_url.iter().chain(&sign_in.token_url) {
            self.template(text, &[]);
        }
        if let Some(session) = &sign_in.session {
            self.call(session, Role::Session);
        }
        if let Some(keep) = &sign_in.keep {
            self.place(keep, &[ALWAYS, ANSWER]);
        }
    }

    fn errors(&mut self, spec: &Spec) {
        let errors = &spec.errors;
        for text in errors.message.0.iter().chain(&errors.fields) {
            self.place(text, &[ANSWER]);
        }
        for text in errors.field.iter().chain(&errors.field_message) {
            self.place(text, &[ANSWER]);
        }
        for rule in &errors.rules {
            if let Some(when) = &rule.when {
                self.expression(when, &[ANSWER]);
            }
            if rule.status.0.is_empty() && rule.when.is_none() {
                self.say(spec.kind.at, "a rule of [errors] needs `status`, `when` or both");
            }
        }
    }

    fn collection(&mut self, collection: &CollectionSpec) {
        let at = collection.list.request.at;
        match (&collection.id, &collection.discover) {
            (Some(id), None) => {
                if id.as_str().trim().is_empty() || collection.name.is_none() {
                    self.say(id.at, "a collection needs an `id` and a `name`");
                }
            }
            (None, Some(discover)) => {
                self.call(&discover.call, Role::Discover);
                for text in
                    [Some(&discover.id), Some(&discover.name), discover.read_only.as_ref()].into_iter().flatten()
                {
                    self.place(text, &[ALWAYS, ANSWER]);
                }
            }
            (Some(_), Some(_)) | (None, None) => {
                self.say(at, "a [[collection]] has either `id` and `name`, or [collection.discover]");
            }
        }
        self.record(&collection.record, at);
        self.fields(collection, at);
        self.call(&collection.list, Role::List);
        for (call, role) in [
            (&collection.changes, Role::Changes),
            (&collection.deleted, Role::Deleted),
            (&collection.get, Role::Get),
            (&collection.search, Role::Search),
            (&collection.create, Role::Create),
            (&collection.update, Role::Update),
            (&collection.delete, Role::Delete),
        ] {
            if let Some(call) = call {
                self.call(call, role);
            }
        }
        let writes = collection.create.is_some() || collection.update.is_some() || collection.delete.is_some();
        if writes && collection.get.is_none() {
            self.say(at, "a collection that is written to needs [collection.get], to read back what was stored");
        }
        if let Some(every) = &collection.full_every {
            self.duration(every);
            if !needs_full_listings(collection) {
                self.say(every.at, "`full_every` is of use only where changes are listed and deletions are not told");
            }
        }
        self.changes(collection);
    }

    fn changes(&mut self, collection: &CollectionSpec) {
        let Some(changes) = &collection.changes else {
            if let Some(deleted) = &collection.deleted {
                self.say(deleted.request.at, "[collection.deleted] is of use only with [collection.changes]");
            }
            return;
        };
        let at = changes.request.at;
        match changes.by {
            None => self.say(at, "[collection.changes] needs `by`: \"time\", \"token\" or \"newest_first\""),
            Some(ChangesBy::Time | ChangesBy::NewestFirst) => {
                if collection.record.modified.is_none() {
                    self.say(
                        at,
                        "changes by time need [collection.record] modified: where a record says when it was changed",
                    );
                }
            }
            Some(ChangesBy::Token) => {
                if changes.since.is_none() || collection.list.since.is_none() {
                    self.say(at, "changes by token need `since` in [collection.list] and in [collection.changes]: where the last page of an answer has the token for the next time");
                }
            }
        }
    }

    fn record(&mut self, record: &RecordSpec, at: usize) {
        self.place(&record.id, &[ALWAYS, ANSWER]);
        if let Some(version) = record.version.as_ref().filter(|version| version.as_str() != "digest") {
            self.place(version, &[ALWAYS, ANSWER]);
        }
        if let Some(modified) = &record.modified {
            self.place(modified, &[ALWAYS, ANSWER]);
        }
        if let Some(modified_by) = &record.modified_by {
            self.place(modified_by, &[ALWAYS, ANSWER]);
        }
        if let Some(fields_at) = &record.fields_at {
            self.path(fields_at);
        }
        if record.empty_values.iter().any(|value| !matches!(value, Tree::Other(_) | Tree::Text(_))) {
            self.say(at, "`empty_values` holds texts, numbers, true or false");
        }
    }

    fn fields(&mut self, collection: &CollectionSpec, at: usize) {
        if collection.fields.is_empty() && collection.discover_fields.is_none() {
            self.say(at, "the collection needs [[collection.field]] or [collection.discover_fields]");
        }
        let mut names = BTreeSet::new();
        for field in &collection.fields {
            if field.name.as_str().is_empty() {
                self.say(at, "a field needs a `name`");
            } else if !names.insert(field.name.as_str()) {
                self.say(field.name.at, format!("there are two fields named \"{}\"", field.name.text));
            }
            self.field(field);
        }
        if let Some(discover) = &collection.discover_fields {
            self.discover_fields(discover, at);
        }
        if let Some(search) = &collection.search {
            for name in &search.fields {
                if collection.discover_fields.is_none() && name != "*" && !names.contains(name.as_str()) {
                    self.say(search.request.at, format!("there is no field \"{name}\" to be searched"));
                }
            }
        }
    }

    fn field(&mut self, field: &FieldSpec) {
        if let Some(path) = &field.path {
            self.path(path);
        }
        for text in field.read.iter().chain(&field.write) {
            self.expression(text, &[FIELD]);
        }
        if field.read.is_some() && field.write.is_none() && !field.read_only {
            self.say(field.name.at, "a field with `read` needs `write` too, or read_only = true");
        }
    }

    fn discover_fields(&mut self, discover: &DiscoverFields, at: usize) {
        match (&discover.call, discover.from_records) {
            (Some(call), false) => {
                self.call(call, Role::DiscoverFields);
                if discover.name.is_none() {
                    self.say(
                        call.request.at,
                        "[collection.discover_fields] needs `name`: where an item has the field's name",
                    );
                }
            }
            (None, true) => {}
            (Some(_), true) | (None, false) => {
                self.say(at, "[collection.discover_fields] needs either `call` or from_records = true");
            }
        }
        for text in [
            &discover.name,
            &discover.label,
            &discover.type_at,
            &discover.required,
            &discover.read_only,
            &discover.choices,
            &discover.choice_value,
            &discover.choice_label,
            &discover.max_length,
            &discover.select,
        ]
        .into_iter()
        .flatten()
        {
            self.place(text, &[ALWAYS, ANSWER]);
        }
        if let Some(path) = &discover.path {
            self.field_path(path);
        }
        for spec in discover.types.values() {
            for text in spec.read.iter().chain(&spec.write) {
                self.expression(text, &[FIELD]);
            }
            if let Some(path) = &spec.path {
                self.field_path(path);
            }
        }
    }

    /// A path that may hold the field's name.
    fn field_path(&mut self, path: &Text) {
        self.template(path, &[&["name", "item"]]);
        if !path.is_template() {
            self.path(path);
        }
    }

    fn call(&mut self, call: &Call, role: Role) {
        let request: &[&[&str]] = match role {
            Role::Identity | Role::Before => &[ALWAYS],
            Role::Session => &[&["secret"]],
            Role::Discover | Role::DiscoverFields | Role::List | Role::Changes | Role::Deleted => &[ALWAYS, LISTING],
            Role::Get => &[ALWAYS, &["id"]],
            Role::Search => &[ALWAYS, LISTING, &["field", "select", "value"]],
            Role::Create | Role::Update | Role::Delete => &[ALWAYS, WRITING],
        };
        self.sends(call.sends(), request);
        let answer = [request, &[ANSWER]].concat();
        for text in [&call.items, &call.record, &call.id, &call.keep, &call.gone, &call.since].into_iter().flatten() {
            self.place(text, &answer);
        }
        if let Some(new_id) = &call.new_id {
            self.expression(new_id, &[ALWAYS, &["token", "record", "fields"]]);
        }
        if let Some(when) = &call.when {
            self.expression(when, &[ALWAYS]);
        }
        if let Some(overlap) = &call.overlap {
            self.duration(overlap);
        }
        self.keys(call, role);
        if let Some(before) = &call.before {
            self.call(before, Role::Before);
        }
        if let Some(paging) = &call.paging {
            for text in [&paging.next, &paging.more, &paging.total].into_iter().flatten() {
                self.place(text, &answer);
            }
            let needs_next = matches!(paging.by, PagingBy::Cursor | PagingBy::Url | PagingBy::Keyset);
            if needs_next && paging.next.is_none() {
                self.say(call.request.at, "this kind of paging needs `next`: where the answer says how to go on");
            }
        }
        if let Some(batch) = &call.batch {
            self.batch(batch, role);
        }
    }

    fn batch(&mut self, batch: &Batch, role: Role) {
        let request: &[&[&str]] = &[ALWAYS, &["ids", "items", "changed", "before"]];
        self.sends(batch.sends(), request);
        for text in batch.item.iter().flat_map(Tree::texts) {
            self.template(text, &[ALWAYS, WRITING]);
        }
        if let Some(key) = &batch.key {
            self.template(key, &[ALWAYS, WRITING]);
        }
        for text in [
            &batch.answers,
            &batch.answer_key,
            &batch.record,
            &batch.id,
            &batch.status,
            &batch.failed,
            &batch.error,
            &batch.errors,
            &batch.errors_key,
        ]
        .into_iter()
        .flatten()
        {
            self.place(text, &[ALWAYS, ANSWER]);
        }
        let at = batch.request.at;
        if batch.max < 2 {
            self.say(at, "a batch of fewer than 2 is none");
        }
        if role == Role::Get && batch.answers.is_none() {
            self.say(at, "the batch of [collection.get] needs `answers`: where the list of records is");
        }
        if batch.errors.is_some() && batch.errors_key.is_none() {
            self.say(at, "`errors` needs `errors_key`: what tells whose an error is");
        }
    }

    /// Refuses keys that mean nothing where they stand.
    fn keys(&mut self, call: &Call, role: Role) {
        use Role::{Changes, Create, Delete, Deleted, Discover, DiscoverFields, Get, Identity, List, Search, Update};
        let lists = [Discover, DiscoverFields, List, Changes, Deleted, Search];
        let rules: &[(bool, &str, &[Role])] = &[
            (call.items.is_some(), "items", &lists),
            (call.table, "table", &[List, Changes]),
            (call.record.is_some(), "record", &[Get, Create, Update]),
            (call.id.is_some(), "id", &[Identity, Deleted, Create, Search]),
            (call.keep.is_some(), "keep", &lists),
            (call.gone.is_some(), "gone", &[List, Changes]),
            (call.since.is_some(), "since", &[List, Changes]),
            (call.paging.is_some(), "paging", &lists),
            (!call.missing.is_empty(), "missing", &[Get, Update, Delete]),
            (call.by.is_some(), "by", &[Changes]),
            (call.when.is_some(), "when", &[Changes]),
            (call.overlap.is_some(), "overlap", &[Changes]),
            (call.ids_only, "ids_only", &[Search, List, Changes]),
            (!call.fields.is_empty(), "fields", &[Search]),
            (call.lags, "lags", &[Search]),
            (call.new_id.is_some(), "new_id", &[Create]),
            (call.checks_version, "checks_version", &[Update, Delete]),
            (call.before.is_some(), "before", &[Create, Update, Delete]),
            (call.batch.is_some(), "batch", &[Get, Create, Update, Delete]),
        ];
        for (is_there, key, roles) in rules {
            if *is_there && !roles.contains(&role) {
                self.say(call.request.at, format!("`{key}` means nothing in this request"));
            }
        }
        if [List, Changes, Deleted, Discover, DiscoverFields, Search].contains(&role) && call.items.is_none() {
            self.say(call.request.at, "this request needs `items`: where the list is in the answer");
        }
        if role == Deleted && call.id.is_none() {
            self.say(call.request.at, "this request needs `id`: where an item has the id of the deleted record");
        }
        if role == Get && call.record.is_none() {
            self.say(
                call.request.at,
                "this request needs `record`: where the record is in the answer (\"\" is the whole of it)",
            );
        }
        if role == Search && call.fields.is_empty() {
            self.say(call.request.at, "this request needs `fields`: the names of the fields that it can search");
        }
    }

    fn sends(&mut self, sends: Sends<'_>, variables: &[&[&str]]) {
        let methods = ["GET ", "POST ", "PUT ", "PATCH ", "DELETE "];
        let request = sends.request.as_str();
        if !methods.iter().any(|method| request.starts_with(method)) {
            self.say(sends.request.at, "`request` is a method and a path, as in \"GET /contacts\"; the methods are GET, POST, PUT, PATCH and DELETE");
        }
        self.template(sends.request, variables);
        let trees = sends.query.values().chain(sends.form.values()).chain(sends.body);
        for text in sends.headers.values().chain(trees.flat_map(Tree::texts)) {
            self.template(text, variables);
        }
        if sends.body.is_some() && !sends.form.is_empty() {
            self.say(sends.request.at, "a request has either `body` or `form`");
        }
    }

    /// A path into the answer, `header:NAME`, or an expression.
    fn place(&mut self, text: &Text, variables: &[&[&str]]) {
        if text.is_template() {
            self.template(text, variables);
        } else if !text.as_str().starts_with("header:") {
            self.path(text);
        }
    }

    fn path(&mut self, text: &Text) {
        if let Err(why) = Path::parse(text.as_str()) {
            self.say(text.at, why);
        }
    }

    fn expression(&mut self, text: &Text, variables: &[&[&str]]) {
        if text.is_template() {
            self.template(text, variables);
        } else {
            self.say(text.at, format!("this must be an expression, as in \"{{{{ {} }}}}\"", text.as_str().trim()));
        }
    }

    fn template(&mut self, text: &Text, variables: &[&[&str]]) {
        let found = match text.variables() {
            Ok(found) => found,
            Err(why) => return self.say(text.at, format!("the template cannot be understood: {why}")),
        };
        let known: Vec<&str> = variables
            .iter()
            .flat_map(|names| names.iter().copied())
            .chain(self.options.iter().map(String::as_str))
            .collect();
        let unknown: Vec<String> = found
            .into_iter()
            .filter(|name| !known.contains(&name.as_str()) && !GLOBALS.contains(&name.as_str()))
            .map(|name| {
                let near = known
                    .iter()
                    .map(|known| (strsim::jaro_winkler(known, &name), *known))
                    .max_by(|one, other| one.0.total_cmp(&other.0))
                    .filter(|(likeness, _)| *likeness > 0.7);
                match near {
                    Some((_, near)) => format!("there is nothing called \"{name}\" here; did you mean \"{near}\"?"),
                    None => format!("there is nothing called \"{name}\" here; there is {}", known.join(", ")),
                }
            })
            .collect();
        for message in unknown {
            self.say(text.at, message);
        }
    }

    fn duration(&mut self, text: &Text) {
        if dates::duration(text.as_str()).is_none() {
            self.say(text.at, "a length of time is a number with s, m, h or d, as in \"5m\"");
        }
    }
}

/// Functions of minijinja.
const GLOBALS: &[&str] = &["range", "dict", "namespace", "debug"];
