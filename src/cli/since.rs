//! `--since`: only what touches lines that changed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::finding::Finding;
use crate::report::safe;
use crate::source::{ChangedLines, Commit, FileId, Files, Place};

/// Takes out the findings none of whose places touches a line that changed since the reference; gives how many.
///
/// # Errors
/// git is missing or failed, or knows no such commit: what to do.
pub(super) fn keep_changed(
    findings: &mut Vec<Finding>,
    files: &Files,
    cwd: &Path,
    reference: &str,
) -> Result<usize, String> {
    let told = |message: String| safe(&format!("`--since`: {message}"));
    // Asked even where nothing was found, so that a name that is wrong does not pass.
    let commit = Commit::base(cwd, reference).map_err(told)?;
    let named: BTreeSet<FileId> = findings.iter().flat_map(places).map(|place| place.file).collect();
    let paths: Vec<_> = named.iter().map(|file| files.get(*file).path.clone()).collect();
    let old = commit.texts(&paths).map_err(told)?;
    let compared = |file: &FileId| {
        let source = files.get(*file);
        let changed = old.get(&source.path).map(|old| ChangedLines::between(old, &source.text));
        (*file, changed)
    };
    let changes: BTreeMap<FileId, Option<ChangedLines>> = named.iter().map(compared).collect();
    let is_touched = |place: Place| {
        let file = files.get(place.file);
        let last = place.span.end.saturating_sub(1).max(place.span.start);
        let (first, last) = (file.line_index(place.span.start), file.line_index(last));
        // A file that the commit does not have is new as a whole.
        changes.get(&place.file).and_then(Option::as_ref).is_none_or(|changed| changed.touches(first, last))
    };
    let before = findings.len();
    findings.retain(|finding| places(finding).any(is_touched));
    Ok(before - findings.len())
}

/// Every place that a finding tells of.
fn places(finding: &Finding) -> impl Iterator<Item = Place> {
    std::iter::once(&finding.primary).chain(&finding.steps).map(|step| step.place)
}
