//! A baseline: findings that a project lives with for now, by their fingerprints, as a file that people commit.
//!
//! It is JSON with one entry a line, sorted, so that changes to it are read and merged line by line. It names no lines and
//! no text of the code.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::fingerprint::FINGERPRINT_VERSION;

/// One finding of a baseline. All but the fingerprint is for people.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BaselineEntry {
    /// The file, seen from the root of the repository.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// The items around the place, from the outside; empty where it stands in none.
    pub item: String,
    /// The fingerprint.
    pub fingerprint: String,
}

/// The findings that a project lives with for now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<BaselineEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: String,
    findings: BTreeSet<BaselineEntry>,
}

impl Baseline {
    /// One of these entries.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = BaselineEntry>) -> Self {
        Self { entries: entries.into_iter().collect() }
    }

    /// Reads the text of a baseline.
    ///
    /// # Errors
    /// It is none, or one of a version whose fingerprints mean something else: what is wrong, and what to do.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = serde_json::from_str(text)
            .map_err(|error| format!("is no baseline: {error}; `cargo authlint baseline write` makes one"))?;
        if file.version != FINGERPRINT_VERSION {
            return Err(format!(
                "was written by another version of authlint (`{}`, and this one writes `{FINGERPRINT_VERSION}`); write \
                 it anew with `cargo authlint baseline write`",
                file.version
            ));
        }
        Ok(Self { entries: file.findings })
    }

    /// The text of the baseline; the same entries give the same bytes.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "texts can always be written as JSON")]
    pub fn to_text(&self) -> String {
        let line = |entry: &BaselineEntry| {
            serde_json::to_string(entry).expect("an entry is made of texts, which JSON can hold")
        };
        let lines: Vec<String> = self.entries.iter().map(|entry| format!("\n    {}", line(entry))).collect();
        let end = if lines.is_empty() { "" } else { "\n  " };
        let lines = lines.join(",");
        format!("{{\n  \"version\": \"{FINGERPRINT_VERSION}\",\n  \"findings\": [{lines}{end}]\n}}\n")
    }

    /// The entries, in order.
    pub fn iter(&self) -> impl Iterator<Item = &BaselineEntry> {
        self.entries.iter()
    }

    /// The fingerprints.
    #[must_use]
    pub fn fingerprints(&self) -> BTreeSet<&str> {
        self.entries.iter().map(|entry| entry.fingerprint.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, rule: &str) -> BaselineEntry {
        let (item, fingerprint) = ("m::f".to_owned(), "0".repeat(32));
        BaselineEntry { path: path.to_owned(), rule: rule.to_owned(), item, fingerprint }
    }

    #[test]
    fn what_is_written_is_read() {
        let baseline = Baseline::new([entry("b.rs", "x"), entry("a\"\n.rs", "y"), entry("a\"\n.rs", "x")]);
        let text = baseline.to_text();
        assert_eq!(Baseline::parse(&text), Ok(baseline));
        assert_eq!(text.lines().count(), 8, "{text}");
        assert!(text.lines().nth(3).is_some_and(|line| line.contains(r#""a\"\n.rs","rule":"x""#)), "{text}");
        let empty = Baseline::default().to_text();
        assert_eq!(empty, "{\n  \"version\": \"authlint/v1\",\n  \"findings\": []\n}\n");
        assert_eq!(Baseline::parse(&empty), Ok(Baseline::default()));
    }

    #[test]
    fn what_is_no_baseline_says_what_to_do() {
        let with =
            |version: &str, more: &str| format!("{{\"version\": \"{version}\", \"findings\": []{more}}}");
        for (text, said) in [
            ("", "`cargo authlint baseline write` makes one"),
            ("[]", "is no baseline"),
            (&with("authlint/v1", ", \"more\": 1"), "unknown field `more`"),
            (&with("authlint/v0", ""), "`authlint/v0`, and this one writes `authlint/v1`"),
        ] {
            let refusal = Baseline::parse(text).expect_err("refused");
            assert!(refusal.contains(said), "{text}: {refusal}");
        }
    }
}
