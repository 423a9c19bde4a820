//! Crates, modules and definitions: every item of every file under the module it belongs to.

pub(crate) mod body;
mod build;
mod gate;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::catalog::Catalog;
use crate::facts::{FileFacts, Item, ItemId, ItemKind, Name, item::UseEntry};
use crate::source::{FileId, Project, TargetKind};

/// A crate: one target of a package, or a loose file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct CrateId(pub u32);

/// A module of a crate; also the items of a function's body, which form an anonymous one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ModuleId(pub u32);

/// A definition: an item in a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DefId(pub u32);

/// What a crate's name stands for in code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Extern {
    /// A library of this run.
    Local(CrateId),
    /// Another package, by the root of its canonical paths.
    Package(SmolStr),
}

/// A crate.
#[derive(Debug)]
pub(super) struct Crate {
    /// The package, by its position in the project; `None` for a loose file.
    pub package: Option<usize>,
    /// The target's name; `None` for a loose file.
    pub target: Option<SmolStr>,
    /// What kind of target.
    pub kind: TargetKind,
    /// Its root module.
    pub root: ModuleId,
    /// The names of other crates in its code.
    pub externs: BTreeMap<Name, Extern>,
    /// Whether it is a test, an example, a bench, a build script, or belongs to an example package.
    pub is_example: bool,
}

/// A module.
#[derive(Debug)]
pub(super) struct Module {
    /// Its crate.
    pub krate: CrateId,
    /// The module around it.
    pub parent: Option<ModuleId>,
    /// Whether names that it lacks are looked up in the parent: the items of a body.
    pub is_body: bool,
    /// Whether it is compiled for tests only.
    pub is_test: bool,
    /// What it defines, by name, in order.
    pub names: FxHashMap<Name, Vec<DefId>>,
    /// Its modules.
    pub modules: FxHashMap<Name, ModuleId>,
    /// What it imports by name.
    pub imports: FxHashMap<Name, Vec<Import>>,
    /// What it imports by glob.
    pub globs: Vec<Import>,
}

/// An entry of a `use` item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Import {
    /// The file.
    pub file: FileId,
    /// The item.
    pub item: ItemId,
    /// Which of its entries.
    pub entry: u32,
}

/// A definition.
#[derive(Clone, Copy, Debug)]
pub(super) struct Def {
    /// Where it is defined: its module (for an associated item, the impl's or trait's).
    pub module: ModuleId,
    /// The file.
    pub file: FileId,
    /// The item in it.
    pub item: ItemId,
    /// The impl or trait around it.
    pub parent: Option<DefId>,
    /// The anonymous module of its body's items.
    pub body: Option<ModuleId>,
    /// Whether it is compiled for tests only.
    pub is_test: bool,
    /// How far it is from a normal build on Unix: 0 for what is compiled there, more for tests and other systems.
    pub distance: u8,
}

/// All crates, modules and definitions.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) crates: Vec<Crate>,
    pub(super) modules: Vec<Module>,
    pub(super) defs: Vec<Def>,
    /// Every impl block.
    pub(super) impls: Vec<DefId>,
    /// Whether code that is compiled for tests only is looked at like any other.
    with_tests: bool,
}

/// The inputs that the world is built from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inputs<'a> {
    pub project: &'a Project,
    pub facts: &'a [FileFacts],
    pub submodules: &'a BTreeMap<(FileId, ItemId), FileId>,
    pub roots: &'a BTreeMap<std::path::PathBuf, FileId>,
    pub catalog: &'a Catalog,
}

impl<'a> Inputs<'a> {
    pub(super) fn item(self, file: FileId, item: ItemId) -> &'a Item {
        self.facts[file.0 as usize].item(item)
    }

    pub(super) fn file(self, file: FileId) -> &'a FileFacts {
        &self.facts[file.0 as usize]
    }

    pub(super) fn import(self, import: Import) -> &'a UseEntry {
        match &self.item(import.file, import.item).kind {
            ItemKind::Use(entries) => &entries[import.entry as usize],
            _ => unreachable_import(),
        }
    }
}

/// Imports are only made from `use` items.
fn unreachable_import() -> ! {
    unreachable!("an import names an entry of a use item")
}

impl World {
    pub(super) fn build(inputs: Inputs<'_>) -> Self {
        build::world(inputs)
    }

    pub(super) fn krate(&self, id: CrateId) -> &Crate {
        &self.crates[id.0 as usize]
    }

    pub(super) fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    pub(super) fn def(&self, id: DefId) -> Def {
        self.defs[id.0 as usize]
    }

    pub(super) fn def_ids(&self) -> impl Iterator<Item = DefId> + use<> {
        (0..u32::try_from(self.defs.len()).unwrap_or(u32::MAX)).map(DefId)
    }

    /// The crate a definition belongs to.
    pub(super) fn crate_of(&self, def: DefId) -> CrateId {
        self.module(self.def(def).module).krate
    }

    /// Whether a definition is compiled for tests only, or belongs to an example, test or bench.
    pub(super) fn is_example(&self, def: DefId) -> bool {
        (self.def(def).is_test && !self.with_tests) || self.krate(self.crate_of(def)).is_example
    }
}

/// An index as ids store it.
pub(super) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
