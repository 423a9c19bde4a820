//! Which files a run reports on, and which package and target each belongs to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use super::settings::Paths;
use crate::facts::Loaded;
use crate::report::Owner;
use crate::source::{FileId, Files, Package, Place, Project, Target, TargetKind};

/// What a run reports on.
#[derive(Debug, Default)]
pub(super) struct Scope<'a> {
    /// The files reported on.
    pub(super) files: BTreeSet<FileId>,
    /// The deployment files reported on, where a rule points at one first.
    pub(super) manifests: BTreeSet<FileId>,
    /// The package and target of each file, the first that was selected where several share it; loose files are nobody's.
    pub(super) owners: BTreeMap<FileId, (&'a Package, &'a Target)>,
}

impl<'a> Scope<'a> {
    /// The files of the selected targets and the loose ones; with a focus, its files and no others.
    pub(super) fn new(project: &'a Project, loaded: &Loaded, files: &Files) -> Self {
        let modules = Modules::new(loaded);
        let mut scope = Self::default();
        let mut refused = BTreeSet::new();
        for (package, target, is_selected) in targets(project) {
            for file in modules.below(&target.root) {
                if is_selected && scope.files.insert(file) {
                    scope.owners.insert(file, (package, target));
                }
                scope.owners.entry(file).or_insert((package, target));
                if !package.is_selected {
                    refused.insert(file);
                }
            }
        }
        scope.files.extend(project.loose.iter().flat_map(|root| modules.below(root)));
        scope.manifests.clone_from(&project.deployments.files);
        if !project.focus.is_empty() {
            // What was named is looked at whatever target it belongs to, unless its package was left out.
            let named = files.iter().filter(|(_, file)| project.is_in_focus(&file.path));
            let named: BTreeSet<FileId> = named.map(|(file, _)| file).collect();
            scope.manifests.retain(|file| named.contains(file));
            let code = named.difference(&project.deployments.files).copied();
            scope.files = code.filter(|file| scope.files.contains(file) || !refused.contains(file)).collect();
        }
        scope
    }

    /// Takes out the files that the settings exclude; gives each with the pattern that means it.
    pub(super) fn exclude(&mut self, paths: &Paths, files: &Files) -> BTreeMap<FileId, String> {
        let mut excluded = BTreeMap::new();
        let mut is_kept = |file: &FileId| {
            let pattern = paths.meaning(&files.get(*file).path);
            excluded.extend(pattern.map(|pattern| (*file, pattern.to_owned())));
            pattern.is_none()
        };
        self.files.retain(&mut is_kept);
        self.manifests.retain(is_kept);
        excluded
    }

    /// Whether the run reports on this place.
    pub(super) fn has(&self, place: Place) -> bool {
        self.files.contains(&place.file) || self.manifests.contains(&place.file)
    }

    /// Whether a file belongs to a test, example or bench, where rules look only when all targets are asked for.
    pub(super) fn is_example(&self, file: FileId) -> bool {
        self.owners.get(&file).is_some_and(|(package, target)| {
            package.is_example || !matches!(target.kind, TargetKind::Lib | TargetKind::Bin)
        })
    }

    /// The owners as reports name them.
    pub(super) fn report_owners(&self) -> BTreeMap<FileId, Owner> {
        self.owners.iter().map(|(file, (package, target))| (*file, Owner::new(package, target))).collect()
    }

    /// How many packages the files belong to.
    pub(super) fn package_count(&self) -> usize {
        let owners = self.files.iter().filter_map(|file| self.owners.get(file));
        owners.map(|(package, _)| &package.manifest).collect::<BTreeSet<_>>().len()
    }
}

/// Every target with its package, and whether both were selected.
pub(super) fn targets(project: &Project) -> impl Iterator<Item = (&Package, &Target, bool)> {
    project.packages.iter().flat_map(|package| {
        let is_selected = |target: &Target| package.is_selected && target.is_selected;
        package.targets.iter().map(move |target| (package, target, is_selected(target)))
    })
}

/// The root files that have to be read: what was selected, and the libraries and binaries around it, because
/// credentials, forks and serving cross their borders.
pub(super) fn roots(project: &Project) -> Vec<PathBuf> {
    let is_focused = !project.focus.is_empty();
    let is_needed = |target: &Target, is_selected: bool| {
        is_selected || is_focused || matches!(target.kind, TargetKind::Lib | TargetKind::Bin)
    };
    let of_packages = targets(project)
        .filter(|(_, target, is_selected)| is_needed(target, *is_selected))
        .map(|(_, target, _)| target.root.clone());
    let mut seen = BTreeSet::new();
    of_packages.chain(project.loose.iter().cloned()).filter(|root| seen.insert(root.clone())).collect()
}

/// The files in focus that no target led to: each is to be read as a crate root of its own.
pub(super) fn orphans(project: &Project, files: &Files) -> Vec<PathBuf> {
    let is_source = |path: &&PathBuf| path.extension().is_some_and(|it| it == "rs");
    let focus = project.focus.iter().filter(is_source);
    focus.filter(|path| files.by_path(path).is_none()).cloned().collect()
}

/// Which files are modules of which.
struct Modules<'a> {
    roots: &'a BTreeMap<PathBuf, FileId>,
    children: BTreeMap<FileId, Vec<FileId>>,
}

impl<'a> Modules<'a> {
    fn new(loaded: &'a Loaded) -> Self {
        let mut children: BTreeMap<FileId, Vec<FileId>> = BTreeMap::new();
        for ((parent, _), child) in &loaded.submodules {
            children.entry(*parent).or_default().push(*child);
        }
        Self { roots: &loaded.roots, children }
    }

    /// The file of a root module and all below it; nothing where it was not read.
    fn below(&self, root: &PathBuf) -> BTreeSet<FileId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<FileId> = self.roots.get(root).copied().into_iter().collect();
        while let Some(file) = open.pop() {
            if found.insert(file) {
                open.extend(self.children.get(&file).into_iter().flatten());
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::ItemId;
    use crate::source::{SourceFile, Span};

    fn target(kind: TargetKind, root: &str) -> Target {
        Target {
            name: root.to_owned(),
            kind,
            root: PathBuf::from(root),
            crate_types: Vec::new(),
            is_selected: true,
        }
    }

    fn package(name: &str, targets: Vec<Target>) -> Package {
        Package {
            name: name.to_owned(),
            version: "0.0.0".to_owned(),
            manifest: PathBuf::from(name).join("Cargo.toml"),
            edition: "2024".to_owned(),
            rust_version: None,
            workspace_root: PathBuf::new(),
            targets,
            dependencies: Vec::new(),
            is_example: false,
            is_selected: true,
        }
    }

    /// Package `a` has a library with a module `m.rs` that its binary shares, `b` a library; `loose.rs` is nobody's.
    fn project() -> (Project, Loaded, Files) {
        let a = package("a", vec![target(TargetKind::Lib, "lib.rs"), target(TargetKind::Bin, "main.rs")]);
        let b = package("b", vec![target(TargetKind::Lib, "b.rs")]);
        let project =
            Project { packages: vec![a, b], loose: vec![PathBuf::from("loose.rs")], ..Project::default() };
        let mut files = Files::default();
        let mut loaded = Loaded::default();
        for name in ["lib.rs", "main.rs", "b.rs", "loose.rs", "m.rs"] {
            let path = PathBuf::from(name);
            let file = files.add(SourceFile::new(path.clone(), name.to_owned(), String::new()));
            loaded.roots.insert(path, file);
        }
        let module = loaded.roots.remove(&PathBuf::from("m.rs")).expect("just added");
        for (parent, item) in [(0, 0), (1, 0), (4, 7)] {
            loaded.submodules.insert((FileId(parent), ItemId(item)), module);
        }
        (project, loaded, files)
    }

    #[test]
    fn a_module_of_two_targets_belongs_to_the_first() {
        let (project, loaded, files) = project();
        let scope = Scope::new(&project, &loaded, &files);
        let owner = |file| scope.owners.get(&FileId(file)).map(|(_, target)| target.name.as_str());
        assert_eq!(owner(4), Some("lib.rs"));
        assert_eq!(owner(1), Some("main.rs"));
        assert_eq!(owner(3), None);
        assert_eq!(scope.package_count(), 2);
    }

    #[test]
    fn loose_files_are_looked_at() {
        let (project, loaded, files) = project();
        let scope = Scope::new(&project, &loaded, &files);
        assert!(scope.has(Place { file: FileId(3), span: Span::new(0, 0) }));
        assert_eq!(scope.files.len(), 5);
    }

    #[test]
    fn each_root_is_read_once() {
        let (mut project, ..) = project();
        project.loose.push(PathBuf::from("b.rs"));
        let expected = ["lib.rs", "main.rs", "b.rs", "loose.rs"].map(PathBuf::from);
        assert_eq!(roots(&project), expected);
    }
}
