//! Hosts: the packages that a program which forks by itself loads, as its extensions or beneath them, and which of their
//! functions it calls before it forks.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use super::{
    engine::Engine,
    event::{Event, EventArm},
    world::{DefId, Inputs},
};
use crate::catalog::{Binding, schema::AttributeRole};
use crate::source::{Dependency, DependencyKind, Package, TargetKind};

/// Who loads a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The host, as people know it: `Python`.
    pub name: SmolStr,
    /// The package that the host loads.
    pub extension: SmolStr,
    /// What it calls before it forks; `None` where that may be anything.
    pub(super) before_fork: Option<FxHashSet<DefId>>,
}

/// The packages that forking hosts load, by position in the project, each with its hosts: extensions, and what they depend
/// on in the run.
pub(super) fn loaded(engine: &Engine<'_>) -> BTreeMap<usize, Vec<Host>> {
    let packages = &engine.inputs().project.packages;
    let mut found: BTreeMap<usize, Vec<Host>> = BTreeMap::new();
    for (at, package) in packages.iter().enumerate().filter(|(_, package)| !package.is_example) {
        let Some(binding) = binding_of(engine.inputs(), package) else { continue };
        let host = Host {
            name: SmolStr::new(&binding.host),
            extension: SmolStr::new(&package.name),
            before_fork: (!binding.before_fork.is_empty())
                .then(|| called_before_fork(engine, at, &binding.before_fork)),
        };
        for below in beneath(packages, at) {
            found.entry(below).or_default().push(host.clone());
        }
    }
    found
}

/// A package and the packages of the run that it depends on.
fn beneath(packages: &[Package], at: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut open = vec![at];
    while let Some(at) = open.pop() {
        if !found.contains(&at) {
            found.push(at);
            open.extend(packages[at].dependencies.iter().filter_map(|it| local(packages, it)));
        }
    }
    found
}

/// The binding to a forking host of a package that is built as a library for others to load.
fn binding_of<'a>(inputs: Inputs<'a>, package: &Package) -> Option<&'a Binding> {
    let library = package.targets.iter().find(|target| target.kind == TargetKind::Lib)?;
    if !library.crate_types.iter().any(|it| it == "cdylib" || it == "dylib") {
        return None;
    }
    let normal = package.dependencies.iter().filter(|it| it.kind == DependencyKind::Normal);
    let bindings: Vec<(bool, &Binding)> =
        normal.filter_map(|it| Some((it.optional, inputs.catalog.binding(&it.package)?))).collect();
    // What is there behind a feature is not what the library is built for, where it is built for another host without.
    let is_steady = bindings.iter().any(|(optional, binding)| !optional && !binding.forks);
    let is_meant = |(optional, binding): &&(bool, &Binding)| binding.forks && !(*optional && is_steady);
    let mut meant: Vec<&(bool, &Binding)> = bindings.iter().filter(is_meant).collect();
    meant.sort_by_key(|(optional, _)| *optional);
    meant.first().map(|(_, binding)| *binding)
}

/// The package of the run that a dependency is.
fn local(packages: &[Package], dependency: &Dependency) -> Option<usize> {
    let dir = dependency.path.as_deref().filter(|_| dependency.kind == DependencyKind::Normal)?;
    packages.iter().position(|package| package.manifest.parent() == Some(dir))
}

/// The functions that a host comes to before it forks, from those of these names and those that an attribute gives to it.
fn called_before_fork(engine: &Engine<'_>, package: usize, names: &[String]) -> FxHashSet<DefId> {
    let types = engine.types;
    let is_root = |def: &DefId| {
        let at = types.world.def(*def);
        let item = types.inputs.item(at.file, at.item);
        let is_entry = |role: Option<AttributeRole>| {
            matches!(role, Some(AttributeRole::HostEntry | AttributeRole::Constructor))
        };
        types.world.krate(types.world.crate_of(*def)).package == Some(package)
            && types.function(*def).is_some()
            && (names.iter().any(|name| *name == item.name)
                || item.attributes.iter().any(|it| is_entry(types.attribute(*def, it).map(|it| it.makes))))
    };
    let mut open: Vec<DefId> = types.world.def_ids().filter(is_root).collect();
    let mut found = FxHashSet::default();
    while let Some(def) = open.pop() {
        if found.insert(def)
            && let Some(summary) = engine.tables.summaries.get(&def)
        {
            calls(&summary.events, &mut open);
        }
    }
    found
}

/// What is called at once: closures are for later, and so behind the fork.
fn calls(events: &[Event], found: &mut Vec<DefId>) {
    for event in events {
        match event {
            Event::Call(callee, ..) => found.push(*callee),
            Event::Branch(arms) => arms.iter().for_each(|EventArm { events, .. }| calls(events, found)),
            Event::Loop(inner) => calls(inner, found),
            _ => {}
        }
    }
}

impl Host {
    /// Whether the host comes to one of these functions before it forks, as far as that is known.
    pub(super) fn comes_to(&self, defs: &[DefId]) -> bool {
        self.before_fork.as_ref().is_none_or(|called| defs.iter().any(|def| called.contains(def)))
    }
}
