//! `why`: every guard of every rule is told at the place that it keeps silent, and bad places are refused.

use std::fs;

use crate::block::{Block, blocks};
use crate::directory::{FORKED_RUNTIME, GLOBAL_CLIENT, GLOBAL_POOL, directory};
use crate::run::{Run, root, run, run_binary};

/// A question in a block: file, 1-based line, and the beginning of a line of the answer.
fn questions(block: &Block) -> Vec<(String, usize, String)> {
    let mut asked = Vec::new();
    for (path, text) in block.files() {
        for (at, line) in text.lines().enumerate() {
            if let Some((_, words)) = line.split_once("//? ") {
                asked.push((path.clone(), at + 1, words.to_owned()));
            }
        }
    }
    asked
}

/// Whether an answer has a line that begins with the words. What is seen has its place in front.
fn is_answered(out: &str, words: &str) -> bool {
    let is_echo = |line: &&str| line.contains(" │ ");
    let mut lines = out.lines().filter(|line| !is_echo(line));
    match words.strip_prefix("seen: ") {
        Some(words) => lines.any(|line| line.contains(&format!(": {words}"))),
        None => lines.any(|line| line.starts_with(words)),
    }
}

#[test]
fn every_guard_is_told() {
    let page = fs::read_to_string(root().join("tests/why.md")).expect("it can be read");
    let mut failures = Vec::new();
    let mut count = 0;
    for block in blocks(&page).iter().filter(|block| block.kind == "rust") {
        let dir = tempfile::tempdir().expect("a directory can be made");
        block.write(dir.path());
        for (path, line, words) in questions(block) {
            count += 1;
            let run = run(dir.path(), &["why", &format!("{path}:{line}")]);
            if run.code != 0 || !is_answered(&run.out, &words) {
                let place = format!("tests/why.md:{} ({})", block.line, block.section);
                failures.push(format!("{place}: not told: {words}\n{}{}", run.out, run.err));
            }
        }
    }
    assert!(count > 30, "{count} questions: this test is blind");
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

const EMPTY_BASELINE: &str = "{\"version\": \"authlint/v1\", \"findings\": []}";

fn why(files: &[(&str, &str)], args: &[&str]) -> Run {
    let dir = directory(files);
    run(dir.path(), &[&["why"], args].concat())
}

#[test]
fn the_answer_agrees_with_the_check() {
    for (text, line) in [(GLOBAL_CLIENT, 4), (FORKED_RUNTIME, 1)] {
        let run = why(&[("a.rs", text)], &[&format!("a.rs:{line}")]);
        assert!(run.out.contains(": reported as "), "{}", run.out);
    }
}

#[test]
fn levels_and_confidence_are_those_of_the_run() {
    let shown = why(&[("a.rs", GLOBAL_POOL)], &["a.rs:3", "--min-confidence", "low"]).out;
    assert!(shown.contains("global-auth-client: reported as a warning of low confidence"), "{shown}");
}

#[test]
fn who_hides_a_finding_is_told() {
    let levels = "[levels]\nglobal-auth-client = \"allow\"\n";
    let of_path = |key: &str| format!("[[per-path]]\npaths = [\"a.rs\"]\n{key}\n");
    let path_level = of_path("levels = { all = \"allow\" }");
    let path_confidence = of_path("min-confidence = \"high\"");
    let allowed = format!("// authlint: allow-file(global-auth-client)\n{GLOBAL_CLIENT}");
    let shows = "; `-W global-auth-client` shows it: ";
    let low = "; `--min-confidence low` shows it: ";
    for (text, settings, args, told) in [
        (allowed.as_str(), levels, &[][..], "suppressed by a comment: ".to_owned()),
        (
            GLOBAL_CLIENT,
            levels,
            &[],
            format!("not shown at this level (by `levels` of authlint.toml){shows}"),
        ),
        (
            GLOBAL_CLIENT,
            &path_level,
            &[],
            format!("not shown at this level (by `per-path` of authlint.toml){shows}"),
        ),
        (GLOBAL_CLIENT, &path_level, &["-A", "all"], format!("not shown at this level (by a flag){shows}")),
        (GLOBAL_POOL, "", &[], format!("hidden as too unsure (the default asks for medium){low}")),
        (
            GLOBAL_POOL,
            "min-confidence = \"high\"\n",
            &[],
            format!("hidden as too unsure (`min-confidence` of authlint.toml asks for high){low}"),
        ),
        (
            GLOBAL_POOL,
            &path_confidence,
            &[],
            format!("hidden as too unsure (`per-path` of authlint.toml asks for high){low}"),
        ),
        (
            GLOBAL_POOL,
            &path_confidence,
            &["--min-confidence", "medium"],
            format!("hidden as too unsure (a flag asks for medium){low}"),
        ),
    ] {
        let line = text.lines().position(|line| line.contains("static")).expect("a cell") + 1;
        let out = why(
            &[("a.rs", text), ("authlint.toml", settings)],
            &[&[format!("a.rs:{line}").as_str()], args].concat(),
        )
        .out;
        assert!(out.contains(&format!("global-auth-client: found, and {told}")), "{told}: {out}");
    }
}

#[test]
fn what_the_baseline_names_is_told_with_its_entry() {
    let dir = directory(&[("a.rs", GLOBAL_CLIENT), ("authlint.toml", "baseline = \"old.json\"\n")]);
    assert_eq!(run(dir.path(), &["baseline", "write", "."]).code, 0);
    let asked = |args: &[&str]| run(dir.path(), &[&["why", "a.rs:4"], args].concat());
    let named =
        "global-auth-client: found, and hidden since the baseline names it; `--no-baseline` shows it: ";
    let out = asked(&[]).out;
    assert!(out.contains(named) && out.contains("    old.json:4:"), "{out}");
    let out = asked(&["--no-baseline"]).out;
    assert!(out.contains("reported as a warning") && !out.contains("old.json"), "{out}");
    fs::write(dir.path().join("empty.json"), EMPTY_BASELINE).expect("it can be written");
    let out = asked(&["--baseline", "empty.json"]).out;
    assert!(out.contains("reported as a warning"), "the flag wins: {out}");
    let missing = asked(&["--baseline", "none.json"]);
    assert!(missing.code == 2 && missing.err.contains("none.json: does not exist"), "{}", missing.err);
}

#[test]
fn a_column_narrows_what_is_seen() {
    let line = 5;
    let whole = why(&[("a.rs", GLOBAL_CLIENT)], &[&format!("a.rs:{line}")]).out;
    let point = why(&[("a.rs", GLOBAL_CLIENT)], &[&format!("a.rs:{line}:15")]).out;
    assert!(point.contains("the API key `OPENAI_API_KEY` is read from the environment here"), "{point}");
    assert_eq!(whole.lines().next(), Some("a.rs:5"));
}

#[test]
fn a_line_with_nothing_names_what_is_near() {
    let run = why(&[("a.rs", GLOBAL_CLIENT)], &["a.rs:1"]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(run.out.contains("nothing that authlint follows stands on this line\nnearest in this file:\n"));
    assert!(run.out.contains("    a.rs:4:12: the cell `OPENAI`"), "{}", run.out);
}

#[test]
fn a_client_in_no_cell_is_told_to_be_in_none() {
    let text = "fn main() {\n    let key = std::env::var(\"OPENAI_API_KEY\").unwrap();\n    \
        async_openai::Client::with_config(async_openai::config::OpenAIConfig::new().with_api_key(key));\n}\n";
    let out = why(&[("a.rs", text)], &["a.rs:2"]).out;
    let line = out.lines().find(|line| line.contains("global-auth-client")).unwrap_or_default();
    assert!(line.contains(": ask about process-wide cells, and none is here"), "{out}");
}

#[test]
fn a_place_that_is_none_is_refused() {
    let refused = |args: &[&str]| {
        let run = why(&[("a.rs", GLOBAL_CLIENT), ("notes.txt", "text\n"), ("bad.rs", "fn a( {\n")], args);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{args:?}");
        run.err
    };
    assert_eq!(refused(&["b.rs:1"]), "error: b.rs: does not exist; check the path\n");
    assert_eq!(refused(&["a.rs:99"]), "error: `a.rs` ends at line 7\n");
    assert!(refused(&["a.rs"]).contains("write FILE:LINE or FILE:LINE:COL"));
    assert!(refused(&["notes.txt:1"]).starts_with("error: "));
    assert!(refused(&["bad.rs:1"]).starts_with("error: bad.rs:1:"));
    assert!(refused(&[".:1"]).contains("`.` is no Rust file"));
}

#[test]
fn a_file_of_a_package_that_nothing_leads_to_is_read_by_itself() {
    let manifest = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    let files = [("Cargo.toml", manifest), ("src/lib.rs", ""), ("src/stray.rs", GLOBAL_CLIENT)];
    let run = why(&files, &["src/stray.rs:4"]);
    assert!(run.out.contains("note: no target of a package leads to this file"), "{}{}", run.out, run.err);
}

#[test]
fn a_secret_is_masked() {
    let text = "use std::sync::LazyLock;\n\
        pub static MODEL: LazyLock<async_openai::Client<async_openai::config::OpenAIConfig>> = LazyLock::new(|| {\n\
        async_openai::Client::with_config(async_openai::config::OpenAIConfig::new().with_api_key(\"sk-proj-8Jq2Lr0aVx7\"))\n\
        });\n";
    for line in 1..=4 {
        let run = why(&[("a.rs", text)], &[&format!("a.rs:{line}")]);
        assert_eq!(run.code, 0, "{}", run.err);
        assert!(!run.out.contains("8Jq2Lr0aVx7"), "{}", run.out);
        assert!(line != 3 || run.out.contains("with_api_key(\"sk-proj-****"), "{}", run.out);
    }
}

#[test]
fn the_same_question_has_the_same_answer_for_any_number_of_threads() {
    let place = "fixtures/llm-gateway/src/completions.rs:44";
    let one = run_binary(root(), &["why", place, "--threads", "1"]);
    let many = run_binary(root(), &["why", place, "--threads", "5"]);
    assert_eq!(one.code, 0, "{}", one.err);
    assert_eq!(one.out, many.out);
}
