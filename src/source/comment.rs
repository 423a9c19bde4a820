//! The comments of a file, found by a lexer that knows what is no comment: strings, characters, lifetimes, doc text.

use super::Span;

/// A comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// Its bytes, delimiters included, the line end left out.
    pub(super) span: Span,
    /// Its form.
    pub(super) form: Form,
    /// Whether code stands before it on its line.
    pub(super) is_trailing: bool,
    /// Where the first code behind it starts that is no attribute.
    pub(super) next_code: Option<u32>,
}

/// The forms of comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `// …`
    Line,
    /// `/* … */`
    Block,
    /// Documentation of any form.
    Doc,
}

/// The comments of a text that contain `needle`, in order.
pub(super) fn comments_with(text: &str, needle: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut lexer = Lexer { bytes: text.as_bytes(), at: preamble(text) };
    let mut attribute = Attribute::default();
    let mut pending = 0;
    let mut last_code = 0;
    let (mut line, mut seen) = (0, 0);
    while let Some((start, piece)) = lexer.next_piece() {
        let end = lexer.at;
        let Piece::Comment(form) = piece else {
            last_code = end;
            if !attribute.takes(&text.as_bytes()[start..]) {
                found[pending..].iter_mut().for_each(|it: &mut Comment| it.next_code = Some(offset(start)));
                pending = found.len();
            }
            continue;
        };
        let body = &text[start..end];
        if body.contains(needle) {
            line = text[seen..start].rfind('\n').map_or(line, |at| seen + at + 1);
            seen = start;
            let span = Span::new(offset(start), offset(start + body.trim_end_matches('\r').len()));
            found.push(Comment { span, form, is_trailing: last_code > line, next_code: None });
        }
    }
    found
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Follows the tokens of attributes: from `#` to the bracket that closes it.
#[derive(Default)]
struct Attribute {
    is_open: bool,
    depth: u32,
}

impl Attribute {
    /// Whether the token at the start of `rest` belongs to an attribute.
    fn takes(&mut self, rest: &[u8]) -> bool {
        if !self.is_open {
            self.is_open = rest.starts_with(b"#[") || rest.starts_with(b"#![");
            return self.is_open;
        }
        match rest[0] {
            b'[' => self.depth += 1,
            b']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_open = self.depth > 0;
            }
            _ => {}
        }
        true
    }
}

/// How many bytes stand before the Rust text: byte order mark, shebang, frontmatter.
fn preamble(text: &str) -> usize {
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let rest = &text[mark..];
    let is_shebang = rest.strip_prefix("#!").is_some_and(|it| !it.trim_start().starts_with('['));
    let shebang = if is_shebang { rest.find('\n').unwrap_or(rest.len()) } else { 0 };
    mark + shebang + frontmatter(&rest[shebang..])
}

fn frontmatter(text: &str) -> usize {
    let body = text.trim_start();
    let fence = &body[..body.len() - body.trim_start_matches('-').len()];
    if fence.len() < 3 {
        return 0;
    }
    let close = body.find(&format!("\n{fence}")).map_or(body.len(), |at| at + 1 + fence.len());
    text.len() - body.len() + close
}

enum Piece {
    Comment(Form),
    /// One token, or a part of one: an identifier, a literal, a punctuation character.
    Code,
}

/// Lexes just enough: every step moves on by at least one byte.
struct Lexer<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Lexer<'_> {
    /// The next piece and where it starts.
    fn next_piece(&mut self) -> Option<(usize, Piece)> {
        self.skip(|byte| byte.is_ascii_whitespace() || byte == 0x0b);
        let start = self.at;
        let first = *self.bytes.get(start)?;
        let piece = match (first, self.bytes.get(start + 1)) {
            (b'/', Some(b'/')) => Piece::Comment(self.line_comment()),
            (b'/', Some(b'*')) => Piece::Comment(self.block_comment()),
            _ => {
                self.code(first);
                Piece::Code
            }
        };
        Some((start, piece))
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        let length = self.rest().iter().position(|byte| !is_skipped(*byte));
        self.at = length.map_or(self.bytes.len(), |length| self.at + length);
    }

    fn line_comment(&mut self) -> Form {
        let rest = self.rest();
        let is_outer_doc = rest.starts_with(b"///") && !rest.starts_with(b"////");
        let form = if is_outer_doc || rest.starts_with(b"//!") { Form::Doc } else { Form::Line };
        self.skip(|byte| byte != b'\n');
        form
    }

    fn block_comment(&mut self) -> Form {
        let rest = self.rest();
        let is_plain = rest.starts_with(b"/***") || rest.starts_with(b"/**/");
        let is_doc = rest.starts_with(b"/*!") || (rest.starts_with(b"/**") && !is_plain);
        self.at += 2;
        let mut depth = 1;
        while depth > 0 && self.at < self.bytes.len() {
            let (step, change) = match self.rest() {
                [b'/', b'*', ..] => (2, 1),
                [b'*', b'/', ..] => (2, -1),
                _ => (1, 0),
            };
            self.at += step;
            depth += change;
        }
        if is_doc { Form::Doc } else { Form::Block }
    }

    fn code(&mut self, first: u8) {
        match first {
            b'"' => self.string(),
            b'\'' => self.quote(),
            _ if is_word(first) => self.word(),
            _ => self.at += 1,
        }
    }

    /// An identifier or number, with the literal that it may be the prefix of.
    fn word(&mut self) {
        let start = self.at;
        self.skip(is_word);
        let word = &self.bytes[start..self.at];
        match (word, self.rest().first()) {
            (b"r" | b"br" | b"cr", Some(b'"' | b'#')) => self.raw_string(),
            (b"b" | b"c", Some(b'"')) => self.string(),
            (b"b", Some(b'\'')) => self.quote(),
            _ => {}
        }
    }

    /// A raw string from its `#`s on; a raw identifier (`r#type`) is left to the next piece.
    fn raw_string(&mut self) {
        let hashes = self.rest().iter().take_while(|byte| **byte == b'#').count();
        if self.rest().get(hashes) != Some(&b'"') {
            return;
        }
        self.at += hashes + 1;
        while self.at < self.bytes.len() {
            self.skip(|byte| byte != b'"');
            self.at = (self.at + 1).min(self.bytes.len());
            let closing = self.rest().iter().take(hashes).take_while(|byte| **byte == b'#').count();
            if closing == hashes {
                self.at += hashes;
                return;
            }
        }
    }

    fn string(&mut self) {
        self.at += 1;
        self.until(b'"');
    }

    /// Moves behind the next `end` that no backslash escapes.
    fn until(&mut self, end: u8) {
        while let Some(byte) = self.bytes.get(self.at) {
            self.at += if *byte == b'\\' { 2 } else { 1 };
            if *byte == end {
                return;
            }
        }
        self.at = self.bytes.len();
    }

    /// A character or a lifetime: `'a'` is one, `'a` the other.
    fn quote(&mut self) {
        let rest = self.rest();
        let Some(second) = rest.get(1) else {
            self.at += 1;
            return;
        };
        if *second == b'\\' {
            self.at += 1;
            self.until(b'\'');
            return;
        }
        let width = char_width(*second);
        if rest.get(1 + width) == Some(&b'\'') {
            self.at += width + 2;
            return;
        }
        self.at += 1;
        self.skip(is_word);
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// How many bytes a character takes whose first byte this is.
fn char_width(first: u8) -> usize {
    match first {
        0xf0.. => 4,
        0xe0.. => 3,
        0xc0.. => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bodies(text: &str) -> Vec<(&str, Form)> {
        comments_with(text, "x").into_iter().map(|it| (&text[it.span.range()], it.form)).collect()
    }

    fn check(text: &str, want: &[&str]) {
        let found: Vec<_> = bodies(text).into_iter().map(|(body, _)| body).collect();
        assert_eq!(found, want, "{text}");
    }

    #[test]
    fn literals_hide_no_comments_and_hold_none() {
        check(r#"let a = "// x"; // x"#, &["// x"]);
        check(r##"let a = r#"" // x"#; // x1"##, &["// x1"]);
        check(r#"let a = "\" // x"; // x1"#, &["// x1"]);
        check(r#"b"// x" c"// x" br"// x\" // x1"#, &["// x1"]);
        check("let a = '\"'; // x", &["// x"]);
        check(r"let a = '\''; // x", &["// x"]);
        check("let a = b'\"'; let b = 'é'; // x", &["// x"]);
        check("fn f<'a>(a: &'a str) { 'l: loop {} } // x", &["// x"]);
        check("let r#type = 1; // x", &["// x"]);
        check("let a = \"two\n// x\nlines\"; // x1", &["// x1"]);
    }

    #[test]
    fn block_comments_nest() {
        check("/* x /* // */ // y */ // x", &["/* x /* // */ // y */", "// x"]);
        check("/* x", &["/* x"]);
    }

    #[test]
    fn documentation_is_told_apart() {
        let forms = |text: &'static str| bodies(text)[0].1;
        assert_eq!(forms("/// x"), Form::Doc);
        assert_eq!(forms("//! x"), Form::Doc);
        assert_eq!(forms("//// x"), Form::Line);
        assert_eq!(forms("/** x */"), Form::Doc);
        assert_eq!(forms("/*! x */"), Form::Doc);
        assert_eq!(forms("/*** x */"), Form::Block);
        assert_eq!(forms("/**/ // x"), Form::Line);
    }

    #[test]
    fn what_stands_before_and_behind() {
        let text = "f(); // x\n  /* c */ // x\n#[a([b])]\n#![c]\n/// d\nstruct S;";
        let found = comments_with(text, "x");
        let code = text.find("struct").map(offset);
        assert_eq!((found[0].is_trailing, found[0].next_code), (true, code));
        assert_eq!((found[1].is_trailing, found[1].next_code), (false, code));
    }

    #[test]
    fn the_preamble_is_no_rust() {
        check("#!/bin/it's \"\n// x", &["// x"]);
        check("\u{feff}#!/usr/bin/env x // x\n---cargo\na = \" // x\n---\n// x1", &["// x1"]);
        check("#![allow(a)] // x", &["// x"]);
    }

    #[test]
    fn a_comment_ends_before_the_line_end() {
        check("// x\r\nf()", &["// x"]);
    }

    #[test]
    fn torn_texts_end() {
        for text in ["'", "b'", "'\\", "\"\\", "r#", "r##\"x\"#", "/*/", "#", "'é", "c\""] {
            comments_with(text, "x");
        }
    }
}
