//! Floor 6, *report*: findings and problems as text for people and programs, written into a given `Write`.
//!
//! Every format is made of stories, and a story has passed the masks: no format sees the raw text of a file. So a
//! secret or a control character of the input cannot reach the output by way of a new format.

mod baseline;
mod cwe;
mod excerpt;
mod fingerprint;
mod fix;
mod github;
mod gitlab;
mod human;
mod hyperlink;
mod json;
mod junit;
mod mask;
mod owner;
mod page;
mod pieces;
mod problem;
mod rdjson;
mod rooted;
#[cfg(test)]
mod sample;
mod sarif;
mod short;
mod shown;
mod story;
mod text;
mod why;

use std::io;

pub use baseline::{Baseline, BaselineEntry};
pub use fingerprint::{FINGERPRINT_VERSION, Fingerprints};
pub use fix::{Changed, Chosen, chosen, diff};
pub use json::end as json_end;
pub use mask::KeyShape;
pub use owner::{Owner, Owners};
pub use page::page;
pub use problem::problem_line;
pub use rooted::rooted;
pub use text::safe;
pub use why::{Told, Why, why};

use crate::finding::{Finding, Level};
use crate::rules::Rule;
use crate::source::{Files, Place, Problem};
use shown::Shown;
use story::Story;

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// For people: source lines with labels, and help.
    Human,
    /// One line a finding.
    Short,
    /// Cargo's wire format: one JSON object a line, `build-finished` last.
    Json,
    /// SARIF 2.1.0, as GitHub's code scanning takes it.
    Sarif,
    /// Workflow commands of GitHub's actions, which become annotations.
    Github,
    /// GitLab's report of code quality.
    Gitlab,
    /// `JUnit`'s XML: a finding is a test that failed.
    Junit,
    /// Reviewdog's diagnostic format.
    Rdjson,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] = [
        Self::Human,
        Self::Short,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Rdjson,
    ];
}

/// What is reported, and what has to be known to report it safely.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The findings, in the order in which they are written. Those of level `Allow` are left out.
    pub findings: &'a [Finding],
    /// The files that the findings point into.
    pub files: &'a Files,
    /// The literals that are credentials: their content is masked wherever it would be shown.
    pub secrets: &'a [Place],
    /// What keys look like: tokens of these shapes are masked as well. Shapes of public keys do not belong here.
    pub key_shapes: &'a [KeyShape<'a>],
    /// Which target each file belongs to; only [`Format::Json`] asks.
    pub owners: &'a Owners,
    /// The rules there are, whether or not they were asked.
    pub rules: &'a [&'static Rule],
    /// What could not be read or understood.
    pub problems: &'a [Problem],
    /// The fingerprints of all findings of the run.
    pub fingerprints: &'a Fingerprints,
    /// The way from the root of the repository to where the run started: empty, or with `/` at its end. What servers read
    /// names files from that root.
    pub prefix: &'a str,
    /// The quietest level that makes the run fail, if any does; [`Format::Junit`] fails tests by it.
    pub fails_at: Option<Level>,
    /// Whether [`Format::Human`] writes ANSI colours.
    pub is_coloured: bool,
    /// Whether [`Format::Human`] writes hyperlinks, as terminals read them.
    pub is_linked: bool,
    /// What `build-finished` says at the end of [`Format::Json`].
    pub success: bool,
}

/// A text of many lines, each fit to be shown: secrets, keys, and characters that command a terminal are masked.
#[must_use]
pub fn masked(text: &str, files: &Files, secrets: &[Place], key_shapes: &[KeyShape<'_>]) -> String {
    let masks = mask::Masks::new(files, secrets, key_shapes);
    text.lines().map(|line| masks.message(line)).collect::<Vec<_>>().join("\n")
}

/// Writes all findings in one format. The same report gives the same bytes.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn write(format: Format, report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let shown = Shown::new(report);
    let visible = report.findings.iter().filter(|finding| finding.level != Level::Allow);
    let stories = visible.map(|finding| Story::new(finding, &shown, report.fingerprints));
    match format {
        Format::Human => human::write(stories, &shown, report, out),
        Format::Short => short::write(stories, &shown, out),
        Format::Json => json::write(stories, &shown, report, out),
        Format::Sarif => sarif::write(stories, &shown, report, out),
        Format::Github => github::write(stories, &shown, report, out),
        Format::Gitlab => gitlab::write(stories, &shown, out),
        Format::Junit => junit::write(stories, &shown, report, out),
        Format::Rdjson => rdjson::write(stories, &shown, out),
    }
}

#[cfg(test)]
mod tests {
    use super::sample::{finding, one_file, place, report, step, written};
    use super::{Format, KeyShape, Report};

    #[test]
    fn no_format_shows_a_secret() {
        let text = "connect(\"pa55word-of-all\");\nlet near = \"sk-0123456789abcdef\"; // pa55word-of-all\n";
        let (files, id) = one_file("src/a.rs", text);
        let mut finding = finding(place(&files, id, "connect(\"pa55word-of-all\");"));
        finding.message = "`pa55word-of-all` is in the code".into();
        finding.primary.label = "here: pa55word-of-all".into();
        finding.steps = vec![step(place(&files, id, "near"), "as sk-0123456789abcdef")];
        finding.help = vec!["remove pa55word-of-all".into()];
        let findings = [finding];
        let secrets = [place(&files, id, "\"pa55word-of-all\"")];
        let key_shapes = &[KeyShape { prefix: "sk-", min: 10 }];
        let report = Report { secrets: &secrets, key_shapes, ..report(&files, &findings) };
        for format in Format::ALL {
            let text = written(format, &report);
            assert!(!text.contains("pa55word") && !text.contains("0123456789abcdef"), "{format:?}: {text}");
            assert!(text.contains("`***************` is in the code"), "{format:?}: {text}");
        }
        assert!(written(Format::Human, &report).contains("1 │ connect(\"***************\");\n"));
        assert!(written(Format::Json, &report).contains(r#"let near = \"sk-****************\"; // ******"#));
    }

    #[test]
    fn no_format_shows_a_character_that_commands_a_terminal() {
        let hostile = "\u{1b}]0;x\u{7}\0\u{9b}\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{e0041}\r\u{7f}";
        let (files, id) = one_file(&format!("src/{hostile}\n.rs"), &format!("f(\"{hostile}\", key);\n"));
        let mut finding = finding(place(&files, id, "key"));
        finding.message = format!("message {hostile}\nsecond");
        finding.primary.label = format!("label {hostile}\nsecond");
        finding.steps = vec![step(place(&files, id, "f("), hostile)];
        finding.help = vec![format!("help {hostile}\nsecond")];
        let findings = [finding];
        let report = report(&files, &findings);
        for format in Format::ALL {
            let text = written(format, &report);
            let bad = text.chars().find(|c| *c != '\n' && hostile.contains(*c) && !"]0;x".contains(*c));
            assert_eq!(bad, None, "{format:?}: {text}");
            assert!(!text.contains("\\u00") && !text.contains("\\r"), "{format:?}: {text}");
        }
        assert_eq!(written(Format::Short, &report).lines().count(), 1);
        assert!(written(Format::Short, &report).contains(":1:23: error"), "columns are those of the file");
    }

    #[test]
    fn the_same_report_gives_the_same_bytes() {
        let (files, id) = one_file("a.rs", "one two three");
        let mut first = finding(place(&files, id, "two"));
        first.steps = vec![step(place(&files, id, "three"), "b"), step(place(&files, id, "one"), "a")];
        let findings = [first, finding(place(&files, id, "three"))];
        let report = report(&files, &findings);
        for format in Format::ALL {
            assert_eq!(written(format, &report), written(format, &report));
        }
    }

    #[test]
    fn findings_are_separated_by_an_empty_line() {
        let (files, id) = one_file("a.rs", "one two");
        let findings = [finding(place(&files, id, "one")), finding(place(&files, id, "two"))];
        let text = written(Format::Human, &report(&files, &findings));
        assert_eq!(text.matches("\n\nerror[authlint::a-rule]: the message\n").count(), 1);
        assert!(
            text.starts_with("error[authlint::a-rule]: the message\n") && !text.contains("\n\n\n"),
            "{text}"
        );
    }

    #[test]
    fn what_reports_add_to_a_message_is_lower_case_without_a_full_stop() {
        let (files, id) = one_file("a.rs", "one");
        let mut finding = finding(place(&files, id, "one"));
        finding.help = vec!["do this".into()];
        let text = written(Format::Human, &report(&files, &[finding]));
        let is_right = |line: &str| !line.chars().any(char::is_uppercase) && !line.ends_with('.');
        assert!(text.lines().all(is_right), "{text}");
    }
}
