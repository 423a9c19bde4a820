//! Where a program is entered: `main`, handlers, and what nobody in sight calls.

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Phase, Programs};
use crate::catalog::schema::AttributeRole;
use crate::facts::ItemKind;
use crate::link::{engine::Engine, event::Event, order::visit, resolve::Res, world::DefId};
use crate::source::{Dependency, DependencyKind, Package, TargetKind};

/// The functions of a run that somebody out of sight may call.
pub(super) struct Entries<'e, 'a> {
    engine: &'e Engine<'a>,
    /// Every function and initialiser that is no test's, in order.
    all: Vec<DefId>,
    /// What attributes make of them.
    roles: FxHashMap<DefId, AttributeRole>,
    /// What is called in sight.
    called: FxHashSet<DefId>,
    /// Whether each package of the project serves.
    serving: Vec<bool>,
    /// What runs when a process starts, each a program.
    mains: Vec<DefId>,
    /// The programs that each package of the project is a part of.
    programs: Vec<Programs>,
}

impl<'e, 'a> Entries<'e, 'a> {
    pub(super) fn of(engine: &'e Engine<'a>) -> Self {
        let mut all: Vec<DefId> = engine.tables.summaries.keys().copied().collect();
        all.retain(|def| !engine.types.world.is_example(*def));
        all.sort_unstable();
        let mut found = Self {
            engine,
            roles: all.iter().filter_map(|def| Some((*def, role_of(engine, *def)?))).collect(),
            all,
            called: FxHashSet::default(),
            serving: by_dependencies(engine),
            mains: Vec::new(),
            programs: Vec::new(),
        };
        found.look_at_events();
        found.mains =
            found.all.iter().copied().filter(|def| found.is_main(*def) || found.is_start(*def)).collect();
        found.programs = found.programs_by_package();
        found
    }

    /// The programs that each package is a part of: those of its own, and of what depends on it.
    fn programs_by_package(&self) -> Vec<Programs> {
        let packages = &self.engine.inputs().project.packages;
        let needs = needs(packages);
        let mut programs: Vec<Programs> = vec![0; packages.len()];
        for (def, program) in self.starts() {
            let Some(own) = package_of(self.engine, def) else { continue };
            let (mut open, mut seen) = (vec![own], vec![false; packages.len()]);
            while let Some(at) = open.pop() {
                if !std::mem::replace(&mut seen[at], true) {
                    programs[at] |= program;
                    open.extend(&needs[at]);
                }
            }
        }
        programs
    }

    /// The programs that a definition may be a part of.
    pub(super) fn programs_of(&self, def: DefId) -> Programs {
        package_of(self.engine, def).map_or(0, |at| self.programs[at])
    }

    fn look_at_events(&mut self) {
        for def in &self.all {
            let mut does_serve = false;
            visit(&self.engine.tables.summaries[def].events, &mut |event| match event {
                Event::Call(callee, ..) => {
                    self.called.insert(*callee);
                }
                Event::Serve(_) => does_serve = true,
                _ => {}
            });
            if does_serve && let Some(at) = package_of(self.engine, *def) {
                self.serving[at] = true;
            }
        }
    }

    /// Whether the package of a definition serves: it starts a server in sight, or depends on a crate that is for that.
    pub(super) fn serves(&self, def: DefId) -> bool {
        package_of(self.engine, def).is_some_and(|at| self.serving[at])
    }

    /// Whether a start is that of a library in a host, which calls what it is handed at any time.
    pub(super) fn is_hosted(&self, def: DefId) -> bool {
        self.role(def) == Some(AttributeRole::HostEntry)
    }

    /// What runs when a process starts: the `main` of binaries, and what an attribute makes one.
    pub(super) fn starts(&self) -> impl Iterator<Item = (DefId, Programs)> {
        self.mains.iter().enumerate().map(|(at, def)| (*def, 1 << at.min(63)))
    }

    fn is_main(&self, def: DefId) -> bool {
        let world = self.engine.types.world;
        let at = world.def(def);
        let krate = world.krate(world.crate_of(def));
        let is_root = at.module == krate.root && at.parent.is_none();
        let is_program = matches!(krate.kind, TargetKind::Bin) || krate.package.is_none();
        is_root && is_program && self.name(def) == "main" && self.engine.types.function(def).is_some()
    }

    fn is_start(&self, def: DefId) -> bool {
        matches!(
            self.role(def),
            Some(AttributeRole::RuntimeMain | AttributeRole::Constructor | AttributeRole::HostEntry)
        )
    }

    /// What handles requests, by an attribute or as a method of a trait that a server calls.
    pub(super) fn handlers(&self) -> impl Iterator<Item = DefId> {
        self.all.iter().copied().filter(|def| self.role(*def) == Some(AttributeRole::Handler))
    }

    /// What nobody in sight calls, and who may: a server, or the users of a library.
    pub(super) fn uncalled(&self) -> impl Iterator<Item = (DefId, Phase)> {
        let uncalled = self.all.iter().copied().filter(|def| !self.called.contains(def));
        uncalled.filter(|def| self.is_entry(*def)).filter_map(|def| Some((def, self.phase_of_uncalled(def)?)))
    }

    fn is_entry(&self, def: DefId) -> bool {
        let Some(item) = self.engine.types.function(def) else { return false };
        let of_trait = self.trait_of(def);
        item.body.is_some()
            && (of_trait == Some(Whose::Others)
                || !self.engine.inputs().catalog.words().is_setup(self.name(def)))
            && of_trait != Some(Whose::OwnOrStd)
    }

    fn phase_of_uncalled(&self, def: DefId) -> Option<Phase> {
        if self.serves(def) {
            return Some(Phase::Request);
        }
        let is_method = self.engine.types.function(def).is_some_and(|item| item.receiver.is_some());
        (is_method && self.is_of_library(def)).then_some(Phase::Library)
    }

    /// Whether a definition belongs to a library that others use as well.
    fn is_of_library(&self, def: DefId) -> bool {
        let world = self.engine.types.world;
        let krate = world.krate(world.crate_of(def));
        let Some(at) = krate.package.filter(|_| krate.kind == TargetKind::Lib) else { return false };
        let packages = &self.engine.inputs().project.packages;
        packages[at].targets.iter().all(|target| target.kind != TargetKind::Bin)
    }

    /// Whose trait a method belongs to: one of the run, which anybody may call by the trait, one of std's, which the
    /// language calls, or one of another package.
    fn trait_of(&self, def: DefId) -> Option<Whose> {
        let types = self.engine.types;
        let at = types.world.def(types.world.def(def).parent?);
        let ItemKind::Impl(item) = &types.inputs.item(at.file, at.item).kind else {
            return Some(Whose::OwnOrStd);
        };
        let of = item.trait_path.as_ref()?;
        let is_own_or_std = match types.resolver.resolve_type(at.module, of) {
            Some(Res::External(path)) => path.starts_with("std::"),
            Some(_) => true,
            None => matches!(of.last_name(), "Default" | "From" | "Into" | "TryFrom" | "Drop" | "FromStr"),
        };
        Some(if is_own_or_std { Whose::OwnOrStd } else { Whose::Others })
    }

    fn name(&self, def: DefId) -> &'a str {
        let at = self.engine.types.world.def(def);
        &self.engine.inputs().item(at.file, at.item).name
    }

    /// What an attribute makes of a function.
    fn role(&self, def: DefId) -> Option<AttributeRole> {
        self.roles.get(&def).copied()
    }
}

/// Whose a trait is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    OwnOrStd,
    Others,
}

/// The packages of the run that each package of it is built with.
fn needs(packages: &[Package]) -> Vec<Vec<usize>> {
    let numbered = packages.iter().enumerate().rev();
    let by_dir: FxHashMap<&Path, usize> =
        numbered.filter_map(|(at, package)| Some((package.manifest.parent()?, at))).collect();
    let need = |it: &Dependency| {
        let dir = it.path.as_deref().filter(|_| it.kind == DependencyKind::Normal)?;
        by_dir.get(dir).copied()
    };
    packages.iter().map(|package| package.dependencies.iter().filter_map(need).collect()).collect()
}

/// What an attribute makes of a function.
fn role_of(engine: &Engine<'_>, def: DefId) -> Option<AttributeRole> {
    let types = engine.types;
    let at = types.world.def(def);
    let attributes = &types.inputs.item(at.file, at.item).attributes;
    attributes.iter().find_map(|attribute| types.attribute(def, attribute)).map(|entry| entry.makes)
}

fn package_of(engine: &Engine<'_>, def: DefId) -> Option<usize> {
    let world = engine.types.world;
    world.krate(world.crate_of(def)).package
}

/// Whether each package depends on a crate by which programs serve.
fn by_dependencies(engine: &Engine<'_>) -> Vec<bool> {
    let serves = |package: &Package| {
        let mut normal = package.dependencies.iter().filter(|it| it.kind == DependencyKind::Normal);
        normal.any(|it| engine.inputs().catalog.serves(&it.package))
    };
    engine.inputs().project.packages.iter().map(serves).collect()
}
