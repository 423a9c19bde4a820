//! Workspaces: which one a package belongs to and who its members are, by cargo's rules.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::dependency::dependencies;
use super::manifest::{Manifest, Manifests, texts};
use super::{disk, wildcard};

/// A workspace, or a package that stands alone.
#[derive(Debug)]
pub(super) struct Workspace {
    /// The directory of its root manifest, canonical.
    pub(super) root: PathBuf,
    /// The directories of its packages, canonical.
    pub(super) members: BTreeSet<PathBuf>,
}

/// The workspaces of a run, each gathered once.
#[derive(Debug, Default)]
pub(super) struct Workspaces {
    known: HashMap<PathBuf, Rc<Workspace>>,
}

/// A package's place among others.
#[derive(Clone, Debug)]
pub(super) struct Membership {
    /// The workspace it is a member of: itself alone, if of none.
    pub(super) workspace: Rc<Workspace>,
    /// The manifest that it may inherit from.
    pub(super) origin: Option<Rc<Manifest>>,
}

impl Workspaces {
    /// The workspace of a manifest.
    pub(super) fn of(&mut self, manifests: &mut Manifests, manifest: &Rc<Manifest>) -> Membership {
        let root = root_of(manifests, manifest);
        let Some(root) = root else {
            return Membership { workspace: Rc::new(alone(manifest)), origin: None };
        };
        let workspace = self.gather(manifests, &root);
        let is_member = root.dir == manifest.dir || workspace.members.contains(&manifest.dir);
        if is_member {
            return Membership { workspace, origin: Some(root) };
        }
        // Cargo refuses a package below a workspace that does not know it. Its code is there all the same.
        let origin = manifest.is_inheriting().then_some(root);
        Membership { workspace: Rc::new(alone(manifest)), origin }
    }

    fn gather(&mut self, manifests: &mut Manifests, root: &Rc<Manifest>) -> Rc<Workspace> {
        if let Some(known) = self.known.get(&root.dir) {
            return known.clone();
        }
        let members = members(manifests, root);
        let workspace = Rc::new(Workspace { root: root.dir.clone(), members });
        self.known.insert(root.dir.clone(), workspace.clone());
        workspace
    }
}

fn alone(manifest: &Rc<Manifest>) -> Workspace {
    let members = std::iter::once(manifest.dir.clone()).collect();
    Workspace { root: manifest.dir.clone(), members }
}

/// The manifest with the `[workspace]` that this one belongs to.
fn root_of(manifests: &mut Manifests, manifest: &Rc<Manifest>) -> Option<Rc<Manifest>> {
    if manifest.workspace().is_some() {
        return Some(manifest.clone());
    }
    if let Some(dir) = pointed(manifest) {
        let root = manifests.at(&dir).manifest().filter(|it| it.workspace().is_some());
        if root.is_none() {
            let message = "`package.workspace` names no workspace; correct it or remove it".to_owned();
            manifests.report(&manifest.path(), message);
        }
        return root;
    }
    manifest.dir.ancestors().skip(1).find_map(|above| {
        let above = manifests.at(above).manifest()?;
        if above.workspace().is_some() {
            return (!is_excluded(&above, &manifest.dir)).then_some(above);
        }
        manifests.at(&pointed(&above)?).manifest().filter(|it| it.workspace().is_some())
    })
}

/// The directory that `package.workspace` names.
fn pointed(manifest: &Manifest) -> Option<PathBuf> {
    let path = manifest.package()?.get("workspace")?.as_str()?;
    Some(disk::settled(&manifest.dir.join(path)))
}

/// Whether `workspace.exclude` names a directory above `dir` and `workspace.members` none.
fn is_excluded(root: &Manifest, dir: &Path) -> bool {
    let names = |key: &str| {
        let paths = texts(root.workspace().and_then(|workspace| workspace.get(key)));
        paths.iter().any(|path| dir.starts_with(disk::normal(&root.dir.join(path))))
    };
    names("exclude") && !names("members")
}

/// The root package, the members listed, and what those depend on by path below the root.
fn members(manifests: &mut Manifests, root: &Rc<Manifest>) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut queue = listed(manifests, root);
    queue.push(root.dir.clone());
    while let Some(dir) = queue.pop() {
        let Some(manifest) = manifests.at(&dir).manifest().filter(|it| it.package().is_some()) else {
            continue;
        };
        let is_root = dir == root.dir;
        let is_other_root = !is_root && manifest.workspace().is_some();
        if is_other_root || (!is_root && is_excluded(root, &dir)) || !found.insert(dir) {
            continue;
        }
        let paths = dependencies(&manifest, Some(root)).into_iter().filter_map(|it| it.path);
        queue.extend(paths.filter(|path| path.starts_with(&root.dir)));
    }
    found
}

/// The directories that `workspace.members` names.
fn listed(manifests: &mut Manifests, root: &Manifest) -> Vec<PathBuf> {
    let patterns = texts(root.workspace().and_then(|workspace| workspace.get("members")));
    let mut dirs = Vec::new();
    for pattern in &patterns {
        let found = wildcard::expand(&root.dir, pattern);
        let with_manifest = found.into_iter().filter(|dir| dir.join("Cargo.toml").exists());
        let before = dirs.len();
        dirs.extend(with_manifest.map(|dir| disk::settled(&dir)));
        if dirs.len() == before && !wildcard::is_pattern(pattern) {
            let message =
                format!("member `{pattern}` of the workspace has no manifest; correct `workspace.members`");
            manifests.report(&root.path(), message);
        }
    }
    dirs
}
