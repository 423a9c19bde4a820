//! The files of a run: their text as it is on disk, and lines and columns in it.

use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::{FileId, Span};

/// A file that was read: UTF-8 text, byte for byte as on disk.
#[derive(Debug)]
pub struct SourceFile {
    /// Where it was read from.
    pub path: PathBuf,
    /// Its name in reports: relative to where the run started, `/` separated.
    pub shown: String,
    /// Its text.
    pub text: String,
    /// Byte offset of the start of each line. A line ends behind `\n`; a lone `\r` ends none, as in rustc.
    line_starts: Vec<u32>,
}

/// A position for people: both 1-based, the column in characters (Unicode scalar values).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineColumn {
    /// 1-based line.
    pub line: u32,
    /// 1-based column, in characters.
    pub column: u32,
}

impl SourceFile {
    /// A file with this text.
    #[must_use]
    pub fn new(path: PathBuf, shown: String, text: String) -> Self {
        let starts =
            text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| offset(at + 1));
        let line_starts = std::iter::once(0).chain(starts).collect();
        Self { path, shown, text, line_starts }
    }

    /// The 0-based line that holds the byte at `offset`.
    #[must_use]
    pub fn line_index(&self, offset: u32) -> usize {
        self.line_starts.partition_point(|start| *start <= offset).saturating_sub(1)
    }

    /// How many lines the file has; a text that ends with a line end has an empty last line.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.line_starts.len()
    }

    /// The bytes of a 0-based line without its line end (`\n` or `\r\n`).
    #[must_use]
    pub fn line_span(&self, line: usize) -> Span {
        let start = self.line_starts.get(line).copied().unwrap_or_else(|| offset(self.text.len()));
        let end = self.line_starts.get(line + 1).copied().unwrap_or_else(|| offset(self.text.len()));
        let body = self.text[start as usize..end as usize].trim_end_matches(['\n', '\r']);
        Span::new(start, start + offset(body.len()))
    }

    /// Line and column of a byte offset.
    #[must_use]
    pub fn line_column(&self, at: u32) -> LineColumn {
        let line = self.line_index(at);
        let start = self.line_starts[line] as usize;
        let before = self.text.get(start..at as usize).unwrap_or_default();
        LineColumn { line: offset(line + 1), column: offset(before.chars().count() + 1) }
    }

    /// The text of a span; empty where the span does not fit the file.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text.get(span.range()).unwrap_or_default()
    }
}

/// An offset as spans store it. Files are capped far below 4 GiB.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// All files of a run, in the order they were added.
#[derive(Debug, Default)]
pub struct Files {
    files: Vec<SourceFile>,
    by_path: FxHashMap<PathBuf, FileId>,
}

impl Files {
    /// Adds a file and names it. Of several with one path, the first is the one that is found by it.
    pub fn add(&mut self, file: SourceFile) -> FileId {
        let id = FileId(offset(self.files.len()));
        self.by_path.entry(file.path.clone()).or_insert(id);
        self.files.push(file);
        id
    }

    /// The file of an id that [`Files::add`] gave.
    #[must_use]
    pub fn get(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// The file that was read from `path`, if any.
    #[must_use]
    pub fn by_path(&self, path: &Path) -> Option<FileId> {
        self.by_path.get(path).copied()
    }

    /// Every file with its id, in order.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files.iter().enumerate().map(|(at, file)| (FileId(offset(at)), file))
    }

    /// How many files there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether no file was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }
}
