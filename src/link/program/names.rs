//! The façade for who edits code: the facts of a file, and what a path in it means.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Program;
use crate::catalog::schema::{Action, FnEntry, MacroRole};
use crate::facts::{FileFacts, ItemId, Name, path::Path};
use crate::link::{
    cells::{Cell, CellKey},
    resolve::{Res, Resolver},
    ty::Ty,
    world::{DefId, index},
};
use crate::source::{Dependency, DependencyKind, FileId};

/// What paths mean, for many questions.
pub struct Names<'p> {
    program: &'p Program<'p>,
    resolver: Resolver<'p>,
    defs: FxHashMap<(FileId, ItemId), DefId>,
}

impl Program<'_> {
    /// What a file says; nothing for a deployment manifest.
    #[must_use]
    pub fn facts_of(&self, file: FileId) -> Option<&FileFacts> {
        self.facts.get(file.0 as usize)
    }

    /// The file and item of a definition.
    #[must_use]
    pub fn item_of(&self, def: DefId) -> (FileId, ItemId) {
        let at = self.world.def(def);
        (at.file, at.item)
    }

    /// The oldest Rust that the package of a definition is to be built with, as major and minor number, where it says so.
    #[must_use]
    pub fn rust_version_of(&self, def: DefId) -> Option<(u32, u32)> {
        let package = self.world.krate(self.world.crate_of(def)).package?;
        self.inputs.project.packages[package].rust_version
    }
}

impl Program<'_> {
    /// Whether the package of a definition always depends on another, by the name that code has for it.
    #[must_use]
    pub fn depends_on(&self, def: DefId, name: &str) -> bool {
        let package = self.world.krate(self.world.crate_of(def)).package;
        let of = |package: usize| &self.inputs.project.packages[package].dependencies;
        let is_it = |it: &Dependency| it.kind == DependencyKind::Normal && !it.optional && it.name == name;
        package.is_some_and(|package| of(package).iter().any(is_it))
    }

    /// The path of the function that runs a cell's initialiser: of its type, or of the crate whose macro declares it.
    #[must_use]
    pub fn forcing_function(&self, cell: &Cell) -> Option<String> {
        let CellKey::Static(def) = cell.key else { return None };
        let forces = |entry: &FnEntry| entry.does == Some(Action::CellForce);
        if let Ty::External(path, _) = &cell.ty
            && self.catalog.method(path, "force").is_some_and(forces)
        {
            return Some(format!("{path}::force"));
        }
        let (file, item) = self.item_of(def);
        let declaring = self.facts[file.0 as usize].item(item).from_macro.as_ref()?;
        let is_own = |path: &&SmolStr| {
            let declares = |(root, _)| self.catalog.macro_role(&format!("{root}::{}", declaring.last_name()));
            path.rsplit_once("::").and_then(declares) == Some(MacroRole::LazyStatics)
        };
        let all = self.catalog.functions().filter(|(_, entry)| forces(entry)).map(|(path, _)| path);
        all.filter(is_own).min().map(ToString::to_string)
    }

    /// The modules from the root of a definition's crate down to it, where both definitions belong to one crate.
    #[must_use]
    pub fn modules_to(&self, def: DefId, from: DefId) -> Option<Vec<Name>> {
        if self.world.crate_of(def) != self.world.crate_of(from) {
            return None;
        }
        let mut names = Vec::new();
        let mut module = self.world.def(def).module;
        while let Some(parent) = self.world.module(module).parent {
            let (own, _) = self.world.module(parent).modules.iter().find(|(_, it)| **it == module)?;
            names.push(own.clone());
            module = parent;
        }
        names.reverse();
        Some(names)
    }
}

impl<'p> Names<'p> {
    /// The names of a program.
    #[must_use]
    pub fn new(program: &'p Program<'p>) -> Self {
        let defs = program.world.def_ids().map(|def| (program.item_of(def), def)).collect();
        Self { program, resolver: Resolver::new(program.inputs, &program.world), defs }
    }

    /// The definition that an item is.
    #[must_use]
    pub fn def(&self, file: FileId, item: ItemId) -> Option<DefId> {
        self.defs.get(&(file, item)).copied()
    }

    /// The canonical path of what a path in an item names, where it belongs to another package.
    #[must_use]
    pub fn external(&self, within: DefId, path: &Path) -> Option<SmolStr> {
        match self.resolved(within, path)? {
            Res::External(path) => Some(path),
            _ => None,
        }
    }

    /// The definition of this run that a path in an item names.
    #[must_use]
    pub fn local(&self, within: DefId, path: &Path) -> Option<DefId> {
        match self.resolved(within, path)? {
            Res::Def(def) => Some(def),
            _ => None,
        }
    }

    fn resolved(&self, within: DefId, path: &Path) -> Option<Res> {
        let at = self.program.world.def(within);
        self.resolver.resolve_value(at.body.unwrap_or(at.module), path)
    }
}

impl std::fmt::Debug for Names<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Names of {} definitions", index(self.defs.len()))
    }
}
