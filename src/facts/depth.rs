//! How deep a parser may have to go, bounded from the tokens before anything is parsed.
//!
//! For each group: the longest stretch of tokens that one expression, type or item can span, plus the deepest group in
//! it. A stretch ends at `;`, at `,` and behind `{…}`, except where the code goes on in depth over them: generic
//! arguments (`V<A, V<A, …`), the parameters of closures (`|a, b| |a, b| …`), `else if`, operators behind a block
//! (`S {} + S {} + …`). Where it cannot tell, the stretch goes on: the bound may be too large, never too small.

/// One token, as far as the bound needs it.
#[derive(Clone, Copy)]
pub(super) enum Token<'b> {
    /// An identifier, keyword or lifetime.
    Word(&'b [u8]),
    /// Any literal.
    Literal,
    /// One character of punctuation, and what stands directly behind it (0 at the end of the file).
    Punct(u8, u8),
    /// `(`, `[` or `{`.
    Open(u8),
    /// `)`, `]` or `}`.
    Close,
}

/// What stands before a token.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    /// Something that an expression can follow: an operator, a keyword, the start of a group, an attribute.
    #[default]
    Start,
    /// A literal.
    Literal,
    /// Another operand, which makes what follows an operator.
    Operand,
    /// The `-` or `=` of an arrow.
    ArrowStem,
    /// The first `<` of a shift.
    Shift,
}

#[derive(Default)]
struct Level {
    open: u8,
    stretch: usize,
    longest: usize,
    deepest: usize,
    angles: usize,
    has_closure: bool,
    is_behind_block: bool,
}

impl Level {
    fn end_stretch(&mut self) {
        self.longest = self.longest.max(self.stretch);
        self.stretch = 0;
        self.angles = 0;
        self.has_closure = false;
    }

    fn bound(&self) -> usize {
        self.longest.max(self.stretch) + self.deepest
    }
}

/// The bound as it grows, token by token.
#[derive(Default)]
pub(super) struct Depth {
    levels: Vec<Level>,
    level: Level,
    before: Before,
}

impl Depth {
    /// Takes the next token into account.
    pub(super) fn see(&mut self, token: Token<'_>) {
        if std::mem::take(&mut self.level.is_behind_block) && self.level.angles == 0 && !goes_on(token) {
            self.level.end_stretch();
        }
        self.level.stretch += 1;
        let before = std::mem::replace(&mut self.before, before(token));
        match token {
            Token::Open(open) => {
                let outer = std::mem::replace(&mut self.level, Level { open, ..Level::default() });
                self.levels.push(outer);
            }
            Token::Close => self.close(),
            Token::Punct(char, next) => self.punct(char, next, before),
            Token::Word(_) | Token::Literal => {}
        }
    }

    fn punct(&mut self, char: u8, next: u8, before: Before) {
        let level = &mut self.level;
        match char {
            b';' => level.end_stretch(),
            b',' if level.angles == 0 && !level.has_closure => level.end_stretch(),
            // `<=` and the shift of a literal open no generic arguments.
            b'<' if next == b'<' && before == Before::Literal => self.before = Before::Shift,
            b'<' if next != b'=' && before != Before::Shift => level.angles += 1,
            b'>' if before != Before::ArrowStem => level.angles = level.angles.saturating_sub(1),
            b'|' => level.has_closure |= before != Before::Operand && before != Before::Literal,
            _ => {}
        }
    }

    fn close(&mut self) {
        let Some(outer) = self.levels.pop() else { return };
        let inner = std::mem::replace(&mut self.level, outer);
        self.level.deepest = self.level.deepest.max(inner.bound());
        self.level.is_behind_block = inner.open == b'{';
        // An attribute ends in `]`: what follows it may be a closure.
        self.before = if inner.open == b'(' { Before::Operand } else { Before::Start };
    }

    /// The bound over everything seen, in tokens.
    pub(super) fn bound(mut self) -> usize {
        while !self.levels.is_empty() {
            self.close();
        }
        self.level.bound()
    }
}

/// Whether a token behind `{…}` continues the expression that the block belongs to.
fn goes_on(token: Token<'_>) -> bool {
    match token {
        Token::Word(word) => matches!(word, b"else" | b"as"),
        Token::Punct(char, _) => char != b'#',
        _ => false,
    }
}

fn before(token: Token<'_>) -> Before {
    match token {
        Token::Word(word) if is_before_expression(word) => Before::Start,
        Token::Word(_) | Token::Close => Before::Operand,
        Token::Literal => Before::Literal,
        Token::Punct(b'-' | b'=', b'>') => Before::ArrowStem,
        Token::Punct(..) | Token::Open(_) => Before::Start,
    }
}

fn is_before_expression(word: &[u8]) -> bool {
    let keywords: [&[u8]; 15] = [
        b"async", b"await", b"become", b"box", b"break", b"const", b"else", b"if", b"in", b"match", b"move",
        b"return", b"static", b"while", b"yield",
    ];
    word.first() == Some(&b'\'') || keywords.contains(&word)
}

#[cfg(test)]
mod tests {
    use crate::facts::scan::scan;

    #[track_caller]
    fn check_grows(unit: &str, tail: &str) {
        let bound = |times: usize| scan(&(unit.repeat(times) + tail)).depth;
        assert!(bound(1000) >= 1000, "{unit}: {}", bound(1000));
        assert!(bound(2000) < 2000 * unit.len() + tail.len() + 10, "{unit}");
    }

    #[test]
    fn what_nests_counts() {
        for unit in [
            "V<",
            "V<u8, ",
            "V<{ 1 }, ",
            "&",
            "!",
            "fn(u8) -> ",
            "(",
            "[",
            "{ ",
            "if a {} else ",
            "a + ",
            "S {} + ",
            ".f()",
            "{}.f()",
            "|a| ",
            "|a, b| ",
            "|a, b,| ",
            "|S { a }, b| ",
            "#[x] |a, b| ",
            "return |a, b| ",
            "break 'a |a, b| ",
            "move || ",
            "m!{",
            "a::{",
            "for<'a, 'b> fn(V<'a, 'b>) -> ",
            "x = ",
            "<A as ",
            "V<fn() -> u8, ",
            "|_: V<u8, u8>, _| ",
            "S {} as u8 + ",
            "1 << ",
            "| A => |x, y,| ",
        ] {
            check_grows(unit, "x");
        }
    }

    #[test]
    fn what_stands_side_by_side_does_not() {
        for unit in [
            "fn f() {} ",
            "#[a] fn f() {} ",
            "let a = b; ",
            "a, ",
            "if a {} ",
            "A { b: c }, ",
            "f(a, b), ",
            "1 << 3, ",
            "a | b, ",
            "a <= b, ",
            "V<A, B>, ",
            "f(|a, b| c); ",
            "|a, b| c; ",
            "x -> y, ",
        ] {
            let bound = scan(&unit.repeat(1000)).depth;
            assert!(bound < 30, "{unit}: {bound}");
        }
    }
}
