//! The files of a run with their facts: roots first, then module files, followed as rustc does.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::{FileFacts, Item, ItemId, ItemKind, gather, item::Attribute};
use crate::source::{FileId, Problem, Reader, module_candidates};

/// What was loaded.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The facts of every file, by [`FileId`].
    pub facts: Vec<FileFacts>,
    /// The file of each `mod name;`, by the file and item that declare it.
    pub submodules: BTreeMap<(FileId, ItemId), FileId>,
    /// The file of each root, by the path that was asked for.
    pub roots: BTreeMap<PathBuf, FileId>,
    /// What could not be read or understood.
    pub problems: Vec<Problem>,
}

/// A module file that some file declares.
struct Wanted {
    declared: (FileId, ItemId),
    path: PathBuf,
    owns_directory: bool,
}

/// Reads the roots and every module file that they lead to, each once, with this many threads (0: one a core). Module
/// files that do not exist are passed over: code that is generated, or compiled elsewhere.
pub fn load(reader: &mut Reader, roots: &[PathBuf], threads: usize) -> Loaded {
    let mut loaded = Loaded::default();
    let mut owners = FxHashSet::default();
    for (path, read) in roots.iter().zip(reader.read_all(roots)) {
        match read {
            Ok(file) => {
                owners.insert(file);
                loaded.roots.insert(path.clone(), file);
            }
            Err(problem) => loaded.problems.push(problem),
        }
    }
    loop {
        let first_new = loaded.facts.len();
        gather_new(reader, &mut loaded, threads);
        let wanted: Vec<Wanted> = (first_new..loaded.facts.len())
            .flat_map(|at| wanted_by(reader, file_id(at), &loaded.facts[at], &owners))
            .collect();
        if wanted.is_empty() {
            break;
        }
        read_wanted(reader, &mut loaded, &mut owners, wanted);
    }
    loaded.problems.sort();
    loaded.problems.dedup();
    loaded
}

/// Gathers the facts of the files that were read since the last time.
fn gather_new(reader: &Reader, loaded: &mut Loaded, threads: usize) {
    let files = reader.files();
    let new: Vec<_> = (loaded.facts.len()..files.len()).map(|at| files.get(file_id(at))).collect();
    for facts in gather(&new, threads) {
        let file = file_id(loaded.facts.len());
        let shown = &files.get(file).shown;
        loaded.problems.extend(facts.problems.iter().map(|it| it.clone().into_problem(file, shown)));
        loaded.facts.push(facts);
    }
}

fn read_wanted(
    reader: &mut Reader,
    loaded: &mut Loaded,
    owners: &mut FxHashSet<FileId>,
    wanted: Vec<Wanted>,
) {
    let paths: Vec<PathBuf> = wanted.iter().map(|it| it.path.clone()).collect();
    for (it, read) in wanted.into_iter().zip(reader.read_all(&paths)) {
        match read {
            Ok(file) => {
                if it.owns_directory {
                    owners.insert(file);
                }
                loaded.submodules.insert(it.declared, file);
            }
            Err(problem) => loaded.problems.push(problem),
        }
    }
}

/// The module files that a file declares and that exist.
fn wanted_by(reader: &Reader, file: FileId, facts: &FileFacts, owners: &FxHashSet<FileId>) -> Vec<Wanted> {
    let path = &reader.files().get(file).path;
    let search = Search { reader, facts, file, path, owns_directory: owners.contains(&file) };
    let mut found = Vec::new();
    search.items(&facts.top, &mut Vec::new(), &mut found);
    found
}

struct Search<'s> {
    reader: &'s Reader,
    facts: &'s FileFacts,
    file: FileId,
    path: &'s Path,
    owns_directory: bool,
}

impl Search<'_> {
    fn items(&self, items: &[ItemId], inline: &mut Vec<String>, found: &mut Vec<Wanted>) {
        for &id in items {
            let item = self.facts.item(id);
            match &item.kind {
                ItemKind::Mod(Some(inner)) => {
                    inline.push(directory_of(item));
                    self.items(inner, inline, found);
                    inline.pop();
                }
                ItemKind::Mod(None) => found.extend(self.module(id, item, inline)),
                _ => {}
            }
        }
    }

    fn module(&self, id: ItemId, item: &Item, inline: &[String]) -> Option<Wanted> {
        let by_attribute = item.attributes.iter().filter_map(path_attributes);
        let by_path = by_attribute.flat_map(|path| self.candidates(item, inline, Some(path)));
        let existing = by_path.map(|path| (path, true)).find(|(path, _)| self.reader.exists(path));
        let (path, owns_directory) = existing.or_else(|| {
            let path =
                self.candidates(item, inline, None).into_iter().find(|path| self.reader.exists(path))?;
            let is_mod_rs = path.file_name().is_some_and(|name| name == "mod.rs");
            Some((path, is_mod_rs))
        })?;
        Some(Wanted { declared: (self.file, id), path, owns_directory })
    }

    fn candidates(&self, item: &Item, inline: &[String], path_attribute: Option<&str>) -> Vec<PathBuf> {
        module_candidates(self.path, self.owns_directory, inline, &item.name, path_attribute)
    }
}

/// The directory that an inline module's files stand in: its name, or what `#[path]` says.
fn directory_of(item: &Item) -> String {
    let path = item.attributes.iter().find(|it| it.path == "path").and_then(path_value);
    path.map_or_else(|| item.name.to_string(), str::to_owned)
}

/// What `#[path = "…"]` says, and `#[cfg_attr(…, path = "…")]`.
fn path_attributes(attribute: &Attribute) -> Option<&str> {
    match attribute.path.as_str() {
        "path" => path_value(attribute),
        "cfg_attr" => attribute.args.iter().find(|arg| arg.name == "path")?.value.as_deref(),
        _ => None,
    }
}

fn path_value(attribute: &Attribute) -> Option<&str> {
    attribute.args.first()?.value.as_deref()
}

fn file_id(at: usize) -> FileId {
    FileId(gather::offset(at))
}
