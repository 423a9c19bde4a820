//! Whole runs in process, over a directory of one's own, with rules made for the test.

use std::fs;

use tempfile::TempDir;

use super::*;
use crate::finding::{Applicability, Confidence, Edit, Finding, Findings, Fix, Level, Step};
use crate::link::Program;
use crate::rules::Check;
use crate::source::{FileId, Place, Span};

/// Reports on the first line of the first file.
fn report(rule: &'static str, level: Level, confidence: Confidence, findings: &mut Findings) {
    let place = Place { file: FileId(0), span: Span::new(0, 6) };
    let primary = Step { place, label: "here".to_owned() };
    findings.push(Finding::new(rule, level, confidence, format!("{rule} was found"), primary));
}

const fn rule(id: &'static str, level: Level, check: fn(&Program<'_>, &mut Findings)) -> Rule {
    let check = Check::Program { of: "nothing", check };
    Rule { id, summary: "one line", level, since: "0.1.0", page: "# the page\n", check }
}

static LOUD: Rule =
    rule("loud", Level::Deny, |_, found| report("loud", Level::Deny, Confidence::High, found));
static MIDDLING: Rule =
    rule("middling", Level::Warn, |_, found| report("middling", Level::Warn, Confidence::Medium, found));
static SOFT: Rule =
    rule("soft", Level::Note, |_, found| report("soft", Level::Note, Confidence::High, found));
static UNSURE: Rule =
    rule("unsure", Level::Deny, |_, found| report("unsure", Level::Deny, Confidence::Low, found));
static PEDANTIC: Rule =
    rule("pedantic", Level::Allow, |_, found| report("pedantic", Level::Allow, Confidence::High, found));
static BROKEN: Rule = rule("broken", Level::Deny, |_, _| panic!("on purpose"));

/// What a run gave.
#[derive(Debug)]
struct Ran {
    code: u8,
    out: String,
    err: String,
}

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for (name, text) in files {
        fs::write(directory.path().join(name), text).expect("a file");
    }
    directory
}

fn environment() -> Environment {
    Environment {
        colour: ColourVariables::default(),
        is_terminal: false,
        has_hyperlinks: false,
        progress_after: None,
        today: Date { year: 2026, month: 8, day: 15 },
    }
}

fn run_in(directory: &TempDir, rules: &[&'static Rule], args: &str) -> Ran {
    run_on(directory, rules, args, &environment())
}

fn run_on(directory: &TempDir, rules: &[&'static Rule], args: &str, environment: &Environment) -> Ran {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = std::iter::once("cargo-authlint").chain(args.split_whitespace()).map(OsString::from);
    let mut streams = Streams { out: &mut out, err: &mut err };
    let code = run_with(rules, words, directory.path(), environment, &mut streams);
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Ran { code, out: text(out), err: text(err) }
}

fn ran(rules: &[&'static Rule], args: &str) -> Ran {
    let directory = directory(&[("a.rs", "fn a() {}\n")]);
    fs::create_dir(directory.path().join("check")).expect("a directory");
    fs::write(directory.path().join("check/b.rs"), "fn b() {}\n").expect("a file");
    run_in(&directory, rules, args)
}

#[test]
fn nothing_found_is_0() {
    let ran = ran(&[], "a.rs");
    assert_eq!((ran.code, ran.out.as_str()), (NOTHING_FOUND, ""));
    assert_eq!(ran.err, "authlint: no findings in 1 file; 0 suppressed\n");
}

#[test]
fn what_a_run_is_at_is_cleared_before_anything_is_said() {
    let watched = Environment { progress_after: Some(Duration::ZERO), ..environment() };
    let directory = directory(&[("a.rs", "fn a() {}\n")]);
    let err = |args: &str| run_on(&directory, &[], args, &watched).err;
    let clear = "\r\u{1b}[K";
    let told = err("a.rs");
    assert!(told.starts_with(&format!("{clear}authlint: reading files (")), "{told:?}");
    assert!(told.contains(&format!("{clear}authlint: following credentials through 1 file (")), "{told:?}");
    assert!(told.ends_with(&format!("{clear}authlint: no findings in 1 file; 0 suppressed\n")), "{told:?}");
    let failed = err("a.rs --baseline none.json");
    assert!(failed.contains(&format!("{clear}error: none.json: does not exist")), "{failed:?}");
    for args in
        ["a.rs --quiet", "a.rs --message-format json", "a.rs --message-format sarif", "a.rs --show-settings"]
    {
        assert!(!err(args).contains(clear), "{args}");
    }
}

#[test]
fn findings_go_to_one_stream_and_the_summary_to_the_other() {
    let ran = ran(&[&LOUD, &MIDDLING], "a.rs --message-format short");
    assert_eq!(ran.code, FOUND);
    assert_eq!(ran.out.lines().count(), 2, "{ran:?}");
    assert!(ran.out.contains("loud was found") && ran.out.contains("middling was found"), "{ran:?}");
    assert_eq!(ran.err, "authlint: 2 findings (1 error, 1 warning) in 1 file; 0 suppressed\n");
}

#[test]
fn fail_on_decides_what_is_1() {
    for (rule, args, code) in [
        (&LOUD, "", FOUND),
        (&MIDDLING, "", FOUND),
        (&SOFT, "", NOTHING_FOUND),
        (&SOFT, "--fail-on note", FOUND),
        (&MIDDLING, "--fail-on error", NOTHING_FOUND),
        (&LOUD, "--fail-on error", FOUND),
        (&LOUD, "--fail-on never", NOTHING_FOUND),
        (&LOUD, "--exit-zero", NOTHING_FOUND),
        (&UNSURE, "", NOTHING_FOUND),
        (&UNSURE, "--min-confidence low", FOUND),
        (&MIDDLING, "--min-confidence high", NOTHING_FOUND),
        (&LOUD, "-W loud --fail-on error", NOTHING_FOUND),
        (&SOFT, "-D all", FOUND),
        (&PEDANTIC, "", NOTHING_FOUND),
        (&PEDANTIC, "-W pedantic", FOUND),
    ] {
        let ran = ran(&[rule], &format!("a.rs {args}"));
        assert_eq!(ran.code, code, "{} {args}: {ran:?}", rule.id);
    }
}

#[test]
fn says_how_many_were_not_sure_enough() {
    let ran = ran(&[&UNSURE], "a.rs");
    assert_eq!(ran.out, "");
    assert!(ran.err.contains("; 1 hidden below medium confidence"), "{ran:?}");
}

#[test]
fn a_rule_that_is_switched_off_is_not_asked() {
    assert_eq!(ran(&[&BROKEN], "a.rs -A broken").code, NOTHING_FOUND);
}

#[test]
fn what_cannot_be_done_is_2() {
    for (args, says) in [
        ("--no-such-flag", "--no-such-flag"),
        ("--fail-on loud", "--fail-on"),
        ("a.rs -D lowd", "nearest is `loud`"),
        ("explain lowd", "nearest is `loud`"),
        ("explain", "<RULE>"),
        ("gone.rs", "gone.rs"),
        ("gone.rs --exit-zero", "gone.rs"),
        ("a.rs gone.rs --fail-on never", "gone.rs"),
    ] {
        let ran = ran(&[&LOUD], args);
        assert_eq!(ran.code, FAILED, "{args}: {ran:?}");
        assert!(ran.err.contains(says), "{args}: {ran:?}");
    }
}

#[test]
fn nothing_to_look_at_is_2_and_says_what_to_do() {
    let empty = directory(&[]);
    let ran = run_in(&empty, &[&LOUD], "--exit-zero -q");
    assert_eq!((ran.code, ran.out.as_str()), (FAILED, ""));
    assert!(ran.err.contains("name a file or directory to check"), "{ran:?}");
}

#[test]
fn json_ends_in_build_finished_even_then() {
    let empty = directory(&[]);
    let (settings, clean) = (directory(&[("authlint.toml", "fail-om = 1\n")]), directory(&[("a.rs", "")]));
    for (directory, rules, args) in [
        (&empty, &[][..], ""),
        (&settings, &[], ""),
        (&clean, &[&BROKEN][..], "a.rs"),
        (&clean, &[], "a.rs --config none.toml"),
        (&clean, &[], "a.rs -D none"),
        (&clean, &[], "a.rs --output short=none/report"),
    ] {
        let ran = run_in(directory, rules, &format!("--message-format json {args}"));
        assert_eq!(ran.code, FAILED, "{args}: {ran:?}");
        assert_eq!(ran.out, "{\"reason\":\"build-finished\",\"success\":false}\n", "{args}: {ran:?}");
    }
}

/// A stream with a defect.
struct Defect;

impl Write for Defect {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("on purpose")
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn json_ends_in_build_finished_after_a_defect() {
    let (empty, mut out) = (directory(&[]), Vec::new());
    let words = ["cargo-authlint", "gone.rs", "--message-format", "json"].map(OsString::from);
    let mut streams = Streams { out: &mut out, err: &mut Defect };
    let run = || run_with(&[], words, empty.path(), &environment(), &mut streams);
    assert!(catch_unwind(AssertUnwindSafe(run)).is_err());
    assert_eq!(out, b"{\"reason\":\"build-finished\",\"success\":false}\n");
}

#[test]
fn a_bad_flag_has_no_messages_as_in_cargo() {
    for args in ["--message-format json --no-such-flag", "--message-format=json a.rs --fail-on loud"] {
        let ran = ran(&[&LOUD], args);
        assert_eq!((ran.code, ran.out.as_str()), (FAILED, ""), "{args}: {ran:?}");
    }
}

#[test]
fn a_defect_is_2_and_never_101() {
    let ran = ran(&[&BROKEN], "a.rs --exit-zero");
    assert_eq!(ran.code, FAILED);
    assert!(ran.err.contains("authlint has a defect"), "{ran:?}");
}

#[test]
fn quiet_writes_no_summary() {
    let ran = ran(&[&LOUD], "-q a.rs");
    assert_eq!((ran.code, ran.err.as_str()), (FOUND, ""));
}

#[test]
fn verbose_says_what_ran() {
    let ran = ran(&[&LOUD, &PEDANTIC], "-v a.rs");
    assert!(ran.err.contains("authlint: 1 rule run: loud\n"), "{ran:?}");
    assert!(ran.err.contains("looked at "), "{ran:?}");
}

#[test]
fn comments_suppress_and_are_counted() {
    let text = "fn a() {} // authlint: allow(loud)\n";
    let directory = directory(&[("a.rs", text)]);
    let ran = run_in(&directory, &[&LOUD], "a.rs");
    assert_eq!((ran.code, ran.out.as_str()), (NOTHING_FOUND, ""));
    assert!(ran.err.contains("; 1 suppressed"), "{ran:?}");

    let ran = run_in(&directory, &[&LOUD], "a.rs --no-allow");
    assert_eq!(ran.code, FOUND);
    assert!(ran.err.contains("; 0 suppressed"), "{ran:?}");

    let ran = run_in(&directory, &[&LOUD, &SOFT], "a.rs -A loud");
    assert!(!ran.out.contains("unused-allow"), "{ran:?}");
}

#[test]
fn comments_without_use_are_findings_with_levels_of_their_own() {
    let directory = directory(&[("a.rs", "fn a() {} // authlint: allow(lowd)\n")]);
    let ran = run_in(&directory, &[&SOFT], "a.rs --fail-on error");
    assert_eq!(ran.code, NOTHING_FOUND);
    assert!(ran.out.contains("unknown-rule-in-allow"), "{ran:?}");
    let ran = run_in(&directory, &[&SOFT], "a.rs --fail-on error -D unknown-rule-in-allow");
    assert_eq!(ran.code, FOUND);
    let ran = run_in(&directory, &[&SOFT], "a.rs -A unknown-rule-in-allow");
    assert!(!ran.out.contains("unknown-rule-in-allow"), "{ran:?}");
}

#[test]
fn colours_follow_the_flag_for_people_only() {
    let is_coloured = |args| ran(&[&LOUD], args).out.contains('\x1b');
    assert!(is_coloured("a.rs --color always"));
    assert!(!is_coloured("a.rs"));
    assert!(!is_coloured("a.rs --color always --message-format json"));
}

#[test]
fn the_subcommand_stands_first() {
    assert_eq!(ran(&[&LOUD], "check a.rs").code, FOUND);
    assert_eq!(ran(&[&LOUD], "authlint check a.rs").code, FOUND);
    assert_eq!(ran(&[&LOUD], "authlint a.rs").code, FOUND);
    assert_eq!(ran(&[&LOUD], "./check").code, FOUND, "a path that is called like a subcommand");
    let misplaced = ran(&[&LOUD], "-q rules");
    assert_eq!(misplaced.code, FAILED);
    assert!(misplaced.err.contains("a subcommand comes first"), "{misplaced:?}");
}

#[test]
fn thread_count_changes_nothing() {
    let (one, four) = (ran(&[&LOUD], "a.rs --threads 1"), ran(&[&LOUD], "a.rs --threads 4"));
    assert_eq!((one.code, one.out, one.err), (four.code, four.out, four.err));
}

#[test]
fn explain_prints_pages() {
    let page = ran(&[&LOUD], "explain loud");
    assert_eq!((page.code, page.out.as_str()), (NOTHING_FOUND, "# the page\n"));
    assert_eq!(ran(&[&LOUD], "authlint explain authlint::loud").out, "# the page\n");
    let about_allows = ran(&[&LOUD], "explain unused-allow");
    assert!(about_allows.out.starts_with("# unused-allow\n\na suppression comment"), "{about_allows:?}");
}

#[test]
fn rules_are_listed_with_their_levels() {
    let list = ran(&[&PEDANTIC, &LOUD], "rules");
    assert_eq!(list.code, NOTHING_FOUND);
    assert!(list.out.contains("loud                   error    one line\n"), "{}", list.out);
    assert!(list.out.contains("pedantic               allow    one line\n"), "{}", list.out);
    assert!(list.out.contains("unused-allow           warning  a suppression"), "{}", list.out);
}

#[test]
fn help_and_version_are_0_and_name_the_exit_codes() {
    for args in ["--help", "check --help", "-q --help"] {
        let help = ran(&[], args);
        assert_eq!((help.code, help.err.as_str()), (NOTHING_FOUND, ""), "{args}");
        assert!(help.out.contains("Exit codes:") && help.out.contains("Examples:"), "{args}: {}", help.out);
    }
    let version = ran(&[], "authlint --version");
    assert_eq!(version.code, NOTHING_FOUND);
    assert_eq!(version.out.trim(), concat!("cargo-authlint ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn dumps_what_was_understood() {
    let facts = ran(&[&BROKEN], "a.rs --dump facts");
    assert_eq!(facts.code, NOTHING_FOUND);
    assert!(facts.out.starts_with("a.rs\nfn a @"), "{facts:?}");
    assert!(
        ran(&[], "a.rs --dump program")
            .out
            .starts_with("crate (no package) bin a.rs\nfile a.rs\n  fn crate::a @1:4\n")
    );
}

#[test]
fn days_are_those_of_utc() {
    let at = |seconds| day_of(UNIX_EPOCH + Duration::from_secs(seconds)).to_string();
    assert_eq!(at(0), "1970-01-01");
    assert_eq!(at(86_399), "1970-01-01");
    assert_eq!(at(86_400), "1970-01-02");
    assert_eq!(at(1_786_752_000), "2026-08-15");
    assert_eq!(day_of(UNIX_EPOCH - Duration::from_secs(1)).to_string(), "1970-01-01");
}

/// Reports on the first line of the first file, with a fix that puts a text before it.
fn report_fixed(rule: &'static str, message: String, text: &str, findings: &mut Findings) {
    let place = |end| Place { file: FileId(0), span: Span::new(0, end) };
    let primary = Step { place: place(6), label: "here".to_owned() };
    let mut finding = Finding::new(rule, Level::Warn, Confidence::High, message, primary);
    let edit = Edit { place: place(0), replacement: text.to_owned() };
    let fix = Fix::new("do it".to_owned(), Applicability::MachineApplicable, vec![edit]);
    finding.fixes.extend(fix);
    findings.push(finding);
}

static BREAKING: Rule = rule("breaking", Level::Warn, |_, found| {
    report_fixed("breaking", "it is found".to_owned(), "fn (", found);
});
static RESTLESS: Rule = rule("restless", Level::Warn, |_, found| {
    report_fixed("restless", "it is found".to_owned(), "// again\n", found);
});
static SHIFTING: Rule = rule("shifting", Level::Warn, |program, found| {
    let count = program.facts_of(FileId(0)).map_or(0, |facts| facts.items.len());
    report_fixed("shifting", format!("it is found beside {count}"), "fn more() {}\n", found);
});

#[test]
fn a_fix_that_does_harm_is_not_written_and_is_said() {
    for rule in [&BREAKING, &RESTLESS, &SHIFTING] {
        let directory = directory(&[("a.rs", "fn a() {}\n")]);
        let ran = run_in(&directory, &[rule], "a.rs --fix");
        assert_eq!(ran.code, FAILED, "{}: {ran:?}", rule.id);
        assert!(ran.err.contains("error: a.rs: its fixes lead to code that cannot be read"), "{ran:?}");
        assert!(ran.out.contains("it is found"), "{ran:?}");
        let text = fs::read_to_string(directory.path().join("a.rs")).expect("a text");
        assert_eq!(text, "fn a() {}\n", "{}", rule.id);
    }
}

static QUIET: Rule = rule("loud", Level::Deny, |_, _| ());

#[test]
fn an_unused_comment_is_taken_out() {
    let text = "fn a() {} // authlint: allow(loud)\n\n// authlint: allow(loud)\nfn b() {}\n";
    let directory = directory(&[("a.rs", text)]);
    let ran = run_in(&directory, &[&QUIET], "a.rs --fix");
    assert_eq!((ran.code, ran.out.as_str()), (NOTHING_FOUND, ""), "{ran:?}");
    assert!(ran.err.contains("2 fixes made in 1 file"), "{ran:?}");
    let text = fs::read_to_string(directory.path().join("a.rs")).expect("a text");
    assert_eq!(text, "fn a() {}\n\nfn b() {}\n");
}
