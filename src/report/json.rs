//! The format `json`: cargo's wire format, one object a line, so that what reads `cargo check` reads authlint.

use std::io;

use serde::Serialize;

use super::fix::{ShownEdit, ShownFix};
use super::owner::Owner;
use super::shown::{Shown, ShownFile};
use super::story::{Label, Story};
use super::{Report, human};
use crate::source::{Place, Span};

/// A span with more bytes of source lines than this is written without them: readers fall back to the columns, and a
/// file that is one huge line does not come out once for every finding.
const LONGEST_TEXT: u32 = 64 * 1024;

/// Writes a line for each story, and at last `build-finished`.
pub(super) fn write(
    stories: impl Iterator<Item = Story>,
    shown: &Shown<'_>,
    report: &Report<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for story in stories {
        let file = story.primary().place.file;
        let name = &shown.file(file).name;
        let owner = report.owners.get(&file).cloned().unwrap_or_else(|| Owner::of_loose_file(name));
        write_line(
            &CompilerMessage { reason: "compiler-message", owner, message: diagnostic(&story, shown)? },
            out,
        )?;
    }
    end(report.success, out)
}

/// Writes the line that ends a run.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn end(success: bool, out: &mut dyn io::Write) -> io::Result<()> {
    write_line(&BuildFinished { reason: "build-finished", success }, out)
}

fn write_line(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    out.write_all(&line)
}

#[derive(Serialize)]
struct CompilerMessage<'a> {
    reason: &'static str,
    #[serde(flatten)]
    owner: Owner,
    message: Diagnostic<'a>,
}

#[derive(Serialize)]
struct BuildFinished {
    reason: &'static str,
    success: bool,
}

/// A diagnostic of rustc.
#[derive(Serialize)]
struct Diagnostic<'a> {
    rendered: String,
    #[serde(rename = "$message_type")]
    message_type: &'static str,
    children: Vec<Child<'a>>,
    level: &'static str,
    message: &'a str,
    spans: Vec<WireSpan<'a>>,
    code: Code<'a>,
}

#[derive(Serialize)]
struct Code<'a> {
    code: &'a str,
    explanation: Option<&'a str>,
}

/// A diagnostic below another; `code`, `rendered` and its children are always empty here.
#[derive(Serialize)]
struct Child<'a> {
    children: [(); 0],
    code: Option<Code<'a>>,
    level: &'static str,
    message: &'a str,
    rendered: Option<&'a str>,
    /// The edits of a fix.
    spans: Vec<WireSpan<'a>>,
}

#[derive(Serialize)]
struct WireSpan<'a> {
    byte_end: u32,
    byte_start: u32,
    column_end: u32,
    column_start: u32,
    expansion: Option<&'a str>,
    file_name: &'a str,
    is_primary: bool,
    label: Option<&'a str>,
    line_end: u32,
    line_start: u32,
    suggested_replacement: Option<&'a str>,
    suggestion_applicability: Option<&'a str>,
    text: Vec<TextLine<'a>>,
}

/// A whole line of source; the highlighted part in 1-based characters, its end exclusive.
#[derive(Serialize)]
struct TextLine<'a> {
    highlight_end: u32,
    highlight_start: u32,
    text: &'a str,
}

fn diagnostic<'a>(story: &'a Story, shown: &'a Shown<'_>) -> io::Result<Diagnostic<'a>> {
    let rendered = human::rendered(story, shown)?;
    let labels = story.labels.iter().enumerate();
    let helps = story.help.iter().map(|help| child(help, Vec::new()));
    let fixes = story.fixes.iter().map(|fix| child(&fix.title, replacements(fix, shown)));
    Ok(Diagnostic {
        rendered: String::from_utf8(rendered).map_err(io::Error::other)?,
        message_type: "diagnostic",
        children: helps.chain(fixes).collect(),
        level: story.level_word(),
        message: &story.message,
        spans: labels.map(|(at, label)| span(label, at == 0, shown.file(label.place.file))).collect(),
        code: Code { code: &story.code, explanation: None },
    })
}

fn child<'a>(help: &'a str, spans: Vec<WireSpan<'a>>) -> Child<'a> {
    Child { children: [], code: None, level: "help", message: help, rendered: None, spans }
}

/// The edits of a fix, as rustc has suggestions. One that would write out what must not be shown is a help without them.
fn replacements<'a>(fix: &'a ShownFix, shown: &'a Shown<'_>) -> Vec<WireSpan<'a>> {
    let span = |edit: &'a ShownEdit| WireSpan {
        suggested_replacement: Some(&edit.replacement),
        suggestion_applicability: Some(fix.grade.name()),
        ..span_of(edit.place, "", true, shown.file(edit.place.file))
    };
    if fix.is_masked { Vec::new() } else { fix.edits.iter().map(span).collect() }
}

fn span<'a>(label: &'a Label, is_primary: bool, file: &'a ShownFile<'_>) -> WireSpan<'a> {
    span_of(label.place, &label.text, is_primary, file)
}

fn span_of<'a>(place: Place, label: &'a str, is_primary: bool, file: &'a ShownFile<'_>) -> WireSpan<'a> {
    let Span { start, end } = place.span;
    let (from, to) = (file.line_column(start), file.line_column(end));
    WireSpan {
        byte_end: end,
        byte_start: start,
        column_end: to.column,
        column_start: from.column,
        expansion: None,
        file_name: &file.name,
        is_primary,
        label: Some(label).filter(|text| !text.is_empty()),
        line_end: to.line,
        line_start: from.line,
        suggested_replacement: None,
        suggestion_applicability: None,
        text: text(file, place.span),
    }
}

/// The whole lines of a span.
fn text<'a>(file: &'a ShownFile<'_>, span: Span) -> Vec<TextLine<'a>> {
    let (first, last) = (file.line_index(span.start), file.line_index(span.end));
    if file.line_span(last).end - file.line_span(first).start > LONGEST_TEXT {
        return Vec::new();
    }
    (first..=last).map(|index| text_line(file, span, index)).collect()
}

fn text_line<'a>(file: &'a ShownFile<'_>, span: Span, index: usize) -> TextLine<'a> {
    let line = file.line_span(index);
    let column = |at: u32| file.line_column(at.clamp(line.start, line.end)).column;
    TextLine { highlight_end: column(span.end), highlight_start: column(span.start), text: file.slice(line) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::finding::Level;
    use crate::report::sample::{add, finding, one_file, place, report, step, written};
    use crate::report::{Format, Owner, Owners, Report};
    use crate::source::{Files, Package, Place, Span, Target, TargetKind};

    fn lines(report: &Report<'_>) -> Vec<Value> {
        let text = written(Format::Json, report);
        assert!(text.ends_with("}\n"));
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    fn only_span(files: &Files, at: Place) -> Value {
        lines(&report(files, &[finding(at)]))[0]["message"]["spans"][0].clone()
    }

    #[test]
    fn a_finding_is_a_compiler_message_and_build_finished_is_last() {
        let (mut files, id) = one_file("src/a.rs", "let é = \tkey;\r\n");
        let other = add(&mut files, "src/b.rs", "other");
        let mut finding = finding(place(&files, id, "key"));
        finding.level = Level::Warn;
        finding.steps = vec![step(place(&files, other, "other"), "elsewhere")];
        finding.help = vec!["do this".into()];
        let lines = lines(&report(&files, &[finding]));
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], json!({ "reason": "build-finished", "success": false }));
        assert_eq!(lines[0]["reason"], "compiler-message");
        assert_eq!(lines[0]["package_id"], "authlint+loose:src/a.rs");
        assert_eq!(lines[0]["target"]["name"], "a");
        let span = |file_name, bytes: [u32; 2], columns: [u32; 2], is_primary, label, text| {
            json!({
                "file_name": file_name, "byte_start": bytes[0], "byte_end": bytes[1], "line_start": 1, "line_end": 1,
                "column_start": columns[0], "column_end": columns[1], "is_primary": is_primary, "label": label,
                "text": [{ "text": text, "highlight_start": columns[0], "highlight_end": columns[1] }],
                "suggested_replacement": null, "suggestion_applicability": null, "expansion": null
            })
        };
        let message = &lines[0]["message"];
        let expected = json!({
            "$message_type": "diagnostic", "level": "warning", "message": "the message",
            "code": { "code": "authlint::a-rule", "explanation": null },
            "rendered": message["rendered"],
            "children": [{
                "level": "help", "message": "do this", "code": null, "rendered": null, "spans": [], "children": []
            }],
            "spans": [
                span("src/a.rs", [10, 13], [10, 13], true, "primary label", "let é = \tkey;"),
                span("src/b.rs", [0, 5], [1, 6], false, "elsewhere", "other")
            ]
        });
        assert_eq!(*message, expected);
        assert!(
            message["rendered"]
                .as_str()
                .expect("a string")
                .starts_with("warning[authlint::a-rule]: the message\n")
        );
    }

    #[test]
    fn a_span_over_several_lines_has_the_text_of_each() {
        let (files, id) = one_file("a.rs", "x = a(\r\n  é,\r\n);\r\n");
        let span = only_span(&files, place(&files, id, "a(\r\n  é,\r\n)"));
        assert_eq!(
            span["text"],
            json!([
                { "text": "x = a(", "highlight_start": 5, "highlight_end": 7 },
                { "text": "  é,", "highlight_start": 1, "highlight_end": 5 },
                { "text": ");", "highlight_start": 1, "highlight_end": 2 }
            ])
        );
        assert_eq!((&span["line_end"], &span["column_end"]), (&json!(3), &json!(2)));
    }

    #[test]
    fn columns_stay_one_based_at_the_end_of_a_file() {
        let (files, id) = one_file("a.rs", "one\n");
        let span = only_span(&files, Place { file: id, span: Span::new(4, 4) });
        assert_eq!((&span["line_start"], &span["column_start"]), (&json!(2), &json!(1)));
        assert_eq!(span["text"], json!([{ "text": "", "highlight_start": 1, "highlight_end": 1 }]));
    }

    #[test]
    fn a_huge_line_is_left_out() {
        let (files, id) = one_file("a.rs", &"one ".repeat(20_000));
        assert_eq!(only_span(&files, place(&files, id, "one"))["text"], json!([]));
    }

    #[test]
    fn a_run_without_findings_says_that_it_finished() {
        let files = Files::default();
        let report = Report { success: true, ..report(&files, &[]) };
        assert_eq!(written(Format::Json, &report), "{\"reason\":\"build-finished\",\"success\":true}\n");
    }

    #[test]
    fn a_file_of_a_package_names_its_owner() {
        let (files, id) = one_file("src/main.rs", "one");
        let target = Target {
            name: "shop".into(),
            kind: TargetKind::Bin,
            root: "/w/shop/src/main.rs".into(),
            crate_types: Vec::new(),
            is_selected: true,
        };
        let package = Package {
            name: "shop".into(),
            version: "1.2.0".into(),
            manifest: "/w/shop/Cargo.toml".into(),
            edition: "2024".into(),
            rust_version: None,
            workspace_root: "/w/shop".into(),
            targets: vec![target.clone()],
            dependencies: Vec::new(),
            is_example: false,
            is_selected: true,
        };
        let owners = Owners::from([(id, Owner::new(&package, &target))]);
        let findings = [finding(place(&files, id, "one"))];
        let line = &lines(&Report { owners: &owners, ..report(&files, &findings) })[0];
        assert_eq!(line["package_id"], "path+file:///w/shop#1.2.0");
        assert_eq!(line["manifest_path"], "/w/shop/Cargo.toml");
        assert_eq!(line["target"]["kind"], json!(["bin"]));
        assert_eq!(line["message"]["level"], "error");
    }
}
