//! Suppression over small made-up files.

use std::path::PathBuf;

use super::*;

const TEXT: &str = "line 0\nline 1\nline 2\nline 3\n";
const LINE: u32 = 7;
const FILE: FileId = FileId(0);

fn files() -> Files {
    let mut files = Files::default();
    files.add(SourceFile::new(PathBuf::from("a.rs"), "a.rs".to_owned(), TEXT.to_owned()));
    files
}

fn at_lines(first: u32, last: u32) -> Place {
    Place { file: FILE, span: Span::new(first * LINE, last * LINE + 6) }
}

fn reported(rule: &'static str, place: Place) -> Finding {
    let primary = Step { place, label: "here".to_owned() };
    Finding::new(rule, Level::Deny, Confidence::High, "message".to_owned(), primary)
}

fn allow(rules: &[&str], scope: AllowScope) -> Allow {
    let rules = rules.iter().map(|rule| ((*rule).to_owned(), Span::new(0, 4))).collect();
    Allow { rules, reason: None, until: None, scope, span: Span::new(0, 6) }
}

fn until(day: &str) -> Allow {
    Allow { until: Some(day.to_owned()), ..allow(&["cached-token"], AllowScope::File) }
}

/// What stays after one file's comments were applied: rule ids in order, and how many findings went.
fn left(findings: Vec<Finding>, allows: Vec<Allow>) -> (Vec<&'static str>, usize) {
    let result = applied(findings, (allows, Vec::new()), &["cached-token", "client-before-fork"]);
    (result.kept.iter().map(|finding| finding.rule).collect(), result.suppressed)
}

fn applied(findings: Vec<Finding>, allows: (Vec<Allow>, Vec<MalformedAllow>), ran: &[&str]) -> Suppressed {
    let with = Suppression {
        files: &files(),
        allows: &BTreeMap::from([(FILE, allows)]),
        known_rules: &["cached-token", "client-before-fork", "unverified-startup"],
        rules_that_ran: ran,
        today: Date { year: 2026, month: 8, day: 15 },
    };
    suppress(findings, &with)
}

#[test]
fn covers_its_lines_and_no_others() {
    let findings = |line| vec![reported("cached-token", at_lines(line, line))];
    let on_line_1 = || vec![allow(&["cached-token"], AllowScope::Lines(1, 1))];
    assert_eq!(left(findings(1), on_line_1()), (vec![], 1));
    assert_eq!(left(findings(2), on_line_1()), (vec![UNUSED, "cached-token"], 0));
}

#[test]
fn any_line_of_the_primary_place_counts() {
    let finding = || vec![reported("cached-token", at_lines(0, 2))];
    assert_eq!(left(finding(), vec![allow(&["cached-token"], AllowScope::Lines(2, 3))]), (vec![], 1));
    assert_eq!(
        left(finding(), vec![allow(&["cached-token"], AllowScope::Lines(3, 3))]),
        (vec![UNUSED, "cached-token"], 0)
    );
}

#[test]
fn a_place_that_ends_with_its_line_does_not_reach_the_next() {
    let whole_line = Place { file: FILE, span: Span::new(0, LINE) };
    let (kept, _) = left(
        vec![reported("cached-token", whole_line)],
        vec![allow(&["cached-token"], AllowScope::Lines(1, 1))],
    );
    assert_eq!(kept, [UNUSED, "cached-token"]);
}

#[test]
fn covers_the_whole_file_and_only_the_rules_named() {
    let findings =
        vec![reported("cached-token", at_lines(1, 1)), reported("client-before-fork", at_lines(3, 3))];
    assert_eq!(
        left(findings, vec![allow(&["cached-token"], AllowScope::File)]),
        (vec!["client-before-fork"], 1)
    );
}

#[test]
fn does_not_reach_into_other_files() {
    let mut files = files();
    let other = files.add(SourceFile::new(PathBuf::from("b.rs"), "b.rs".to_owned(), TEXT.to_owned()));
    let place = Place { file: other, span: Span::new(0, 1) };
    let with = Suppression {
        files: &files,
        allows: &BTreeMap::from([(FILE, (vec![allow(&["cached-token"], AllowScope::File)], vec![]))]),
        known_rules: &["cached-token"],
        rules_that_ran: &["cached-token"],
        today: Date { year: 2026, month: 8, day: 15 },
    };
    assert_eq!(suppress(vec![reported("cached-token", place)], &with).suppressed, 0);
}

#[test]
fn reports_each_name_that_suppresses_nothing() {
    let findings = vec![reported("cached-token", at_lines(1, 1))];
    let both = allow(&["cached-token", "client-before-fork"], AllowScope::File);
    let result = applied(findings, (vec![both], vec![]), &["cached-token", "client-before-fork"]);
    assert_eq!(result.suppressed, 1);
    assert_eq!(result.kept.len(), 1);
    assert!(result.kept[0].message.contains("`client-before-fork`"), "{:?}", result.kept);
}

#[test]
fn is_silent_on_rules_that_did_not_run() {
    let allows = vec![allow(&["cached-token", "unverified-startup"], AllowScope::File), until("2026-01-01")];
    assert!(applied(vec![], (allows, vec![]), &["client-before-fork"]).kept.is_empty());
}

#[test]
fn names_the_rule_that_was_meant() {
    let result = applied(vec![], (vec![allow(&["cached_tokens"], AllowScope::File)], vec![]), &[]);
    assert_eq!(result.kept[0].rule, UNKNOWN);
    assert!(result.kept[0].help[0].contains("`cached-token`"), "{:?}", result.kept[0].help);
}

#[test]
fn holds_through_its_last_day_and_not_after() {
    let finding = || vec![reported("cached-token", at_lines(1, 1))];
    assert_eq!(left(finding(), vec![until("2026-08-15")]), (vec![], 1));
    assert_eq!(left(finding(), vec![until("2026-08-14")]), (vec![EXPIRED, "cached-token"], 0));
    assert_eq!(left(finding(), vec![until("next year")]), (vec![MALFORMED, "cached-token"], 0));
}

#[test]
fn reports_near_misses() {
    let malformed = MalformedAllow { span: Span::new(0, 6), message: "parentheses are missing".to_owned() };
    let result = applied(vec![], (vec![], vec![malformed]), &[]);
    assert_eq!(result.kept[0].rule, MALFORMED);
    assert_eq!(result.kept[0].message, "parentheses are missing");
}

#[test]
fn two_comments_for_one_finding_are_both_used() {
    let twice =
        vec![allow(&["cached-token"], AllowScope::File), allow(&["cached-token"], AllowScope::Lines(1, 1))];
    assert_eq!(left(vec![reported("cached-token", at_lines(1, 1))], twice), (vec![], 1));
}
