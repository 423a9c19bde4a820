//! Where output cannot go: a pipe that nobody reads, a closed stream, a full disk. The run ends by itself with the right code.

#![cfg(unix)]

use std::process::Stdio;

use crate::directory::{GLOBAL_CLIENT, directory};
use crate::run::{Run, binary, program, run_to_end};

/// A directory whose reports are longer than any pipe holds.
fn many() -> tempfile::TempDir {
    let files: Vec<(String, &str)> = (0..50).map(|at| (format!("f{at}.rs"), GLOBAL_CLIENT)).collect();
    directory(&files)
}

/// Runs the binary in a shell with these redirections behind it.
fn shell(redirections: &str) -> Run {
    let dir = many();
    let script = format!("\"$0\" check --message-format json . {redirections}");
    let mut sh = program("sh");
    let run =
        run_to_end(sh.current_dir(dir.path()).args(["-c", &script, env!("CARGO_BIN_EXE_cargo-authlint")]));
    assert!(
        !run.err.contains("panicked") && !run.err.contains("has a defect"),
        "{redirections}: {}",
        run.err
    );
    run
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let dir = many();
    let mut child = binary(dir.path())
        .args(["check", "--message-format", "json", "."])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it can be started");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
}

#[test]
fn closed_streams_end_quietly() {
    for redirections in [">&-", "2>&-", ">&- 2>&-", "<&- >/dev/null 2>&1"] {
        let code = shell(redirections).code;
        assert!(code == 1 || code == 2, "{redirections}: {code}");
    }
}

#[test]
fn a_full_disk_is_told_and_fails() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let run = shell("> /dev/full");
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("the output could not be written"), "{}", run.err);
    assert_eq!(shell("2> /dev/full").code, 1);
}
