//! Builds the [`Project`] that a request means: selected packages, and the packages that linking needs beside them.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::asked::Asked;
use super::dependency::dependencies;
use super::manifest::Manifest;
use super::select;
use super::target::targets;
use super::workspace::Membership;
use super::{Package, Problem, Project, Request, TargetKind, deployment, disk};

/// What a request led to.
#[derive(Debug, Default)]
pub struct Discovery {
    /// The packages and files to read.
    pub project: Project,
    /// What could not be found or understood, sorted.
    pub problems: Vec<Problem>,
}

/// Finds the packages and files that a request means. Reads manifests and directories, no source file, and runs nothing.
#[must_use]
pub fn discover(request: &Request) -> Discovery {
    let mut asked = Asked::by(request);
    let roots = Roots::of(&mut asked);
    let mut packages = load(&mut asked, &roots);
    select::narrow(&mut packages, request, &mut asked);
    drop_missing(&mut packages, &mut asked);
    let focus = if asked.is_partial { asked.parts.iter().cloned().collect() } else { Vec::new() };
    let (manifests, are_manifests_cut) = deployments(&packages, &roots, &asked.dirs);
    let problems = asked.take_problems();
    let loose = asked.loose.into_iter().collect();
    let project = Project {
        packages,
        loose,
        focus,
        all_targets: request.targets.all_targets,
        manifests,
        are_manifests_cut,
        root: roots.main,
        other_roots: roots.others,
        ..Project::default()
    };
    Discovery { project, problems }
}

/// Where reading may go.
struct Roots {
    main: PathBuf,
    others: Vec<PathBuf>,
}

impl Roots {
    fn of(asked: &mut Asked) -> Self {
        let mut wanted: BTreeSet<PathBuf> = asked.tops.iter().cloned().collect();
        // A package or workspace around what was asked for belongs to it, although it lies above.
        let around: BTreeSet<PathBuf> =
            wanted.iter().flat_map(|top| top.ancestors().map(Path::to_owned)).collect();
        let packages: Vec<PathBuf> = asked.selected.iter().chain(&asked.beside).cloned().collect();
        for dir in packages {
            let Some(manifest) = asked.manifests.at(&dir).manifest() else { continue };
            let workspace = asked.workspaces.of(&mut asked.manifests, &manifest).workspace;
            wanted.extend([dir, workspace.root.clone()].into_iter().filter(|path| around.contains(path)));
        }
        let outermost =
            |path: &Path| path.ancestors().filter(|it| wanted.contains(*it)).last().map(Path::to_owned);
        let first = asked.tops.first().map_or(asked.base(), PathBuf::as_path);
        let main = outermost(first).unwrap_or_else(|| first.to_owned());
        let mut others: Vec<_> = wanted.iter().filter_map(|path| outermost(path)).collect();
        others.sort();
        others.dedup();
        others.retain(|path| *path != main);
        Self { main, others }
    }

    fn hold(&self, path: &Path) -> bool {
        path.starts_with(&self.main) || self.others.iter().any(|root| path.starts_with(root))
    }
}

/// The packages asked for, their workspaces, and what all of those depend on by path, sorted by directory.
fn load(asked: &mut Asked, roots: &Roots) -> Vec<Package> {
    let mut packages = BTreeMap::new();
    let mut queue: Vec<PathBuf> = asked.selected.iter().chain(&asked.beside).cloned().collect();
    let mut seen: HashSet<PathBuf> = queue.iter().cloned().collect();
    let mut workspaces = HashSet::new();
    while let Some(dir) = queue.pop() {
        if !roots.hold(&dir) {
            let message =
                "lies outside the repository, so it was not read; name it as a path to have it checked";
            asked.manifests.report(&dir.join("Cargo.toml"), message.to_owned());
            continue;
        }
        let Some(manifest) = asked.manifests.at(&dir).manifest() else { continue };
        let membership = asked.workspaces.of(&mut asked.manifests, &manifest);
        let Some(package) = package(asked, &manifest, &membership) else { continue };
        let needed = package.dependencies.iter().filter_map(|it| it.path.as_ref());
        queue.extend(needed.filter(|path| roots.hold(path) && seen.insert((*path).clone())).cloned());
        if workspaces.insert(membership.workspace.root.clone()) {
            if let Some(root) = asked.manifests.at(&membership.workspace.root).manifest() {
                refuse_lints(asked, &root);
            }
            let members = membership.workspace.members.iter();
            queue.extend(members.filter(|path| seen.insert((*path).clone())).cloned());
        }
        packages.insert(dir, package);
    }
    packages.into_values().collect()
}

fn package(asked: &mut Asked, manifest: &Rc<Manifest>, membership: &Membership) -> Option<Package> {
    manifest.package()?;
    let origin = membership.origin.as_deref();
    let Some(name) = manifest.package_text("name", None) else {
        let message = "`package.name` is missing; add it or leave the directory out".to_owned();
        asked.manifests.report(&manifest.path(), message);
        return None;
    };
    refuse_lints(asked, manifest);
    let edition = manifest.package_text("edition", origin).unwrap_or_else(|| "2015".to_owned());
    let rust_version = manifest.package_text("rust-version", origin).and_then(|text| release(&text));
    let version = manifest.package_text("version", origin).unwrap_or_else(|| "0.0.0".to_owned());
    let workspace_root = membership.workspace.root.clone();
    if workspace_root != manifest.dir && has_settings(manifest) {
        let message = "`[package.metadata.authlint]` is not read in a member of a workspace; \
                       write `[workspace.metadata.authlint]` in the root manifest";
        asked.manifests.report(&manifest.path(), message.to_owned());
    }
    Some(Package {
        targets: targets(manifest, &name, &edition),
        dependencies: dependencies(manifest, origin),
        is_example: is_example(&manifest.dir, &workspace_root, &asked.dirs),
        is_selected: asked.selected.contains(&manifest.dir),
        manifest: manifest.path(),
        name,
        version,
        edition,
        rust_version,
        workspace_root,
    })
}

/// The major and minor number of a release such as `1.80` or `1.80.1`.
fn release(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.trim().split('.').map(|it| it.parse().ok());
    Some((numbers.next()??, numbers.next().unwrap_or(Some(0))?))
}

/// Says that levels for authlint are not set as those of rustc's lints are: nothing would read them.
fn refuse_lints(asked: &mut Asked, manifest: &Manifest) {
    let has = |table: Option<&toml::Table>| table.is_some_and(|table| table.contains_key("authlint"));
    let of_workspace = manifest.table("workspace").and_then(|table| table.get("lints")?.as_table());
    for (is_there, table) in [
        (has(manifest.table("lints")), "[lints.authlint]"),
        (has(of_workspace), "[workspace.lints.authlint]"),
    ] {
        if is_there {
            let message = format!(
                "`{table}` is not read, and rustc knows no such tool; write `[levels]` in `authlint.toml` at the root"
            );
            asked.manifests.report(&manifest.path(), message);
        }
    }
}

/// Whether a package's metadata has something for authlint.
fn has_settings(manifest: &Manifest) -> bool {
    let metadata = manifest.package().and_then(|package| package.get("metadata"));
    metadata.is_some_and(|metadata| metadata.get("authlint").is_some())
}

/// The deployment files of the run's roots, where it has packages at all. A library has no program to deploy, and a secret
/// beside it is one all the same.
fn deployments(packages: &[Package], roots: &Roots, asked: &[PathBuf]) -> (Vec<PathBuf>, bool) {
    if packages.is_empty() {
        return (Vec::new(), false);
    }
    let all: Vec<&Path> = std::iter::once(&roots.main).chain(&roots.others).map(PathBuf::as_path).collect();
    deployment::find(&all, |dir| is_example(dir, &roots.main, asked))
}

/// Directories whose packages show or test something and are no part of a product.
const SHOWCASES: [&str; 14] = [
    "bench", "benches", "demo", "demos", "example", "examples", "fixture", "fixtures", "fuzz", "sample",
    "samples", "test", "testdata", "tests",
];

/// Whether a package stands in a showcase below what was asked for; who asks for a showcase itself means it.
fn is_example(dir: &Path, workspace_root: &Path, asked: &[PathBuf]) -> bool {
    let is_below = |base: &Path| {
        let below = dir.strip_prefix(base).ok()?;
        let mut names = below.components().filter_map(|part| part.as_os_str().to_str());
        Some(names.any(|name| SHOWCASES.contains(&name)))
    };
    let verdicts: Vec<bool> = asked.iter().filter_map(|base| is_below(base)).collect();
    if verdicts.is_empty() {
        return is_below(workspace_root).unwrap_or_default();
    }
    verdicts.into_iter().all(|it| it)
}

/// Takes out targets without a file, and says so where they were asked for.
fn drop_missing(packages: &mut [Package], asked: &mut Asked) {
    for package in packages {
        if package.targets.is_empty() && package.is_selected && !package.is_example {
            let message = "the package has no targets; add `src/lib.rs` or `src/main.rs`, or name the files in the manifest";
            asked.manifests.report(&package.manifest, message.to_owned());
        }
        let missing = package.targets.extract_if(.., |target| !target.root.exists());
        for target in missing.filter(|target| target.is_selected) {
            let root = disk::shown(package.manifest.parent().unwrap_or(&package.manifest), &target.root);
            let message = format!(
                "{} has no file `{root}`; create it or correct its `path`",
                title(target.kind, &target.name)
            );
            asked.manifests.report(&package.manifest, message);
        }
    }
}

/// A target in words.
fn title(kind: TargetKind, name: &str) -> String {
    match kind {
        TargetKind::BuildScript => "the build script".to_owned(),
        _ => format!("{} `{name}`", select::noun(kind)),
    }
}

#[cfg(test)]
mod tests;
