//! The format `rdjson`: reviewdog's diagnostic format, one object of JSON. Lines and columns count from 1, columns in bytes
//! of UTF-8, and ends are exclusive.

use std::io;

use serde::Serialize;

use super::fix::ShownFix;
use super::shown::Shown;
use super::story::{Label, Story};
use crate::finding::Level;
use crate::source::Place;

/// Writes all stories as one object.
pub(super) fn write(
    stories: impl Iterator<Item = Story>,
    shown: &Shown<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let diagnostics = stories.map(|story| diagnostic(story, shown)).collect();
    let result = DiagnosticResult { source: Source { name: "authlint" }, diagnostics };
    serde_json::to_writer_pretty(&mut *out, &result)?;
    out.write_all(b"\n")
}

#[derive(Serialize)]
struct DiagnosticResult {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<RelatedLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
}

/// What stands in a range is replaced. Each is made by itself, so a fix of several edits is none.
#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Code {
    value: String,
}

#[derive(Serialize)]
struct RelatedLocation {
    message: String,
    location: Location,
}

fn diagnostic(story: Story, shown: &Shown<'_>) -> Diagnostic {
    let related = |label: &Label| RelatedLocation {
        message: label.text.clone(),
        location: location(label.place, shown),
    };
    let help = story.help.iter().map(|help| format!("help: {help}"));
    let lines: Vec<String> = std::iter::once(story.message.clone()).chain(help).collect();
    Diagnostic {
        location: location(story.primary().place, shown),
        related_locations: story.labels.iter().skip(1).map(related).collect(),
        suggestions: story.fixes.iter().filter_map(|fix| suggestion(fix, &story, shown)).collect(),
        severity: severity(story.level),
        message: lines.join("\n"),
        code: Code { value: story.code },
    }
}

/// A fix that is one edit in the file of the finding: a suggestion names no other.
fn suggestion(fix: &ShownFix, story: &Story, shown: &Shown<'_>) -> Option<Suggestion> {
    let [edit] = fix.edits.as_slice() else { return None };
    let is_here = edit.place.file == story.primary().place.file;
    let suggestion = Suggestion { range: range(edit.place, shown), text: edit.replacement.clone() };
    (is_here && fix.can_be_made()).then_some(suggestion)
}

fn location(place: Place, shown: &Shown<'_>) -> Location {
    Location { path: shown.file(place.file).name.clone(), range: range(place, shown) }
}

fn range(place: Place, shown: &Shown<'_>) -> Range {
    let position = |at| {
        let (line, column) = shown.file(place.file).line_byte(at);
        Position { line, column }
    };
    Range { start: position(place.span.start), end: position(place.span.end) }
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Deny => "ERROR",
        Level::Warn => "WARNING",
        Level::Note | Level::Allow => "INFO",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::finding::{Applicability, Edit, Fix};
    use crate::report::Format;
    use crate::report::sample::{add, finding, one_file, place, report, step, written};

    #[test]
    fn columns_are_bytes() {
        let (mut files, id) = one_file("src/a.rs", "\né漢 key(\r\n);");
        let other = add(&mut files, "b.rs", "other");
        let mut finding = finding(place(&files, id, "key(\r\n)"));
        finding.steps = vec![step(place(&files, other, "other"), "elsewhere")];
        finding.help = vec!["do this".into()];
        let edit = |name: &str, text: &str| Edit { place: place(&files, id, name), replacement: text.into() };
        let fix = |grade, edits| Fix::new("do it".into(), grade, edits).expect("edits");
        finding.fixes = vec![
            fix(Applicability::MaybeIncorrect, vec![edit("key", "other")]),
            fix(Applicability::HasPlaceholders, vec![edit("key", "NAME")]),
            fix(Applicability::MaybeIncorrect, vec![edit("key", "other"), edit(";", "")]),
        ];
        let text = written(Format::Rdjson, &report(&files, &[finding]));
        let expected = json!({
            "source": { "name": "authlint" },
            "diagnostics": [{
                "message": "the message\nhelp: do this",
                "location": {
                    "path": "src/a.rs",
                    "range": { "start": { "line": 2, "column": 7 }, "end": { "line": 3, "column": 2 } }
                },
                "severity": "ERROR",
                "code": { "value": "authlint::a-rule" },
                "related_locations": [{
                    "message": "elsewhere",
                    "location": {
                        "path": "b.rs",
                        "range": { "start": { "line": 1, "column": 1 }, "end": { "line": 1, "column": 6 } }
                    }
                }],
                "suggestions": [{
                    "range": { "start": { "line": 2, "column": 7 }, "end": { "line": 2, "column": 10 } },
                    "text": "other"
                }]
            }]
        });
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), expected);
    }
}
