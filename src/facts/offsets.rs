//! Lines and columns of the lexer to bytes of the file.
//!
//! proc-macro2 can say bytes too, but keeps every answer in a map of its own, which costs a tenth of a run.

use proc_macro2::LineColumn;

use super::gather::offset;

/// Every how many characters the byte is remembered.
const STRIDE: usize = 64;

/// Where the lines and characters of a text stand.
pub(super) struct Offsets<'t> {
    text: &'t str,
    /// The character that each line starts with.
    lines: Vec<u32>,
    /// The byte of each [`STRIDE`]th character; empty where characters are bytes.
    marks: Vec<u32>,
}

impl<'t> Offsets<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut lines = vec![0];
        if text.is_ascii() {
            let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
            lines.extend(ends.map(|(at, _)| offset(at + 1)));
            return Self { text, lines, marks: Vec::new() };
        }
        let mut marks = Vec::with_capacity(text.len() / STRIDE + 1);
        for (at, (byte, char)) in text.char_indices().enumerate() {
            if at % STRIDE == 0 {
                marks.push(offset(byte));
            }
            if char == '\n' {
                lines.push(offset(at + 1));
            }
        }
        Self { text, lines, marks }
    }

    /// The byte at a line (from 1) and column (in characters, from 0).
    pub(super) fn byte(&self, at: LineColumn) -> u32 {
        let line = self.lines.get(at.line.saturating_sub(1)).copied().unwrap_or(0);
        let char = line as usize + at.column;
        if self.marks.is_empty() {
            return offset(char);
        }
        let Some(&mark) = self.marks.get(char / STRIDE) else { return offset(self.text.len()) };
        let mut chars = self.text[mark as usize..].char_indices();
        chars.nth(char % STRIDE).map_or(offset(self.text.len()), |(ahead, _)| mark + offset(ahead))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_found() {
        for text in ["", "a\nbc\n\nd", "é\n", "aé\r\n日本x\n", &"aé日🙂\n".repeat(100), &"é".repeat(64)]
        {
            let offsets = Offsets::new(text);
            let (mut line, mut column) = (1, 0);
            for (byte, char) in text.char_indices() {
                assert_eq!(offsets.byte(LineColumn { line, column }) as usize, byte);
                (line, column) = if char == '\n' { (line + 1, 0) } else { (line, column + 1) };
            }
            assert_eq!(offsets.byte(LineColumn { line, column }) as usize, text.len());
        }
    }
}
