//! The look of a file: its line ends and its indentation.

use crate::source::SourceFile;

/// What new code is laid out with.
const LAID_OUT: &str = "    ";

/// How a file is written.
pub(super) struct Look<'f> {
    text: &'f str,
    line_end: &'static str,
    /// One level of indentation.
    unit: &'f str,
}

impl<'f> Look<'f> {
    pub(super) fn of(file: &'f SourceFile) -> Self {
        let text = file.text.as_str();
        let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
        let indented = text.lines().find(|line| line.starts_with(['\t', ' ']) && !line.trim().is_empty());
        let unit = match indented {
            Some(line) if line.starts_with('\t') => "\t",
            Some(line) if line.starts_with("  ") && !line.starts_with("   ") => "  ",
            _ => LAID_OUT,
        };
        Self { text, line_end, unit }
    }

    /// One level of indentation.
    pub(super) fn unit(&self) -> &'f str {
        self.unit
    }

    /// What ends a line.
    pub(super) fn line_end(&self) -> &'static str {
        self.line_end
    }

    /// The white space at the start of the line that a byte stands in.
    pub(super) fn indent(&self, at: u32) -> &'f str {
        let line = &self.text[self.line_start(at as usize)..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// New code in the file's way, its further lines set in like the line that it is put in.
    pub(super) fn fitted(&self, code: &str, at: u32) -> String {
        let glue = format!("{}{}", self.line_end, self.indent(at));
        code.lines().map(|line| self.set_in(line)).collect::<Vec<_>>().join(&glue)
    }

    /// A function that comes in the place of an item of one line, which ended at a byte: an empty line sets it apart from
    /// what follows.
    pub(super) fn set_apart(&self, function: String, end: u32) -> String {
        let mut lines = self.text[end as usize..].lines();
        let (rest, next) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let is_apart = !rest.trim().is_empty() || matches!(next.trim(), "" | "}");
        if is_apart { function } else { function + self.line_end }
    }

    /// A line of new code with the file's indentation.
    fn set_in(&self, line: &str) -> String {
        let rest = line.trim_start_matches(' ');
        let levels = (line.len() - rest.len()) / LAID_OUT.len();
        format!("{}{rest}", self.unit.repeat(levels))
    }

    fn line_start(&self, at: usize) -> usize {
        let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
        if start == 0 && self.text.starts_with('\u{feff}') && at > 0 { '\u{feff}'.len_utf8() } else { start }
    }
}

/// Source text whose first line was set in by `own`, with its further lines set in by `indent` in the place of that.
pub(super) fn moved(text: &str, own: &str, indent: &str) -> String {
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |all, line| match line.strip_prefix(own) {
        Some(rest) if !rest.trim().is_empty() => all + "\n" + indent + rest,
        Some(rest) => all + "\n" + rest,
        None => all + "\n" + line,
    })
}
