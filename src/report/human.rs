//! The format `human`: source lines with labels, then help.

use std::io;

use codespan_reporting::diagnostic::{Diagnostic, Label, LabelStyle, Severity};
use codespan_reporting::files;
use codespan_reporting::term::{self, Config, termcolor};

use super::Report;
use super::excerpt::Excerpts;
use super::hyperlink::{linked, page_uri};
use super::shown::Shown;
use super::story::Story;
use crate::finding::Level;
use crate::source::FileId;

/// Writes the stories, each with an empty line behind it.
pub(super) fn write(
    stories: impl Iterator<Item = Story>,
    shown: &Shown<'_>,
    report: &Report<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for mut story in stories {
        let has_page = report.is_linked && report.rules.iter().any(|rule| rule.id == story.rule);
        if let Some(uri) = page_uri(env!("CARGO_PKG_REPOSITORY"), story.rule).filter(|_| has_page) {
            story.code = linked(&story.code, &uri);
        }
        let excerpts = Excerpts::new(&story, shown, report.is_linked);
        out.write_all(&laid_out(&story, &excerpts, shown, report.is_coloured)?)?;
    }
    Ok(())
}

/// One story as UTF-8 text without colours and links, with an empty line behind it.
pub(super) fn rendered(story: &Story, shown: &Shown<'_>) -> io::Result<Vec<u8>> {
    laid_out(story, &Excerpts::new(story, shown, false), shown, false)
}

fn laid_out(
    story: &Story,
    excerpts: &Excerpts<'_>,
    shown: &Shown<'_>,
    is_coloured: bool,
) -> io::Result<Vec<u8>> {
    let diagnostic = diagnostic(story, excerpts, shown);
    let config = Config::default();
    let mut out = Vec::new();
    let result = if is_coloured {
        term::emit_to_write_style(&mut termcolor::Ansi::new(&mut out), &config, excerpts, &diagnostic)
    } else {
        term::emit_to_io_write(&mut out, &config, excerpts, &diagnostic)
    };
    result.map(|()| out).map_err(|error| match error {
        files::Error::Io(error) => error,
        other => io::Error::other(other),
    })
}

fn diagnostic(story: &Story, excerpts: &Excerpts<'_>, shown: &Shown<'_>) -> Diagnostic<FileId> {
    let help = story.help.iter().map(|help| format!("help: {help}"));
    let fixes = story.fixes.iter().map(|fix| fix.note(story.primary().place.file, shown));
    let labels = story.labels.iter().enumerate().map(|(at, label)| {
        let style = if at == 0 { LabelStyle::Primary } else { LabelStyle::Secondary };
        Label::new(style, label.place.file, excerpts.range(label.place)).with_message(&label.text)
    });
    Diagnostic::new(severity(story.level))
        .with_code(&story.code)
        .with_message(&story.message)
        .with_labels(labels.collect())
        .with_notes(help.chain(fixes).collect())
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Deny => Severity::Error,
        Level::Warn => Severity::Warning,
        Level::Note | Level::Allow => Severity::Note,
    }
}

#[cfg(test)]
mod tests {
    use crate::finding::Level;
    use crate::report::sample::{add, finding, one_file, place, report, step, written};
    use crate::report::{Format, Report};
    use crate::source::{Files, Place, SourceFile, Span};

    fn human(files: &Files, at: Place) -> String {
        written(Format::Human, &report(files, &[finding(at)]))
    }

    #[test]
    fn a_story_over_two_files_is_told_with_labels_and_help() {
        let (mut files, app) =
            one_file("src/app.rs", "fn app() {\n    call(CLIENT);\n    again(CLIENT);\n}\n");
        let global =
            add(&mut files, "src/global.rs", "static CLIENT: Lazy<Client> =\n\tLazy::new(|| login());\n");
        let mut finding = finding(place(&files, global, "CLIENT"));
        finding.level = Level::Warn;
        finding.steps = vec![
            step(place(&files, global, "login()"), "the token comes from here"),
            step(place(&files, app, "again(CLIENT)"), "used here"),
            step(place(&files, app, "call(CLIENT)"), "and here"),
        ];
        finding.help = vec!["keep the transport".into(), "attach the token to each request".into()];
        let expected = "\
warning[authlint::a-rule]: the message
  ┌─ src/global.rs:1:8
  │
1 │ static CLIENT: Lazy<Client> =
  │        ^^^^^^ primary label
2 │     Lazy::new(|| login());
  │                  ------- 1: the token comes from here
  │
  ┌─ src/app.rs:2:5
  │
2 │     call(CLIENT);
  │     ------------ 3: and here
3 │     again(CLIENT);
  │     ------------- 2: used here
  │
  = help: keep the transport
  = help: attach the token to each request

";
        assert_eq!(written(Format::Human, &report(&files, &[finding])), expected);
    }

    #[test]
    fn crlf_and_wide_characters_do_not_move_the_carets() {
        let (files, id) = one_file("a.rs", "\r\n漢é = key;\r\n");
        let text = human(&files, place(&files, id, "key"));
        assert!(text.contains("a.rs:2:6\n"), "{text}");
        assert!(text.contains("2 │ 漢é = key;\n  │       ^^^ primary label\n"), "{text}");
        assert!(!text.contains('\r'));
    }

    #[test]
    fn empty_spans_and_the_end_of_the_file_have_a_caret() {
        let (files, id) = one_file("a.rs", "one\n");
        let at = |start, end| Place { file: id, span: Span::new(start, end) };
        assert!(human(&files, at(1, 1)).contains("1 │ one\n  │  ^ primary label\n"));
        assert!(human(&files, at(4, 4)).contains("a.rs:2:1\n  │\n2 │ \n  │ ^ primary label\n"));
        assert!(human(&files, at(90, 99)).contains("a.rs:2:1\n"));
        let (files, id) = one_file("a.rs", "");
        assert!(
            human(&files, Place { file: id, span: Span::new(0, 0) }).contains("1 │ \n  │ ^ primary label\n")
        );
    }

    #[test]
    fn a_span_over_several_lines_is_bracketed() {
        let (files, id) = one_file("a.rs", "a(\n  b,\n  c,\n);\n");
        let expected = "1 │ ╭ a(\n2 │ │   b,\n3 │ │   c,\n4 │ │ );\n  │ ╰──^ primary label\n";
        let text = human(&files, place(&files, id, "a(\n  b,\n  c,\n);"));
        assert!(text.contains(expected), "{text}");
    }

    #[test]
    fn a_very_long_line_is_cut_around_its_label() {
        let long = format!("x{}key({}z", "é".repeat(5000), "漢".repeat(5000));
        let (files, id) = one_file("a.rs", &long);
        let mut finding = finding(place(&files, id, "key("));
        finding.steps =
            vec![step(place(&files, id, "x"), "far left"), step(place(&files, id, "z"), "far right")];
        let text = written(Format::Human, &report(&files, &[finding]));
        assert!(text.contains("a.rs:1:5002\n"), "{text}");
        assert!(text.contains("1 │ …é") && text.contains("ékey(漢") && text.contains("漢…\n"), "{text}");
        assert!(text.contains("far left") && text.contains("far right"), "{text}");
        assert!(text.len() < 3000, "{} bytes", text.len());
    }

    #[test]
    fn a_line_of_usual_length_is_not_cut() {
        let (files, id) = one_file("a.rs", &format!("key({})", "漢".repeat(380)));
        assert!(!human(&files, place(&files, id, "key")).contains('…'));
    }

    #[test]
    fn any_two_spans_can_be_laid_out() {
        let long = "é".repeat(450);
        let (files, id) = one_file("a.rs", &format!("a\r\n\té\r漢\n\n{long}\nb\n"));
        let ends =
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 300, 600, 900, 912, 913, 914, 915, 916, 1000];
        let spans: Vec<_> = ends.iter().flat_map(|start| ends.map(|end| Span::new(*start, end))).collect();
        for (at, span) in spans.iter().enumerate() {
            let mut finding = finding(Place { file: id, span: *span });
            let other = spans[(at * 7 + 3) % spans.len()];
            finding.steps = vec![step(Place { file: id, span: other }, "other")];
            let text = written(Format::Human, &report(&files, &[finding]));
            assert!(text.contains("primary label"), "{span:?} and {other:?}: {text}");
        }
    }

    #[test]
    fn colour_only_when_asked() {
        let (files, id) = one_file("a.rs", "one");
        let findings = [finding(place(&files, id, "one"))];
        let plain = report(&files, &findings);
        assert!(!written(Format::Human, &plain).contains('\u{1b}'));
        let coloured = Report { is_coloured: true, ..plain };
        assert!(written(Format::Human, &coloured).starts_with("\u{1b}["));
        assert!(!written(Format::Short, &coloured).contains('\u{1b}'));
        assert!(!written(Format::Json, &coloured).contains("u001b"));
    }

    #[test]
    fn names_of_files_lead_to_the_files_when_asked() {
        let mut files = Files::default();
        let path = "/work dir/src/app.rs".into();
        let app = files.add(SourceFile::new(path, "src/app.rs".to_owned(), "one".to_owned()));
        let findings = [finding(place(&files, app, "one"))];
        let plain = report(&files, &findings);
        let text = written(Format::Human, &Report { is_linked: true, ..plain });
        let link = "\u{1b}]8;;file:///work%20dir/src/app.rs\u{1b}\\src/app.rs\u{1b}]8;;\u{1b}\\:1:1\n";
        assert!(text.contains(link), "{text:?}");
        assert!(!written(Format::Human, &plain).contains("\u{1b}]8"));
        assert!(!written(Format::Json, &Report { is_linked: true, ..plain }).contains("]8;;"));
    }

    #[test]
    fn findings_that_are_allowed_are_left_out() {
        let (files, id) = one_file("a.rs", "one");
        let mut finding = finding(place(&files, id, "one"));
        finding.level = Level::Allow;
        assert_eq!(written(Format::Human, &report(&files, &[finding])), "");
    }
}
