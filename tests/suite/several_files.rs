//! Fixes of several rules in several files of one package: they do not disturb each other, whichever comes first, and what a
//! fix changes together is written together or not at all.

use std::collections::BTreeMap;
use std::fs;

use authlint::rules::{RULES, edits};

use crate::block::{Block, manifest};
use crate::directory::directory;
use crate::fixes::{pairs, unmarked};
use crate::run::{files_below, run, run_binary};

/// The files of a program by their paths, its root first of all in meaning: `main.rs`.
type Files = BTreeMap<String, String>;

/// A program that a rule's fix changes, out of the rule's page or cases: of those whose root is `main.rs`, one of several
/// files where there is one.
fn program(rule: &str) -> Option<Files> {
    let all = pairs().into_iter().filter(|(page, ..)| page.file_stem().is_some_and(|name| name == rule));
    all.filter_map(|(_, bad, fixed)| files(&bad, &fixed)).max_by_key(|files| files.len().min(3))
}

/// The files of a block, where fixes make something else of them.
fn files(bad: &Block, fixed: &Block) -> Option<Files> {
    let all = unmarked(bad);
    let (manifests, code): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(path, _)| path.ends_with("Cargo.toml"));
    let below = |path: String| path.strip_prefix("src/").map(ToOwned::to_owned).unwrap_or(path);
    let files: Files = code.into_iter().map(|(path, text)| (below(path), text)).collect();
    let is_changed = |(path, text): (String, String)| files.get(&below(path)).is_some_and(|old| *old != text);
    let is_fixed = fixed.files().into_iter().any(is_changed);
    (files.contains_key("main.rs") && manifests.len() < 2 && is_fixed).then_some(files)
}

/// A package of these programs, which is given every crate that the catalog knows.
fn package(programs: &[(&str, &Files)]) -> Vec<(String, String)> {
    let mut files = vec![("Cargo.toml".to_owned(), manifest())];
    for (name, program) in programs {
        let own = |(path, text): (&String, &String)| (format!("src/bin/{name}/{path}"), text.clone());
        files.extend(program.iter().map(own));
    }
    files
}

/// What fixes make of a package: the files of each program.
fn fixed(programs: &[(&str, &Files)]) -> Vec<Files> {
    let dir = directory(&package(programs));
    let run = run(dir.path(), &["check", "--unsafe-fixes", "--message-format", "short", "."]);
    assert!(run.code < 2, "{}", run.err);
    let texts = |name: &str| {
        let own = dir.path().join("src/bin").join(name);
        let path = |path: &std::path::PathBuf| {
            path.strip_prefix(&own).expect("below").to_string_lossy().into_owned()
        };
        files_below(&own, ".rs").iter().map(|it| (path(it), fs::read_to_string(it).expect("text"))).collect()
    };
    programs.iter().map(|(name, _)| texts(name)).collect()
}

#[test]
fn fixes_of_two_rules_in_several_files_do_not_disturb_each_other() {
    let rules = RULES.iter().filter(|rule| edits(rule.id));
    let programs: Vec<Files> = rules.filter_map(|rule| program(rule.id)).collect();
    let alone: Vec<Files> = programs.iter().map(|it| fixed(&[("first", it)]).remove(0)).collect();
    let several =
        |files: &Files, made: &Files| made.iter().filter(|(path, text)| files[*path] != **text).count() > 1;
    let mut pairs = 0;
    for at in 0..programs.len() {
        for other in 0..at {
            if ![at, other].iter().any(|it| several(&programs[*it], &alone[*it])) {
                continue;
            }
            let (a, b) = (&programs[at], &programs[other]);
            let (a_made, b_made) = (&alone[at], &alone[other]);
            assert_eq!(fixed(&[("first", a), ("second", b)]), [a_made.clone(), b_made.clone()]);
            assert_eq!(fixed(&[("first", b), ("second", a)]), [b_made.clone(), a_made.clone()]);
            assert_eq!(fixed(&[("first", a_made), ("second", b_made)]), [a_made.clone(), b_made.clone()]);
            pairs += 1;
        }
    }
    assert!(pairs > 5, "{pairs}");
}

#[cfg(unix)]
#[test]
fn files_that_a_fix_changes_together_are_written_all_or_none() {
    use std::os::unix::fs::PermissionsExt as _;
    let program = program("shared-mutable-auth").expect("a fix over several files");
    let dir = directory(&package(&[("first", &program)]));
    let own = dir.path().join("src/bin/first");
    let read_only = own.join("main.rs");
    let mode = |mode| fs::set_permissions(&read_only, fs::Permissions::from_mode(mode)).expect("a mode");
    mode(0o444);
    let run = run_binary(dir.path(), &["--unsafe-fixes", "."]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("src/bin/first/main.rs: is read-only"), "{}", run.err);
    assert!(run.err.contains("is changed together with src/bin/first/main.rs"), "{}", run.err);
    assert!(program.iter().all(|(path, text)| fs::read_to_string(own.join(path)).expect("text") == *text));
    mode(0o644);
    run_binary(dir.path(), &["--unsafe-fixes", "."]);
    assert!(program.iter().all(|(path, text)| fs::read_to_string(own.join(path)).expect("text") != *text));
}
