//! Fingerprints: names of findings that stay the same when code moves, and that no two findings of a run share.
//!
//! A fingerprint is a hash of the rule, the file (relative to the root of the repository), the items around the primary
//! place by their names, the tokens of the primary place without white space, comments and what literals say, and an
//! ordinal where all of that is the same. So it stays when lines are added, moved inside the item or laid out anew, and
//! changes when the file or the item is renamed. Of two findings alike in one item, the one further up has the smaller
//! ordinal: when it goes, the other takes its name.
//!
//! The text of a secret is no part of it: what is short could be guessed from its hash.

use std::collections::{BTreeMap, HashMap};

use super::rooted::rooted;
use crate::facts::FileFacts;
use crate::finding::Finding;
use crate::source::{Files, Place};

/// What a fingerprint is made of: which version of the rules above.
pub const FINGERPRINT_VERSION: &str = "authlint/v1";

/// The fingerprints of the findings of a run, each 32 hexadecimal digits.
#[derive(Debug, Default)]
pub struct Fingerprints {
    by_finding: BTreeMap<(&'static str, Place), String>,
}

impl Fingerprints {
    /// Those of no finding.
    #[must_use]
    pub const fn none() -> Self {
        Self { by_finding: BTreeMap::new() }
    }

    /// Those of all findings of a run, also of such as will not be shown: an ordinal counts all that are alike.
    /// `facts` are those of the files by number, `prefix` is that of [`Report`](super::Report).
    #[must_use]
    pub fn new<'a>(
        findings: impl IntoIterator<Item = &'a Finding>,
        files: &Files,
        facts: &[FileFacts],
        secrets: &[Place],
        prefix: &str,
    ) -> Self {
        let mut places: Vec<(&'static str, Place)> =
            findings.into_iter().map(|finding| (finding.rule, finding.primary.place)).collect();
        places.sort_by_key(|(rule, place)| (*place, *rule));
        places.dedup();
        let mut alike: HashMap<String, u32> = HashMap::new();
        let mut by_finding = BTreeMap::new();
        for (rule, place) in places {
            let file = files.get(place.file);
            let item = facts.get(place.file.0 as usize).map(|facts| facts.enclosing(place.span));
            let is_secret = secrets.iter().any(|secret| overlap(*secret, place));
            let tokens = if is_secret { String::new() } else { tokens(file.slice(place.span)) };
            let parts = [rule, &rooted(prefix, &file.shown), &item.unwrap_or_default(), &tokens];
            let what = parts.join("\0");
            let ordinal = alike.entry(what.clone()).or_default();
            by_finding.insert((rule, place), hash(&format!("{what}\0{ordinal}")));
            *ordinal += 1;
        }
        Self { by_finding }
    }

    /// That of a finding; empty for one that is not of this run.
    #[must_use]
    pub fn of(&self, finding: &Finding) -> &str {
        self.by_finding.get(&(finding.rule, finding.primary.place)).map_or("", String::as_str)
    }
}

fn overlap(a: Place, b: Place) -> bool {
    a.file == b.file && a.span.start < b.span.end && b.span.start < a.span.end
}

/// Code without white space, comments, trailing commas and the content of string literals. Two words keep a space.
fn tokens(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut is_apart = false;
    while let Some(c) = rest.chars().next() {
        let length = match c {
            '"' => literal(rest),
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => c.len_utf8(),
        };
        if c.is_whitespace() || rest[..length].starts_with("//") || rest[..length].starts_with("/*") {
            is_apart = true;
        } else {
            push(&mut out, c, is_apart);
            is_apart = false;
        }
        rest = &rest[length..];
    }
    out
}

fn push(out: &mut String, c: char, is_apart: bool) {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    if matches!(c, ')' | ']' | '}' | '>') && out.ends_with(',') {
        out.pop();
    }
    if is_apart && is_word(c) && out.chars().next_back().is_some_and(is_word) {
        out.push(' ');
    }
    out.push(c);
}

/// The bytes of the string literal that a text starts with.
fn literal(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            b'"' if !is_escaped => return at + 1,
            b'\\' => is_escaped = !is_escaped,
            _ => is_escaped = false,
        }
    }
    text.len()
}

/// FNV-1a of 128 bits. It keeps no secret and needs to keep none; it is the same on every machine.
fn hash(text: &str) -> String {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let hash = text.bytes().fold(OFFSET, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    format!("{hash:032x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::gather;
    use crate::finding::{Confidence, Level, Step};
    use crate::report::sample::{one_file, place};
    use crate::source::Span;

    /// The fingerprints of `key` wherever it stands in a text, in order.
    fn of(name: &str, text: &str, prefix: &str) -> Vec<String> {
        let (files, id) = one_file(name, text);
        let at = text.match_indices("key(").map(|(start, _)| {
            let start = u32::try_from(start).expect("a small text");
            let behind = text[start as usize..].find(')').expect("it is closed") + 1;
            Place { file: id, span: Span::new(start, start + u32::try_from(behind).expect("small")) }
        });
        let finding = |place| {
            let primary = Step { place, label: String::new() };
            Finding::new("a-rule", Level::Warn, Confidence::High, String::new(), primary)
        };
        let findings: Vec<Finding> = at.map(finding).collect();
        let prints = Fingerprints::new(&findings, &files, &gather(&[files.get(id)], 1), &[], prefix);
        findings.iter().map(|finding| prints.of(finding).to_owned()).collect()
    }

    #[test]
    fn stays_when_code_moves_and_is_laid_out_anew() {
        let first = of("a.rs", "fn f() { x = key(a, \"b\"); }", "");
        assert_eq!(first.len(), 1);
        assert_eq!(first[0].len(), 32);
        let moved = "// more\nfn g() {}\n\nfn f() {\n    y();\n    x = key(\n        a, // why\n        \"c\",\n    );\n}\n";
        assert_eq!(of("a.rs", moved, ""), first);
        assert_eq!(
            of("b/a.rs", "fn f() { key(a, \"b\") }", ""),
            of("a.rs", "fn f() { key(a, \"b\") }", "b/")
        );
    }

    #[test]
    fn differs_by_file_item_and_tokens() {
        let texts = [("a.rs", "fn f() { key(a) }"), ("b.rs", "fn f() { key(a) }")];
        let others =
            [("a.rs", "fn g() { key(a) }"), ("a.rs", "fn f() { key(b) }"), ("a.rs", "fn f() { key(a b) }")];
        let mut all: Vec<String> =
            texts.iter().chain(&others).flat_map(|(name, text)| of(name, text, "")).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 5);
    }

    #[test]
    fn those_alike_are_told_apart() {
        let two = of("a.rs", "fn f() { key(a); key(a) }", "");
        assert_ne!(two[0], two[1]);
        assert_eq!(of("a.rs", "fn f() { key(a) }", "")[0], two[0]);
    }

    #[test]
    fn a_secret_is_no_part_of_it() {
        let print = |text: &str| {
            let (files, id) = one_file("a.rs", text);
            let place = place(&files, id, text);
            let primary = Step { place, label: String::new() };
            let finding = Finding::new("a-rule", Level::Warn, Confidence::High, String::new(), primary);
            Fingerprints::new([&finding], &files, &[], &[place], "").of(&finding).to_owned()
        };
        assert_eq!(print("hunter2"), print("correct-horse"));
    }

    #[test]
    fn tokens_forget_layout() {
        assert_eq!(tokens("let  mut a /* x */ = f(\n 1,\n) // end"), "let mut a=f(1)");
        assert_eq!(tokens(r#"f("a\"b", 'c')"#), "f(\",'c')");
    }
}
