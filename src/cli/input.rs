//! What a run reads before it looks at anything.

use std::path::Path;

use super::fixing::Texts;
use super::scope::{orphans, roots};
use crate::catalog::Catalog;
use crate::facts;
use crate::report::KeyShape;
use crate::source::{Discovery, Files, Problem, Project, Reader, deployment};

/// What was read.
pub(super) struct Input {
    pub(super) project: Project,
    pub(super) files: Files,
    pub(super) loaded: facts::Loaded,
    pub(super) problems: Vec<Problem>,
}

/// Reads the files that were found, `threads` at a time; 0 means one a core. Reports name them relative to `cwd`.
pub(super) fn read(found: Discovery, cwd: &Path, threads: usize) -> Input {
    read_with(found, cwd, threads, &Texts::new())
}

/// The same, with texts that stand for those on the disk.
pub(super) fn read_with(found: Discovery, cwd: &Path, threads: usize, texts: &Texts) -> Input {
    let Discovery { mut project, mut problems } = found;
    let mut reader = Reader::new(&project.root, cwd).with_texts(texts.clone());
    for root in &project.other_roots {
        reader.allow(root);
    }
    let mut loaded = facts::load(&mut reader, &roots(&project), threads);
    let orphans = orphans(&project, reader.files());
    if !orphans.is_empty() {
        project.loose.extend(orphans);
        loaded = facts::load(&mut reader, &roots(&project), threads);
    }
    // Facts are numbered like files, so what is no Rust comes behind them.
    project.deployments = deployment::read(&mut reader, &project);
    problems.append(&mut project.deployments.problems);
    problems.append(&mut loaded.problems);
    problems.sort();
    problems.dedup();
    Input { project, files: reader.into_files(), loaded, problems }
}

/// What keys look like that nobody may see.
pub(super) fn key_shapes(catalog: &Catalog) -> Vec<KeyShape<'_>> {
    let private = catalog.keys().iter().filter(|key| !key.public);
    private.map(|key| KeyShape { prefix: &key.prefix, min: key.min }).collect()
}
