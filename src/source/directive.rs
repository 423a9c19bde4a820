//! What a comment says to authlint: `authlint: allow(rule[, rule], reason = "…"[, until = "2027-01-31"])`.

use super::Span;

/// A comment as read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Directive {
    /// It is meant for people.
    Prose,
    /// It suppresses findings.
    Allow(Arguments),
    /// It looks like a suppression and is none: what is wrong and the right form.
    Malformed(String),
}

/// What stands in the parentheses of `allow`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Arguments {
    /// Whether it is `allow-file`.
    pub(super) is_file: bool,
    /// The rules, with the bytes of their names.
    pub(super) rules: Vec<(String, Span)>,
    /// `reason`
    pub(super) reason: Option<String>,
    /// `until`
    pub(super) until: Option<String>,
}

const TOOL: &str = "authlint";
const FORMS: [&str; 2] = ["allow", "allow-file"];
/// Words of other tools that people try.
const FOREIGN: [&str; 12] = [
    "deny",
    "disable",
    "disable-next-line",
    "expect",
    "forbid",
    "ignore",
    "ignore-next-line",
    "nolint",
    "noqa",
    "off",
    "skip",
    "suppress",
];

/// Reads a comment. `body` is the text behind `//`, `at` its offset in the file.
pub(super) fn read(body: &str, at: u32) -> Directive {
    let said = body.trim_start();
    let Some(rest) = strip_tool(said) else {
        let is_attribute = ["allow(authlint", "#[allow(authlint", "#![allow(authlint"];
        let is_attribute = is_attribute.iter().any(|form| said.starts_with(form));
        return if is_attribute {
            malformed("an attribute in a comment suppresses nothing")
        } else {
            Directive::Prose
        };
    };
    let tail = rest.trim_start_matches([':', '-', '_', '=', ' ', '\t']);
    let separator = &rest[..rest.len() - tail.len()];
    let word_end =
        tail.find(|it: char| !(it.is_alphanumeric() || it == '-' || it == '_')).unwrap_or(tail.len());
    let (word, behind) = tail.split_at(word_end);
    let behind = behind.trim_start();
    if !is_attempt(separator, word, behind) {
        return Directive::Prose;
    }
    if !said.starts_with(TOOL) || separator.trim_end() != ":" {
        return malformed("a suppression starts with `authlint:`");
    }
    if !FORMS.contains(&word) {
        return malformed(&format!("`{word}` is no suppression"));
    }
    let Some(inner) = behind.strip_prefix('(') else {
        return malformed(&format!("the rules stand in parentheses behind `{word}`"));
    };
    let start = at as usize + body.len() - inner.len();
    let cursor = Cursor { text: inner, at: 0, base: start };
    match cursor.arguments(word == FORMS[1]) {
        Ok(arguments) => Directive::Allow(arguments),
        Err(what) => malformed(&what),
    }
}

/// The message for something that looks like a suppression.
pub(super) fn right_form(what: &str) -> String {
    format!("{what}; write `// authlint: allow(rule, reason = \"why\")`")
}

fn malformed(what: &str) -> Directive {
    Directive::Malformed(right_form(what))
}

/// What stands behind the name of the tool, in whatever case it is written.
fn strip_tool(said: &str) -> Option<&str> {
    let head = said.get(..TOOL.len())?;
    head.eq_ignore_ascii_case(TOOL).then(|| &said[TOOL.len()..])
}

/// Whether a person meant to suppress something, rather than to write about it.
fn is_attempt(separator: &str, word: &str, behind: &str) -> bool {
    let is_called = behind.starts_with('(');
    if separator.is_empty() || !(separator.contains(':') || is_called) {
        return false;
    }
    let word = word.to_ascii_lowercase().replace('_', "-");
    let reach = if is_called { 2 } else { 1 };
    FOREIGN.contains(&word.as_str()) || FORMS.iter().any(|form| distance(form, &word) <= reach)
}

/// How many letters were left out, added, mistaken or swapped with their neighbour, to make `b` of `a`. A word that is
/// too long to be a slip counts as its length.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    if b.len() > a.len() + 2 {
        return b.len();
    }
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// Reads arguments from left to right.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// The offset of `text` in the file.
    base: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn takes(&mut self, token: char) -> bool {
        self.space();
        let is_there = self.rest().starts_with(token);
        self.at += if is_there { token.len_utf8() } else { 0 };
        is_there
    }

    fn arguments(mut self, is_file: bool) -> Result<Arguments, String> {
        let mut arguments = Arguments { is_file, ..Arguments::default() };
        while !self.takes(')') {
            self.argument(&mut arguments)?;
            let is_separated = self.takes(',');
            self.space();
            if !is_separated && !self.rest().starts_with(')') {
                return Err(self.unexpected());
            }
        }
        if arguments.rules.is_empty() {
            return Err("a suppression names the rules that it suppresses".to_owned());
        }
        if self.rest().trim().is_empty() {
            return Ok(arguments);
        }
        Err("nothing may follow the closing parenthesis: the reason stands inside".to_owned())
    }

    fn unexpected(&self) -> String {
        match self.rest().chars().next() {
            None => "the closing parenthesis is missing on this line".to_owned(),
            Some(found) => format!("`{found}` is not expected here"),
        }
    }

    fn argument(&mut self, arguments: &mut Arguments) -> Result<(), String> {
        let (word, span) = self.word()?;
        if !self.takes('=') {
            arguments.rules.push(bare(word, span));
            return Ok(());
        }
        let value = self.string(word)?;
        let slot = match word {
            "reason" => &mut arguments.reason,
            "until" if is_date(&value) => &mut arguments.until,
            "until" => return Err(format!("`{value}` is no date of the form `2027-01-31`")),
            _ => return Err(format!("`{word}` is no key: there are `reason` and `until`")),
        };
        if slot.replace(value).is_some() {
            return Err(format!("`{word}` is given twice"));
        }
        Ok(())
    }

    fn word(&mut self) -> Result<(&'a str, Span), String> {
        self.space();
        let rest = self.rest();
        let length = rest
            .find(|it: char| !(it.is_alphanumeric() || matches!(it, '-' | '_' | ':')))
            .unwrap_or(rest.len());
        if length == 0 {
            return Err(self.unexpected());
        }
        let start = offset(self.base + self.at);
        self.at += length;
        Ok((&rest[..length], Span::new(start, start + offset(length))))
    }

    /// A string in double quotes; `\"` and `\\` stand for themselves.
    fn string(&mut self, key: &str) -> Result<String, String> {
        let quoted = || format!("the value of `{key}` stands in double quotes");
        if !self.takes('"') {
            return Err(quoted());
        }
        let mut value = String::new();
        let mut letters = self.rest().char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '"' => {
                    self.at += at + 1;
                    return Ok(value);
                }
                '\\' => value.extend(letters.next().map(|(_, escaped)| escaped)),
                _ => value.push(letter),
            }
        }
        Err(quoted())
    }
}

/// A rule without the `authlint::` that reports put before it.
fn bare(word: &str, span: Span) -> (String, Span) {
    let name = word.strip_prefix("authlint::").unwrap_or(word);
    (name.to_owned(), Span::new(span.end - offset(name.len()), span.end))
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Whether a text is a day of the calendar, as `2027-01-31`.
fn is_date(text: &str) -> bool {
    let is_shaped = text.len() == 10
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    if !is_shaped {
        return false;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or_default();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(body: &str) -> Arguments {
        match read(body, 0) {
            Directive::Allow(arguments) => arguments,
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn all_of_the_form() {
        let body = r#" authlint: allow(cached-token, authlint::empty-credential, reason = "a \"b\"", until = "2028-02-29")"#;
        let found = arguments(body);
        let texts: Vec<_> =
            found.rules.iter().map(|(name, span)| (name.as_str(), &body[span.range()])).collect();
        assert_eq!(texts, [("cached-token", "cached-token"), ("empty-credential", "empty-credential")]);
        assert_eq!(found.reason.as_deref(), Some("a \"b\""));
        assert_eq!(found.until.as_deref(), Some("2028-02-29"));
        assert!(!found.is_file && arguments("authlint:allow-file( a , ) ").is_file);
    }

    #[test]
    fn near_misses_are_told_with_the_right_form() {
        for (body, why) in [
            ("authlint:allow x", "in parentheses"),
            (" authlint: alow(x)", "`alow` is no suppression"),
            (" authlint: allwo(x)", "`allwo` is no suppression"),
            (" authlint: allow()", "names the rules"),
            (" authlint: allow(reason = \"r\")", "names the rules"),
            (" authlint: allow", "in parentheses"),
            (" authlint: allow(x", "closing parenthesis is missing"),
            (" authlint: allow(x, until = \"2027-02-29\")", "no date"),
            (" authlint: allow(x, until = \"tomorrow\")", "no date"),
            (" authlint: allow(x, reason = why)", "double quotes"),
            (" authlint: allow(x, reason = \"why)", "double quotes"),
            (" authlint: allow(x, because = \"why\")", "no key"),
            (" authlint: allow(x, reason = \"a\", reason = \"b\")", "twice"),
            (" authlint: allow(x) since then", "closing parenthesis"),
            (" authlint: allow(x y)", "`y` is not expected"),
            (" authlint: allow(*)", "`*` is not expected"),
            (" authlint: allow_file(x)", "`allow_file` is no suppression"),
            (" authlint: ignore x", "`ignore` is no suppression"),
            (" authlint allow(x)", "starts with `authlint:`"),
            (" authlint::allow(x)", "starts with `authlint:`"),
            (" AuthLint: allow(x)", "starts with `authlint:`"),
            (" #[allow(authlint::x)]", "an attribute"),
        ] {
            let Directive::Malformed(message) = read(body, 0) else { panic!("{body}") };
            assert!(message.contains(why), "{body}: {message}");
            assert!(message.ends_with("write `// authlint: allow(rule, reason = \"why\")`"), "{message}");
        }
    }

    #[test]
    fn prose_is_prose() {
        for body in [
            " authlint",
            " authlint allows this",
            " authlint: the linter that found this",
            " authlint: see the report",
            " see authlint: allow(x)",
            " authlint's allow(x) form",
            " authlints: allow(x)",
            " run authlint before a commit",
            " allow(dead_code)",
            "",
            " authlın",
        ] {
            assert_eq!(read(body, 0), Directive::Prose, "{body}");
        }
    }
}
