//! Crates, modules and definitions: every item of every file under the module it belongs to.

use std::collections::BTreeMap;
use std::path::Path as FsPath;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::catalog::Catalog;
use crate::facts::{
    ExprId, ExprKind, FileFacts, Item, ItemId, ItemKind, Name,
    expr::{MacroBody, Stmt},
    item::{Attribute, FnItem, ImplItem, MetaArg, UseEntry},
};
use crate::source::{FileId, Package, Project, Target, TargetKind};

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
#[derive(Clone, Copy)]
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
        let world = Self { with_tests: inputs.project.all_targets, ..Self::default() };
        let mut builder = Builder { inputs, world, renamed: Vec::new() };
        builder.add_packages();
        builder.add_loose();
        builder.name_externs();
        builder.world
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

struct Builder<'a> {
    inputs: Inputs<'a>,
    world: World,
    /// `extern crate name as alias`: the crate it stands in, the name, the alias.
    renamed: Vec<(CrateId, Name, Name)>,
}

impl Builder<'_> {
    fn add_packages(&mut self) {
        for (at, package) in self.inputs.project.packages.iter().enumerate() {
            for target in &package.targets {
                self.add_target(at, package, target);
            }
        }
    }

    fn add_target(&mut self, at: usize, package: &Package, target: &Target) {
        let Some(file) = self.file_of(&target.root) else { return };
        let is_code = matches!(target.kind, TargetKind::Lib | TargetKind::Bin) || target.is_selected;
        let is_example = !self.inputs.project.all_targets && (package.is_example || !is_code);
        self.add_crate(Some(at), target.kind, file, is_example);
    }

    fn file_of(&self, path: &FsPath) -> Option<FileId> {
        self.inputs.roots.get(path).copied()
    }

    fn add_loose(&mut self) {
        for path in &self.inputs.project.loose {
            let Some(file) = self.file_of(path) else { continue };
            self.add_crate(None, TargetKind::Bin, file, false);
        }
    }

    fn add_crate(&mut self, package: Option<usize>, kind: TargetKind, file: FileId, is_example: bool) {
        let id = CrateId(index(self.world.crates.len()));
        let root = self.add_module(id, None, false, false);
        self.world.crates.push(Crate { package, kind, root, externs: BTreeMap::new(), is_example });
        let facts = self.inputs.file(file);
        let is_test = facts.attributes.iter().any(is_test_gate);
        self.world.modules[root.0 as usize].is_test = is_test;
        self.add_items(root, file, &facts.top, None);
    }

    fn add_module(
        &mut self,
        krate: CrateId,
        parent: Option<ModuleId>,
        is_body: bool,
        is_test: bool,
    ) -> ModuleId {
        let id = ModuleId(index(self.world.modules.len()));
        self.world.modules.push(Module {
            krate,
            parent,
            is_body,
            is_test,
            names: FxHashMap::default(),
            modules: FxHashMap::default(),
            imports: FxHashMap::default(),
            globs: Vec::new(),
        });
        id
    }

    fn add_items(&mut self, module: ModuleId, file: FileId, items: &[ItemId], parent: Option<DefId>) {
        for &item in items {
            self.add_item(module, file, item, parent);
        }
    }

    fn add_item(&mut self, module: ModuleId, file: FileId, id: ItemId, parent: Option<DefId>) {
        let item = self.inputs.item(file, id);
        match &item.kind {
            ItemKind::Mod(inline) => self.add_mod(module, file, id, item, inline.as_deref()),
            ItemKind::Use(entries) => self.add_use(module, file, id, entries),
            ItemKind::ExternCrate(name) => self.add_extern_crate(module, name, item),
            ItemKind::MacroRules(_) | ItemKind::Other => {}
            _ => self.add_def(module, file, id, item, parent),
        }
    }

    fn add_mod(
        &mut self,
        parent: ModuleId,
        file: FileId,
        id: ItemId,
        item: &Item,
        inline: Option<&[ItemId]>,
    ) {
        let krate = self.world.module(parent).krate;
        let is_test = self.world.module(parent).is_test || item.attributes.iter().any(is_test_gate);
        let (child_file, items) = match inline {
            Some(items) => (file, items),
            None => match self.inputs.submodules.get(&(file, id)) {
                Some(child) => (*child, self.inputs.file(*child).top.as_slice()),
                None => return,
            },
        };
        let is_test = is_test
            || (child_file != file && self.inputs.file(child_file).attributes.iter().any(is_test_gate));
        if inline.is_none() && self.is_around(parent, file, child_file) {
            return;
        }
        let module = self.add_module(krate, Some(parent), false, is_test);
        let is_off = item.attributes.iter().any(is_off_gate);
        let known = &mut self.world.modules[parent.0 as usize].modules;
        if !is_off || !known.contains_key(&item.name) {
            known.insert(item.name.clone(), module);
        }
        self.add_items(module, child_file, items, None);
    }

    /// Whether following `child` from here would never end: a file that is a module of itself.
    fn is_around(&self, mut module: ModuleId, file: FileId, child: FileId) -> bool {
        let mut depth = 0;
        while let Some(parent) = self.world.module(module).parent {
            module = parent;
            depth += 1;
        }
        file == child || depth > 128
    }

    fn add_use(&mut self, module: ModuleId, file: FileId, item: ItemId, entries: &[UseEntry]) {
        let module = &mut self.world.modules[module.0 as usize];
        for (at, entry) in entries.iter().enumerate() {
            let import = Import { file, item, entry: index(at) };
            if entry.is_glob {
                module.globs.push(import);
            } else if entry.alias != "_" {
                module.imports.entry(entry.alias.clone()).or_default().push(import);
            }
        }
    }

    fn add_extern_crate(&mut self, module: ModuleId, name: &Name, item: &Item) {
        if *name != item.name {
            let krate = self.world.module(module).krate;
            self.renamed.push((krate, name.clone(), item.name.clone()));
        }
    }

    fn add_def(&mut self, module: ModuleId, file: FileId, id: ItemId, item: &Item, parent: Option<DefId>) {
        let def = DefId(index(self.world.defs.len()));
        let is_in_test =
            parent.map_or(self.world.module(module).is_test, |parent| self.world.def(parent).is_test);
        let is_test = is_in_test || item.attributes.iter().any(is_test_gate);
        let is_off = item.attributes.iter().any(is_off_gate);
        let distance = u8::from(is_off) + u8::from(is_test && !is_in_test);
        self.world.defs.push(Def { module, file, item: id, parent, body: None, is_test, distance });
        if parent.is_none() && !item.name.is_empty() {
            self.world.modules[module.0 as usize].names.entry(item.name.clone()).or_default().push(def);
        }
        match &item.kind {
            ItemKind::Impl(ImplItem { items, .. }) => {
                self.world.impls.push(def);
                self.add_items(module, file, items, Some(def));
            }
            ItemKind::Trait(items) => self.add_items(module, file, items, Some(def)),
            ItemKind::Fn(FnItem { body: Some(body), .. }) => self.add_body(module, file, def, *body, is_test),
            ItemKind::Static(it) | ItemKind::Const(it) => {
                if let Some(init) = it.init {
                    self.add_body(module, file, def, init, is_test);
                }
            }
            _ => {}
        }
    }

    /// The items in a body, however deep, form one anonymous module.
    fn add_body(&mut self, module: ModuleId, file: FileId, def: DefId, body: ExprId, is_test: bool) {
        let items = items_in(self.inputs.file(file), body);
        if items.is_empty() {
            return;
        }
        let krate = self.world.module(module).krate;
        let inner = self.add_module(krate, Some(module), true, is_test);
        self.world.defs[def.0 as usize].body = Some(inner);
        self.add_items(inner, file, &items, None);
    }

    fn name_externs(&mut self) {
        let libraries = self.libraries();
        for at in 0..self.world.crates.len() {
            let externs = self.externs_of(&self.world.crates[at], &libraries);
            self.world.crates[at].externs.extend(externs);
        }
        for (krate, name, alias) in std::mem::take(&mut self.renamed) {
            let package = || Extern::Package(self.inputs.catalog.root_of_library(&name));
            let externs = &mut self.world.crates[krate.0 as usize].externs;
            let target = externs.get(&name).cloned().unwrap_or_else(package);
            externs.insert(alias, target);
        }
    }

    /// The library crate of each package of the run.
    fn libraries(&self) -> FxHashMap<usize, CrateId> {
        let crates = self.world.crates.iter().enumerate();
        crates
            .filter(|(_, krate)| krate.kind == TargetKind::Lib)
            .filter_map(|(at, krate)| Some((krate.package?, CrateId(index(at)))))
            .collect()
    }

    fn externs_of(&self, krate: &Crate, libraries: &FxHashMap<usize, CrateId>) -> Vec<(Name, Extern)> {
        let Some(at) = krate.package else { return Vec::new() };
        let packages = &self.inputs.project.packages;
        let mut externs: Vec<(Name, Extern)> = Vec::new();
        for dependency in &packages[at].dependencies {
            let local = packages.iter().position(|package| {
                package.name == dependency.package
                    && dependency
                        .path
                        .as_ref()
                        .is_none_or(|dir| package.manifest.parent() == Some(dir.as_path()))
            });
            let library = local.and_then(|local| libraries.get(&local));
            let name = self.extern_name(dependency, local);
            let target = match library {
                Some(library) if dependency.path.is_some() => Extern::Local(*library),
                _ => Extern::Package(self.inputs.catalog.root_of_package(&dependency.package)),
            };
            externs.push((name, target));
        }
        if krate.kind != TargetKind::Lib
            && let Some(own) = libraries.get(&at)
            && let Some(target) = packages[at].targets.iter().find(|target| target.kind == TargetKind::Lib)
        {
            externs.push((Name::new(&target.name), Extern::Local(*own)));
        }
        externs
    }

    /// The name in code: the library's own, unless the manifest renames the dependency.
    fn extern_name(&self, dependency: &crate::source::Dependency, local: Option<usize>) -> Name {
        let package_name = dependency.package.replace('-', "_");
        if dependency.name != package_name {
            return Name::new(&dependency.name);
        }
        let packages = &self.inputs.project.packages;
        let own =
            local.and_then(|at| packages[at].targets.iter().find(|target| target.kind == TargetKind::Lib));
        match own {
            Some(target) => Name::new(&target.name),
            None => self.inputs.catalog.library_of(&package_name),
        }
    }
}

/// The items that stand in a body, outside of other items.
fn items_in(facts: &FileFacts, body: ExprId) -> Vec<ItemId> {
    let mut found = Vec::new();
    let mut open = vec![body];
    while let Some(id) = open.pop() {
        if let ExprKind::Block(block) = &facts.expr(id).kind {
            found.extend(block.stmts.iter().filter_map(|stmt| match stmt {
                Stmt::Item(item) => Some(*item),
                _ => None,
            }));
        }
        children(facts, id, &mut open);
    }
    found.sort_unstable();
    found
}

/// Pushes the expressions directly inside an expression.
pub(super) fn children(facts: &FileFacts, id: ExprId, out: &mut Vec<ExprId>) {
    match &facts.expr(id).kind {
        ExprKind::Path(_) | ExprKind::Literal(_) | ExprKind::Continue | ExprKind::Unknown => {}
        ExprKind::Call { callee, args } => {
            out.push(*callee);
            out.extend(args);
        }
        ExprKind::MethodCall { receiver, args, .. } => {
            out.push(*receiver);
            out.extend(args);
        }
        ExprKind::Index { base: a, index: b }
        | ExprKind::Binary(_, a, b)
        | ExprKind::Assign(a, b)
        | ExprKind::AssignOp(a, b)
        | ExprKind::While { cond: a, body: b }
        | ExprKind::For { iter: a, body: b, .. } => out.extend([*a, *b]),
        ExprKind::Struct { fields, rest, .. } => {
            out.extend(fields.iter().map(|(_, value)| *value));
            out.extend(rest);
        }
        ExprKind::Tuple(list) | ExprKind::Array(list) => out.extend(list),
        ExprKind::Field { base: e, .. }
        | ExprKind::Ref(e)
        | ExprKind::Deref(e)
        | ExprKind::Unary(_, e)
        | ExprKind::Cast(e, _)
        | ExprKind::Let(_, e)
        | ExprKind::Loop(e)
        | ExprKind::Closure { body: e, .. }
        | ExprKind::Try(e)
        | ExprKind::Await(e) => out.push(*e),
        ExprKind::Range(a, b) => out.extend(a.iter().chain(b)),
        ExprKind::Block(block) => {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Let { init, otherwise, .. } => out.extend(init.iter().chain(otherwise)),
                    Stmt::Expr(e) => out.push(*e),
                    Stmt::Item(_) => {}
                }
            }
            out.extend(block.tail);
        }
        ExprKind::If { cond, then, otherwise } => {
            out.extend([*cond, *then]);
            out.extend(otherwise);
        }
        ExprKind::Match { scrutinee, arms } => {
            out.push(*scrutinee);
            out.extend(arms.iter().flat_map(|arm| arm.guard.into_iter().chain([arm.body])));
        }
        ExprKind::Return(e) | ExprKind::Break(e) => out.extend(e),
        ExprKind::Macro(call) => match &call.body {
            MacroBody::Args(args) => out.extend(args.iter().map(|(_, arg)| *arg)),
            MacroBody::Arms { futures, arms } => {
                out.extend(futures);
                out.extend(arms.iter().flat_map(|arm| arm.guard.into_iter().chain([arm.body])));
            }
            MacroBody::Block(e) => out.push(*e),
            MacroBody::Fragments(list) => out.extend(list),
        },
    }
}

/// Whether an attribute keeps its item for tests: `#[test]`, `#[cfg(test)]`, `#[tokio::test]`, `#[bench]`.
fn is_test_gate(attribute: &Attribute) -> bool {
    let last = attribute.path.rsplit("::").next().unwrap_or_default();
    match last {
        "test" | "bench" | "rstest" | "test_case" | "quickcheck" | "proptest" | "fixture" => true,
        "cfg" => attribute.args.iter().any(needs_test),
        _ => false,
    }
}

/// Whether an attribute keeps its item for systems that do not fork: `#[cfg(windows)]`, `#[cfg(not(unix))]`.
fn is_off_gate(attribute: &Attribute) -> bool {
    attribute.path == "cfg" && attribute.args.iter().any(is_off)
}

fn is_off(arg: &MetaArg) -> bool {
    match arg.name.as_str() {
        "windows" => true,
        "target_os" => arg.value.as_deref().is_some_and(|it| matches!(it, "windows" | "wasi" | "unknown")),
        "target_family" => arg.value.as_deref().is_some_and(|it| it != "unix"),
        "target_arch" => arg.value.as_deref().is_some_and(|it| it.starts_with("wasm")),
        "all" => arg.args.iter().any(is_off),
        "any" => !arg.args.is_empty() && arg.args.iter().all(is_off),
        "not" => arg.args.iter().any(|inner| inner.name == "unix" || inner.name == "linux"),
        _ => false,
    }
}

fn needs_test(arg: &MetaArg) -> bool {
    match arg.name.as_str() {
        "test" | "bench" | "doctest" => true,
        "all" => arg.args.iter().any(needs_test),
        "any" => !arg.args.is_empty() && arg.args.iter().all(needs_test),
        "feature" => arg.value.as_deref().is_some_and(is_test_feature),
        _ => false,
    }
}

/// Features that only tests switch on, by the names people give them.
fn is_test_feature(name: &str) -> bool {
    matches!(
        name,
        "test"
            | "tests"
            | "testing"
            | "test-utils"
            | "test_utils"
            | "test-util"
            | "test-support"
            | "mock"
            | "mocks"
    )
}

/// An index as ids store it.
pub(super) fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
