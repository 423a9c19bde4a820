//! Argument lists as people, cargo and editors write them.

use clap::CommandFactory;

use super::*;
use crate::report::Format;

fn check(args: &str) -> CheckArgs {
    match Cli::try_parse_from(["cargo-authlint", "check"].into_iter().chain(args.split_whitespace())) {
        Ok(Cli { command: Command::Check(args) }) => *args,
        other => panic!("`{args}` is taken, not {other:?}"),
    }
}

fn refused(args: &str) -> String {
    let result = Cli::try_parse_from(["cargo-authlint", "check"].into_iter().chain(args.split_whitespace()));
    result.expect_err("this is refused").to_string()
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn is_consistent() {
    Cli::command().debug_assert();
}

#[test]
fn takes_what_rust_analyzer_passes() {
    let args = check(
        "--workspace --message-format=json --manifest-path /a/Cargo.toml --keep-going --all-targets \
         --target x86_64-unknown-linux-gnu --no-default-features --features a,b",
    );
    assert!(args.selection.workspace && args.targets.all_targets);
    assert_eq!(args.message_format.format, Format::Json);
    assert_eq!(args.selection.manifest_path.as_deref(), Some(Path::new("/a/Cargo.toml")));
}

#[test]
fn takes_cargo_flags_without_meaning() {
    check(
        "-F a -F b --all-features --target-dir t --offline --locked --frozen --profile dev --release -r -j 2 \
         --jobs=-1 --ignore-rust-version -j default --release -vv",
    );
}

#[test]
fn selects_as_cargo_does() {
    let args = check(
        "-p a --package b --all --exclude c --lib --bins --bin x --bin y --tests --test t --examples --example e \
         --benches --bench n src tests/a.rs",
    );
    let request = args.request(Path::new("/here"));
    assert_eq!(request.cwd, Path::new("/here"));
    assert_eq!(request.paths, [Path::new("src"), Path::new("tests/a.rs")]);
    assert_eq!((request.packages, request.exclude), (words("a b"), words("c")));
    assert!(request.workspace && request.manifest_path.is_none());
    let all_and = |name| Pick { is_all: true, names: words(name) };
    let expected = TargetSelection {
        all_targets: false,
        lib: true,
        bins: all_and("x y"),
        examples: all_and("e"),
        tests: all_and("t"),
        benches: all_and("n"),
    };
    assert_eq!(request.targets, expected);
}

#[test]
fn the_last_of_a_repeated_flag_wins() {
    let args = check("--fail-on never --fail-on note --color always --color never");
    assert_eq!(args.fail_on, Some(FailOn::Note));
    assert_eq!(args.color, ColourChoice::Never);
}

#[test]
fn defaults_are_those_of_the_manual() {
    let args = check("");
    assert_eq!(args.fail_on.unwrap_or_default().level(), Some(Level::Warn));
    assert_eq!(args.min_confidence.unwrap_or_default().confidence(), Confidence::Medium);
    assert_eq!(args.message_format.format, Format::Human);
}

#[test]
fn names_the_flag_that_was_meant() {
    assert!(refused("--exit-zer").contains("--exit-zero"));
    assert!(refused("--message-format jsonn").contains("json"));
    assert!(refused("--fail-on loud").contains("warning"));
}
