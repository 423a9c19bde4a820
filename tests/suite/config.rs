//! Configuration: where it stands, what it can say, and what is said when it is wrong.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::directory::directory;
use crate::run::{Run, run, run_binary};

const MANIFEST: &str = "\
[package]
name = \"till\"
edition = \"2024\"

[dependencies]
acme-ledger = \"1\"
";

/// A static on line 3 that keeps a client of an SDK that authlint does not know.
const CODE: &str = "\
use std::sync::LazyLock;

static LEDGER: LazyLock<acme_ledger::Ledger> = LazyLock::new(|| {
    let shown = std::env::var(\"TILL_BADGE\").expect(\"it is set\");
    acme_ledger::Ledger::open(&shown)
});

fn main() {
    LEDGER.post(\"opened\");
}
";

/// What a project knows of that SDK.
const LEDGER: &str = "\
schema = 1
package = \"acme-ledger\"
versions = \"1.0.0\"
sources = []

[[type]]
path = \"Ledger\"
is = \"client\"

[[fn]]
path = \"Ledger::open\"
gives = \"Self\"
credential = [0]
kind = \"api-key\"
";

const CONFIGURATION: &str = "catalog = [\"authlint/*.toml\"]\n";

/// A package with these files beside its code, or in place of it.
fn project(files: &[(&str, &str)]) -> TempDir {
    let own = [("Cargo.toml", MANIFEST), ("src/main.rs", CODE)];
    directory(&[&own, files].concat())
}

/// The package with its catalog file, changed from one text to another.
fn with_catalog(from: &str, to: &str) -> TempDir {
    assert!(LEDGER.contains(from), "{from}");
    project(&[("authlint.toml", CONFIGURATION), ("authlint/ledger.toml", &LEDGER.replacen(from, to, 1))])
}

fn check(dir: impl AsRef<Path>, args: &[&str]) -> Run {
    let all: Vec<&str> = ["check", "--message-format", "short"].iter().chain(args).copied().collect();
    run(dir.as_ref(), &all)
}

/// That the client is reported, and nothing else.
fn is_reported(ran: &Run) {
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(ran.out.lines().count(), 1, "{ran:?}");
    assert!(ran.out.contains("main.rs:3:8: warning[authlint::global-auth-client]: `LEDGER`"), "{ran:?}");
}

/// That the job was not done, and all that was said is one line with these words.
fn is_refused(ran: &Run, words: &[&str]) {
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert_eq!(ran.err.lines().count(), 1, "{ran:?}");
    assert!(ran.err.starts_with("error: "), "{ran:?}");
    for word in words {
        assert!(ran.err.contains(word), "`{word}` is not in {}", ran.err);
    }
}

#[test]
fn a_catalog_file_makes_the_finding() {
    let bare = project(&[]);
    assert_eq!((check(&bare, &[]).code, check(&bare, &[]).out.as_str()), (0, ""));
    is_reported(&check(with_catalog("", ""), &[]));
}

#[test]
fn settings_stand_in_a_file_or_in_the_manifest() {
    let ledger = ("authlint/ledger.toml", LEDGER);
    let of_package = format!("{MANIFEST}\n[package.metadata.authlint]\n{CONFIGURATION}");
    is_reported(&check(project(&[("Cargo.toml", &of_package), ledger]), &[]));
    let of_workspace = format!("{MANIFEST}\n[workspace]\n\n[workspace.metadata.authlint]\n{CONFIGURATION}");
    is_reported(&check(project(&[("Cargo.toml", &of_workspace), ledger]), &[]));
}

#[test]
fn settings_of_a_workspace_are_those_at_its_root() {
    let workspace = directory(&[
        ("Cargo.toml", "[workspace]\nmembers = [\"till\"]\n"),
        ("till/Cargo.toml", MANIFEST),
        ("till/src/main.rs", CODE),
        ("authlint.toml", CONFIGURATION),
        ("authlint/ledger.toml", LEDGER),
    ]);
    is_reported(&check(&workspace, &[]));
    is_reported(&check(workspace.path().join("till"), &[]));
    is_reported(&check(&workspace, &["till/src/main.rs"]));
    let why = run(workspace.path(), &["why", "till/src/main.rs:3"]);
    assert!(why.code == 0 && why.out.contains("acme_ledger::Ledger"), "{why:?}");
    let member = format!("{MANIFEST}\n[package.metadata.authlint]\n{CONFIGURATION}");
    fs::write(workspace.path().join("till/Cargo.toml"), member).expect("it can be written");
    let ran = check(&workspace, &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("till/Cargo.toml: `[package.metadata.authlint]` is not read in a member"),
        "{ran:?}"
    );
}

#[test]
fn a_flag_names_the_file() {
    let dir = project(&[
        ("authlint.toml", "catalog = [\"none.toml\"]\n"),
        ("ci/strict.toml", "catalog = [\"../authlint/ledger.toml\"]\n"),
        ("authlint/ledger.toml", LEDGER),
        ("empty.toml", ""),
    ]);
    is_reported(&check(&dir, &["--config", "ci/strict.toml"]));
    assert_eq!(check(&dir, &["--config", "empty.toml"]).code, 0);
    let why = run(dir.path(), &["why", "src/main.rs:3", "--config", "ci/strict.toml"]);
    assert!(why.code == 0 && why.out.contains("acme_ledger::Ledger"), "{why:?}");
    is_refused(&check(&dir, &["--config", "absent.toml"]), &["absent.toml: does not exist", "--config"]);
    is_refused(&check(&dir, &["--config", "ci"]), &["ci: is a directory"]);
}

#[test]
fn two_places_are_one_too_many() {
    let of_package = format!("{MANIFEST}\n[package.metadata.authlint]\n{CONFIGURATION}");
    let both = project(&[("Cargo.toml", &of_package), ("authlint.toml", CONFIGURATION)]);
    is_refused(
        &check(&both, &[]),
        &["`authlint.toml` and Cargo.toml:8: `[package.metadata.authlint]`", "keep one of the two"],
    );
    let of_both =
        format!("{MANIFEST}\n[workspace.metadata.authlint]\n[package.metadata.authlint]\n{CONFIGURATION}");
    let words =
        ["Cargo.toml:8: `[workspace.metadata.authlint]`", "Cargo.toml:9: `[package.metadata.authlint]`"];
    is_refused(&check(project(&[("Cargo.toml", &of_both)]), &[]), &words);
    let of_wrong = format!("{MANIFEST}\n[workspace]\n[package.metadata.authlint]\n{CONFIGURATION}");
    is_refused(
        &check(project(&[("Cargo.toml", &of_wrong)]), &[]),
        &["Cargo.toml:9", "write `[workspace.metadata.authlint]`"],
    );
}

#[test]
fn two_workspaces_are_checked_one_at_a_time() {
    let dir = directory(&[
        ("a/Cargo.toml", MANIFEST),
        ("a/src/main.rs", CODE),
        ("a/authlint.toml", ""),
        ("b/Cargo.toml", MANIFEST),
        ("b/src/main.rs", CODE),
        ("b/authlint.toml", ""),
    ]);
    is_refused(&check(&dir, &["."]), &["`a/authlint.toml` and `b/authlint.toml`", "--config"]);
    assert_eq!(check(&dir, &["a"]).code, 0);
}

#[test]
fn unknown_keys_have_a_nearest() {
    let of_file = |text: &str| check(project(&[("authlint.toml", text)]), &[]);
    is_refused(
        &of_file("# ours\ncatalogs = []\n"),
        &["authlint.toml:2: the key `catalogs`", "nearest is `catalog`"],
    );
    is_refused(
        &of_file("colours = []\n"),
        &["authlint.toml:1: the key `colours`", "known are `catalog`, `exclude`, `min-confidence`"],
    );
    is_refused(&of_file("catalog = \"a.toml\"\n"), &["authlint.toml:1: `catalog`: invalid type"]);
    is_refused(&of_file("catalog = [\n"), &["authlint.toml:"]);
    let of_package = format!("{MANIFEST}\n[package.metadata.authlint]\ncatalogue = []\n");
    let ran = check(project(&[("Cargo.toml", &of_package)]), &[]);
    is_refused(&ran, &["Cargo.toml:9: the key `catalogue` is not known", "nearest is `catalog`"]);
}

#[test]
fn a_pattern_names_files_below_the_root() {
    let of = |pattern: &str| {
        let text = format!("catalog = [\n  \"authlint/*.toml\",\n  \"{pattern}\",\n]\n");
        check(project(&[("authlint.toml", &text), ("authlint/ledger.toml", LEDGER)]), &[])
    };
    is_reported(&of("authlint/ledger.toml"));
    is_reported(&of("**/ledger.toml"));
    for pattern in ["sdk/*.toml", "sdk.toml", "authlint"] {
        is_refused(&of(pattern), &["authlint.toml:3: `catalog`", &format!("`{pattern}` names no file")]);
    }
    for pattern in ["../*.toml", "/etc/hosts", "a/../../b.toml"] {
        is_refused(&of(pattern), &["authlint.toml:3: `catalog`", &format!("`{pattern}` leads out")]);
    }
}

#[test]
fn a_wrong_catalog_file_stops_the_run() {
    let refused = |from: &str, to: &str, words: &[&str]| {
        let ran = check(with_catalog(from, to), &[]);
        is_refused(&ran, &[&["authlint/ledger.toml:"], words].concat());
    };
    refused("schema = 1", "schema = 2\nlater = true", &[":1: `schema = 2`", "write `schema = 1`"]);
    refused("schema = 1", "schema = \"1\"", &[":1: `schema = \"1\"`", "write `schema = 1`"]);
    refused("schema = 1\n", "", &[":1: the key `schema` is missing", "write `schema = 1`"]);
    refused("credential", "credentials", &[":13: the key `credentials`", "the nearest is `credential`"]);
    refused("\"client\"", "\"cleint\"", &[":8: `is` does not know the word `cleint`", "nearest is `client`"]);
    refused("[0]", "\"0\"", &[":13: `credential`: invalid type", "Your own SDKs"]);
    refused("is = \"client\"\n", "", &[":6: the key `is` is missing", "Your own SDKs"]);
    refused("\"Ledger\"", "7", &[":7: `path`: expected a string or a list of strings"]);
    refused("[[fn]]", "[[fn]", &[":10: "]);
    refused("\"Self\"", "\"Leger\"", &[":12: `gives`: `Leger` is no type", "the nearest is `Ledger`"]);
    refused(
        "\"Ledger::open\"",
        "\"Ledger.open\"",
        &[":11: `path`: `Ledger.open` is no path", "Your own SDKs"],
    );
    refused("[[fn]]", "[any-receiver]\npasses = [\"view\"]\n\n[[fn]]", &[":10: `any-receiver`", "remove it"]);
}

#[test]
fn a_package_is_described_once() {
    let dir = project(&[
        ("authlint.toml", CONFIGURATION),
        ("authlint/a.toml", LEDGER),
        ("authlint/b.toml", LEDGER),
    ]);
    is_refused(
        &check(&dir, &[]),
        &["authlint/b.toml:2: `package`", "authlint/a.toml describes `acme-ledger` too"],
    );
}

#[test]
fn what_is_shipped_stays_and_the_project_wins() {
    let code = "\
use std::sync::LazyLock;

static MODEL: LazyLock<async_openai::Client<async_openai::config::OpenAIConfig>> = LazyLock::new(|| {
    let key = std::env::var(\"OPENAI_API_KEY\").expect(\"it is set\");
    async_openai::Client::with_config(async_openai::config::OpenAIConfig::new().with_api_key(key))
});

fn main() {
    MODEL.chat();
}
";
    let of = |entries: &str| {
        let head = "schema = 1\npackage = \"async-openai\"\nversions = \"0.1\"\nsources = []\n";
        let dir = project(&[
            ("Cargo.toml", &MANIFEST.replace("acme-ledger", "async-openai")),
            ("src/main.rs", code),
            ("authlint.toml", CONFIGURATION),
            ("authlint/openai.toml", &format!("{head}{entries}")),
        ]);
        check(&dir, &[])
    };
    assert_eq!(of("").code, 1, "what is shipped is known beside it");
    let plain = "[[type]]\npath = \"Client\"\nis = \"client\"\nrefreshes = true\n";
    assert_eq!(of(plain).code, 0, "what the project says of a path wins: {:?}", of(plain));
}

#[test]
fn what_is_said_does_not_depend_on_threads_or_the_way_of_calling() {
    let good = with_catalog("", "");
    let bad = with_catalog("credential", "credentials");
    for dir in [&good, &bad] {
        let one = run_binary(dir.path(), &["check", "--threads", "1"]);
        let four = run_binary(dir.path(), &["check", "--threads", "4"]);
        assert_eq!((one.code, &one.out, &one.err), (four.code, &four.out, &four.err));
        let here = run(dir.path(), &["check"]);
        assert_eq!((one.code, one.out, one.err), (here.code, here.out, here.err));
    }
}

#[test]
fn hostile_names_are_made_safe() {
    let dir = project(&[("authlint.toml", "catalog = [\"\\u001b[31m*.toml\"]\n")]);
    let ran = check(&dir, &[]);
    is_refused(&ran, &["authlint.toml:1: `catalog`"]);
    assert!(!ran.err.contains('\x1b'), "{ran:?}");
}
