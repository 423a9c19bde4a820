//! From what was asked for to the packages, loose files and parts of packages that are meant.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use super::manifest::{Found, Manifest, Manifests};
use super::walk::{Walk, walk};
use super::workspace::Workspaces;
use super::{Problem, ProblemKind, Request, disk};

/// What a request means.
#[derive(Debug)]
pub(super) struct Asked {
    /// The manifests read so far.
    pub(super) manifests: Manifests,
    /// The workspaces gathered so far.
    pub(super) workspaces: Workspaces,
    /// The directories of the packages meant.
    pub(super) selected: BTreeSet<PathBuf>,
    /// Directories of packages that are wanted beside those.
    pub(super) beside: BTreeSet<PathBuf>,
    /// Files that no package owns.
    pub(super) loose: BTreeSet<PathBuf>,
    /// Everything meant, as files and directories of packages.
    pub(super) parts: BTreeSet<PathBuf>,
    /// Whether only a part of some package is meant.
    pub(super) is_partial: bool,
    /// The directories and files named that lie inside a package: they name the targets in them.
    pub(super) inside: Vec<PathBuf>,
    /// The directories named.
    pub(super) dirs: Vec<PathBuf>,
    /// The roots of what was named: of its repository, else itself.
    pub(super) tops: Vec<PathBuf>,
    walked: HashSet<PathBuf>,
    repositories: HashMap<PathBuf, PathBuf>,
    problems: Vec<Problem>,
}

impl Asked {
    /// What the request means.
    pub(super) fn by(request: &Request) -> Self {
        let mut asked = Self::nothing(disk::settled(&request.cwd));
        if request.paths.is_empty() || request.manifest_path.is_some() {
            asked.workspace(request);
        }
        for path in &request.paths {
            asked.path(path);
        }
        asked
    }

    fn nothing(base: PathBuf) -> Self {
        Self {
            manifests: Manifests::new(base),
            workspaces: Workspaces::default(),
            selected: BTreeSet::new(),
            beside: BTreeSet::new(),
            loose: BTreeSet::new(),
            parts: BTreeSet::new(),
            is_partial: false,
            inside: Vec::new(),
            dirs: Vec::new(),
            tops: Vec::new(),
            walked: HashSet::new(),
            repositories: HashMap::new(),
            problems: Vec::new(),
        }
    }

    /// The directory that reports are relative to.
    pub(super) fn base(&self) -> &Path {
        &self.manifests.base
    }

    /// What went wrong, sorted, each once.
    pub(super) fn take_problems(&mut self) -> Vec<Problem> {
        let mut problems = std::mem::take(&mut self.problems);
        problems.append(&mut self.manifests.problems);
        problems.sort();
        problems.dedup();
        problems
    }

    fn unreadable(&mut self, path: &Path, message: &str) {
        let path = disk::shown(self.base(), path);
        let message = message.to_owned();
        self.problems.push(Problem { kind: ProblemKind::Unreadable, path, place: None, message });
    }

    /// Selects as cargo does in a directory, except that the root of a workspace means all its members.
    fn workspace(&mut self, request: &Request) {
        let Some(start) = self.start(request.manifest_path.as_deref()) else { return };
        let top = self.repository(&start.dir).unwrap_or_else(|| start.dir.clone());
        self.tops.push(top);
        let membership = self.workspaces.of(&mut self.manifests, &start);
        let members = &membership.workspace.members;
        if members.is_empty() {
            let message = "the workspace has no members; add some to `workspace.members`".to_owned();
            self.manifests.report(&start.path(), message);
        }
        let is_root = membership.workspace.root == start.dir;
        let is_wide = is_root || request.workspace || !request.packages.is_empty();
        let meant = if is_wide { members.clone() } else { std::iter::once(start.dir.clone()).collect() };
        if request.paths.is_empty() {
            self.selected.extend(meant);
        } else {
            self.beside.extend(meant);
        }
    }

    /// The manifest that a run without paths starts from.
    fn start(&mut self, manifest_path: Option<&Path>) -> Option<Rc<Manifest>> {
        let Some(path) = manifest_path else {
            let base = self.base().to_owned();
            let nearest = self.manifests.nearest(&base);
            if nearest.is_none() {
                let message = "no `Cargo.toml` here or above; name a file or directory to check";
                self.unreadable(&base, message);
            }
            return nearest.and_then(|(_, found)| found.manifest());
        };
        let path = self.base().join(path);
        let dir = if path.is_dir() { Some(path.as_path()) } else { path.parent() };
        let dir = disk::settled(dir.unwrap_or(&path));
        let is_manifest = path.is_dir() || path.file_name().is_some_and(|name| name == "Cargo.toml");
        let found = if is_manifest { self.manifests.at(&dir) } else { Found::Absent };
        if matches!(found, Found::Absent) {
            self.unreadable(&path, "is no `Cargo.toml`; correct `--manifest-path`");
        }
        found.manifest()
    }

    fn path(&mut self, path: &Path) {
        let path = self.base().join(path);
        let canonical = match fs::canonicalize(&path) {
            Ok(canonical) => canonical,
            Err(error) => return self.unreadable(&disk::normal(&path), &disk::why_unreadable(&error)),
        };
        let is_manifest = canonical.file_name().is_some_and(|name| name == "Cargo.toml");
        match canonical.parent() {
            _ if canonical.is_dir() => self.dir(&canonical),
            Some(parent) if is_manifest => self.dir(parent),
            _ if canonical.extension().is_some_and(|extension| extension == "rs") => self.file(&canonical),
            _ => self.unreadable(&canonical, "is no Rust file; name `.rs` files or directories"),
        }
    }

    fn file(&mut self, file: &Path) {
        let dir = file.parent().unwrap_or(file);
        let owner = self.owner(dir);
        let top = self.repository(dir).unwrap_or_else(|| dir.to_owned());
        self.tops.push(top);
        self.parts.insert(file.to_owned());
        if owner.is_none() {
            self.loose.insert(file.to_owned());
        } else {
            self.is_partial = true;
            self.inside.push(file.to_owned());
            self.selected.extend(owner);
        }
    }

    fn dir(&mut self, dir: &Path) {
        let top = self.repository(dir).unwrap_or_else(|| dir.to_owned());
        self.dirs.push(dir.to_owned());
        self.tops.push(top.clone());
        let owner = self.owner(dir).filter(|owner| owner != dir);
        if owner.is_some() {
            self.inside.push(dir.to_owned());
        }
        if self.walked.contains(dir) {
            return;
        }
        let found = walk(dir, &top, &mut self.walked);
        for (path, message) in &found.failures {
            self.unreadable(path, message);
        }
        if found.manifests.is_empty() && found.sources.is_empty() && found.failures.is_empty() {
            self.unreadable(
                dir,
                "holds no Rust package and no `.rs` file that is not ignored; name another path",
            );
        }
        self.sort_out(&found, owner.as_deref());
    }

    /// Gives each file found to the package that owns it. `above` is the package that the walk stood in.
    fn sort_out(&mut self, found: &Walk, above: Option<&Path>) {
        let mut owns: HashMap<&Path, bool> = HashMap::new();
        for dir in &found.manifests {
            let read = self.manifests.at(dir);
            let is_package = read.clone().manifest().is_some_and(|it| it.package().is_some());
            owns.insert(dir, is_package || matches!(read, Found::Broken));
            if is_package {
                self.selected.insert(dir.clone());
                self.parts.insert(dir.clone());
            }
        }
        for file in &found.sources {
            match file.ancestors().skip(1).find_map(|dir| owns.get(dir)) {
                Some(true) => continue,
                None if above.is_some() => {
                    self.is_partial = true;
                    self.selected.extend(above.map(Path::to_owned));
                }
                Some(false) | None => _ = self.loose.insert(file.clone()),
            }
            self.parts.insert(file.clone());
        }
    }

    /// The package that owns a directory: the one of the nearest manifest.
    fn owner(&mut self, dir: &Path) -> Option<PathBuf> {
        let (owner, found) = self.manifests.nearest(dir)?;
        found.manifest()?.package().is_some().then_some(owner)
    }

    /// The root of the repository that a directory lies in.
    fn repository(&mut self, dir: &Path) -> Option<PathBuf> {
        if let Some(known) = self.repositories.get(dir) {
            return Some(known.clone());
        }
        let root = dir.ancestors().find(|above| above.join(".git").exists())?.to_owned();
        self.repositories.insert(dir.to_owned(), root.clone());
        Some(root)
    }
}
