//! The wall between the floors (DESIGN.md, section 3): in one crate, this test is what keeps imports
//! pointing down. It reads every path of every source file, `super::` paths and macros included.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// One floor: the folders of this crate that it may name, and what it may never name.
struct Floor {
    folder: &'static str,
    may_use: &'static [&'static str],
    never: &'static [&'static str],
}

const WINDOW: &[&str] = &["eframe", "egui", "egui_extras", "rfd", "clap", "indicatif", "comfy_table"];

const FLOORS: [Floor; 7] = [
    Floor {
        folder: "model",
        may_use: &["model"],
        never: &[
            "tokio",
            "reqwest",
            "rusqlite",
            "tracing",
            "jiff",
            "uuid",
            "std::fs",
            "std::net",
            "std::env",
            "std::time",
            "std::thread",
        ],
    },
    Floor {
        folder: "engine",
        may_use: &["model", "engine", "texts"],
        never: &[
            "tokio",
            "reqwest",
            "rusqlite",
            "tracing",
            "uuid",
            "fastrand",
            "std::fs",
            "std::net",
            "std::env",
            "std::time::SystemTime",
            "std::time::Instant",
            "std::thread",
            "jiff::Timestamp::now",
            "jiff::Zoned::now",
        ],
    },
    Floor { folder: "store", may_use: &["model", "store"], never: &["tokio", "reqwest", "std::net"] },
    Floor { folder: "connectors", may_use: &["model", "connectors", "texts"], never: &["rusqlite"] },
    Floor {
        folder: "service",
        may_use: &["model", "engine", "store", "connectors", "service", "texts"],
        never: &["rusqlite", "reqwest"],
    },
    Floor {
        folder: "ui",
        may_use: &["model", "service", "texts", "ui"],
        never: &["tokio", "tokio_util", "rusqlite", "reqwest", "std::fs", "std::net"],
    },
    Floor {
        folder: "cli",
        may_use: &["model", "service", "texts", "cli"],
        never: &["tokio", "tokio_util", "rusqlite", "reqwest", "eframe", "egui"],
    },
];

#[test]
fn imports_point_down_only() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut seen = 0;
    for floor in &FLOORS {
        let folder = src.join(floor.folder);
        // Files of tests are no part of the floor: they may hold a stopwatch.
        for file in sources(&folder).into_iter().filter(|file| !file.to_string_lossy().ends_with("tests.rs")) {
            seen += 1;
            let text = std::fs::read_to_string(&file).unwrap();
            let module = module_of(&src, &file);
            for path in paths(&text, &module) {
                // The operator's own database in a file is spoken to in this one file, and nowhere else.
                let is_sqlite = module == ["connectors", "database", "sqlite"]
                    && (path == "rusqlite" || path.starts_with("rusqlite::"));
                if let (Some(why), false) = (forbidden(floor, &path), is_sqlite) {
                    found.push(format!("{}: {path} ({why})", file.strip_prefix(&src).unwrap().display()));
                }
            }
        }
    }
    assert!(seen > 40, "only {seen} files were read, so the folders must have moved");
    assert!(found.is_empty(), "forbidden imports:\n{}", found.join("\n"));
}

/// The wall must be able to fall: each of these is refused.
#[test]
fn a_forbidden_import_is_found_however_it_is_written() {
    let ui = FLOORS.iter().find(|floor| floor.folder == "ui").unwrap();
    let module: Vec<String> = ["ui", "views", "home"].map(str::to_owned).to_vec();
    for text in [
        "use crate::store::Store;",
        "use crate::{model::Side, store::{Store, Changes as C}};",
        "use super::super::super::connectors::Connector;",
        "fn f() { let _ = crate::engine::same; }",
        "fn f() { println!(\"{:?}\", crate::store::default_dir()); }",
        "pub use crate::connectors as hidden;",
        "use tokio::sync::mpsc;",
        "fn f() { ::rusqlite::version(); }",
        "mod inner { use super::super::super::super::store::Store; }",
    ] {
        let found = paths(text, &module).iter().any(|path| forbidden(ui, path).is_some());
        assert!(found, "not found in: {text}");
    }
    for text in ["use crate::service::{Command, Event};", "use super::theme;", "use super::super::app::App;"] {
        let found: Vec<String> =
            paths(text, &module).into_iter().filter(|path| forbidden(ui, path).is_some()).collect();
        assert!(found.is_empty(), "wrongly refused in {text}: {found:?}");
    }
}

fn forbidden(floor: &Floor, path: &str) -> Option<&'static str> {
    if let Some(inner) = path.strip_prefix("crate::") {
        let folder = inner.split("::").next().unwrap_or_default();
        let is_floor = FLOORS.iter().any(|floor| floor.folder == folder);
        return (is_floor && !floor.may_use.contains(&folder)).then_some("a floor that it may not use");
    }
    let starts = |never: &&&str| path == **never || path.starts_with(&format!("{never}::"));
    if floor.never.iter().any(|never| starts(&never)) {
        return Some("never on this floor");
    }
    let below = floor.folder != "ui" && floor.folder != "cli";
    (below && WINDOW.iter().any(|never| starts(&never))).then_some("a face's crate")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// `src/ui/views/home.rs` is the module `ui::views::home`.
fn module_of(src: &Path, file: &Path) -> Vec<String> {
    let relative = file.strip_prefix(src).unwrap().with_extension("");
    let mut module: Vec<String> = relative.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if module.last().is_some_and(|last| last == "mod") {
        module.pop();
    }
    module
}

/// Every path of a file, from the crate's root.
fn paths(text: &str, module: &[String]) -> BTreeSet<String> {
    let file = syn::parse_file(text).expect("the file is Rust");
    let mut reader = Reader { module: module.to_vec(), found: BTreeSet::new() };
    reader.visit_file(&file);
    reader.found
}

struct Reader {
    module: Vec<String>,
    found: BTreeSet<String>,
}

impl Reader {
    fn note(&mut self, segments: &[String]) {
        let mut base = self.module.clone();
        let mut rest = segments;
        let mut relative = false;
        while let Some(first) = rest.first() {
            match first.as_str() {
                "crate" => {
                    self.found.insert(format!("crate::{}", rest[1..].join("::")));
                    return;
                }
                "self" => relative = true,
                "super" => {
                    relative = true;
                    base.pop();
                }
                _ => break,
            }
            rest = &rest[1..];
        }
        if relative {
            let full: Vec<String> = base.into_iter().chain(rest.iter().cloned()).collect();
            self.found.insert(format!("crate::{}", full.join("::")));
        } else {
            self.found.insert(rest.join("::"));
        }
    }

    fn tree(&mut self, prefix: &[String], tree: &syn::UseTree) {
        let with = |name: String| prefix.iter().cloned().chain([name]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.tree(&with(path.ident.to_string()), &path.tree),
            syn::UseTree::Name(name) => self.note(&with(name.ident.to_string())),
            syn::UseTree::Rename(rename) => self.note(&with(rename.ident.to_string())),
            syn::UseTree::Glob(_) => self.note(prefix),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(prefix, tree)),
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&[], &item.tree);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.note(&segments);
        }
        syn::visit::visit_path(self, path);
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.module.push(item.ident.to_string());
        syn::visit::visit_item_mod(self, item);
        self.module.pop();
    }

    /// Paths inside a macro's words are not parsed, so they are read as words.
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let words = item.tokens.to_string().replace(" :: ", "::");
        for word in words.split(|letter: char| !(letter.is_alphanumeric() || letter == '_' || letter == ':')) {
            if word.contains("::") {
                let segments: Vec<String> = word.trim_matches(':').split("::").map(str::to_owned).collect();
                self.note(&segments);
            }
        }
        syn::visit::visit_macro(self, item);
    }
}
