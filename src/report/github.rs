//! The format `github`: workflow commands, one a line, which GitHub's actions show as annotations.
//!
//! Whoever writes a command into the log of a workflow commands it, so all that could end one is escaped.

use std::io;

use super::Report;
use super::shown::Shown;
use super::story::Story;
use crate::finding::Level;

/// How many annotations of a level GitHub shows for a step; the others stand in its log alone.
const SHOWN: usize = 10;

/// The levels with GitHub's words for them.
const LEVELS: [(Level, &str); 3] =
    [(Level::Deny, "error"), (Level::Warn, "warning"), (Level::Note, "notice")];

/// Writes a command for each story. Where GitHub will not show all, the first line says so.
pub(super) fn write(
    stories: impl Iterator<Item = Story>,
    shown: &Shown<'_>,
    report: &Report<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if let Some(rest) = not_shown(report) {
        let message =
            format!("GitHub shows {SHOWN} annotations of a level; the log of this step has {rest} more");
        writeln!(out, "::notice title=authlint::{}", data(&message))?;
    }
    for story in stories {
        writeln!(out, "{}", command(&story, shown))?;
    }
    Ok(())
}

fn not_shown(report: &Report<'_>) -> Option<String> {
    let more = LEVELS.iter().filter_map(|(level, word)| {
        let count = report.findings.iter().filter(|finding| finding.level == *level).count();
        // The line that says so is a notice itself.
        let room = if *level == Level::Note { SHOWN - 1 } else { SHOWN };
        (count > room).then(|| format!("{} of level {word}", count - room))
    });
    let more: Vec<String> = more.collect();
    (!more.is_empty()).then(|| more.join(" and "))
}

fn command(story: &Story, shown: &Shown<'_>) -> String {
    let place = story.primary().place;
    let file = shown.file(place.file);
    let (start, end) = (file.line_column(place.span.start), file.line_column(place.span.end));
    let mut properties = vec![
        format!("file={}", property(&file.rooted)),
        format!("line={}", start.line),
        format!("endLine={}", end.line),
    ];
    // Columns mean something within one line only.
    if start.line == end.line {
        properties.push(format!("col={}", start.column));
        properties.push(format!("endColumn={}", end.column));
    }
    properties.push(format!("title={}", property(&story.code)));
    let word = LEVELS.iter().find(|(level, _)| *level == story.level).map_or("notice", |(_, word)| word);
    let lines: Vec<String> = std::iter::once(story.message.clone())
        .chain(story.help.iter().map(|help| format!("help: {help}")))
        .collect();
    format!("::{word} {}::{}", properties.join(","), data(&lines.join("\n")))
}

/// The message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use crate::finding::{Finding, Level};
    use crate::report::sample::{finding, one_file, place, report, written};
    use crate::report::{Format, Report};

    #[test]
    fn a_finding_is_a_command() {
        let (files, id) = one_file("src/a.rs", "\n  key(\n1)\n");
        let mut one = finding(place(&files, id, "key("));
        one.help = vec!["do this".into()];
        let mut two = finding(place(&files, id, "key(\n1)"));
        two.level = Level::Note;
        let findings = [one, two];
        let report = Report { prefix: "app/", ..report(&files, &findings) };
        let expected = "::error file=app/src/a.rs,line=2,endLine=2,col=3,endColumn=7,title=authlint%3A%3Aa-rule::the message%0Ahelp: do this\n\
            ::notice file=app/src/a.rs,line=2,endLine=3,title=authlint%3A%3Aa-rule::the message\n";
        assert_eq!(written(Format::Github, &report), expected);
    }

    #[test]
    fn nothing_ends_a_command_early() {
        let (files, id) = one_file("a,line=9::100%\n::error ::.rs", "key");
        let mut finding = finding(place(&files, id, "key"));
        finding.message = "100%\n::set-output name=x::y".into();
        let text = written(Format::Github, &report(&files, &[finding]));
        let expected = "::error file=a%2Cline=9%3A%3A100%25?%3A%3Aerror %3A%3A.rs,line=1,endLine=1,col=1,endColumn=4,\
            title=authlint%3A%3Aa-rule::100%25?::set-output name=x::y\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn says_how_many_are_not_shown() {
        let (files, id) = one_file("a.rs", &"key ".repeat(30));
        let of = |level: Level, at: usize| -> Finding {
            let mut finding = finding(place(&files, id, "key"));
            finding.primary.place.span.start += u32::try_from(at * 4).expect("small");
            finding.primary.place.span.end += u32::try_from(at * 4).expect("small");
            finding.level = level;
            finding
        };
        let ten: Vec<Finding> = (0..10).map(|at| of(Level::Deny, at)).collect();
        assert_eq!(written(Format::Github, &report(&files, &ten)).lines().count(), 10);
        let many: Vec<Finding> =
            (0..13).map(|at| of(Level::Deny, at)).chain((0..11).map(|at| of(Level::Warn, at))).collect();
        let text = written(Format::Github, &report(&files, &many));
        assert_eq!(text.lines().count(), 25);
        let first = text.lines().next().expect("a line");
        assert!(first.ends_with("has 3 of level error and 1 of level warning more"), "{first}");
    }
}
