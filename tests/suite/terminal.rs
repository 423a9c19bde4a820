//! What only a terminal is shown: hyperlinks by the usual variables, and what a long run is at.

use crate::directory::{GLOBAL_CLIENT, directory};
use crate::run::{binary, program, run_to_end};
use crate::synthetic::SHAPES;

/// Back to the start of the line, and what stands behind it away.
const CLEAR: &str = "\r\u{1b}[K";

#[test]
fn hyperlinks_come_when_asked_for() {
    let dir = directory(&[("a b.rs", GLOBAL_CLIENT)]);
    let out = |args: &[&str], variables: &[(&str, &str)]| {
        let mut command = binary(dir.path());
        run_to_end(command.args(args).arg(".").envs(variables.iter().copied())).out
    };
    let is_linked = |out: &str| out.contains("\u{1b}]8;;file:///");
    let forced = out(&[], &[("FORCE_HYPERLINK", "1")]);
    assert!(
        is_linked(&forced) && forced.contains("/a%20b.rs\u{1b}\\a b.rs\u{1b}]8;;\u{1b}\\:4:12\n"),
        "{forced:?}"
    );
    assert!(is_linked(&out(&[], &[("CARGO_TERM_HYPERLINKS", "true")])));
    for (args, variables) in [
        (&[][..], &[][..]),
        (&[], &[("FORCE_HYPERLINK", "0"), ("CARGO_TERM_HYPERLINKS", "true")]),
        (&["--color", "never"], &[("FORCE_HYPERLINK", "1")]),
        (&["--message-format", "short"], &[("FORCE_HYPERLINK", "1")]),
        (&["--message-format", "json"], &[("FORCE_HYPERLINK", "1")]),
    ] {
        assert!(!out(args, variables).contains("]8;;"), "{args:?} {variables:?}");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn a_long_run_tells_a_terminal_what_it_is_at() {
    let shape = SHAPES.iter().find(|shape| shape.name == "functions").expect("a shape");
    let dir = directory(&[("a.rs", (shape.text)(3000))]);
    let binary = env!("CARGO_BIN_EXE_cargo-authlint");
    let command = format!("'{binary}' check a.rs --message-format short --exit-zero");
    let mut script = program("script");
    script
        .current_dir(dir.path())
        .args(["-qefc", &command, "/dev/null"])
        .env("TERM", "xterm")
        .env_remove("CI");
    if script.output().is_err() {
        eprintln!("skipped: the program `script` is missing, which gives a terminal");
        return;
    }
    let run = run_to_end(&mut script);
    assert_eq!(run.code, 0, "{}", run.out);
    let Some((drawn, behind)) = run.out.rsplit_once(CLEAR) else {
        eprintln!("skipped: the run ended before it had to tell anything");
        return;
    };
    assert!(drawn.starts_with(&format!("{CLEAR}authlint: ")), "{drawn:?}");
    assert!(drawn.contains("authlint: following credentials through 1 file ("), "{drawn:?}");
    assert!(!drawn.contains('\n'), "all that is said is said behind it: {drawn:?}");
    assert!(behind.contains(" in 1 file; 0 suppressed"), "{behind:?}");
}
