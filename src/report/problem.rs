//! Problems as lines for the error stream.

use super::text::safe;
use crate::source::{Files, Problem};

/// A problem as one safe line without its end: `error: path:line:column: message`, or `warning: …` where the run does not
/// fail because of it. Line and column are left out where they are not known.
#[must_use]
pub fn problem_line(problem: &Problem, files: &Files) -> String {
    let level = if problem.kind.is_failure() { "error" } else { "warning" };
    let message = safe(&problem.message);
    let path = safe(&problem.path);
    match problem.place {
        Some(place) => {
            let at = files.get(place.file).line_column(place.span.start);
            format!("{level}: {path}:{}:{}: {message}", at.line, at.column)
        }
        None if path.is_empty() => format!("{level}: {message}"),
        None => format!("{level}: {path}: {message}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::source::ProblemKind;

    #[test]
    fn a_problem_names_its_place_and_hides_controls() {
        let (files, id) = sample::one_file("a.rs", "one\ntwo");
        let message = "cannot be read\u{1b}".to_owned();
        let mut problem = Problem {
            kind: ProblemKind::PartlyParsed,
            path: "a\n.rs".into(),
            place: Some(sample::place(&files, id, "wo")),
            message,
        };
        assert_eq!(problem_line(&problem, &files), "warning: a?.rs:2:2: cannot be read?");
        problem.kind = ProblemKind::Unreadable;
        problem.place = None;
        assert_eq!(problem_line(&problem, &files), "error: a?.rs: cannot be read?");
    }
}
