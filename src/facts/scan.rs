//! A first look at the bytes of a file: comments blanked, doc comments remembered, nesting bounded.
//!
//! Comments are half of many files; what is blank costs the lexer and the parser nothing, and a doc comment in a place
//! where no attribute may stand fails no item.

use super::{
    blank::blank,
    depth::{Depth, Token},
    gather::offset,
};
use crate::source::Span;

/// A text made ready for the lexer.
pub(super) struct Scan {
    /// The text with comments and what stands before the code replaced by spaces of the same number of bytes.
    pub code: String,
    /// The outer doc comments (`///`, `/** … */`), in order.
    pub docs: Vec<Span>,
    /// How deep a parser may have to go, in tokens.
    pub depth: usize,
}

/// Looks through a text.
pub(super) fn scan(text: &str) -> Scan {
    let mut bytes = blank(text).into_owned().into_bytes();
    let mut scanner = Scanner { bytes: &mut bytes, at: 0, docs: Vec::new(), depth: Depth::default() };
    while let Some(byte) = scanner.peek(0) {
        scanner.step(byte);
    }
    let (docs, depth) = (scanner.docs, scanner.depth.bound());
    // Comments are replaced whole, so that no character is cut; were one, the lexer would say so.
    let code = String::from_utf8_lossy(&bytes).into_owned();
    Scan { code, docs, depth }
}

struct Scanner<'b> {
    bytes: &'b mut [u8],
    at: usize,
    docs: Vec<Span>,
    depth: Depth,
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b'/' if self.peek(1) == Some(b'/') => self.line_comment(),
            b'/' if self.peek(1) == Some(b'*') => self.block_comment(),
            b'"' => self.string(),
            b'\'' => self.quote(),
            b'(' | b'[' | b'{' => self.one(Token::Open(byte)),
            b')' | b']' | b'}' => self.one(Token::Close),
            _ if byte.is_ascii_whitespace() => self.at += 1,
            _ if is_word(byte) => self.word(),
            _ => self.one(Token::Punct(byte, self.peek(1).unwrap_or(0))),
        }
    }

    fn one(&mut self, token: Token<'_>) {
        self.depth.see(token);
        self.at += 1;
    }

    fn line_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        let is_doc = rest.starts_with(b"///") && !rest.starts_with(b"////");
        self.comment(self.at + end, is_doc);
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let rest = &self.bytes[self.at..];
        let is_doc = rest.starts_with(b"/**") && !rest.starts_with(b"/***") && !rest.starts_with(b"/**/");
        let (mut end, mut open) = (2, 1);
        while open > 0 && end < rest.len() {
            match (rest[end], rest.get(end + 1)) {
                (b'/', Some(b'*')) => (open, end) = (open + 1, end + 2),
                (b'*', Some(b'/')) => (open, end) = (open - 1, end + 2),
                _ => end += 1,
            }
        }
        if open > 0 {
            // Never closed: left for the lexer to refuse.
            self.at = self.bytes.len();
            return;
        }
        self.comment(self.at + end, is_doc);
    }

    fn comment(&mut self, end: usize, is_doc: bool) {
        if is_doc {
            self.docs.push(Span::new(offset(self.at), offset(end)));
        }
        for byte in &mut self.bytes[self.at..end] {
            if !matches!(byte, b'\n' | b'\r') {
                *byte = b' ';
            }
        }
        self.at = end;
    }

    fn string(&mut self) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.depth.see(Token::Literal);
    }

    /// A char, byte or lifetime.
    fn quote(&mut self) {
        let escaped = self.peek(1) == Some(b'\\');
        let width = self.peek(1).map_or(0, char_width);
        if escaped {
            let rest = self.bytes.get(self.at + 3..).unwrap_or_default();
            self.at += 4 + rest.iter().position(|byte| *byte == b'\'').unwrap_or(rest.len());
            self.depth.see(Token::Literal);
        } else if self.peek(1 + width) == Some(b'\'') {
            self.at += 2 + width;
            self.depth.see(Token::Literal);
        } else {
            self.at += 1;
            self.depth.see(Token::Word(b"'"));
            self.at += self.word_length();
        }
    }

    fn word_length(&self) -> usize {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len())
    }

    /// An identifier, a keyword, a number, or the prefix of a raw string.
    fn word(&mut self) {
        let length = self.word_length();
        let is_prefix = matches!(&self.bytes[self.at..self.at + length], b"r" | b"br" | b"cr");
        if is_prefix && self.raw_string(self.at + length) {
            return;
        }
        let word = &self.bytes[self.at..self.at + length];
        let token = if word[0].is_ascii_digit() { Token::Literal } else { Token::Word(word) };
        self.depth.see(token);
        self.at += length;
    }

    /// Whether a raw string stands behind the prefix that ends at `start`.
    fn raw_string(&mut self, start: usize) -> bool {
        let rest = &self.bytes[start..];
        let hashes = rest.iter().position(|byte| *byte != b'#').unwrap_or(rest.len());
        if rest.get(hashes) != Some(&b'"') {
            return false;
        }
        let mut at = hashes + 1;
        while at < rest.len() {
            let is_end = rest[at] == b'"'
                && rest[at + 1..].len() >= hashes
                && rest[at + 1..at + 1 + hashes].iter().all(|byte| *byte == b'#');
            at += 1;
            if is_end {
                at += hashes;
                break;
            }
        }
        self.at = start + at;
        self.depth.see(Token::Literal);
        true
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The bytes of the character that starts with this byte.
fn char_width(first: u8) -> usize {
    match first {
        0..0xc0 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let scan = scan(text);
        assert_eq!(scan.code, expected);
        assert_eq!(scan.code.len(), text.len());
    }

    #[test]
    fn comments_are_blanked() {
        check("a // b\r\nc", "a     \r\nc");
        check("a /* b /* c */ \n */ d", "a              \n    d");
        check("a // é\nb", "a      \nb");
        check("/// doc\nfn a() {}", "       \nfn a() {}");
        check("a /**/ b", "a      b");
    }

    #[test]
    fn what_only_looks_like_a_comment_stays() {
        for text in [
            r#""// a""#,
            r#""\"// a""#,
            r#"r"\" "//""#,
            r##"r#"" // "#"##,
            r#"b"//""#,
            r#"br"//""#,
            r#"c"//""#,
            r#"'"' "//""#,
            r#"'\'' "//""#,
            r#"'\\' "//""#,
            r#"b'"' "//""#,
            r#"'\u{2f}' "//""#,
            r#"'é' "//""#,
            r#"'a "//""#,
            r#"r#type "//""#,
            r#"'"', "//""#,
            "a / b",
            "a /= b",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn outer_doc_comments_are_remembered() {
        let docs = |text| scan(text).docs;
        assert_eq!(docs("/// a\nb"), [Span::new(0, 5)]);
        assert_eq!(docs("/** a */ b"), [Span::new(0, 8)]);
        assert!(docs("//! a\n//// b\n// c\n/*! d */ /***/ /**/").is_empty());
    }

    #[test]
    fn what_is_never_closed_ends_with_the_file() {
        for text in ["/* a", "\"a", "r#\"a\"", "'\\", "'", "\"\\", "r#", "'é"] {
            check(text, text);
        }
    }
}
