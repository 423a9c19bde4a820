//! Builds the world: packages, targets and loose files, then every item under its module.

use std::collections::BTreeMap;
use std::path::Path as FsPath;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{
    Crate, CrateId, Def, DefId, Extern, Import, Inputs, Module, ModuleId, World,
    gate::{is_off_gate, is_test_gate},
    index,
};
use crate::facts::{
    ExprId, Item, ItemId, ItemKind, Name,
    item::{Attribute, FnItem, ImplItem, UseEntry},
};
use crate::source::{FileId, Package, Target, TargetKind};

/// The world of these inputs.
pub(super) fn world(inputs: Inputs<'_>) -> World {
    let world = World { with_tests: inputs.project.all_targets, ..World::default() };
    let mut builder = Builder { inputs, world, renamed: Vec::new() };
    builder.add_packages();
    builder.add_loose();
    builder.name_externs();
    builder.world
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
        if let Some(krate) = self.world.crates.last_mut() {
            krate.target = Some(SmolStr::new(&target.name));
        }
    }

    fn is_test_gate(&self, attribute: &Attribute) -> bool {
        is_test_gate(attribute, self.inputs.catalog.words())
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
        let externs = BTreeMap::new();
        self.world.crates.push(Crate { package, target: None, kind, root, externs, is_example });
        let facts = self.inputs.file(file);
        let is_test = facts.attributes.iter().any(|it| self.is_test_gate(it));
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
        let is_test =
            self.world.module(parent).is_test || item.attributes.iter().any(|it| self.is_test_gate(it));
        let (child_file, items) = match inline {
            Some(items) => (file, items),
            None => match self.inputs.submodules.get(&(file, id)) {
                Some(child) => (*child, self.inputs.file(*child).top.as_slice()),
                None => return,
            },
        };
        let is_test = is_test
            || (child_file != file
                && self.inputs.file(child_file).attributes.iter().any(|it| self.is_test_gate(it)));
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
        let is_test = is_in_test || item.attributes.iter().any(|it| self.is_test_gate(it));
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
        let Some(items) = self.inputs.file(file).inner.get(&body) else { return };
        let krate = self.world.module(module).krate;
        let inner = self.add_module(krate, Some(module), true, is_test);
        self.world.defs[def.0 as usize].body = Some(inner);
        self.add_items(inner, file, items, None);
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
            // What a project's own catalog says of a crate is meant, although its source is at hand.
            let is_told = self.inputs.catalog.is_told_by_project(&dependency.package);
            let target = match library {
                Some(library) if dependency.path.is_some() && !is_told => Extern::Local(*library),
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
