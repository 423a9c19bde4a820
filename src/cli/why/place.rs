//! The place that `why` is asked about.

use std::path::{Path, PathBuf};

use super::{Input, file_of};
use crate::finding::Seen;
use crate::report::problem_line;
use crate::source::{FileId, Place, Problem, SourceFile};

/// A place as it was written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked {
    /// The file.
    pub(super) file: PathBuf,
    /// The 1-based line.
    line: usize,
    /// The 1-based column, in characters.
    column: Option<usize>,
}

impl Asked {
    /// Reads `FILE:LINE` or `FILE:LINE:COL`.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let refused = || {
            format!(
                "`{}` is no place: write FILE:LINE or FILE:LINE:COL, such as `src/auth.rs:14`",
                text.escape_debug()
            )
        };
        let (before, last) = cut(text).ok_or_else(refused)?;
        let (file, line, column) = match cut(before) {
            Some((file, line)) => (file, line, Some(last)),
            None => (before, last, None),
        };
        if file.is_empty() || line == 0 || column == Some(0) {
            return Err(refused());
        }
        Ok(Self { file: PathBuf::from(file), line, column })
    }

    /// The place in the file that was read.
    ///
    /// # Errors
    /// The file was not read or not understood, or ends before the line.
    pub(super) fn in_file<'i>(&self, input: &'i Input) -> Result<Line<'i>, String> {
        let is_of_it = |problem: &&Problem| {
            problem.kind.is_failure() && Path::new(&problem.path).file_name() == self.file.file_name()
        };
        let failure = input.problems.iter().find(is_of_it);
        let Some(file) = file_of(input, self) else {
            let told = failure.map(|problem| problem_line(problem, &input.files));
            let told = told.as_deref().and_then(|line| line.strip_prefix("error: "));
            let name = self.file.display().to_string();
            return Err(
                told.map_or_else(|| format!("`{}` is no Rust file", name.escape_debug()), str::to_owned)
            );
        };
        let source = input.files.get(file);
        let of_file = |problem: &&Problem| problem.kind.is_failure() && problem.path == source.shown;
        if let Some(problem) = input.problems.iter().find(of_file) {
            return Err(problem_line(problem, &input.files).trim_start_matches("error: ").to_owned());
        }
        // A text that ends with a line end has an empty last line, which nobody counts.
        let count = source.text.lines().count();
        if self.line > count {
            return Err(format!("`{}` ends at line {count}", source.shown.escape_debug()));
        }
        let index = self.line - 1;
        let offset = self.column.map(|column| offset_of(source, index, column));
        Ok(Line { file, index, offset, source })
    }
}

/// The text before the last `:`, and the number behind it.
fn cut(text: &str) -> Option<(&str, usize)> {
    let (before, last) = text.rsplit_once(':')?;
    Some((before, last.parse().ok()?))
}

/// The offset of a 1-based column; behind the end of the line, that end.
fn offset_of(source: &SourceFile, line: usize, column: usize) -> u32 {
    let span = source.line_span(line);
    let text = source.slice(span);
    let before = text.char_indices().nth(column - 1).map_or(text.len(), |(at, _)| at);
    span.start + u32::try_from(before).unwrap_or(0)
}

/// A line of a file, and a point in it where one is meant.
pub(super) struct Line<'i> {
    /// The file.
    pub(super) file: FileId,
    /// The 0-based line.
    pub(super) index: usize,
    offset: Option<u32>,
    source: &'i SourceFile,
}

impl Line<'_> {
    /// Whether a place has any part of it on the line.
    pub(super) fn has(&self, place: Place) -> bool {
        place.file == self.file && self.distance(place) == 0
    }

    /// How many lines away a place of the same file is.
    pub(super) fn distance(&self, place: Place) -> usize {
        let first = self.source.line_index(place.span.start);
        let last = self.source.line_index(place.span.end.saturating_sub(1).max(place.span.start));
        first.saturating_sub(self.index).max(self.index.saturating_sub(last))
    }

    /// What has a place on the line; where a column was asked for and something stands there, only that.
    pub(super) fn narrowed<'s>(&self, seen: &'s [Seen]) -> Vec<&'s Seen> {
        let having = |is_there: &dyn Fn(Place) -> bool| {
            let is_seen = |it: &&Seen| places(it).any(is_there);
            seen.iter().filter(is_seen).collect::<Vec<_>>()
        };
        let at_point = having(&|place| self.is_at_point(place));
        if at_point.is_empty() { having(&|place| self.has(place)) } else { at_point }
    }

    fn is_at_point(&self, place: Place) -> bool {
        let is_in = |at: u32| place.span.start <= at && at < place.span.end;
        place.file == self.file && self.offset.is_some_and(is_in)
    }
}

fn places(seen: &Seen) -> impl Iterator<Item = Place> {
    std::iter::once(&seen.subject).chain(&seen.steps).map(|step| step.place)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(String, usize, Option<usize>)> {
        let asked = Asked::parse(text).ok()?;
        Some((asked.file.display().to_string(), asked.line, asked.column))
    }

    #[test]
    fn a_place_is_a_file_a_line_and_a_column() {
        assert_eq!(parsed("src/a.rs:3"), Some(("src/a.rs".into(), 3, None)));
        assert_eq!(parsed("src/a.rs:3:14"), Some(("src/a.rs".into(), 3, Some(14))));
        assert_eq!(parsed("C:/a.rs:3"), Some(("C:/a.rs".into(), 3, None)));
        for bad in ["src/a.rs", "src/a.rs:", "src/a.rs:0", "src/a.rs:1:0", ":3", "a.rs:x", "a.rs:-1"] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
