//! Manifests as they stand on the disk. Read leniently: what is not understood is passed over, because a manifest that
//! only a newer cargo understands still says where the code is.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use toml::{Table, Value};

use super::{Problem, ProblemKind, disk};

/// The text of a `Cargo.toml` as a tree.
#[derive(Debug)]
pub(super) struct Manifest {
    /// The directory it stands in, canonical.
    pub(super) dir: PathBuf,
    table: Table,
}

impl Manifest {
    /// The path of the file.
    pub(super) fn path(&self) -> PathBuf {
        self.dir.join("Cargo.toml")
    }

    /// A top-level table.
    pub(super) fn table(&self, key: &str) -> Option<&Table> {
        self.table.get(key)?.as_table()
    }

    /// A top-level key.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        self.table.get(key)
    }

    /// `[package]`, also under its old name `[project]`.
    pub(super) fn package(&self) -> Option<&Table> {
        self.table("package").or_else(|| self.table("project"))
    }

    /// `[workspace]`.
    pub(super) fn workspace(&self) -> Option<&Table> {
        self.table("workspace")
    }

    /// The text of a key of `[package]`, taken from `[workspace.package]` of `root` where it says `workspace = true`.
    pub(super) fn package_text(&self, key: &str, root: Option<&Self>) -> Option<String> {
        let own = self.package()?.get(key)?;
        let value =
            if is_inherited(own) { root?.workspace()?.get("package")?.as_table()?.get(key)? } else { own };
        scalar(value)
    }

    /// Whether anything in it is taken from a workspace.
    pub(super) fn is_inheriting(&self) -> bool {
        self.table.values().any(has_inherited)
    }
}

fn has_inherited(value: &Value) -> bool {
    is_inherited(value) || value.as_table().is_some_and(|table| table.values().any(has_inherited))
}

/// Whether a value is `{ workspace = true }`.
pub(super) fn is_inherited(value: &Value) -> bool {
    value.get("workspace").and_then(Value::as_bool) == Some(true)
}

/// A text; a number such as `edition = 2021` stands for its text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The texts of an array, or the one text.
pub(super) fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(values)) => values.iter().filter_map(scalar).collect(),
        Some(value) => scalar(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The first of two spellings of a key that a table has: `crate-type` and `crate_type`.
pub(super) fn either<'a>(table: &'a Table, kebab: &str, snake: &str) -> Option<&'a Value> {
    table.get(kebab).or_else(|| table.get(snake))
}

/// What stands at the place of a manifest.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// Nothing.
    Absent,
    /// A file that is no manifest; the problem has been noted.
    Broken,
    /// A manifest.
    Read(Rc<Manifest>),
}

impl Found {
    /// The manifest, if it could be read.
    pub(super) fn manifest(self) -> Option<Rc<Manifest>> {
        match self {
            Self::Read(manifest) => Some(manifest),
            Self::Absent | Self::Broken => None,
        }
    }
}

/// Every manifest looked for in a run, each read once.
#[derive(Debug)]
pub(super) struct Manifests {
    /// The directory that reports are relative to.
    pub(super) base: PathBuf,
    /// What was wrong with manifests.
    pub(super) problems: Vec<Problem>,
    found: HashMap<PathBuf, Found>,
}

impl Manifests {
    /// None yet.
    pub(super) fn new(base: PathBuf) -> Self {
        Self { base, problems: Vec::new(), found: HashMap::new() }
    }

    /// What stands in this directory (canonical).
    pub(super) fn at(&mut self, dir: &Path) -> Found {
        if let Some(found) = self.found.get(dir) {
            return found.clone();
        }
        let found = self.read(dir);
        self.found.insert(dir.to_owned(), found.clone());
        found
    }

    /// The nearest directory at or above this one with a manifest, and what that is.
    pub(super) fn nearest(&mut self, dir: &Path) -> Option<(PathBuf, Found)> {
        dir.ancestors().find_map(|above| match self.at(above) {
            Found::Absent => None,
            found => Some((above.to_owned(), found)),
        })
    }

    /// Notes what is wrong with a path.
    pub(super) fn report(&mut self, path: &Path, message: String) {
        let path = disk::shown(&self.base, path);
        self.problems.push(Problem { kind: ProblemKind::Manifest, path, place: None, message });
    }

    fn read(&mut self, dir: &Path) -> Found {
        let path = dir.join("Cargo.toml");
        if fs::symlink_metadata(&path).is_err() {
            return Found::Absent;
        }
        match disk::read_text(&path).and_then(|text| parse(&text)) {
            Ok(table) => Found::Read(Rc::new(Manifest { dir: dir.to_owned(), table })),
            Err(message) => {
                self.report(&path, message);
                Found::Broken
            }
        }
    }
}

fn parse(text: &str) -> Result<Table, String> {
    text.parse::<Table>().map_err(|error| {
        let place =
            error.span().and_then(|span| text.get(..span.start)).map(place_behind).unwrap_or_default();
        let why = error.message().replace('\n', ", ");
        format!("is not valid TOML{place}: {why}; correct it or leave its directory out")
    })
}

/// The line and column that follow a text, in words.
fn place_behind(before: &str) -> String {
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!(" at line {line}, column {column}")
}
