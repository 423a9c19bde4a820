//! The format `gitlab`: GitLab's report of code quality, one array of JSON.

use std::io;

use serde::Serialize;

use super::shown::Shown;
use super::story::Story;
use crate::finding::Level;

/// Writes all stories as one array.
pub(super) fn write(
    stories: impl Iterator<Item = Story>,
    shown: &Shown<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let issues: Vec<Issue> = stories.map(|story| issue(story, shown)).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

fn issue(story: Story, shown: &Shown<'_>) -> Issue {
    let place = story.primary().place;
    let file = shown.file(place.file);
    let line = |at| file.line_column(at).line;
    Issue {
        location: Location {
            path: file.rooted.clone(),
            lines: Lines { begin: line(place.span.start), end: line(place.span.end) },
        },
        severity: severity(story.level),
        description: story.message,
        check_name: story.code,
        fingerprint: story.fingerprint,
    }
}

/// GitLab's words from the least: info, minor, major, critical, blocker.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Deny => "critical",
        Level::Warn => "major",
        Level::Note | Level::Allow => "info",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::finding::Level;
    use crate::report::sample::{finding, one_file, place, report, written};
    use crate::report::{Fingerprints, Format, Report};

    #[test]
    fn a_finding_is_an_issue() {
        let (files, id) = one_file("src/a.rs", "one\nkey(\n) key");
        let mut findings = [finding(place(&files, id, "key(\n)")), finding(place(&files, id, ") key"))];
        findings[1].level = Level::Warn;
        let fingerprints = Fingerprints::new(&findings, &files, &[], &[], "app/");
        let report = Report { prefix: "app/", fingerprints: &fingerprints, ..report(&files, &findings) };
        let issues: Value = serde_json::from_str(&written(Format::Gitlab, &report)).expect("JSON");
        let expected = json!({
            "description": "the message", "check_name": "authlint::a-rule", "severity": "critical",
            "fingerprint": fingerprints.of(&findings[0]),
            "location": { "path": "app/src/a.rs", "lines": { "begin": 2, "end": 3 } }
        });
        assert_eq!(issues[0], expected);
        assert_eq!(issues[1]["severity"], "major");
        assert_ne!(issues[0]["fingerprint"], issues[1]["fingerprint"]);
    }

    #[test]
    fn no_findings_are_an_empty_array() {
        let (files, _) = one_file("a.rs", "");
        assert_eq!(written(Format::Gitlab, &report(&files, &[])), "[]\n");
    }
}
