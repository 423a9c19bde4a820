//! Packages, their targets and dependencies, as their manifests say and as cargo would discover them.

use std::path::{Path, PathBuf};

use super::deployment::Deployments;

/// What a run looks at.
#[derive(Debug, Default)]
pub struct Project {
    /// The packages, sorted by the path of their manifests.
    pub packages: Vec<Package>,
    /// `.rs` files that no package owns, each a crate root of its own.
    pub loose: Vec<PathBuf>,
    /// What to report on when only parts of packages were asked for: canonical files, and directories that stand for all
    /// below them, sorted. Empty means everything selected. A file named here that no target reaches is to be read as a
    /// crate root of its own.
    pub focus: Vec<PathBuf>,
    /// Where reading may not leave: the root of the repository or workspace, canonical.
    pub root: PathBuf,
    /// Whether tests, examples and benches are looked at like any other code.
    pub all_targets: bool,
    /// The files that may say how programs are deployed, sorted.
    pub manifests: Vec<PathBuf>,
    /// Whether there were more of them than are looked at.
    pub are_manifests_cut: bool,
    /// What they say, once they were [read](super::deployment::read).
    pub deployments: Deployments,
    /// Further roots, where paths were asked for that lie in other repositories; canonical, sorted.
    pub other_roots: Vec<PathBuf>,
}

impl Project {
    /// Whether the run reports on this file (given its canonical path).
    #[must_use]
    pub fn is_in_focus(&self, file: &Path) -> bool {
        let is_named = |path: &Path| self.focus.binary_search_by(|it| it.as_path().cmp(path)).is_ok();
        self.focus.is_empty() || file.ancestors().any(is_named)
    }
}

/// A package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version, `0.0.0` where none is written.
    pub version: String,
    /// The path of its manifest.
    pub manifest: PathBuf,
    /// The edition, `2015` where none is written.
    pub edition: String,
    /// The oldest Rust it is to be built with, as major and minor number, where its manifest or workspace says so.
    pub rust_version: Option<(u32, u32)>,
    /// The root of the workspace it belongs to: its own directory when it stands alone.
    pub workspace_root: PathBuf,
    /// Its targets: library first, then binaries, examples, tests, benches, each kind sorted by name.
    pub targets: Vec<Target>,
    /// Its dependencies of all kinds and platforms, sorted by the name that code uses.
    pub dependencies: Vec<Dependency>,
    /// Whether it stands in a directory of examples, tests, benches or fixtures below the path that was asked for.
    pub is_example: bool,
    /// Whether it was asked for; the others are here because linking needs them.
    pub is_selected: bool,
}

/// A target of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its name; for a library the name that code uses (`-` as `_`).
    pub name: String,
    /// What kind.
    pub kind: TargetKind,
    /// The file of its root module.
    pub root: PathBuf,
    /// For a library: its crate types (`lib`, `cdylib`, `proc-macro`, …).
    pub crate_types: Vec<String>,
    /// Whether it was asked for, in a package that is selected.
    pub is_selected: bool,
}

/// The kinds of targets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TargetKind {
    /// The library.
    Lib,
    /// A binary.
    Bin,
    /// An example.
    Example,
    /// An integration test.
    Test,
    /// A benchmark.
    Bench,
    /// A build script.
    BuildScript,
}

/// A dependency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The name that code uses: the key in the manifest with `-` as `_`.
    pub name: String,
    /// The package's name in the registry or workspace.
    pub package: String,
    /// The directory of a path dependency (also one that the workspace declares).
    pub path: Option<PathBuf>,
    /// The version requirement, `*` where none is written.
    pub version: String,
    /// Which table it stands in.
    pub kind: DependencyKind,
    /// Whether it is optional.
    pub optional: bool,
    /// The features asked for.
    pub features: Vec<String>,
}

/// The tables of dependencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DependencyKind {
    /// `[dependencies]`
    Normal,
    /// `[dev-dependencies]`
    Dev,
    /// `[build-dependencies]`
    Build,
}
