//! What a run is asked to look at: paths, packages and targets, as the command line names them.

use std::path::PathBuf;

use super::package::TargetKind;
use super::wildcard;

/// What to look at.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The directory that relative paths start from and that reports are relative to.
    pub cwd: PathBuf,
    /// Directories and files; none means the workspace of `cwd` or of `manifest_path`.
    pub paths: Vec<PathBuf>,
    /// The manifest whose workspace is meant in place of the nearest one.
    pub manifest_path: Option<PathBuf>,
    /// Packages to select by name, `name@version`, pattern or package id; none means what cargo selects.
    pub packages: Vec<String>,
    /// Packages to leave out by name or pattern.
    pub exclude: Vec<String>,
    /// Whether every member of the workspace is meant.
    pub workspace: bool,
    /// Which targets of the selected packages are meant.
    pub targets: TargetSelection,
}

/// Which targets are meant. Nothing asked for means the library and the binaries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetSelection {
    /// Every target, build scripts included.
    pub all_targets: bool,
    /// The library.
    pub lib: bool,
    /// Binaries.
    pub bins: Pick,
    /// Examples.
    pub examples: Pick,
    /// Integration tests. All of them stands for library and binaries too, as in cargo.
    pub tests: Pick,
    /// Benchmarks. All of them stands for library and binaries too, as in cargo.
    pub benches: Pick,
}

/// Targets of one kind: all of them, or some by name or pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// Whether all are meant.
    pub is_all: bool,
    /// The names.
    pub names: Vec<String>,
}

impl Pick {
    fn has(&self, name: &str) -> bool {
        self.is_all || self.names.iter().any(|pattern| wildcard::is_match(pattern, name))
    }
}

impl TargetSelection {
    /// Whether a target of this kind and name is meant.
    #[must_use]
    pub fn has(&self, kind: TargetKind, name: &str) -> bool {
        if self.all_targets {
            return true;
        }
        if *self == Self::default() {
            return matches!(kind, TargetKind::Lib | TargetKind::Bin);
        }
        let is_unit = self.tests.is_all || self.benches.is_all;
        match kind {
            TargetKind::Lib => self.lib || is_unit,
            TargetKind::Bin => is_unit || self.bins.has(name),
            TargetKind::Example => self.examples.has(name),
            TargetKind::Test => self.tests.has(name),
            TargetKind::Bench => self.benches.has(name),
            TargetKind::BuildScript => false,
        }
    }

    /// Every target asked for by name.
    pub(super) fn named(&self) -> impl Iterator<Item = (TargetKind, &str)> {
        let picks = [
            (TargetKind::Bin, &self.bins),
            (TargetKind::Example, &self.examples),
            (TargetKind::Test, &self.tests),
            (TargetKind::Bench, &self.benches),
        ];
        picks.into_iter().flat_map(|(kind, pick)| pick.names.iter().map(move |name| (kind, name.as_str())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_asked_for_means_library_and_binaries() {
        let selection = TargetSelection::default();
        assert!(selection.has(TargetKind::Lib, "a") && selection.has(TargetKind::Bin, "b"));
        assert!(
            !selection.has(TargetKind::Test, "t") && !selection.has(TargetKind::BuildScript, "build-script")
        );
    }

    #[test]
    fn a_named_binary_leaves_out_the_rest() {
        let bins = Pick { is_all: false, names: vec!["serve*".to_owned()] };
        let selection = TargetSelection { bins, ..TargetSelection::default() };
        assert!(selection.has(TargetKind::Bin, "server"));
        assert!(!selection.has(TargetKind::Bin, "worker") && !selection.has(TargetKind::Lib, "server"));
    }

    #[test]
    fn all_tests_bring_library_and_binaries_along() {
        let tests = Pick { is_all: true, names: Vec::new() };
        let selection = TargetSelection { tests, ..TargetSelection::default() };
        assert!(selection.has(TargetKind::Lib, "a") && selection.has(TargetKind::Test, "t"));
        assert!(!selection.has(TargetKind::Bench, "b"));
    }
}
