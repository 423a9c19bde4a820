//! What would set a finding right: edits of the files as they are on disk.

use std::collections::BTreeSet;

use crate::source::{FileId, Place};

/// A suggested fix: all of its edits together, or none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fix {
    /// What it does: lower case, no full stop, one line.
    pub title: String,
    /// Who may apply it.
    pub grade: Applicability,
    /// The edits, by file and place; none overlaps another.
    pub edits: Vec<Edit>,
}

/// One stretch of a file with what is to stand there instead.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The bytes that go; empty where text is put in.
    pub place: Place,
    /// The text that comes, with the file's own line ends.
    pub replacement: String,
}

/// How far a fix can be trusted, in rustc's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// The code compiles and behaves rightly without anybody's judgement.
    MachineApplicable,
    /// It compiles as far as can be seen, and somebody has to judge whether it is what is wanted.
    MaybeIncorrect,
    /// It has names that somebody has to fill in: shown, and never applied.
    HasPlaceholders,
}

impl Applicability {
    /// The name that rustc has for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MachineApplicable => "MachineApplicable",
            Self::MaybeIncorrect => "MaybeIncorrect",
            Self::HasPlaceholders => "HasPlaceholders",
        }
    }
}

impl Fix {
    /// A fix of these edits, sorted; nothing where there are none, or where they overlap.
    #[must_use]
    pub fn new(title: String, grade: Applicability, mut edits: Vec<Edit>) -> Option<Self> {
        edits.sort();
        let is_apart = |pair: &[Edit]| {
            let (a, b) = (pair[0].place, pair[1].place);
            a.file != b.file || (a.span.end <= b.span.start && a.span != b.span)
        };
        let is_sound = !edits.is_empty() && edits.windows(2).all(is_apart);
        is_sound.then_some(Self { title, grade, edits })
    }

    /// The files that it changes.
    #[must_use]
    pub fn files(&self) -> BTreeSet<FileId> {
        self.edits.iter().map(|edit| edit.place.file).collect()
    }
}

/// A text with edits, sorted and apart, made in it; `None` where one does not fit the text.
pub fn edited<'e>(text: &str, edits: impl IntoIterator<Item = &'e Edit>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        let range = edit.place.span.range();
        out.push_str(text.get(done..range.start)?);
        text.get(range.clone())?;
        out.push_str(&edit.replacement);
        done = range.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn edit(start: u32, end: u32) -> Edit {
        let place = Place { file: FileId(0), span: Span::new(start, end) };
        Edit { place, replacement: "x".to_owned() }
    }

    fn fix(edits: Vec<Edit>) -> Option<Fix> {
        Fix::new("do it".to_owned(), Applicability::MaybeIncorrect, edits)
    }

    #[test]
    fn edits_are_made_where_they_fit() {
        let made = |text, edits: &[Edit]| edited(text, edits);
        assert_eq!(made("abcdef", &[edit(0, 0), edit(1, 3), edit(6, 6)]).as_deref(), Some("xaxdefx"));
        assert_eq!(made("é", &[edit(0, 1)]), None);
        assert_eq!(made("a", &[edit(1, 2)]), None);
    }

    #[test]
    fn edits_are_sorted_and_apart() {
        let starts = |fix: Fix| fix.edits.iter().map(|it| it.place.span.start).collect::<Vec<_>>();
        assert_eq!(fix(vec![edit(5, 7), edit(0, 5), edit(7, 7)]).map(starts), Some(vec![0, 5, 7]));
        assert_eq!(fix(vec![edit(0, 5), edit(4, 6)]), None);
        assert_eq!(fix(vec![edit(3, 3), edit(3, 3)]), None);
        assert_eq!(fix(Vec::new()), None);
    }
}
