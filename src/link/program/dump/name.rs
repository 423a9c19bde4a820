//! The names of crates and definitions, as their paths.

use std::collections::BTreeMap;

use super::Dump;
use crate::facts::{ItemKind, Name};
use crate::link::{
    program::dump::word,
    ty::Ty,
    world::{CrateId, DefId, ModuleId, World},
};
use crate::source::Project;

/// What modules and crates are called.
pub(super) struct Modules<'d> {
    names: BTreeMap<u32, Name>,
    world: &'d World,
    project: &'d Project,
}

impl<'d> Modules<'d> {
    pub(super) fn new(world: &'d World, project: &'d Project) -> Self {
        let children = world.modules.iter().flat_map(|module| &module.modules);
        let names = children.map(|(name, id)| (id.0, name.clone())).collect();
        Self { names, world, project }
    }

    /// `billing-api lib`; a loose file's crate has no package.
    pub(super) fn krate(&self, id: CrateId) -> String {
        let krate = self.world.krate(id);
        let package = krate.package.map_or("(no package)", |at| self.project.packages[at].name.as_str());
        let example = if krate.is_example { " example" } else { "" };
        format!("{package} {}{example}", word(krate.kind))
    }

    /// The path of a module from its crate, `crate::a::b`; the items of a body are below `_`.
    fn path(&self, id: ModuleId) -> String {
        let mut parts = Vec::new();
        let mut at = id;
        while let Some(parent) = self.world.module(at).parent {
            parts.push(self.names.get(&at.0).map_or("_", Name::as_str));
            at = parent;
        }
        parts.push("crate");
        parts.reverse();
        parts.join("::")
    }
}

impl Dump<'_, '_> {
    /// The path of a definition: `crate::relay::Relay::new`.
    pub(super) fn path(&self, def: DefId) -> String {
        let at = self.program.world.def(def);
        let module = self.modules.path(at.module);
        let name = self.program.name(def);
        match at.parent.map(|parent| (parent, self.facts(parent).1)) {
            Some((_, ItemKind::Impl(it))) => match &it.trait_path {
                Some(path) => format!("{module}::<{} as {path}>::{name}", it.self_ty),
                None => format!("{module}::{}::{name}", it.self_ty),
            },
            Some((parent, _)) => format!("{module}::{}::{name}", self.program.name(parent)),
            None => format!("{module}::{name}"),
        }
    }

    /// A type.
    pub(super) fn ty(&self, ty: &Ty) -> String {
        let list = |args: &Option<std::rc::Rc<[Ty]>>| {
            let args: Vec<String> = args.iter().flat_map(|args| args.iter()).map(|it| self.ty(it)).collect();
            args.join(", ")
        };
        let with = |name: String, args| match list(args) {
            args if args.is_empty() => name,
            args => format!("{name}<{args}>"),
        };
        match ty {
            Ty::Unknown => "?".to_owned(),
            Ty::External(path, args) => with(path.to_string(), args),
            Ty::Def(def, args) => with(self.path(*def), args),
            Ty::Tuple(args) => format!("({})", list(args)),
            Ty::Slice(args) => format!("[{}]", list(args)),
            Ty::Trait(def) => format!("dyn {}", self.path(*def)),
        }
    }
}
