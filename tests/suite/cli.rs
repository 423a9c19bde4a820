//! The command line, end to end: both ways of calling, exit codes, what is said, flags, suppression comments.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Stdio;

use authlint::finding::Level;
use authlint::rules::RULES;

use crate::directory::{FORKED_RUNTIME, GLOBAL_CLIENT, GLOBAL_POOL, directory};
use crate::run::{Run, binary, program, root, run, run_binary, run_to_end};

/// A directory with a finding of each kind: a warning, an error, and one that is hidden.
fn three_findings() -> tempfile::TempDir {
    directory(&[("client.rs", GLOBAL_CLIENT), ("daemon.rs", FORKED_RUNTIME), ("pool.rs", GLOBAL_POOL)])
}

/// The files that the format `short` names, in order.
fn short(dir: &Path, args: &[&str]) -> Vec<String> {
    let args = [&["check", "--message-format", "short", "."], args].concat();
    let lines = run(dir, &args).out;
    lines.lines().filter_map(|line| line.split(':').next()).map(str::to_owned).collect()
}

/// The code of a run in both ways: they must agree in everything.
fn both(dir: &Path, args: &[&str]) -> Run {
    let (here, there) = (run(dir, args), run_binary(dir, args));
    assert_eq!(here.code, there.code, "{args:?}\n{}", there.err);
    assert_eq!(here.out, there.out, "{args:?}");
    assert_eq!(here.err, there.err, "{args:?}");
    there
}

#[test]
fn every_way_of_calling_is_the_same_run() {
    let forms: [&[&str]; 4] = [
        &["fixtures/support-bot"],
        &["check", "fixtures/support-bot"],
        &["authlint", "fixtures/support-bot"],
        &["authlint", "check", "fixtures/support-bot"],
    ];
    let first = run_binary(root(), forms[0]);
    assert_eq!(first.code, 1, "{}", first.err);
    assert!(first.out.contains("[authlint::global-auth-client]"), "{}", first.out);
    for form in &forms[1..] {
        let other = run_binary(root(), form);
        assert_eq!((other.code, &other.out, &other.err), (first.code, &first.out, &first.err), "{form:?}");
    }
}

#[test]
fn cargo_finds_the_subcommand() {
    let own = Path::new(env!("CARGO_BIN_EXE_cargo-authlint")).parent().expect("a directory").to_owned();
    let old = env::var_os("PATH").unwrap_or_default();
    let path = env::join_paths(std::iter::once(own).chain(env::split_paths(&old))).expect("a path");
    let mut cargo = program(env!("CARGO"));
    cargo.current_dir(root()).env("PATH", path).args(["authlint", "fixtures/clean-service"]);
    let run = run_to_end(&mut cargo);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert!(run.err.contains("no findings in 6 files of 1 package"), "{}", run.err);
}

#[test]
fn exit_codes_and_what_is_said_with_them() {
    let rows: [(&[&str], u8, &str); 17] = [
        (&["fixtures/clean-service"], 0, "no findings"),
        (&["fixtures/clean-service", "--fail-on", "note"], 0, "no findings"),
        (&["--help"], 0, ""),
        (&["--version"], 0, ""),
        (&["rules"], 0, ""),
        (&["fixtures"], 1, "findings"),
        (&["fixtures", "--exit-zero"], 0, "findings"),
        (&["no-such-directory"], 2, "no-such-directory: does not exist; check the path"),
        (&["no-such-directory", "--exit-zero"], 2, "does not exist"),
        (&["no-such-file.rs", "fixtures"], 2, "no-such-file.rs: does not exist"),
        (&["README.md"], 2, "README.md: is no Rust file; name `.rs` files or directories"),
        (&["--no-such-flag"], 2, "try '--help'"),
        (&["--message-format", "jsn"], 2, "the nearest is `json`"),
        (&["--fail-on", "loud"], 2, "note, warning, error, never"),
        (&["-D", "cached-tokens"], 2, "the nearest is `cached-token`"),
        (&["-A", "everything-else"], 2, "`cargo authlint rules` lists the rules"),
        (&["-p", "no-such-package"], 2, "no package is called `no-such-package`"),
    ];
    for (args, code, said) in rows {
        let run = both(root(), args);
        assert_eq!(run.code, code, "{args:?}\n{}", run.err);
        assert!(run.err.contains(said), "{args:?} says\n{}", run.err);
    }
}

#[test]
fn nothing_to_look_at_is_2_and_says_what_to_do() {
    let empty = directory::<&str, &str>(&[]);
    for (args, said) in [
        (&["check"][..], "no `Cargo.toml` here or above; name a file or directory to check"),
        (&["check", "."], "holds no Rust package and no `.rs` file"),
        (&["check", "--message-format", "json", "."], "name another path"),
    ] {
        let run = both(empty.path(), args);
        assert_eq!(run.code, 2, "{args:?}");
        assert!(run.err.contains(said), "{args:?} says\n{}", run.err);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_2_and_the_rest_is_reported() {
    let bytes: [(&str, &[u8]); 2] = [("client.rs", GLOBAL_CLIENT.as_bytes()), ("latin.rs", b"// caf\xe9\n")];
    let dir = directory(&bytes);
    let run = both(dir.path(), &["check", "--message-format", "short", "."]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("latin.rs: is not UTF-8 at byte offset 6; convert the file"), "{}", run.err);
    assert!(run.out.starts_with("client.rs:4:12: warning[authlint::global-auth-client]"), "{}", run.out);
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_2() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = directory(&[("closed.rs", "fn closed() {}\n")]);
    let path = dir.path().join("closed.rs");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).expect("it can be closed");
    if fs::read(&path).is_ok() {
        // Whoever may read everything cannot see this.
        return;
    }
    let run = both(dir.path(), &["check", "."]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("closed.rs: may not be read; check its permissions"), "{}", run.err);
}

#[test]
fn explain_prints_the_page_of_every_rule() {
    const LABELS: [&str; 2] = ["With its fix:", "Or:"];
    for rule in RULES {
        let run = both(root(), &["explain", rule.id]);
        assert_eq!(run.code, 0, "{}", run.err);
        // Code is set in by spaces where the page has fences, with marks in words and a label between blocks.
        let shown = run.out.lines().map(str::trim).filter(|line| !line.is_empty() && !LABELS.contains(line));
        let page =
            rule.page.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("```"));
        let shown: Vec<&str> = shown.map(|line| unmarked(line, " // ")).filter(|it| !it.is_empty()).collect();
        let page: Vec<&str> = page.map(|line| unmarked(line, "//~")).filter(|it| !it.is_empty()).collect();
        for (at, line) in page.iter().enumerate() {
            let line = line.strip_prefix("//- /").unwrap_or(line);
            let is_there =
                shown.get(at).is_some_and(|it| it.strip_prefix("// ").unwrap_or(it) == line || *it == line);
            assert!(is_there, "the page of {}: {line:?} is {:?}", rule.id, shown.get(at));
        }
        assert_eq!(shown.len(), page.len(), "the page of {}", rule.id);
    }
    let run = both(root(), &["explain", "global-auth-clients"]);
    assert_eq!((run.code, run.out.as_str()), (2, ""));
    assert!(run.err.contains("the nearest is `global-auth-client`"), "{}", run.err);
}

/// A line without the mark behind it that says what is reported.
fn unmarked<'l>(line: &'l str, mark: &str) -> &'l str {
    match line.rsplit_once(mark) {
        Some((code, said)) if mark == "//~" || said.ends_with("reported") => code.trim_end(),
        _ if mark != "//~" && line.starts_with("// ") && line.ends_with("reported") => "",
        _ => line,
    }
}

#[test]
fn rules_lists_every_rule_with_its_summary() {
    let run = both(root(), &["rules"]);
    for rule in RULES {
        let line = run.out.lines().find(|line| line.starts_with(&format!("{} ", rule.id)));
        let line = line.unwrap_or_else(|| panic!("{} is not listed", rule.id));
        assert!(line.ends_with(rule.summary), "{line}");
    }
}

#[test]
fn levels_follow_the_flags() {
    let dir = directory(&[("client.rs", GLOBAL_CLIENT)]);
    let rows: [(&[&str], u8, &str); 7] = [
        (&[], 1, "warning["),
        (&["-D", "global-auth-client"], 1, "error["),
        (&["-D", "all", "-W", "global-auth-client"], 1, "warning["),
        (&["-W", "global-auth-client", "-D", "all"], 1, "error["),
        (&["-A", "global-auth-client"], 0, ""),
        (&["-A", "all"], 0, ""),
        (&["-A", "all", "-D", "authlint::global-auth-client"], 1, "error["),
    ];
    for (flags, code, level) in rows {
        let run = run(dir.path(), &[flags, &["--message-format", "short", "."]].concat());
        assert_eq!(run.code, code, "{flags:?}\n{}", run.err);
        assert!(run.out.contains(level) && run.out.is_empty() == level.is_empty(), "{flags:?}\n{}", run.out);
    }
}

#[test]
fn fail_on_decides_what_fails() {
    let dir = directory(&[("client.rs", GLOBAL_CLIENT)]);
    for (least, code) in [("note", 1), ("warning", 1), ("error", 0), ("never", 0)] {
        let run = run(dir.path(), &["--fail-on", least, "."]);
        assert_eq!(run.code, code, "{least}");
        assert!(run.out.contains("[authlint::global-auth-client]"), "{least} hides nothing");
    }
    let run = run(dir.path(), &["--fail-on", "error", "-D", "all", "."]);
    assert_eq!(run.code, 1);
}

#[test]
fn min_confidence_hides_what_is_less_sure_and_counts_it() {
    let dir = three_findings();
    assert_eq!(short(dir.path(), &[]), ["client.rs", "daemon.rs"]);
    assert_eq!(short(dir.path(), &["--min-confidence", "low"]), ["client.rs", "daemon.rs", "pool.rs"]);
    assert_eq!(short(dir.path(), &["--min-confidence", "high"]), ["client.rs", "daemon.rs"]);
    let run = run(dir.path(), &["."]);
    assert!(run.err.contains("1 hidden below medium confidence"), "{}", run.err);
}

#[test]
fn quiet_says_nothing_and_verbose_says_what_was_done() {
    let dir = directory(&[("client.rs", GLOBAL_CLIENT)]);
    let plain = run(dir.path(), &["."]);
    let quiet = run(dir.path(), &["-q", "."]);
    assert_eq!((quiet.code, quiet.err.as_str(), &quiet.out), (1, "", &plain.out));
    let verbose = run(dir.path(), &["-v", "."]);
    assert_eq!(verbose.out, plain.out);
    assert!(verbose.err.contains("looked at ") && verbose.err.contains("client.rs"), "{}", verbose.err);
    let on = RULES.iter().filter(|rule| rule.level > Level::Allow).count();
    assert!(verbose.err.contains(&format!("{on} rules run: cached-token")), "{}", verbose.err);
}

#[test]
fn colours_come_when_asked_for() {
    let dir = directory(&[("client.rs", GLOBAL_CLIENT)]);
    let is_coloured = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = binary(dir.path());
        let run = run_to_end(command.args(args).arg(".").envs(variables.iter().copied()));
        run.out.contains('\u{1b}')
    };
    assert!(!is_coloured(&[], &[]), "a pipe is no terminal");
    assert!(is_coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!is_coloured(&["--color", "never"], &[("FORCE_COLOR", "1")]));
    assert!(is_coloured(&["--color=auto"], &[("CARGO_TERM_COLOR", "always")]));
    assert!(!is_coloured(&["--color", "always", "--message-format", "json"], &[]));
}

#[test]
fn a_comment_suppresses_and_is_counted() {
    let allow = "// authlint: allow(global-auth-client, reason = \"a test\")\npub static";
    let dir = directory(&[("client.rs", GLOBAL_CLIENT.replace("pub static", allow))]);
    let run = both(dir.path(), &["."]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert!(run.err.contains("1 suppressed"), "{}", run.err);
    assert_eq!(both(dir.path(), &["--no-allow", "."]).code, 1);

    let whole_file = format!("// authlint: allow-file(global-auth-client)\n{GLOBAL_CLIENT}");
    let dir = directory(&[("client.rs", whole_file)]);
    assert_eq!(both(dir.path(), &["."]).code, 0);
}

#[test]
fn a_comment_that_does_no_good_is_reported() {
    let text = "\
// authlint: allow(cached-token)
pub fn unused() {}
// authlint: allow(cached-tokn)
pub fn misspelt() {}
// authlint: allow cached-token
pub fn malformed() {}
// authlint: allow(cached-token, until = \"2020-01-31\")
pub fn expired() {}
// a comment on authlint: allow(cached-token)
pub fn prose() {}
";
    let dir = directory(&[("a.rs", text)]);
    let run = both(dir.path(), &["--message-format", "short", "."]);
    let places: Vec<&str> = run.out.lines().filter_map(|line| line.split("]: ").next()).collect();
    let expected = [
        "a.rs:1:20: warning[authlint::unused-allow",
        "a.rs:3:20: warning[authlint::unknown-rule-in-allow",
        "a.rs:5:1: warning[authlint::malformed-allow",
        "a.rs:7:1: warning[authlint::expired-allow",
    ];
    assert_eq!(places, expected, "{}", run.out);
    assert_eq!(run.code, 1);
    let human = both(dir.path(), &["."]).out;
    assert!(human.contains("the nearest rule is `cached-token`"), "{human}");
    // A rule that was not asked cannot tell whether a comment about it is of use.
    let not_asked = run_binary(dir.path(), &["-A", "cached-token", "--message-format", "short", "."]).out;
    assert_eq!(not_asked.lines().count(), 2, "{not_asked}");
    assert!(!not_asked.contains("unused-allow") && !not_asked.contains("expired-allow"), "{not_asked}");
}

#[test]
fn a_file_that_looks_like_an_option_is_a_file() {
    let dir = directory(&[("-d.rs", GLOBAL_CLIENT)]);
    let run = both(dir.path(), &["--message-format", "short", "-d.rs"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.starts_with("-d.rs:4:12: "), "{}", run.out);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let dir = three_findings();
    let mut command = binary(dir.path());
    let mut child = command.arg(".").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}
