//! The dialects of the shop: each way in which a manifest can go through the pages of a list and ask
//! what changed.

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// By cursor, single writes; deletions from a list of their own.
    Single,
    /// By cursor and token, tombstones among the changes, writes in batches.
    Batches,
    /// By the number of the page.
    Page,
    /// By how many have been read.
    Offset,
    /// By the address in the answer.
    Url,
    /// By the `Link` header.
    Link,
    /// By the last one that was read.
    Keyset,
    /// Rows of cells, of which the first one names the columns.
    Table,
    /// Changes by reading the newest first.
    NewestFirst,
    /// Changes by a search that gives no more than so many.
    Most,
    /// Everything by a search that is posted; that for a value tells only ids.
    SearchBody,
    /// Changes by an address that the last answer gave, tombstones among them.
    DeltaLink,
}

const SINGLE: &str = include_str!("shop.toml");
const BATCHES: &str = include_str!("shop_batch.toml");

impl Way {
    /// The manifest.
    pub fn manifest(self) -> String {
        let by_time = |query: &str, paging: &str| lists(query, paging, query, "by = \"time\"", paging);
        match self {
            Self::Single => SINGLE.to_owned(),
            Self::Batches => BATCHES.to_owned(),
            Self::Page => with(&by_time(
                "page = \"{{ page }}\"",
                "paging = { by = \"page\", size = 2, more = \"/more\", total = \"/total\" }",
            )),
            Self::Offset => with(&by_time(
                "offset = \"{{ offset }}\"",
                "paging = { by = \"offset\", size = 2, more = \"/more\" }",
            )),
            Self::Url => with(&by_time("", "paging = { by = \"url\", size = 2, next = \"/next_url\" }")),
            Self::Link => with(&by_time("link = true", "paging = { by = \"link\", size = 2 }")),
            Self::Keyset => with(&by_time(
                "last = \"{{ last }}\"",
                "paging = { by = \"keyset\", size = 2, next = \"/id\", more = \"/more\" }",
            )),
            Self::Table => table(&by_time(
                "table = true, offset = \"{{ offset }}\"",
                "table = true\npaging = { by = \"offset\", size = 2, more = \"/more\" }",
            )),
            Self::NewestFirst => with(&lists(
                "after = \"{{ cursor }}\"",
                "paging = { by = \"cursor\", size = 2, next = \"/next\" }",
                "sort = \"-updated\", offset = \"{{ offset }}\", since = \"\"",
                "by = \"newest_first\"",
                "paging = { by = \"offset\", size = 2, more = \"/more\" }",
            )),
            Self::Most => with(&lists(
                "after = \"{{ cursor }}\"",
                "paging = { by = \"cursor\", size = 2, next = \"/next\" }",
                "sort = \"updated\", offset = \"{{ offset }}\", most = 4",
                "by = \"time\"",
                "paging = { by = \"offset\", size = 2, most = 4 }",
            )),
            Self::SearchBody => with(SEARCHES)
                .replace(
                    "request = \"GET /{{ collection.id }}\"\nquery = { email = \"{{ value }}\", limit = 100 }\nitems = \"/results\"\n",
                    "request = \"POST /{{ collection.id }}/search\"\nbody = { email = \"{{ value }}\", limit = 100, ids = true }\n\
                     items = \"/results\"\nids_only = true\n",
                ),
            Self::DeltaLink => with(DELTA),
        }
    }
}

/// The lists of records, both by GET: what is asked of everything, and of the changes.
fn lists(query: &str, paging: &str, changed: &str, by: &str, changed_paging: &str) -> String {
    let head = "request = \"GET /{{ collection.id }}\"\nitems = \"/results\"\nquery = { limit = \"{{ size }}\"";
    let comma = |query: &str| if query.is_empty() { String::new() } else { format!(", {query}") };
    let since = if changed.contains("since") { "" } else { ", since = \"{{ since | epoch_ms }}\"" };
    format!(
        "[collection.list]\n{head}{} }}\n{paging}\n\n[collection.changes]\n{by}\n{head}{}{since} }}\n{changed_paging}\n\n{DELETED}",
        comma(query),
        comma(&changed.replace(", since = \"\"", "")),
    )
}

/// The first dialect with other lists.
fn with(lists: &str) -> String {
    let (start, end) = (SINGLE.find("[collection.list]").unwrap(), SINGLE.find("[collection.get]").unwrap());
    format!("{}{lists}\n{}", &SINGLE[..start], &SINGLE[end..])
}

/// The same with flat records, as those of a sheet are.
fn table(lists: &str) -> String {
    let mut text = with(lists);
    for (from, to) in [
        ("path = \"/properties/name\"", "path = \"/name\""),
        ("path = \"/emails/[primary=true|0]/value\"", "path = \"/email\""),
        ("path = \"/properties/phone\"", "path = \"/phone\""),
        ("[base]\n", "[base]\nquery = { flat = true }\n"),
    ] {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

const DELETED: &str = r#"[collection.deleted]
request = "GET /{{ collection.id }}/deleted"
query = { since = "{{ since | epoch_ms }}" }
items = "/results"
id = "/id"
"#;

const SEARCHES: &str = r#"[collection.list]
request = "POST /{{ collection.id }}/search"
body = { limit = "{{ size }}", after = "{{ cursor }}" }
items = "/results"
paging = { by = "cursor", size = 2, next = "/next" }

[collection.changes]
by = "time"
request = "POST /{{ collection.id }}/search"
body = { limit = "{{ size }}", after = "{{ cursor }}", since = "{{ since | epoch_ms | string }}" }
items = "/results"
paging = { by = "cursor", size = 2, next = "/next" }

[collection.deleted]
request = "GET /{{ collection.id }}/deleted"
query = { since = "{{ since | epoch_ms }}" }
items = "/results"
id = "/id"
"#;

const DELTA: &str = r#"[collection.list]
request = "GET /{{ collection.id }}"
query = { limit = "{{ size }}", token = "start" }
items = "/results"
since = "/delta"
paging = { by = "url", size = 2, next = "/next_url" }

[collection.changes]
by = "token"
request = "GET {{ since | safe }}"
items = "/results"
since = "/delta"
gone = "{{ item.removed }}"
paging = { by = "url", size = 2, next = "/next_url" }
"#;
