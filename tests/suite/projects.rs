//! Whole projects: the fixtures, and this project itself.

use std::fs;

use crate::block::marks_in;
use crate::directory::directory;
use crate::run::{files_below, found, root, run};

#[test]
fn fixtures_are_reported_at_their_marks() {
    let dir = root().join("fixtures");
    let mut marked = Vec::new();
    for path in files_below(&dir, ".rs") {
        let name = path.strip_prefix(&dir).expect("it is below").to_string_lossy().replace('\\', "/");
        marked.extend(marks_in(&name, &fs::read_to_string(&path).expect("it can be read")));
    }
    marked.sort();
    assert!(!marked.is_empty());
    assert_eq!(found(&dir, &["."]), marked);
}

#[test]
fn fixtures_name_their_rules_and_fail() {
    let run = run(root(), &["check", "fixtures"]);
    assert_eq!(run.code, 1, "{}", run.err);
    let rules = [
        "global-auth-client",
        "cached-token",
        "client-before-fork",
        "missing-deploy-env",
        "runtime-before-fork",
    ];
    for rule in rules {
        assert!(run.out.contains(&format!("[authlint::{rule}]")), "{rule} is not reported");
    }
}

#[test]
fn the_clean_fixture_is_clean() {
    let run = run(root(), &["check", "fixtures/clean-service"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
}

#[test]
fn the_in_house_sdk_is_known_from_its_catalog_file_alone() {
    let with = run(root(), &["check", "--message-format", "short", "fixtures/in-house-sdk"]);
    assert_eq!((with.code, with.out.lines().count()), (1, 2), "{with:?}");
    let empty = directory(&[("empty.toml", "")]);
    let empty = empty.path().join("empty.toml");
    let config = empty.to_str().expect("UTF-8");
    let without =
        run(root(), &["check", "--min-confidence", "low", "--config", config, "fixtures/in-house-sdk"]);
    assert_eq!((without.code, without.out.as_str()), (0, ""), "{}", without.err);
}

#[test]
fn authlint_finds_nothing_in_itself() {
    let run = run(root(), &["check", "src"]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
}
