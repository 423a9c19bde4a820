//! As rust-analyzer calls it: its command line, valid messages, places that are right, and an end in any case.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::directory::{FORKED_RUNTIME, directory};
use crate::run::{Run, binary, run_to_end};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";

/// For authlint alone: nothing is built with these.
const DEPENDENCIES: &str = "\n[dependencies]\ndaemonize = \"0.5\"\ntokio = \"1\"\n";

fn package(main: &str) -> TempDir {
    directory(&[("Cargo.toml", MANIFEST), ("src/main.rs", main)])
}

/// The command line that rust-analyzer was seen to send, with more flags behind it.
fn sent(dir: &Path, format: &str, more: &[&str]) -> Run {
    let manifest = dir.join("Cargo.toml");
    let mut run = binary(dir);
    run.args(["authlint", "--workspace"]).arg(format!("--message-format={format}"));
    run.arg("--manifest-path").arg(manifest).args(["--keep-going", "--all-targets"]).args(more);
    run_to_end(&mut run)
}

fn lines(run: &Run) -> Vec<Value> {
    let lines: Vec<Value> =
        run.out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    let ends = lines.iter().filter(|line| line["reason"] == "build-finished").count();
    let last = lines.last().expect("an end");
    assert!(ends == 1 && last["reason"] == "build-finished" && last["success"].is_boolean(), "{}", run.out);
    lines
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a number")).expect("small")
}

/// What an editor marks in the line, by the columns; they must mean what the bytes mean.
fn check_span(text: &str, span: &Value) {
    let bytes = &text[number(&span["byte_start"])..number(&span["byte_end"])];
    let marked: Vec<String> = span["text"].as_array().expect("lines").iter().map(marked).collect();
    assert_eq!(marked.join("\n"), bytes, "{span}");
    let before = &text[..number(&span["byte_start"])];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    assert_eq!((number(&span["line_start"]), number(&span["column_start"])), (line, column), "{span}");
}

fn marked(line: &Value) -> String {
    let (start, end) = (number(&line["highlight_start"]), number(&line["highlight_end"]));
    line["text"].as_str().expect("text").chars().skip(start - 1).take(end - start).collect()
}

#[test]
fn its_command_line_gets_valid_messages() {
    let main = FORKED_RUNTIME.replace("    daemonize", "    /* é漢🦀 */ daemonize");
    let dir = package(&main);
    fs::write(dir.path().join("Cargo.toml"), format!("{MANIFEST}{DEPENDENCIES}")).expect("it can be written");
    for format in ["json", "json-diagnostic-rendered-ansi"] {
        let run = sent(dir.path(), format, &[]);
        assert_eq!(run.code, 1, "{}", run.err);
        let lines = lines(&run);
        assert_eq!((lines.len(), &lines[1]["success"]), (2, &Value::from(false)), "{}", run.out);
        let (message, target) = (&lines[0]["message"], &lines[0]["target"]);
        assert_eq!(lines[0]["reason"], "compiler-message");
        assert_eq!((&target["name"], &target["kind"][0]), (&"shop".into(), &"bin".into()));
        assert_eq!(message["$message_type"], "diagnostic");
        assert_eq!(message["code"]["code"], "authlint::runtime-before-fork");
        assert!(message["rendered"].as_str().is_some_and(|text| text.contains("src/main.rs")));
        let spans = message["spans"].as_array().expect("spans");
        assert_eq!(spans.iter().filter(|span| span["is_primary"] == true).count(), 1);
        assert!(spans.iter().any(|span| number(&span["column_start"]) == 15), "behind é漢🦀: {message}");
        for span in spans {
            assert_eq!(span["file_name"], "src/main.rs");
            check_span(&main, span);
        }
    }
}

#[test]
fn the_end_comes_whatever_goes_wrong() {
    let dir = package("fn main() {}\n");
    let run = sent(dir.path(), "json", &[]);
    assert!(run.code == 0 && lines(&run)[0]["success"] == true, "{}", run.err);
    fs::write(dir.path().join("src/main.rs"), b"fn main() { \xff }").expect("it can be written");
    let run = sent(dir.path(), "json", &[]);
    assert!(run.code == 2 && lines(&run)[0]["success"] == false, "{}", run.err);
    for more in
        [&["--since", "none"][..], &["--baseline", "none.json"], &["--config", "none.toml"], &["-D", "none"]]
    {
        let run = sent(dir.path(), "json", more);
        assert!(run.code == 2 && lines(&run)[0]["success"] == false, "{more:?} {}", run.err);
    }
    fs::write(dir.path().join("Cargo.toml"), "[package").expect("it can be written");
    assert_eq!((sent(dir.path(), "json", &[]).code, lines(&sent(dir.path(), "json", &[])).len()), (2, 1));
}

#[test]
fn cargos_messages_come_first() {
    let reasons = |run: &Run| -> Vec<String> {
        lines(run).iter().map(|line| line["reason"].as_str().expect("a reason").to_owned()).collect()
    };
    let dir = package("fn main() {\n    let unused = 1;\n}\n");
    let run = sent(dir.path(), "json", &["--with", "check", "--target-dir", "t", "--offline"]);
    assert_eq!(run.code, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("unused_variables") && lines(&run).last().expect("an end")["success"] == true);
    assert!(reasons(&run).contains(&"compiler-artifact".to_owned()), "{}", run.out);
    let broken = "// authlint: allow(no-such-rule)\nfn main() {\n    let number: u8 = \"text\";\n}\n";
    fs::write(dir.path().join("src/main.rs"), broken).expect("it can be written");
    let run = sent(dir.path(), "json", &["--with", "check", "--target-dir", "t", "--offline"]);
    let code = |line: &Value| line["message"]["code"]["code"].as_str().map(str::to_owned);
    let codes: Vec<String> = lines(&run).iter().filter_map(code).collect();
    assert_eq!(codes.last().map(String::as_str), Some("authlint::unknown-rule-in-allow"), "{codes:?}");
    assert!(run.code == 1 && codes.contains(&"E0308".to_owned()), "{codes:?}");
    assert_eq!(lines(&run).last().expect("an end")["success"], false);
    // Nothing that authlint fails for, and yet cargo failed.
    let run = sent(
        dir.path(),
        "json",
        &["--with", "check", "--target-dir", "t", "--offline", "--fail-on", "never"],
    );
    assert_eq!(run.code, 1, "{}", run.err);
}

#[test]
fn cargo_runs_only_when_it_is_asked_for() {
    let dir = package("fn main() {}\n");
    sent(dir.path(), "json", &["--target-dir", "t"]);
    assert!(!dir.path().join("t").exists() && !dir.path().join("target").exists());
    assert!(!dir.path().join("Cargo.lock").exists());
}
