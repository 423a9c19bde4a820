//! What `--dump program` prints: the same text for the same program, of the files that are asked for, without secrets.

use std::fs;

use crate::directory::directory;
use crate::run::{root, run, run_binary};

fn dumped(args: &[&str]) -> String {
    let run = run_binary(root(), &[&["check", "--dump", "program"], args].concat());
    assert_eq!(run.code, 0, "{}", run.err);
    run.out
}

/// A client in a cell, a fork with what its child does, and a cell that is renewed.
const FILES: [(&str, &str); 3] = [
    ("completions", "llm-gateway/src/completions.rs"),
    ("mailerd", "spoold/src/bin/mailerd.rs"),
    ("sign_on", "clean-service/src/sign_on.rs"),
];

#[test]
fn fixtures_are_dumped_as_ever() {
    let mut failures = Vec::new();
    for (name, file) in FILES {
        let path = root().join(format!("tests/snapshots/program/{name}.txt"));
        let got = dumped(&[&format!("fixtures/{file}")]);
        let known = fs::read_to_string(&path).unwrap_or_default();
        if got == known {
            continue;
        }
        if std::env::var_os("AUTHLINT_BLESS").is_some() {
            fs::write(&path, got).expect("it can be written");
            continue;
        }
        let new: Vec<&str> = got.lines().filter(|line| !known.lines().any(|it| it == *line)).collect();
        failures.push(format!("{name} (AUTHLINT_BLESS=1 rewrites it), new lines:\n{}", new.join("\n")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn threads_change_nothing() {
    let one = dumped(&["fixtures/llm-gateway", "--threads", "1"]);
    assert_eq!(one, dumped(&["fixtures/llm-gateway", "--threads", "7"]));
}

#[test]
fn a_file_is_dumped_alone_and_knows_of_the_others() {
    let text = dumped(&["fixtures/llm-gateway/src/completions.rs"]);
    let files: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("file ")).collect();
    assert_eq!(files, ["fixtures/llm-gateway/src/completions.rs"]);
    assert!(text.contains("read by crate::main @fixtures/llm-gateway/src/main.rs:26:22"), "{text}");
}

/// Literals that are credentials for sure, that may be one, and that look like nothing but are sent.
#[test]
fn no_literal_is_in_it() {
    let secrets = ["sk-proj-8Jq2Lr0aVx7Kd93", "0f8e-marigold-77", "hunter2-of-all"];
    let text = format!(
        "pub struct Login {{ name: String, token: String }}\n\
         pub fn key() -> String {{ \"{}\".to_owned() }}\n\
         pub fn login() -> Login {{ Login {{ name: \"{}\".into(), token: \"{}\".into() }} }}\n\
         pub static TOKEN: &str = \"{}\";\n\
         pub fn call() {{ let _ = reqwest::blocking::Client::new().get(\"https://a.internal\").bearer_auth(key()).send(); }}\n",
        secrets[0], secrets[1], secrets[2], secrets[1]
    );
    let dir = directory(&[("a.rs", text)]);
    let run = run(dir.path(), &["check", "--dump", "program", "a.rs"]);
    assert!(run.out.contains("fn crate::key @2:8"), "{}{}", run.out, run.err);
    for secret in secrets {
        assert!(!run.out.contains(secret), "{secret} in\n{}", run.out);
    }
}

#[test]
fn hosts_are_named() {
    let manifest = "[package]\nname = \"lakes\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
                    [lib]\ncrate-type = [\"cdylib\"]\n\n[dependencies]\npyo3 = \"0.26\"\n";
    let dir = directory(&[("Cargo.toml", manifest), ("src/lib.rs", "pub fn run() {}\n")]);
    let run = run(dir.path(), &["check", "--dump", "program"]);
    assert!(
        run.out.starts_with("crate lakes lib src/lib.rs loaded-by Python through lakes\n"),
        "{}",
        run.out
    );
}
