//! The lines that a story touches, as codespan-reporting asks for them; very long lines are cut around their label.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use codespan_reporting::files;

use super::shown::{Shown, ShownFile};
use super::story::Story;
use crate::source::{FileId, Place, Span};

/// Lines with more characters than this are cut.
const LONGEST_LINE: usize = 400;
/// How many bytes of a cut line are shown before and behind the start of its label, about.
const BEFORE: u32 = 60;
const BEHIND: u32 = 180;
/// What stands where a line was cut.
const CUT: &str = "…";

/// The excerpts of the files that one story touches.
pub(super) struct Excerpts<'a> {
    files: BTreeMap<FileId, Excerpt<'a>>,
}

/// Some lines of a file, one below the other.
struct Excerpt<'a> {
    file: &'a ShownFile<'a>,
    name: Cow<'a, str>,
    text: String,
    /// In order.
    lines: Vec<Line>,
}

/// A line of an excerpt.
struct Line {
    /// Its 0-based number in the file.
    index: usize,
    /// Its bytes in the excerpt, marks of cuts included.
    range: Range<usize>,
    /// Where in the excerpt the kept part starts.
    kept_at: usize,
    /// The kept part in the file.
    kept: Span,
}

impl<'a> Excerpts<'a> {
    /// The excerpts for a story; names of files lead to the files where they are linked.
    pub(super) fn new(story: &Story, shown: &'a Shown<'a>, is_linked: bool) -> Self {
        let mut touched: BTreeMap<FileId, BTreeMap<usize, u32>> = BTreeMap::new();
        for label in &story.labels {
            let place = label.place;
            touch(touched.entry(place.file).or_default(), place, shown.file(place.file));
        }
        // A label on a cut line is looked for where the primary one is, else where the first is.
        let primary = story.primary().place;
        let line = shown.file(primary.file).line_index(primary.span.start);
        touched.entry(primary.file).or_default().insert(line, primary.span.start);
        let excerpts =
            touched.into_iter().map(|(id, lines)| (id, Excerpt::new(shown.file(id), &lines, is_linked)));
        Self { files: excerpts.collect() }
    }

    /// The bytes of a place in the excerpt of its file.
    pub(super) fn range(&self, place: Place) -> Range<usize> {
        let excerpt = &self.files[&place.file];
        excerpt.offset(place.span.start)..excerpt.offset(place.span.end)
    }

    fn get(&self, id: FileId) -> Result<&Excerpt<'a>, files::Error> {
        self.files.get(&id).ok_or(files::Error::FileMissing)
    }
}

/// Notes the lines of a place with one more on either side (codespan shows a single line between two labels), and what
/// part of each is to be seen.
fn touch(lines: &mut BTreeMap<usize, u32>, place: Place, file: &ShownFile<'_>) {
    let first = file.line_index(place.span.start);
    let last = file.line_index(place.span.end);
    let end = (last + 1).min(file.line_count() - 1);
    for index in first.saturating_sub(1)..=end {
        lines.entry(index).or_insert(u32::MAX);
    }
    see(lines, last, place.span.end);
    see(lines, first, place.span.start);
}

/// The leftmost offset of a line that a label asks to be seen.
fn see(lines: &mut BTreeMap<usize, u32>, index: usize, at: u32) {
    lines.entry(index).and_modify(|seen| *seen = at.min(*seen)).or_insert(at);
}

impl<'a> Excerpt<'a> {
    fn new(file: &'a ShownFile<'a>, lines: &BTreeMap<usize, u32>, is_linked: bool) -> Self {
        let name = if is_linked { file.linked_name() } else { Cow::Borrowed(file.name.as_str()) };
        let mut excerpt = Self { file, name, text: String::new(), lines: Vec::with_capacity(lines.len()) };
        for (index, seen) in lines {
            excerpt.add(*index, *seen);
        }
        excerpt
    }

    fn add(&mut self, index: usize, seen: u32) {
        let whole = self.file.line_span(index);
        let kept = self.kept(whole, seen);
        let start = self.text.len();
        if kept.start > whole.start {
            self.text.push_str(CUT);
        }
        let kept_at = self.text.len();
        self.text.push_str(self.file.slice(kept));
        if kept.end < whole.end {
            self.text.push_str(CUT);
        }
        self.lines.push(Line { index, range: start..self.text.len(), kept_at, kept });
        self.text.push('\n');
    }

    /// The part of a line that is shown: all of it, or what lies around `seen`, or its start when nothing is to be seen.
    fn kept(&self, whole: Span, seen: u32) -> Span {
        if self.file.slice(whole).chars().nth(LONGEST_LINE).is_none() {
            return whole;
        }
        let seen = if seen == u32::MAX { whole.start } else { seen.min(whole.end) };
        let start = whole.start.max(seen.saturating_sub(BEFORE));
        let end = whole.end.min(seen + BEHIND);
        Span::new(self.file.border(start), self.file.border(end))
    }

    /// Where an offset of the file stands in the excerpt; on the mark of the cut when it was cut away.
    fn offset(&self, at: u32) -> usize {
        let index = self.file.line_index(at);
        let line = self.line(index).expect("the lines of every label were added");
        if at < line.kept.start {
            return line.range.start;
        }
        if at > line.kept.end {
            return line.range.end;
        }
        line.kept_at + (at - line.kept.start) as usize
    }

    fn line(&self, index: usize) -> Result<&Line, files::Error> {
        let found = self.lines.binary_search_by_key(&index, |line| line.index);
        let max = self.file.line_count() - 1;
        found.map(|at| &self.lines[at]).map_err(|_| files::Error::LineTooLarge { given: index, max })
    }

    /// The column, 1-based and in characters, that an offset of the excerpt has in the file.
    fn column(&self, line: &Line, at: usize) -> usize {
        let behind = u32::try_from(at.saturating_sub(line.kept_at)).unwrap_or(u32::MAX);
        self.file.line_column(line.kept.start.saturating_add(behind).min(line.kept.end)).column as usize
    }
}

impl<'f> files::Files<'f> for Excerpts<'_> {
    type FileId = FileId;
    type Name = &'f str;
    type Source = &'f str;

    fn name(&'f self, id: FileId) -> Result<&'f str, files::Error> {
        Ok(&self.get(id)?.name)
    }

    fn source(&'f self, id: FileId) -> Result<&'f str, files::Error> {
        Ok(&self.get(id)?.text)
    }

    fn line_index(&'f self, id: FileId, byte_index: usize) -> Result<usize, files::Error> {
        let lines = &self.get(id)?.lines;
        let at = lines.partition_point(|line| line.range.start <= byte_index).saturating_sub(1);
        lines.get(at).map(|line| line.index).ok_or(files::Error::IndexTooLarge { given: byte_index, max: 0 })
    }

    fn column_number(
        &'f self,
        id: FileId,
        line_index: usize,
        byte_index: usize,
    ) -> Result<usize, files::Error> {
        let excerpt = self.get(id)?;
        Ok(excerpt.column(excerpt.line(line_index)?, byte_index))
    }

    fn line_range(&'f self, id: FileId, line_index: usize) -> Result<Range<usize>, files::Error> {
        Ok(self.get(id)?.line(line_index)?.range.clone())
    }
}
