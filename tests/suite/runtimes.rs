//! Clients that tests share, which are looked at when tests are asked for.

use crate::directory::directory;
use crate::run::run;

const SHARED: &str = "\
use std::sync::LazyLock;

static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(reqwest::Client::new);

pub async fn ping(url: &str) {
    CLIENT.get(url).send().await.ok();
}
";

/// Whether `client-across-runtimes` is reported with tests asked for, in a file of this text.
fn is_reported(text: &str) -> bool {
    let dir = directory(&[("shared.rs", text)]);
    let run = run(dir.path(), &["check", "--all-targets", "shared.rs"]);
    run.out.contains("[authlint::client-across-runtimes]")
}

/// The shared client with tests of these attributes, each of which uses it.
fn with_tests(attributes: &[&str]) -> String {
    let tests = attributes.iter().enumerate().map(|(at, attributes)| {
        format!("{attributes}\nasync fn test_{at}() {{\n    ping(\"https://one.example\").await;\n}}\n")
    });
    std::iter::once(SHARED.to_owned()).chain(tests).collect()
}

#[test]
fn tests_with_a_runtime_each_share_a_client() {
    assert!(is_reported(&with_tests(&["#[tokio::test]", "#[tokio::test]"])));
}

#[test]
fn one_test_shares_with_nobody() {
    assert!(!is_reported(&with_tests(&["#[tokio::test]"])));
}

#[test]
fn tests_that_are_run_by_hand_are_run_alone() {
    assert!(!is_reported(&with_tests(&["#[tokio::test]\n#[ignore]", "#[tokio::test]"])));
}

#[test]
fn a_cell_that_is_not_compiled_for_tests_is_shared_by_none() {
    let text = with_tests(&["#[tokio::test]", "#[tokio::test]"]);
    assert!(!is_reported(&text.replace("static CLIENT", "#[cfg(not(test))]\nstatic CLIENT")));
}

#[test]
fn tests_on_the_one_runtime_of_a_process_share_it_rightly() {
    assert!(!is_reported(&with_tests(&["#[async_std::test]", "#[async_std::test]"])));
}
