//! The files that findings point into, as they may be shown.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::Report;
use super::hyperlink::{file_uri, linked};
use super::mask::Masks;
use super::rooted::rooted;
use crate::source::{FileId, LineColumn, SourceFile, Span};

/// All that formats may show of a run's files, and the masks for all other text.
pub(super) struct Shown<'a> {
    files: BTreeMap<FileId, ShownFile<'a>>,
    masks: Masks<'a>,
}

/// A file as it may be shown. Masks keep bytes and characters in number, so lines and columns of the file on disk hold.
pub(super) struct ShownFile<'a> {
    source: &'a SourceFile,
    /// Its name.
    pub(super) name: String,
    /// Its name as seen from the root of the repository.
    pub(super) rooted: String,
    text: Cow<'a, str>,
}

impl<'a> Shown<'a> {
    /// The files that the report's findings point into.
    pub(super) fn new(report: &Report<'a>) -> Self {
        let masks = Masks::new(report.files, report.secrets, report.key_shapes);
        let steps =
            report.findings.iter().flat_map(|finding| [&finding.primary].into_iter().chain(&finding.steps));
        let suggested = report.findings.iter().flat_map(|finding| &finding.fixes);
        let edited = suggested.flat_map(|fix| fix.edits.iter().map(|edit| edit.place.file));
        let touched: BTreeSet<FileId> = steps.map(|step| step.place.file).chain(edited).collect();
        let files = touched
            .into_iter()
            .map(|id| (id, ShownFile::new(id, report.files.get(id), &masks, report.prefix)))
            .collect();
        Self { files, masks }
    }

    /// The file of a place of a finding.
    pub(super) fn file(&self, id: FileId) -> &ShownFile<'a> {
        self.files.get(&id).expect("every file that a finding points into was collected")
    }

    /// The name of any file, fit to be shown.
    pub(super) fn name(&self, text: &str) -> String {
        self.masks.name(text)
    }

    /// A message, label or help as one line fit to be shown.
    pub(super) fn message(&self, text: &str) -> String {
        self.masks.message(text)
    }

    /// New code as it may be shown.
    pub(super) fn code(&self, text: &str) -> String {
        self.masks.code(text)
    }
}

impl<'a> ShownFile<'a> {
    fn new(id: FileId, source: &'a SourceFile, masks: &Masks<'a>, prefix: &str) -> Self {
        let rooted = masks.name(&rooted(prefix, &source.shown));
        Self { source, name: masks.name(&source.shown), rooted, text: masks.source(id, &source.text) }
    }

    /// Its name, which leads to the file where a terminal knows links. A name that is masked leads nowhere.
    pub(super) fn linked_name(&self) -> Cow<'_, str> {
        let is_masked = self.name != self.source.shown;
        match file_uri(&self.source.path).filter(|_| !is_masked) {
            Some(uri) => Cow::Owned(linked(&self.name, &uri)),
            None => Cow::Borrowed(&self.name),
        }
    }

    /// The span, moved into the file and onto borders of characters where it does not fit.
    pub(super) fn fit(&self, span: Span) -> Span {
        let start = self.border(span.start);
        Span::new(start, self.border(span.end).max(start))
    }

    /// The nearest border of a character at or before an offset.
    pub(super) fn border(&self, at: u32) -> u32 {
        let mut at = (at as usize).min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        u32::try_from(at).unwrap_or(u32::MAX)
    }

    /// The 0-based line of an offset.
    pub(super) fn line_index(&self, at: u32) -> usize {
        self.source.line_index(at)
    }

    /// How many lines there are.
    pub(super) fn line_count(&self) -> usize {
        self.source.line_count()
    }

    /// The bytes of a 0-based line, without its end.
    pub(super) fn line_span(&self, line: usize) -> Span {
        self.source.line_span(line)
    }

    /// 1-based line and column (in characters) of an offset.
    pub(super) fn line_column(&self, at: u32) -> LineColumn {
        self.source.line_column(at)
    }

    /// The whole text.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// 1-based line of an offset, and column in bytes of UTF-8.
    pub(super) fn line_byte(&self, at: u32) -> (u32, u32) {
        let start = self.line_span(self.line_index(at)).start;
        (self.line_column(at).line, at.saturating_sub(start) + 1)
    }

    /// The text of a span that fits.
    pub(super) fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::report::sample;
    use crate::report::shown::Shown;
    use crate::source::Span;

    #[test]
    fn a_span_is_moved_onto_borders_inside_the_file() {
        let (files, id) = sample::one_file("a.rs", "é漢");
        let findings = [sample::finding(sample::place(&files, id, "é"))];
        let shown = Shown::new(&sample::report(&files, &findings));
        let file = shown.file(id);
        assert_eq!(file.fit(Span::new(1, 4)), Span::new(0, 2));
        assert_eq!(file.fit(Span::new(90, 99)), Span::new(5, 5));
    }
}
