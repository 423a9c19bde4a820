//! What a run reads before it looks at anything.

use super::scope::{orphans, roots};
use crate::catalog::Catalog;
use crate::facts;
use crate::report::KeyShape;
use crate::source::{Discovery, Files, Problem, Project, Reader, Request, discover};

/// What was read.
pub(super) struct Input {
    pub(super) project: Project,
    pub(super) files: Files,
    pub(super) loaded: facts::Loaded,
    pub(super) problems: Vec<Problem>,
}

/// Finds and reads the files that are asked for, `threads` at a time; 0 means one a core.
pub(super) fn read(request: &Request, threads: usize) -> Input {
    let Discovery { mut project, mut problems } = discover(request);
    let mut reader = Reader::new(&project.root, &request.cwd);
    for root in &project.other_roots {
        reader.allow(root);
    }
    let mut loaded = facts::load(&mut reader, &roots(&project), threads);
    let orphans = orphans(&project, reader.files());
    if !orphans.is_empty() {
        project.loose.extend(orphans);
        loaded = facts::load(&mut reader, &roots(&project), threads);
    }
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
