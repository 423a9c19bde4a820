//! Findings and files for the tests of this floor.

use super::{Fingerprints, Format, Owners, Report, write};
use crate::finding::{Confidence, Finding, Level, Step};
use crate::source::{FileId, Files, Place, SourceFile, Span};

/// One file with this name and text.
pub(super) fn one_file(name: &str, text: &str) -> (Files, FileId) {
    let mut files = Files::default();
    let id = add(&mut files, name, text);
    (files, id)
}

/// Adds a file.
pub(super) fn add(files: &mut Files, name: &str, text: &str) -> FileId {
    files.add(SourceFile::new(name.into(), name.into(), text.into()))
}

/// Where `text` first stands in a file.
pub(super) fn place(files: &Files, file: FileId, text: &str) -> Place {
    let start = files.get(file).text.find(text).expect("the text stands in the file");
    let start = u32::try_from(start).expect("a small file");
    Place { file, span: Span::new(start, start + u32::try_from(text.len()).expect("a small text")) }
}

/// A step.
pub(super) fn step(place: Place, label: &str) -> Step {
    Step { place, label: label.into() }
}

/// A finding of level deny.
pub(super) fn finding(place: Place) -> Finding {
    let message = "the message".to_owned();
    Finding::new("a-rule", Level::Deny, Confidence::High, message, step(place, "primary label"))
}

/// A report without secrets, owners or colour, that says failure.
pub(super) fn report<'a>(files: &'a Files, findings: &'a [Finding]) -> Report<'a> {
    static NO_OWNERS: Owners = Owners::new();
    static NO_FINGERPRINTS: Fingerprints = Fingerprints::none();
    Report {
        findings,
        files,
        secrets: &[],
        key_shapes: &[],
        owners: &NO_OWNERS,
        rules: &[],
        problems: &[],
        fingerprints: &NO_FINGERPRINTS,
        prefix: "",
        fails_at: Some(Level::Warn),
        is_coloured: false,
        is_linked: false,
        success: false,
    }
}

/// What is written for a report.
pub(super) fn written(format: Format, report: &Report<'_>) -> String {
    let mut out = Vec::new();
    write(format, report, &mut out).expect("a vector takes all that is written");
    String::from_utf8(out).expect("reports are UTF-8")
}
