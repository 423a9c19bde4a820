//! Settings, end to end: levels, confidence, excluded files, what holds for some files, and what is said of all that.

use std::path::Path;

use tempfile::TempDir;

use crate::directory::{FORKED_RUNTIME, GLOBAL_CLIENT, GLOBAL_POOL, directory};
use crate::run::{Run, run};

/// A directory with a warning in `a/client.rs`, an error in `b/daemon.rs` and a guess in `b/pool.rs`.
fn project(settings: &str) -> TempDir {
    directory(&[
        ("a/client.rs", GLOBAL_CLIENT),
        ("b/daemon.rs", FORKED_RUNTIME),
        ("b/pool.rs", GLOBAL_POOL),
        ("authlint.toml", settings),
    ])
}

fn check(dir: impl AsRef<Path>, args: &[&str]) -> Run {
    let all: Vec<&str> = ["check", "--message-format", "short"].iter().chain(args).copied().collect();
    run(dir.as_ref(), &all)
}

/// The files and levels that are reported.
fn found(settings: &str, args: &[&str]) -> (u8, Vec<String>) {
    let ran = check(project(settings), &[&["."], args].concat());
    let word = |line: &str| {
        let mut parts = line.split([':', '[']);
        format!("{}{}", parts.next().unwrap_or_default(), parts.nth(2).unwrap_or_default())
    };
    (ran.code, ran.out.lines().map(word).collect())
}

#[test]
fn levels_are_set_by_rule_and_by_file() {
    let both = |code: u8, first: &str, second: &str| {
        let lines = [("a/client.rs", first), ("b/daemon.rs", second)];
        let shown = lines.iter().filter(|(_, level)| !level.is_empty());
        (code, shown.map(|(file, level)| format!("{file} {level}")).collect::<Vec<_>>())
    };
    for (settings, args, expected) in [
        ("", &[][..], both(1, "warning", "error")),
        ("[levels]\nglobal-auth-client = \"error\"\n", &[], both(1, "error", "error")),
        ("[levels]\nall = \"note\"\nglobal-auth-client = \"allow\"\n", &[], both(0, "", "note")),
        ("[levels]\nall = \"allow\"\n", &["-W", "runtime-before-fork"], both(1, "", "warning")),
        ("[[per-path]]\npaths = [\"b\"]\nlevels = { all = \"note\" }\n", &[], both(1, "warning", "note")),
        (
            "[[per-path]]\npaths = [\"b/*.rs\"]\nlevels = { all = \"note\" }\n",
            &["-D", "all"],
            both(1, "error", "error"),
        ),
        (
            "[levels]\nall = \"allow\"\n[[per-path]]\npaths = [\"a\"]\nlevels = { global-auth-client = \"error\" }\n",
            &[],
            both(1, "error", ""),
        ),
        ("fail-on = \"never\"\n", &[], both(0, "warning", "error")),
        ("fail-on = \"never\"\n", &["--fail-on", "error"], both(1, "warning", "error")),
        ("fail-on = \"never\"\n", &["--config", "fail-on = \"error\""], both(1, "warning", "error")),
        ("levels.all = \"note\"\n", &["--config", "levels.all=\"error\""], both(1, "error", "error")),
    ] {
        assert_eq!(found(settings, args), expected, "{settings}{args:?}");
    }
}

#[test]
fn confidence_is_set_for_all_or_for_some_files() {
    let pool = |settings: &str, args: &[&str]| found(settings, args).1.len() == 3;
    assert!(!pool("", &[]));
    assert!(pool("min-confidence = \"low\"\n", &[]));
    assert!(pool("[[per-path]]\npaths = [\"b\"]\nmin-confidence = \"low\"\n", &[]));
    assert!(!pool("[[per-path]]\npaths = [\"a\"]\nmin-confidence = \"low\"\n", &[]));
    assert!(!pool("min-confidence = \"low\"\n", &["--min-confidence", "medium"]));
}

#[test]
fn excluded_files_are_counted_and_not_reported() {
    let dir = project("exclude = [\"b\", \"*.rs\"]\n");
    let ran = check(&dir, &["."]);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 1), "{ran:?}");
    assert!(ran.err.contains("in 1 file; 2 files excluded; 0 suppressed"), "{ran:?}");
    // What a hook names is excluded too, and is no reason to stop a commit.
    let ran = check(&dir, &["b/daemon.rs"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    let package = directory(&[
        ("Cargo.toml", "[package]\nname = \"x\"\nedition = \"2024\"\n"),
        ("src/main.rs", "fn main() {}\n"),
        ("authlint.toml", "exclude = [\"**\"]\n"),
    ]);
    let ran = check(&package, &[]);
    assert!(ran.code == 2 && ran.err.contains("the settings exclude every file; `--show-files`"), "{ran:?}");
}

#[test]
fn what_is_wrong_is_told_with_its_line() {
    let said = |settings: &str, words: &[&str]| {
        let ran = check(project(settings), &["."]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
        for word in words {
            assert!(ran.err.contains(word), "{ran:?}");
        }
    };
    said(
        "[levels]\ncached-tokens = \"note\"\n",
        &["authlint.toml:2: `levels`: ", "nearest is `cached-token`"],
    );
    said(
        "[levels]\ncached-token = \"warn\"\n",
        &["authlint.toml:2: `cached-token` does not know the word `warn`", "`warning`, `error`"],
    );
    said(
        "\nmin-confidence = \"sure\"\n",
        &["authlint.toml:2: `min-confidence`", "known are `low`, `medium`, `high`"],
    );
    said("[[per-path]]\nlevels = {}\n", &["authlint.toml:1: ", "`paths` is missing"]);
    said("[[per-path]]\npath = [\"a\"]\n", &["authlint.toml:2: the key `path`", "nearest is `paths`"]);
    said("exclude = [\n  \"a\",\n  \"../b\",\n]\n", &["authlint.toml:3: `exclude`: `../b` leads out"]);
    let ran = check(project(""), &[".", "--config", "fail-om=\"error\""]);
    assert!(ran.code == 2 && ran.err.contains("--config:1: the key `fail-om`"), "{ran:?}");
    let ran = check(project(""), &[".", "--config", "a.toml", "--config", "b.toml"]);
    assert!(ran.code == 2 && ran.err.contains("`a.toml` and `b.toml` are two files; name one"), "{ran:?}");
}

#[test]
fn settings_are_shown_with_where_they_come_from() {
    let dir = project(
        "exclude = [\"gen\"]\n[levels]\ncached-token = \"note\"\n[[per-path]]\npaths = [\"b\"]\nlevels = { empty-credential = \"allow\" }\n",
    );
    let ran = check(&dir, &[".", "--show-settings", "-D", "empty-credential", "--min-confidence", "high"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for line in [
        "fail-on = \"warning\"  # default",
        "min-confidence = \"high\"  # flag",
        "exclude = [\"gen\"]  # authlint.toml",
        "catalog = []  # default",
        "cached-token = \"note\"  # authlint.toml",
        "empty-credential = \"error\"  # flag",
        "unverified-startup = \"allow\"  # default",
        "[[per-path]]  # authlint.toml",
        "levels = { empty-credential = \"allow\" }",
    ] {
        assert!(ran.out.lines().any(|it| it == line), "{line} is not in {}", ran.out);
    }
    // What is shown can be written into a file again.
    let again = directory(&[("a.rs", ""), ("authlint.toml", &ran.out)]);
    assert_eq!(check(&again, &["a.rs"]).code, 0, "{:?}", check(&again, &["a.rs"]));
}

#[test]
fn files_are_shown_with_reasons() {
    let dir = directory(&[
        ("Cargo.toml", "[package]\nname = \"x\"\nedition = \"2024\"\n"),
        ("src/main.rs", "mod gen;\nfn main() {}\n"),
        ("src/gen.rs", ""),
        ("tests/api.rs", ""),
        ("authlint.toml", "exclude = [\"src/gen.rs\"]\n"),
    ]);
    let ran = check(&dir, &["--show-files"]);
    let expected = "src/gen.rs: excluded by `src/gen.rs`\nsrc/main.rs: looked at: a part of `x` of x\n\
        tests/api.rs: not read: `api` of x is not selected\n";
    assert_eq!((ran.code, ran.out.as_str()), (0, expected), "{ran:?}");
}

#[test]
fn what_cannot_be_found_is_told_where_files_are_shown() {
    let ran = check(project(""), &["none.rs", "--show-files"]);
    assert!(ran.code == 2 && ran.err.contains("none.rs: does not exist"), "{ran:?}");
}

#[test]
fn levels_in_the_manner_of_rustc_are_told_about() {
    let manifest = |more: &str| format!("[package]\nname = \"x\"\nedition = \"2024\"\n{more}");
    let of = |more: &str, text: &str| {
        let dir = directory(&[("Cargo.toml", manifest(more).as_str()), ("src/main.rs", text)]);
        check(&dir, &[])
    };
    let ran = of("[lints.authlint]\ncached-token = \"deny\"\n", "fn main() {}\n");
    assert!(ran.code == 2 && ran.err.contains("Cargo.toml: `[lints.authlint]` is not read"), "{ran:?}");
    let ran = of("[workspace.lints.authlint]\ncached-token = \"deny\"\n", "fn main() {}\n");
    assert!(ran.code == 2 && ran.err.contains("`[workspace.lints.authlint]` is not read"), "{ran:?}");
    assert!(ran.err.contains("write `[levels]` in `authlint.toml`"), "{ran:?}");
    let ran = of(
        "",
        "#![expect(authlint::cached_token)]\n#[allow(dead_code, authlint::cached_token)]\nfn main() {}\n",
    );
    assert_eq!((ran.code, ran.out.lines().count()), (1, 2), "{ran:?}");
    assert!(
        ran.out.contains("src/main.rs:2:1: warning[authlint::malformed-allow]: `#[allow(authlint::…)]`"),
        "{ran:?}"
    );
}
