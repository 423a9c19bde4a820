//! The format `junit`: XML as test runners write it. A file is a suite of tests, a finding is a test in it that failed, or
//! one that passed and said something where its level does not fail the run.

use std::io;

use super::shown::Shown;
use super::story::Story;
use super::text::safe;
use super::{Report, human, problem_line};

/// One test.
struct Case {
    suite: String,
    name: String,
    outcome: Outcome,
}

/// How a test ended: a failure or an error with its message and text, or a text that it printed.
enum Outcome {
    Failure(String, String),
    Error(String),
    Passed(String),
}

/// Writes all stories, and what could not be read, as tests; where there is nothing, one that passed.
pub(super) fn write(
    stories: impl Iterator<Item = Story>,
    shown: &Shown<'_>,
    report: &Report<'_>,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut cases: Vec<Case> = unreadable(report, shown);
    for story in stories {
        cases.push(case(&story, shown, report)?);
    }
    if cases.is_empty() {
        let outcome = Outcome::Passed(String::new());
        cases.push(Case { suite: "authlint".into(), name: "no findings".into(), outcome });
    }
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"authlint\" {}>", counts(&cases))?;
    for suite in cases.chunk_by(|a, b| a.suite == b.suite) {
        writeln!(out, "  <testsuite name=\"{}\" {}>", escaped(&suite[0].suite), counts(suite))?;
        for case in suite {
            write_case(case, out)?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

fn unreadable(report: &Report<'_>, shown: &Shown<'_>) -> Vec<Case> {
    let failures = report.problems.iter().filter(|problem| problem.kind.is_failure());
    let case = |problem| Case {
        suite: "authlint".into(),
        name: "everything is read".into(),
        outcome: Outcome::Error(shown.message(&problem_line(problem, report.files))),
    };
    failures.map(case).collect()
}

fn case(story: &Story, shown: &Shown<'_>, report: &Report<'_>) -> io::Result<Case> {
    let place = story.primary().place;
    let file = shown.file(place.file);
    let text = String::from_utf8_lossy(&human::rendered(story, shown)?).into_owned();
    let is_failure = report.fails_at.is_some_and(|level| story.level >= level);
    let outcome =
        if is_failure { Outcome::Failure(story.message.clone(), text) } else { Outcome::Passed(text) };
    let at = file.line_column(place.span.start);
    let name = format!("{} at {}:{}", story.code, at.line, at.column);
    Ok(Case { suite: file.name.clone(), name, outcome })
}

fn counts(cases: &[Case]) -> String {
    let count = |is_it: fn(&Outcome) -> bool| cases.iter().filter(|case| is_it(&case.outcome)).count();
    let failures = count(|outcome| matches!(outcome, Outcome::Failure(..)));
    let errors = count(|outcome| matches!(outcome, Outcome::Error(_)));
    format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\"", cases.len())
}

fn write_case(case: &Case, out: &mut dyn io::Write) -> io::Result<()> {
    let (name, suite) = (escaped(&case.name), escaped(&case.suite));
    write!(out, "    <testcase name=\"{name}\" classname=\"{suite}\"")?;
    match &case.outcome {
        Outcome::Passed(text) if text.is_empty() => writeln!(out, "/>"),
        Outcome::Passed(text) => {
            writeln!(out, ">\n      <system-out>{}</system-out>\n    </testcase>", escaped(text))
        }
        Outcome::Failure(message, text) => {
            let (message, text) = (escaped(message), escaped(text));
            writeln!(out, ">\n      <failure message=\"{message}\">{text}</failure>\n    </testcase>")
        }
        Outcome::Error(message) => {
            let message = escaped(&safe(message));
            writeln!(out, ">\n      <error message=\"{message}\"/>\n    </testcase>")
        }
    }
}

/// Text that is neither markup nor forbidden in XML. It has passed the masks, so of what XML forbids only two code points
/// can be left.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::finding::Level;
    use crate::report::sample::{finding, one_file, place, report, written};
    use crate::report::{Format, Report};
    use crate::source::{Files, Problem, ProblemKind};

    #[test]
    fn a_finding_is_a_test_that_failed() {
        let (files, id) = one_file("src/<a>&\"b\".rs", "one ]]>\u{ffff} key");
        let mut findings = [finding(place(&files, id, "]]>")), finding(place(&files, id, "key"))];
        findings[0].message = "a ]]> <b> & \"c\"".into();
        findings[1].level = Level::Note;
        let text = written(Format::Junit, &report(&files, &findings));
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <testsuites name=\"authlint\" tests=\"2\" failures=\"1\" errors=\"0\">\n  \
            <testsuite name=\"src/&lt;a&gt;&amp;&quot;b&quot;.rs\" tests=\"2\" failures=\"1\" errors=\"0\">\n    \
            <testcase name=\"authlint::a-rule at 1:5\" classname=\"src/&lt;a&gt;&amp;&quot;b&quot;.rs\">\n      \
            <failure message=\"a ]]&gt; &lt;b&gt; &amp; &quot;c&quot;\">error[authlint::a-rule]: a ]]&gt;";
        assert!(text.starts_with(head), "{text}");
        assert!(text.contains("<system-out>note[authlint::a-rule]"), "{text}");
        assert!(text.ends_with("  </testsuite>\n</testsuites>\n") && !text.contains('\u{ffff}'), "{text}");
    }

    #[test]
    fn the_level_that_fails_the_run_fails_tests() {
        let (files, id) = one_file("a.rs", "key");
        let findings = [finding(place(&files, id, "key"))];
        for (fails_at, failures) in [(None, 0), (Some(Level::Deny), 1), (Some(Level::Note), 1)] {
            let text = written(Format::Junit, &Report { fails_at, ..report(&files, &findings) });
            assert_eq!(text.matches("<failure ").count(), failures, "{text}");
        }
    }

    #[test]
    fn nothing_to_report_is_a_test_that_passed_and_a_problem_is_an_error() {
        let files = Files::default();
        let text = written(Format::Junit, &report(&files, &[]));
        assert!(text.contains("<testcase name=\"no findings\" classname=\"authlint\"/>"), "{text}");
        let kind = ProblemKind::Unreadable;
        let problems =
            [Problem { kind, path: "a\n<.rs".into(), place: None, message: "cannot be read".into() }];
        let text = written(Format::Junit, &Report { problems: &problems, ..report(&files, &[]) });
        assert!(text.contains("<error message=\"error: a?&lt;.rs: cannot be read\"/>"), "{text}");
        assert!(text.contains("failures=\"0\" errors=\"1\""), "{text}");
    }
}
