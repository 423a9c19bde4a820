//! Hosts: the packages that a program which forks by itself loads, as its extensions or beneath them.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::world::Inputs;
use crate::source::{Dependency, DependencyKind, Package, TargetKind};

/// Who loads a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// The host, as people know it: `Python`.
    pub name: SmolStr,
    /// The package that the host loads.
    pub extension: SmolStr,
}

/// The packages that forking hosts load, by position in the project: extensions, and what they depend on in the run.
pub(super) fn loaded(inputs: Inputs<'_>) -> BTreeMap<usize, Host> {
    let packages = &inputs.project.packages;
    let mut found = BTreeMap::new();
    for (at, package) in packages.iter().enumerate().filter(|(_, package)| !package.is_example) {
        let Some(name) = host_of(inputs, package) else { continue };
        let host = Host { name, extension: SmolStr::new(&package.name) };
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            if found.insert(at, host.clone()).is_none() {
                open.extend(packages[at].dependencies.iter().filter_map(|it| local(packages, it)));
            }
        }
    }
    found
}

/// The host that loads a package: it is built as a library for others to load, with a binding to a host that forks.
fn host_of(inputs: Inputs<'_>, package: &Package) -> Option<SmolStr> {
    let library = package.targets.iter().find(|target| target.kind == TargetKind::Lib)?;
    if !library.crate_types.iter().any(|it| it == "cdylib" || it == "dylib") {
        return None;
    }
    let normal = package.dependencies.iter().filter(|it| it.kind == DependencyKind::Normal);
    normal.filter_map(|it| inputs.catalog.forking_host(&it.package)).map(SmolStr::new).next()
}

/// The package of the run that a dependency is.
fn local(packages: &[Package], dependency: &Dependency) -> Option<usize> {
    let dir = dependency.path.as_deref().filter(|_| dependency.kind == DependencyKind::Normal)?;
    packages.iter().position(|package| package.manifest.parent() == Some(dir))
}
