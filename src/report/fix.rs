//! Fixes: as reports show them, which of them are made together, and what changes by them.

mod choose;
mod diff;

use similar::{ChangeTag, TextDiff};

use super::shown::Shown;
use crate::finding::{Applicability, Edit, Fix, edited};
use crate::source::{FileId, Place};

pub use choose::{Chosen, chosen};
pub use diff::{Changed, diff};

/// A line of a diff with more characters than this is cut.
const LONGEST_LINE: usize = 200;

/// A fix with texts that may be shown.
pub(super) struct ShownFix {
    /// What it does.
    pub(super) title: String,
    /// Who may apply it.
    pub(super) grade: Applicability,
    /// Its edits.
    pub(super) edits: Vec<ShownEdit>,
    /// Whether anything in its new text must not be shown, so that the edits as shown are not those to be made.
    pub(super) is_masked: bool,
}

/// An edit with texts that may be shown.
pub(super) struct ShownEdit {
    /// The bytes that go.
    pub(super) place: Place,
    /// The text that comes.
    pub(super) replacement: String,
}

impl ShownFix {
    pub(super) fn new(fix: &Fix, shown: &Shown<'_>) -> Self {
        let edit = |edit: &Edit| {
            let span = shown.file(edit.place.file).fit(edit.place.span);
            ShownEdit { place: Place { span, ..edit.place }, replacement: shown.code(&edit.replacement) }
        };
        let edits: Vec<ShownEdit> = fix.edits.iter().map(edit).collect();
        let is_masked = edits.iter().zip(&fix.edits).any(|(shown, own)| shown.replacement != own.replacement);
        Self { title: shown.message(&fix.title), grade: fix.grade, edits, is_masked }
    }

    /// Whether the edits as shown can be made as they are.
    pub(super) fn can_be_made(&self) -> bool {
        !self.is_masked && self.grade != Applicability::HasPlaceholders
    }

    /// Its title with the lines that change below it; files are named unless all of that is in `main`.
    pub(super) fn note(&self, main: FileId, shown: &Shown<'_>) -> String {
        let mut note = format!("help: {}", self.title);
        let is_in_main = self.edits.iter().all(|edit| edit.place.file == main);
        for edits in self.edits.chunk_by(|a, b| a.place.file == b.place.file) {
            let file = edits[0].place.file;
            if !is_in_main {
                note.extend(["\n", &shown.file(file).name, ":"]);
            }
            for line in changed_lines(edits, shown) {
                note.push('\n');
                note.push_str(&line);
            }
        }
        note
    }
}

/// The lines of a file that go and come, each with its number.
fn changed_lines(edits: &[ShownEdit], shown: &Shown<'_>) -> Vec<String> {
    let file = shown.file(edits[0].place.file);
    let edit = |it: &ShownEdit| Edit { place: it.place, replacement: it.replacement.clone() };
    let edits: Vec<Edit> = edits.iter().map(edit).collect();
    let old = file.text();
    let Some(new) = edited(old, &edits) else { return Vec::new() };
    let width = (file.line_count() + 1).to_string().len();
    let diff = TextDiff::from_lines(old, &new);
    let changes = diff.iter_all_changes().filter_map(|change| {
        let (sign, number) = match change.tag() {
            ChangeTag::Equal => return None,
            ChangeTag::Delete => ('-', change.old_index()?),
            ChangeTag::Insert => ('+', change.new_index()?),
        };
        Some(format!("{:width$} {sign} {}", number + 1, one_line(change.value())).trim_end().to_owned())
    });
    changes.collect()
}

/// A line without its end, tabs made wide, cut where it is very long.
fn one_line(line: &str) -> String {
    let line = line.trim_end_matches(['\n', '\r']).replace('\t', "    ");
    match line.char_indices().nth(LONGEST_LINE) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
