//! Names: a path, as written in a module, to what it names.

use std::cell::{Cell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::{SmolStr, format_smolstr};

use super::holds::Holds;
use super::ty::Ty;
use super::world::{Def, DefId, Extern, Import, Inputs, ModuleId, World};
use crate::facts::{
    ItemKind, Name,
    item::ImplItem,
    path::{Path, TypeRef},
};

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Res {
    /// A module of this run.
    Module(ModuleId),
    /// A definition of this run.
    Def(DefId),
    /// A variant of an enum of this run.
    Variant(DefId, Name),
    /// Something of another package, by canonical path.
    External(SmolStr),
}

/// In which namespace a name is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Space {
    Type,
    Value,
}

/// A module, a name in it, and the namespace.
type Key = (ModuleId, Name, Space);

/// What names in a module mean, as far as anyone asked.
type Known = FxHashMap<Name, Option<Res>>;

/// Resolves paths, and remembers.
pub(super) struct Resolver<'a> {
    inputs: Inputs<'a>,
    world: &'a World,
    known: RefCell<FxHashMap<(ModuleId, Space), Known>>,
    open: RefCell<FxHashSet<Key>>,
    /// How often a look-up led back to itself.
    cycles: Cell<u64>,
    /// Associated items by owner: inherent and of traits.
    assoc: FxHashMap<Owner, FxHashMap<Name, Vec<DefId>>>,
    /// What structs and enums can hold, as far as anyone asked; nothing while one is looked into.
    held: RefCell<FxHashMap<DefId, Option<Holds>>>,
    /// What `Self` is in what stands in each impl or trait, as far as anyone asked.
    self_types: RefCell<FxHashMap<DefId, Ty>>,
    /// The declared types of fields, as far as anyone asked.
    field_types: RefCell<FxHashMap<DefId, FxHashMap<Name, Option<Ty>>>>,
    /// The functions that implement each function of a trait of this run.
    implementations: FxHashMap<(DefId, Name), Vec<DefId>>,
}

/// What an impl is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Owner {
    Def(DefId),
    External(SmolStr),
}

impl<'a> Resolver<'a> {
    pub(super) fn new(inputs: Inputs<'a>, world: &'a World) -> Self {
        let mut resolver = Self {
            inputs,
            world,
            known: RefCell::default(),
            open: RefCell::default(),
            cycles: Cell::new(0),
            assoc: FxHashMap::default(),
            held: RefCell::default(),
            self_types: RefCell::default(),
            field_types: RefCell::default(),
            implementations: FxHashMap::default(),
        };
        resolver.collect_impls();
        resolver
    }

    fn collect_impls(&mut self) {
        let mut traits: FxHashMap<DefId, DefId> = FxHashMap::default();
        for &def in &self.world.impls {
            let at = self.world.def(def);
            let ItemKind::Impl(item) = &self.inputs.item(at.file, at.item).kind else { continue };
            traits.extend(self.trait_of(at, item).map(|of| (def, of)));
            let Some(owner) = self.owner_of_type(at.module, &item.self_ty) else { continue };
            self.assoc.entry(owner).or_default();
        }
        let mut owners: FxHashMap<DefId, Option<Owner>> = FxHashMap::default();
        for def in self.world.def_ids() {
            let at = self.world.def(def);
            let Some(parent) = at.parent else { continue };
            let name = &self.inputs.item(at.file, at.item).name;
            if let Some(of) = traits.get(&parent) {
                self.implementations.entry((*of, name.clone())).or_default().push(def);
            }
            let owner = owners.entry(parent).or_insert_with(|| self.owner_of_parent(parent));
            let Some(owner) = owner.clone() else { continue };
            self.assoc.entry(owner).or_default().entry(name.clone()).or_default().push(def);
        }
        self.collect_defaults(&traits);
    }

    /// What implements a trait of the run has the trait's own functions as well, unless it replaces them.
    fn collect_defaults(&mut self, traits: &FxHashMap<DefId, DefId>) {
        let mut found = Vec::new();
        for implementor in &self.world.impls {
            let Some(of) = traits.get(implementor) else { continue };
            let Some(own) = self.assoc.get(&Owner::Def(*of)) else { continue };
            let Some(owner) = self.owner_of_parent(*implementor) else { continue };
            let known = self.assoc.get(&owner);
            let is_new = |name: &Name| known.is_none_or(|known| !known.contains_key(name));
            let new = own.iter().filter(|(name, _)| is_new(name));
            found.extend(new.map(|(name, defs)| (owner.clone(), name.clone(), defs.clone())));
        }
        for (owner, name, defs) in found {
            self.assoc.entry(owner).or_default().insert(name, defs);
        }
    }

    /// The trait of this run that an impl is of.
    fn trait_of(&self, at: Def, item: &ImplItem) -> Option<DefId> {
        match self.resolve_type(at.module, item.trait_path.as_ref()?) {
            Some(Res::Def(of)) => Some(of),
            _ => None,
        }
    }

    /// The type an impl is for, or the trait itself for a trait's own items.
    fn owner_of_parent(&self, parent: DefId) -> Option<Owner> {
        let at = self.world.def(parent);
        match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Impl(item) => self.owner_of_type(at.module, &item.self_ty),
            ItemKind::Trait(_) => Some(Owner::Def(parent)),
            _ => None,
        }
    }

    fn owner_of_type(&self, module: ModuleId, ty: &TypeRef) -> Option<Owner> {
        match ty {
            TypeRef::Ref(inner) => self.owner_of_type(module, inner),
            TypeRef::Path(path) => self.owner_of_path(module, path),
            TypeRef::Dyn(bounds) => bounds.first().and_then(|path| self.owner_of_path(module, path)),
            _ => None,
        }
    }

    fn owner_of_path(&self, module: ModuleId, path: &Path) -> Option<Owner> {
        match self.resolve_type(module, path)? {
            Res::Def(def) => Some(self.through_alias(def)),
            Res::External(path) => Some(Owner::External(path)),
            Res::Module(_) | Res::Variant(..) => None,
        }
    }

    fn through_alias(&self, def: DefId) -> Owner {
        let at = self.world.def(def);
        match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Alias(TypeRef::Path(path)) => match self.resolve_type(at.module, path) {
                Some(Res::External(path)) => Owner::External(path),
                Some(Res::Def(next)) if next != def => Owner::Def(next),
                _ => Owner::Def(def),
            },
            _ => Owner::Def(def),
        }
    }

    /// The associated functions of this name that an owner has in this run.
    pub(super) fn assoc(&self, owner: &Owner, name: &str) -> &[DefId] {
        self.assoc.get(owner).and_then(|names| names.get(name)).map_or(&[], Vec::as_slice)
    }

    /// The names of an owner's associated items, in no order.
    pub(super) fn assoc_names(&self, owner: &Owner) -> impl Iterator<Item = &Name> {
        self.assoc.get(owner).into_iter().flat_map(FxHashMap::keys)
    }

    /// What `Self` is in an impl or trait: what is known, or else what `work_out` comes to.
    pub(super) fn self_type_of(&self, around: DefId, work_out: impl FnOnce() -> Ty) -> Ty {
        if let Some(known) = self.self_types.borrow().get(&around) {
            return known.clone();
        }
        let ty = work_out();
        self.self_types.borrow_mut().insert(around, ty.clone());
        ty
    }

    /// The declared type of a field: what is known, or else what `work_out` comes to.
    pub(super) fn field_type_of(
        &self,
        def: DefId,
        name: &str,
        work_out: impl FnOnce() -> Option<Ty>,
    ) -> Option<Ty> {
        if let Some(known) = self.field_types.borrow().get(&def).and_then(|fields| fields.get(name)) {
            return known.clone();
        }
        let ty = work_out();
        self.field_types.borrow_mut().entry(def).or_default().insert(name.into(), ty.clone());
        ty
    }

    /// What a struct or enum can hold, as far as anyone asked.
    pub(super) fn held(&self, def: DefId) -> Option<Holds> {
        self.held.borrow().get(&def).copied().flatten()
    }

    /// Begins to look into a struct or enum; false when that is going on.
    pub(super) fn open_type(&self, def: DefId) -> bool {
        let mut held = self.held.borrow_mut();
        let is_new = !held.contains_key(&def);
        held.insert(def, None);
        is_new
    }

    /// Ends it, and remembers what it came to.
    pub(super) fn close_type(&self, def: DefId, holds: Option<Holds>) {
        let mut held = self.held.borrow_mut();
        match holds {
            Some(_) => held.insert(def, holds),
            None => held.remove(&def),
        };
    }

    /// The functions of this name in the impls of a trait of this run.
    pub(super) fn implementations(&self, of: DefId, name: &Name) -> &[DefId] {
        self.implementations.get(&(of, name.clone())).map_or(&[], Vec::as_slice)
    }

    /// What the impl or trait around a definition is for: the meaning of `Self` in it.
    pub(super) fn self_type(&self, def: DefId) -> Option<(ModuleId, &'a TypeRef)> {
        let parent = self.world.def(def).parent?;
        let at = self.world.def(parent);
        match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Impl(item) => Some((at.module, &item.self_ty)),
            _ => None,
        }
    }

    /// What a path in type position names.
    pub(super) fn resolve_type(&self, module: ModuleId, path: &Path) -> Option<Res> {
        self.resolve(module, path, Space::Type)
    }

    /// What a path in value position names.
    pub(super) fn resolve_value(&self, module: ModuleId, path: &Path) -> Option<Res> {
        self.resolve(module, path, Space::Value)
    }

    fn resolve(&self, module: ModuleId, path: &Path, space: Space) -> Option<Res> {
        let (first, rest) = path.segments.split_first()?;
        let root = if path.is_global {
            self.external_root(module, &first.name)?
        } else {
            self.first_segment(module, &first.name, if rest.is_empty() { space } else { Space::Type })?
        };
        self.below(root, rest, space)
    }

    /// What a path below something names.
    fn below(&self, mut res: Res, rest: &[crate::facts::path::Segment], space: Space) -> Option<Res> {
        for (at, segment) in rest.iter().enumerate() {
            // Of another package nothing is known between its root and what is meant.
            if let Res::External(path) = &res {
                return Some(self.external(path, rest[at..].iter().map(|segment| &segment.name)));
            }
            let space = if at + 1 == rest.len() { space } else { Space::Type };
            res = self.next_segment(&res, &segment.name, space)?;
        }
        Some(res)
    }

    /// What these names lead to, one by one, below something of another package.
    fn external<'n>(&self, path: &SmolStr, names: impl IntoIterator<Item = &'n Name>) -> Res {
        let mut full = path.to_string();
        for name in names {
            full.push_str("::");
            full.push_str(name);
        }
        Res::External(self.inputs.catalog.canonical(&full))
    }

    fn first_segment(&self, module: ModuleId, name: &Name, space: Space) -> Option<Res> {
        match name.as_str() {
            "crate" | "$crate" => {
                return Some(Res::Module(self.world.krate(self.world.module(module).krate).root));
            }
            "self" => return Some(Res::Module(self.named_module(module))),
            "super" => {
                let parent = self.world.module(self.named_module(module)).parent?;
                return Some(Res::Module(self.named_module(parent)));
            }
            _ => {}
        }
        self.in_scope(module, name, space)
            .or_else(|| self.external_root(module, name))
            .or_else(|| prelude(name))
    }

    /// The module itself, or the named one around a body's items.
    fn named_module(&self, mut module: ModuleId) -> ModuleId {
        while self.world.module(module).is_body {
            match self.world.module(module).parent {
                Some(parent) => module = parent,
                None => break,
            }
        }
        module
    }

    fn in_scope(&self, mut module: ModuleId, name: &Name, space: Space) -> Option<Res> {
        loop {
            if let Some(res) = self.lookup(module, name, space) {
                return Some(res);
            }
            let at = self.world.module(module);
            match at.parent {
                Some(parent) if at.is_body => module = parent,
                _ => return None,
            }
        }
    }

    fn external_root(&self, module: ModuleId, name: &Name) -> Option<Res> {
        let krate = self.world.krate(self.world.module(module).krate);
        match krate.externs.get(name) {
            Some(Extern::Local(library)) => return Some(Res::Module(self.world.krate(*library).root)),
            Some(Extern::Package(root)) => return Some(Res::External(root.clone())),
            None => {}
        }
        match name.as_str() {
            "std" | "core" | "alloc" => Some(Res::External(SmolStr::new_static("std"))),
            // Without a manifest every library is as good as declared.
            _ if krate.package.is_none() && is_snake(name) => {
                let root = self.inputs.catalog.root_of_library(name);
                self.inputs.catalog.knows(&root).then_some(Res::External(root))
            }
            _ => None,
        }
    }

    fn next_segment(&self, res: &Res, name: &Name, space: Space) -> Option<Res> {
        match res {
            Res::Module(module) if name == "super" => {
                Some(Res::Module(self.named_module(self.world.module(*module).parent?)))
            }
            Res::Module(module) => self.lookup(*module, name, space),
            Res::External(path) => Some(self.external(path, [name])),
            Res::Def(def) => self.in_def(*def, name),
            Res::Variant(..) => None,
        }
    }

    /// A variant or associated item of a type, or of a trait.
    fn in_def(&self, def: DefId, name: &Name) -> Option<Res> {
        let at = self.world.def(def);
        match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Enum(variants) if variants.iter().any(|variant| variant.name == *name) => {
                return Some(Res::Variant(def, name.clone()));
            }
            ItemKind::Alias(TypeRef::Path(path)) => {
                let target = self.resolve_type(at.module, path)?;
                return if target == Res::Def(def) {
                    None
                } else {
                    self.next_segment(&target, name, Space::Value)
                };
            }
            _ => {}
        }
        self.assoc(&Owner::Def(def), name).first().map(|def| Res::Def(*def))
    }

    /// A name in a module: its own items, what it imports by name, what it imports by glob.
    fn lookup(&self, module: ModuleId, name: &Name, space: Space) -> Option<Res> {
        if let Some(known) = self.known.borrow().get(&(module, space)).and_then(|known| known.get(name)) {
            return known.clone();
        }
        let key = (module, name.clone(), space);
        if !self.open.borrow_mut().insert(key.clone()) {
            self.cycles.set(self.cycles.get() + 1);
            return None;
        }
        let cycles = self.cycles.get();
        let found = self.look_up(module, name, space);
        self.open.borrow_mut().remove(&key);
        // Where the way led into a cycle, a miss may only mean that the answer is under way.
        let is_sure = self.cycles.get() == cycles || self.open.borrow().is_empty();
        if found.is_some() || is_sure {
            let mut known = self.known.borrow_mut();
            known.entry((module, space)).or_default().insert(name.clone(), found.clone());
        }
        found
    }

    fn look_up(&self, module: ModuleId, name: &Name, space: Space) -> Option<Res> {
        let at = self.world.module(module);
        self.own(module, name, space)
            .or_else(|| {
                let imports = at.imports.get(name)?;
                imports.iter().find_map(|import| self.imported(module, *import, space))
            })
            .or_else(|| at.globs.iter().find_map(|import| self.in_glob(module, *import, name, space)))
            .or_else(|| self.in_unknown_glob(module, name))
    }

    fn own(&self, module: ModuleId, name: &Name, space: Space) -> Option<Res> {
        let at = self.world.module(module);
        if space == Space::Type
            && let Some(inner) = at.modules.get(name)
        {
            return Some(Res::Module(*inner));
        }
        let defs = at.names.get(name)?;
        let fits = |def: &&DefId| self.is_in_space(**def, space);
        // Of twins behind `#[cfg(…)]`, the one that is compiled for a program on a system that forks.
        let found = defs.iter().filter(fits).min_by_key(|def| self.world.def(**def).distance);
        found.map(|def| Res::Def(*def))
    }

    fn is_in_space(&self, def: DefId, space: Space) -> bool {
        let at = self.world.def(def);
        match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Struct(_) => true,
            ItemKind::Enum(_) | ItemKind::Alias(_) | ItemKind::Trait(_) => space == Space::Type,
            ItemKind::Fn(_) | ItemKind::Static(_) | ItemKind::Const(_) => space == Space::Value,
            _ => false,
        }
    }

    fn imported(&self, module: ModuleId, import: Import, space: Space) -> Option<Res> {
        let entry = self.inputs.import(import);
        self.resolve_import(module, &entry.path, space)
    }

    fn in_glob(&self, module: ModuleId, import: Import, name: &Name, space: Space) -> Option<Res> {
        let entry = self.inputs.import(import);
        match self.resolve_import(module, &entry.path, Space::Type)? {
            Res::Module(inner) if inner != module => self.lookup(inner, name, space),
            Res::Def(def) => self.in_def(def, name),
            Res::External(path) => {
                let full = format_smolstr!("{path}::{name}");
                self.inputs.catalog.knows(&full).then(|| Res::External(self.inputs.catalog.canonical(&full)))
            }
            _ => None,
        }
    }

    /// A type that only a glob of a crate that nobody described can bring in.
    fn in_unknown_glob(&self, module: ModuleId, name: &Name) -> Option<Res> {
        let is_type =
            name.chars().next().is_some_and(char::is_uppercase) && name.chars().any(char::is_lowercase);
        if !is_type || prelude(name).is_some() {
            return None;
        }
        let globs = self.world.module(module).globs.iter().filter_map(|import| {
            let path = &self.inputs.import(*import).path;
            match self.resolve_import(module, path, Space::Type)? {
                Res::External(root) => Some(root),
                _ => None,
            }
        });
        let unknown: Vec<SmolStr> = globs.filter(|root| !self.inputs.catalog.knows(root)).collect();
        match unknown.as_slice() {
            [root] => Some(Res::External(format_smolstr!("{root}::{name}"))),
            _ => None,
        }
    }

    /// A path of a `use` item: names in scope first, then crates. A name that is nowhere is a crate nobody declared.
    fn resolve_import(&self, module: ModuleId, path: &Path, space: Space) -> Option<Res> {
        let (first, rest) = path.segments.split_first()?;
        // `use reqwest;` must not find itself.
        if rest.is_empty()
            && let Some(root) = self.external_root(module, &first.name)
        {
            return Some(root);
        }
        // `use cached::cached;` starts at the crate, not at what it brings in.
        let is_own = self.own(module, &first.name, Space::Type).is_some();
        if !is_own
            && !path.is_global
            && let Some(root) = self.external_root(module, &first.name)
        {
            return self.below(root, rest, space);
        }
        if let Some(res) = self.resolve(module, path, space) {
            return Some(res);
        }
        let is_path_keyword = matches!(first.name.as_str(), "crate" | "self" | "super" | "$crate");
        let krate = self.world.krate(self.world.module(module).krate);
        if is_path_keyword
            || rest.is_empty()
            || krate.package.is_some()
            || self.in_scope(module, &first.name, Space::Type).is_some()
        {
            return None;
        }
        let root = self.inputs.catalog.root_of_library(&first.name);
        let full = rest.iter().fold(root.to_string(), |full, segment| full + "::" + &segment.name);
        Some(Res::External(self.inputs.catalog.canonical(&full)))
    }
}

fn is_snake(name: &str) -> bool {
    name.chars().all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_')
}

/// The names of std's prelude that matter, by canonical path.
fn prelude(name: &str) -> Option<Res> {
    let path = match name {
        "Option" => "std::option::Option",
        "Some" => "std::option::Option::Some",
        "None" => "std::option::Option::None",
        "Result" => "std::result::Result",
        "Ok" => "std::result::Result::Ok",
        "Err" => "std::result::Result::Err",
        "Box" => "std::boxed::Box",
        "String" => "std::string::String",
        "Vec" => "std::vec::Vec",
        "drop" => "std::mem::drop",
        "str" => "std::primitive::str",
        "bool" => "std::primitive::bool",
        "char" => "std::primitive::char",
        "f32" | "f64" => "std::primitive::float",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            "std::primitive::int"
        }
        "Default" => "std::default::Default",
        "From" => "std::convert::From",
        "Into" => "std::convert::Into",
        "Fn" => "std::ops::Fn",
        "FnOnce" => "std::ops::FnOnce",
        "FnMut" => "std::ops::FnMut",
        "ToString" => "std::string::ToString",
        "println" | "eprintln" | "print" | "eprint" | "format" | "vec" | "panic" | "matches" | "env"
        | "option_env" | "include_str" | "include_bytes" | "write" | "writeln" | "todo" | "unimplemented"
        | "unreachable" | "assert" | "assert_eq" | "assert_ne" | "dbg" | "concat" => {
            return Some(Res::External(format_smolstr!("std::{name}")));
        }
        _ => return None,
    };
    Some(Res::External(SmolStr::new_static(path)))
}
