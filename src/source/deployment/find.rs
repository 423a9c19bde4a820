//! Which files of a tree say how its programs are deployed, by their names.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::source::walk::walk;

/// How many files are looked at. More than that is no project's own deployment.
const FILES: usize = 4_000;

/// Endings of files that are read.
const ENDINGS: [&str; 26] = [
    ".yml",
    ".yaml",
    ".dockerfile",
    ".service",
    ".env",
    ".sh",
    ".bash",
    ".mk",
    ".tf",
    ".tfvars",
    ".hcl",
    ".nomad",
    ".tpl",
    ".tmpl",
    ".j2",
    ".jsonnet",
    ".libsonnet",
    ".cue",
    ".nix",
    ".dhall",
    ".pkl",
    ".ps1",
    ".conf",
    ".ini",
    ".container",
    ".erb",
];
/// Names of files that are read, in lower case.
const NAMES: [&str; 11] = [
    "procfile",
    "makefile",
    "justfile",
    "fly.toml",
    "railway.json",
    "railway.toml",
    "nixpacks.toml",
    "app.json",
    "shuttle.toml",
    "secrets.toml",
    "vercel.json",
];
/// Beginnings of such names.
const STARTS: [&str; 4] = ["dockerfile", "containerfile", ".env", "fly."];

/// Whether a file of this name may say how a program is deployed.
pub(in crate::source) fn is_deployment(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let is_lock = name.contains("-lock.");
    let is_named = NAMES.contains(&name.as_str())
        || STARTS.iter().any(|start| name.starts_with(start))
        || ENDINGS.iter().any(|end| name.ends_with(end));
    is_named && !is_lock
}

/// The deployment files below these roots, without those that `is_showcase` takes for an example, sorted; and whether there
/// were more than are looked at.
pub(in crate::source) fn find(roots: &[&Path], is_showcase: impl Fn(&Path) -> bool) -> (Vec<PathBuf>, bool) {
    let mut walked = HashSet::new();
    let mut found = Vec::new();
    for root in roots {
        found.extend(walk(root, root, &mut walked).deployments);
        // Hidden directories are closed to walks, and forges keep their workflows in one.
        let workflows = root.join(".github/workflows");
        if workflows.is_dir() {
            found.extend(walk(&workflows, root, &mut walked).deployments);
        }
    }
    found.retain(|path| !path.parent().is_some_and(&is_showcase));
    found.sort();
    found.dedup();
    let is_cut = found.len() > FILES;
    found.truncate(FILES);
    (found, is_cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell() {
        for name in
            ["docker-compose.yml", "Dockerfile.worker", "Makefile", ".env.example", "x.service", "fly.toml"]
        {
            assert!(is_deployment(name), "{name}");
        }
        for name in ["main.rs", "pnpm-lock.yaml", "Cargo.toml", "README.md"] {
            assert!(!is_deployment(name), "{name}");
        }
    }
}
