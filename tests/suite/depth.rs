//! Depth and size, in processes of their own: whatever nests, however deep, ends by itself within bounds, says one thing
//! about a file that is too deep, and goes on with the rest.

use std::fmt::Write as _;

use crate::directory::{GLOBAL_CLIENT, directory};
use crate::run::{Run, run_binary};
use crate::shapes::{SHAPES, nested};

/// The most memory that a run of this suite may have at once, in KiB.
const MEMORY: u64 = 3 << 20;

/// Runs the real binary over files, which must end by itself, without a panic and within bounds.
#[track_caller]
fn check(files: &[(String, String)]) -> Run {
    let dir = directory(files);
    let run = run_binary(dir.path(), &["check", "--message-format", "short", "-v", "."]);
    assert!(
        run.code <= 2 && !run.err.contains("panicked") && !run.err.contains("has a defect"),
        "{}",
        run.err
    );
    assert!(run.peak_kib < MEMORY, "{} MiB", run.peak_kib >> 10);
    run
}

/// Each shape that deep in a file of its own, followed by code with one finding.
fn files(times: usize) -> Vec<(String, String)> {
    let file = |(at, shape): (usize, &&str)| {
        (format!("shape{at:02}.rs"), nested(shape, times, &format!("\n{GLOBAL_CLIENT}")))
    };
    SHAPES.iter().enumerate().map(file).collect()
}

/// Checks that each file is reported on, or named once as one that was not understood. How many were reported on.
#[track_caller]
fn check_shapes(times: usize) -> usize {
    let run = check(&files(times));
    let mut reported = 0;
    for (at, shape) in SHAPES.iter().enumerate() {
        let name = format!("shape{at:02}.rs:");
        let lines = |text: &str| text.lines().filter(|line| line.contains(&name)).count();
        let (found, said) = (lines(&run.out), lines(&run.err));
        assert!(
            found <= 1 && said <= 1 && found + said > 0,
            "{shape} x {times}: {found} {said}\n{}",
            run.err
        );
        reported += found;
    }
    reported
}

#[test]
fn shapes_of_ten_and_three_hundred_levels_are_read() {
    for times in [10, 300] {
        assert_eq!(check_shapes(times), SHAPES.len(), "{times} levels");
    }
}

#[test]
fn shapes_of_three_thousand_levels_are_read_to_their_bound() {
    assert_eq!(check_shapes(3_000), SHAPES.len());
}

#[test]
fn shapes_of_a_hundred_thousand_levels_are_one_problem_or_none() {
    check_shapes(100_000);
}

#[test]
fn what_is_long_and_not_deep_is_read() {
    let mut bytes = String::from("pub const TABLE: &[u8] = &[");
    while bytes.len() < 4 << 20 {
        bytes.push_str("0x1f, ");
    }
    bytes += "];\n";
    let text = format!("pub const TEXT: &str = \"{}\";\n", "lorem ipsum ".repeat((4 << 20) / 12));
    let files = [("bytes.rs", bytes), ("text.rs", text)];
    let run = check(&files.map(|(name, text)| (name.to_owned(), text + GLOBAL_CLIENT)));
    assert_eq!(run.out.lines().count(), 2, "{}", run.err);
}

#[test]
fn a_chain_of_two_hundred_thousand_terms_is_one_problem() {
    let chain = format!("pub const SUM: u64 = 0{};\n", " + 1".repeat(200_000));
    let files = [("chain.rs", chain), ("client.rs", GLOBAL_CLIENT.to_owned())];
    let run = check(&files.map(|(name, text)| (name.to_owned(), text)));
    assert_eq!((run.code, run.out.lines().count()), (2, 1), "{}", run.err);
    assert_eq!(run.err.matches("chain.rs:").count(), 1, "{}", run.err);
}

#[test]
fn many_tiny_files_are_read() {
    let mut files: Vec<(String, String)> =
        (0..3_000).map(|at| (format!("d{}/f{at}.rs", at % 50), format!("pub fn f{at}() {{}}\n"))).collect();
    let mut modules = String::new();
    for at in 0..3_000 {
        let _ = writeln!(modules, "#[path = \"d{}/f{at}.rs\"]\nmod f{at};", at % 50);
    }
    files.push(("all.rs".to_owned(), modules + GLOBAL_CLIENT));
    let run = check(&files);
    assert_eq!((run.code, run.out.lines().count()), (1, 1), "{}", run.err);
    assert!(run.err.contains("3001 files"), "{}", run.err);
}
