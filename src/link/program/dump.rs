//! A linked program as a readable text: one line a thing, what belongs to it indented below, the same bytes for the same
//! program.
//!
//! What literals say is never in it, for one of them may be a credential. Names are: whoever prints the text masks them.

mod cell;
mod event;
mod function;
mod name;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Display};

use super::Program;
use crate::facts::{FileFacts, ItemKind};
use crate::link::{cells::Cell, hosts::Host, world::DefId};
use crate::source::{FileId, Files, Place, Project};

impl Program<'_> {
    /// What is known of these files: the crates they belong to and who loads them, then file by file functions, cells
    /// and forks.
    #[must_use]
    pub fn dump(&self, project: &Project, files: &Files, of: &BTreeSet<FileId>) -> String {
        let mut defs: BTreeMap<FileId, Vec<DefId>> = BTreeMap::new();
        for def in self.world.def_ids() {
            defs.entry(self.world.def(def).file).or_default().push(def);
        }
        let mut cells: BTreeMap<FileId, Vec<&Cell>> = BTreeMap::new();
        for cell in self.cells() {
            cells.entry(cell.place.file).or_default().push(cell);
        }
        let modules = name::Modules::new(&self.world, project);
        let mut dump = Dump { program: self, files, modules, file: FileId(0), out: String::new(), indent: 0 };
        dump.crates(&defs, of);
        for &file in of {
            let defs = defs.get(&file).map(Vec::as_slice).unwrap_or_default();
            dump.file(file, defs, cells.get(&file).map(Vec::as_slice).unwrap_or_default());
        }
        dump.out
    }
}

/// A text on its way.
struct Dump<'d, 'a> {
    program: &'d Program<'a>,
    files: &'d Files,
    modules: name::Modules<'d>,
    /// The file whose part is being written: places in it are shown without its name.
    file: FileId,
    out: String,
    indent: usize,
}

impl<'d> Dump<'d, '_> {
    fn line(&mut self, text: impl Display) {
        let text = text.to_string();
        self.out.extend(std::iter::repeat_n("  ", self.indent));
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    fn inside(&mut self, write: impl FnOnce(&mut Self)) {
        self.indent += 1;
        write(self);
        self.indent -= 1;
    }

    /// The crates that have a part in the files, each with its root file and the host that loads it.
    fn crates(&mut self, defs: &BTreeMap<FileId, Vec<DefId>>, of: &BTreeSet<FileId>) {
        let world = &self.program.world;
        let here = of.iter().filter_map(|file| defs.get(file)).flatten();
        let mut crates: BTreeMap<_, Option<FileId>> = here.map(|def| (world.crate_of(*def), None)).collect();
        for def in world.def_ids().filter(|def| world.module(world.def(*def).module).parent.is_none()) {
            if let Some(root) = crates.get_mut(&world.crate_of(def)) {
                root.get_or_insert(world.def(def).file);
            }
        }
        for (id, root) in crates {
            let name = self.modules.krate(id);
            let root = root.map(|file| format!(" {}", self.files.get(file).shown)).unwrap_or_default();
            let hosts = world.krate(id).package.and_then(|package| self.program.learned.hosts.get(&package));
            let told = |host: &Host| format!(" loaded-by {} through {}", host.name, host.extension);
            let loaded: Vec<String> = hosts.into_iter().flatten().map(told).collect();
            let loaded = loaded.concat();
            self.line(format_args!("crate {name}{root}{loaded}"));
        }
    }

    fn file(&mut self, file: FileId, defs: &[DefId], cells: &[&Cell]) {
        self.file = file;
        self.line(format_args!("file {}", self.files.get(file).shown));
        self.inside(|dump| {
            for &def in defs {
                dump.function(def);
            }
            for cell in cells {
                dump.cell(cell);
            }
            dump.forks(file);
        });
    }

    fn facts(&self, def: DefId) -> (&'d FileFacts, &'d ItemKind) {
        let at = self.program.world.def(def);
        let facts = &self.program.facts[at.file.0 as usize];
        (facts, &facts.item(at.item).kind)
    }

    /// A place: line and column, behind the name of the file where it is another.
    fn place(&self, place: Place) -> String {
        let source = self.files.get(place.file);
        let at = source.line_column(place.span.start);
        if place.file == self.file {
            return format!("{}:{}", at.line, at.column);
        }
        format!("{}:{}:{}", source.shown, at.line, at.column)
    }
}

/// A word of the model as catalog files write it: `ApiKey` as `api-key`. What a variant holds is left out.
fn word(of: impl Debug) -> String {
    let mut word = String::new();
    for char in format!("{of:?}").chars().take_while(|char| char.is_alphanumeric()) {
        if char.is_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.extend(char.to_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use super::word;

    #[test]
    fn words_are_those_of_the_catalog() {
        assert_eq!(word(crate::catalog::schema::CredentialKind::ApiKey), "api-key");
        assert_eq!(word(Some(1)), "some");
    }
}
