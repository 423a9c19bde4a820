//! One walk over a directory: the manifests, Rust files and deployment files below it that a person would call part of the project.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::{DirEntry, WalkDir};

use super::{deployment, disk};

/// What a walk found, in order.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The directories that hold a `Cargo.toml`.
    pub(super) manifests: Vec<PathBuf>,
    /// The `.rs` files.
    pub(super) sources: Vec<PathBuf>,
    /// The files that may say how a program is deployed.
    pub(super) deployments: Vec<PathBuf>,
    /// Directories that could not be read, and why.
    pub(super) failures: Vec<(PathBuf, String)>,
}

/// Walks `dir` (canonical). Hidden and ignored entries, build directories, vendored crates and `node_modules` are left
/// out, links are not followed, and what `walked` names already is not walked again. `top` is where ignore files above
/// `dir` begin to count: the root of the repository.
pub(super) fn walk(dir: &Path, top: &Path, walked: &mut HashSet<PathBuf>) -> Walk {
    let mut found = Walk::default();
    let mut ignores = Ignores::above(dir, top);
    let mut entries = WalkDir::new(dir).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                found.failures.push(failure(dir, &error));
                continue;
            }
        };
        if !entry.file_type().is_dir() {
            found.take(&entry, &mut ignores);
            continue;
        }
        let is_open = entry.depth() == 0 || !(is_closed(&entry) || ignores.has(&entry));
        if is_open && walked.insert(entry.path().to_owned()) {
            ignores.enter(&entry);
        } else {
            entries.skip_current_dir();
        }
    }
    found
}

fn failure(dir: &Path, error: &walkdir::Error) -> (PathBuf, String) {
    let path = error.path().unwrap_or(dir).to_owned();
    let message = error.io_error().map_or_else(|| error.to_string(), disk::why_unreadable);
    (path, message)
}

impl Walk {
    fn take(&mut self, entry: &DirEntry, ignores: &mut Ignores) {
        let name = entry.file_name().as_encoded_bytes();
        let is_manifest = name == b"Cargo.toml";
        let is_file = entry.file_type().is_file();
        let is_source = name.ends_with(b".rs") && !name.starts_with(b".") && is_file;
        let is_deployment = is_file && entry.file_name().to_str().is_some_and(deployment::is_deployment);
        if !(is_manifest || is_source || is_deployment) || ignores.has(entry) {
            return;
        }
        if is_deployment {
            self.deployments.push(entry.path().to_owned());
        } else if is_source {
            self.sources.push(entry.path().to_owned());
        } else if let Some(dir) = entry.path().parent() {
            self.manifests.push(dir.to_owned());
        }
    }
}

/// Whether a directory is none that people write Rust in.
fn is_closed(entry: &DirEntry) -> bool {
    let path = entry.path();
    let name = entry.file_name().as_encoded_bytes();
    let is_beside_manifest = || path.with_file_name("Cargo.toml").is_file();
    name.starts_with(b".")
        || name == b"node_modules"
        || (name == b"target" && is_beside_manifest())
        || path.join("CACHEDIR.TAG").is_file()
        || path.join(".cargo-checksum.json").is_file()
}

/// The ignore files that count for an entry, outermost first, each with the depth of its directory.
struct Ignores {
    files: Vec<(usize, Gitignore)>,
}

impl Ignores {
    /// Those from `top` down to above `dir`. None when `dir` is itself ignored: who asks for it means what is in it.
    fn above(dir: &Path, top: &Path) -> Self {
        let mut dirs: Vec<&Path> =
            dir.ancestors().skip(1).take_while(|above| above.starts_with(top)).collect();
        dirs.reverse();
        let mut files: Vec<_> = dirs.into_iter().filter_map(ignore_file).map(|file| (0, file)).collect();
        if files.iter().any(|(_, file)| file.matched_path_or_any_parents(dir, true).is_ignore()) {
            files.clear();
        }
        Self { files }
    }

    fn enter(&mut self, dir: &DirEntry) {
        self.leave(dir.depth());
        // Files above the walk have depth 0, so those of the walk begin at 1.
        self.files.extend(ignore_file(dir.path()).map(|file| (dir.depth() + 1, file)));
    }

    /// Forgets the files of directories that do not hold an entry of this depth.
    fn leave(&mut self, depth: usize) {
        while self.files.last().is_some_and(|(level, _)| *level > depth) {
            self.files.pop();
        }
    }

    fn has(&mut self, entry: &DirEntry) -> bool {
        self.leave(entry.depth());
        let is_dir = entry.file_type().is_dir();
        let mut verdicts = self.files.iter().rev().map(|(_, file)| file.matched(entry.path(), is_dir));
        matches!(verdicts.find(|it| !it.is_none()), Some(Match::Ignore(_)))
    }
}

/// The largest `.gitignore` that is obeyed, in bytes: its patterns are compiled before anything else is read.
const IGNORE_CAP: u64 = 1 << 20;

/// The `.gitignore` of a directory. Links are not followed, as in git.
fn ignore_file(dir: &Path) -> Option<Gitignore> {
    let path = dir.join(".gitignore");
    if !fs::symlink_metadata(&path).is_ok_and(|it| it.is_file() && it.len() <= IGNORE_CAP) {
        return None;
    }
    let text = disk::read_text(&path).ok()?;
    let mut builder = GitignoreBuilder::new(dir);
    for line in text.lines() {
        // A line that is no pattern ignores nothing, as in git.
        _ = builder.add_line(None, line);
    }
    builder.build().ok()
}
