//! The house: what may stand where, each rule an absence that is looked for.

use std::fs;
use std::path::Path;

use crate::run::{files_below, root};

/// The floors, from below.
const FLOORS: [&str; 8] = ["source", "facts", "catalog", "link", "finding", "rules", "report", "cli"];

struct Source {
    path: String,
    text: String,
}

/// The files of `src`.
fn files() -> Vec<Source> {
    let src = root().join("src");
    let read = |path: &Path| Source {
        path: path.strip_prefix(&src).expect("it is below src").to_string_lossy().replace('\\', "/"),
        text: fs::read_to_string(path).expect("it can be read"),
    };
    files_below(&src, ".rs").iter().map(|path| read(path)).collect()
}

/// The files of `src`, without those that hold tests alone.
fn sources() -> Vec<Source> {
    let mut all = files();
    let tests: Vec<String> = all.iter().flat_map(test_modules).collect();
    all.retain(|source| !tests.contains(&source.path));
    all
}

/// The files of the modules that a file declares for tests alone.
fn test_modules(source: &Source) -> Vec<String> {
    let dir = source.path.trim_end_matches(".rs").trim_end_matches("lib").to_owned();
    let behind = source.text.split("#[cfg(test)]\nmod ").skip(1);
    let names = behind.filter_map(|rest| rest.lines().next()?.strip_suffix(';'));
    names.map(|name| format!("{dir}/{name}.rs")).collect()
}

/// The floor of a file: `link/eval.rs` stands on `link`.
fn floor(path: &str) -> Option<usize> {
    let first = path.split(['/', '.']).next()?;
    FLOORS.iter().position(|floor| *floor == first)
}

/// The code of a file, comments and the tests at its end left out.
fn code(source: &Source) -> String {
    let mut stretches = source.text.split_inclusive("#[cfg(test)]\n");
    let mut code: Vec<&str> = stretches.next().into_iter().collect();
    let is_test_block = |stretch: &&str| stretch.lines().next().is_some_and(|line| line.ends_with('{'));
    code.extend(stretches.take_while(|stretch| !is_test_block(stretch)));
    let lines = code.iter().flat_map(|it| it.lines()).filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether code names a word, and not a longer one that it is a part of.
fn names(code: &str, word: &str) -> bool {
    let is_part = |char: Option<char>| char.is_some_and(|it| it.is_alphanumeric() || it == '_');
    let is_open = !is_part(word.chars().next_back());
    code.match_indices(word).any(|(at, _)| {
        let is_whole = is_open || !is_part(code[at + word.len()..].chars().next());
        is_whole && !is_part(code[..at].chars().next_back())
    })
}

#[test]
fn the_house_is_seen() {
    let sources = sources();
    let of = |path: &str| sources.iter().find(|source| source.path == path);
    assert!(of("catalog/process_tests.rs").is_none() && of("cli/tests.rs").is_none());
    let catalog = code(of("catalog.rs").expect("it is there"));
    assert!(names(&catalog, "mod index") && names(&catalog, "CatalogError"), "{catalog}");
    assert!(FLOORS.iter().all(|name| of(&format!("{name}.rs")).is_some()));
    assert!(names("use syn::File;", "syn::") && names("a(syn)", "syn") && !names("async fn", "syn"));
}

#[test]
fn arrows_point_downward() {
    for source in sources() {
        let Some(own) = floor(&source.path) else { continue };
        let code = code(&source);
        for (at, upper) in FLOORS.iter().enumerate().filter(|(at, _)| *at > own) {
            let is_named = names(&code, &format!("crate::{upper}"));
            assert!(!is_named, "{} (floor {own}) names the floor above it, {upper} ({at})", source.path);
        }
    }
}

#[test]
fn every_file_says_what_it_is() {
    for source in files() {
        assert!(source.text.starts_with("//! "), "{} does not open with what it is", source.path);
    }
}

/// Only the floors named may name any of the words.
fn only(floors: &[&str], words: &[&str], why: &str) {
    for source in sources() {
        let is_allowed = floor(&source.path).is_some_and(|at| floors.contains(&FLOORS[at]));
        if is_allowed {
            continue;
        }
        let code = code(&source);
        for word in words {
            assert!(!names(&code, word), "{} names `{word}`: {why}", source.path);
        }
    }
}

#[test]
fn only_facts_knows_syntax() {
    only(&["facts"], &["syn::", "use syn", "prettyplease"], "syntax trees end in facts");
    // Fixes build new code from tokens, and hand it to facts to be laid out.
    let makes_tokens = |path: &str| floor(path) == Some(1) || path.starts_with("rules/fix/");
    for source in sources().iter().filter(|source| !makes_tokens(&source.path)) {
        let code = code(source);
        for word in ["proc_macro2", "quote::", "quote!", "use quote"] {
            assert!(!names(&code, word), "{} names `{word}`: syntax trees end in facts", source.path);
        }
    }
}

#[test]
fn only_source_reads_the_disk() {
    only(
        &["source"],
        &["std::fs", "fs::", "File::open", "walkdir", "ignore::", "use ignore", "canonicalize", "tempfile"],
        "source is the floor that reads and writes",
    );
}

#[test]
fn only_report_knows_formats() {
    only(&["report"], &["codespan_reporting"], "findings are converted at the edge");
}

#[test]
fn only_the_cli_speaks() {
    only(
        &["cli"],
        &[
            "clap::",
            "use clap",
            "print!",
            "println!",
            "eprint!",
            "eprintln!",
            "stdout()",
            "stderr()",
            "process::exit",
        ],
        "decisions, printing and exiting are the cli's",
    );
    // Fixes write code that reads the environment, and read none.
    let is_cli = |path: &str| floor(path) == Some(7);
    let is_asked = |path: &str| !is_cli(path) && path != "rules/fix/write.rs";
    for source in sources().iter().filter(|source| is_asked(&source.path)) {
        assert!(!names(&code(source), "std::env"), "{} looks at the environment", source.path);
    }
}

#[test]
fn facts_know_no_crate_of_the_ecosystem() {
    for source in sources().iter().filter(|source| floor(&source.path) == Some(1)) {
        let code = code(source);
        for name in ["reqwest", "tokio", "octocrab", "daemonize", "once_cell", "sqlx", "nix"] {
            assert!(!names(&code, name), "{} names {name}", source.path);
        }
    }
}

#[test]
fn rules_see_no_syntax_and_no_text() {
    // What looks for fixes does so behind the rules, at the places that they found.
    let is_rule = |path: &str| path.starts_with("rules") && !path.starts_with("rules/fix");
    for source in sources().iter().filter(|source| is_rule(&source.path)) {
        let code = code(source);
        for word in ["crate::facts", "SourceFile", "Files"] {
            assert!(!names(&code, word), "{} names {word}", source.path);
        }
    }
}

#[test]
fn no_file_knows_a_machine() {
    let mut files = files_below(root(), ".rs");
    for ending in [".md", ".toml", ".yaml", ".yml"] {
        files.extend(files_below(root(), ending));
    }
    let words = [["/wo", "rk/"].concat(), ["/ro", "ot/"].concat()];
    for path in files {
        let text = fs::read_to_string(&path).unwrap_or_default();
        for word in &words {
            assert!(!text.contains(word.as_str()), "{} has a path of a machine", path.display());
        }
    }
}
