//! Reports for other programs, end to end: names and messages that would break a format, and files that are written.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::directory::{FORKED_RUNTIME, GLOBAL_CLIENT, directory};
use crate::run::{Run, run, run_binary};

/// A name with all that ends a word, a line, a command, a tag or a string somewhere.
pub(crate) const HOSTILE: &str = "a%0A,line=1::error ::x]]><b>&\"'\\\u{1b}[31m\u{202e}\n::warning ::é.rs";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn report(dir: &Path, format: &str) -> Run {
    let run = run_binary(dir, &["check", "--message-format", format, "."]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(!run.out.contains(['\u{1b}', '\u{202e}', '\r']), "{format}: {}", run.out);
    run
}

/// Whether a text is well-formed as far as this program writes XML: every tag is closed by its own name, and what stands
/// between them has no markup.
pub(crate) fn is_xml(text: &str) -> bool {
    let mut open = Vec::new();
    let mut rest = text.trim_start_matches("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    while let Some(start) = rest.find('<') {
        let Some(end) = rest[start..].find('>').map(|end| start + end) else { return false };
        let (between, tag) = (&rest[..start], &rest[start + 1..end]);
        if between.contains(['>', '"']) || tag.contains('<') || tag.matches('"').count() % 2 != 0 {
            return false;
        }
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        match (tag.starts_with('/'), tag.ends_with('/')) {
            (true, _) if open.pop() != Some(name) => return false,
            (false, false) => open.push(name),
            _ => {}
        }
        rest = &rest[end + 1..];
    }
    open.is_empty() && rest.trim().is_empty()
}

#[cfg(unix)]
#[test]
fn a_hostile_name_breaks_no_format() {
    use std::os::unix::ffi::OsStringExt as _;
    let text = GLOBAL_CLIENT.replace("OPENAI_API_KEY", "]]>%0A::error ::,<x>&'\\u{1b}");
    let dir = directory(&[(HOSTILE, &text)]);
    let bytes = OsString::from_vec(b"b\xff\xfe<&\".rs".to_vec());
    fs::write(dir.path().join(bytes), FORKED_RUNTIME).expect("it can be written");
    for format in ["human", "short", "json", "github"] {
        let out = report(dir.path(), format).out;
        assert!(!out.lines().any(|line| line.starts_with("::warning ::")), "{format}: {out}");
    }
    let short = report(dir.path(), "short").out;
    assert_eq!(short.lines().count(), 2, "{short}");
    let github = report(dir.path(), "github").out;
    assert_eq!(github.lines().count(), 2, "{github}");
    let properties = github.lines().next().and_then(|line| line.split("::").nth(1)).expect("a command");
    assert_eq!(properties.matches(",line=").count(), 1, "{properties}");
    assert!(properties.contains("file=a%250A%2Cline=1%3A%3Aerror %3A%3Ax]]><b>&\"'"), "{properties}");
    let gitlab = json(&report(dir.path(), "gitlab").out);
    let path = gitlab[0]["location"]["path"].as_str().expect("a path");
    assert!(
        path.starts_with("a%0A,line=1::error ::x]]><b>&\"'\\?[31m") && path.ends_with("?::warning ::é.rs")
    );
    assert_eq!(gitlab[1]["location"]["path"], "b\u{fffd}\u{fffd}<&\".rs");
    let rdjson = json(&report(dir.path(), "rdjson").out);
    assert_eq!(rdjson["diagnostics"].as_array().map(Vec::len), Some(2));
    let sarif = json(&report(dir.path(), "sarif").out);
    let artifact = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"];
    let uri = artifact["uri"].as_str().expect("a reference");
    assert!(uri.starts_with("a%250A%2Cline%3D1%3A%3Aerror%20%3A%3Ax%5D%5D%3E%3Cb%3E%26%22%27%5C"), "{uri}");
    assert!(uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%/-_.~".contains(&byte)), "{uri}");
    let junit = report(dir.path(), "junit").out;
    assert!(is_xml(&junit) && !junit.contains("]]>"), "{junit}");
    assert_eq!(junit.matches("<failure ").count(), 2);
}

#[test]
fn fingerprints_are_unique_and_stay_when_lines_move() {
    let twice = |head: &str, tail: &str| {
        let main = format!("{head}pub mod m;\n{FORKED_RUNTIME}");
        directory(&[("main.rs", main), ("m.rs", format!("{head}{GLOBAL_CLIENT}{tail}"))])
    };
    let prints = |dir: &Path| -> Vec<String> {
        let issues = json(&report(dir, "gitlab").out);
        let of = |issue: &Value| issue["fingerprint"].as_str().expect("a text").to_owned();
        issues.as_array().expect("an array").iter().map(of).collect()
    };
    let before = prints(twice("", "").path());
    let mut unique = before.clone();
    unique.sort();
    unique.dedup();
    assert_eq!((before.len(), unique.len()), (2, 2));
    assert_eq!(prints(twice("// more\n\nfn more() {}\n", "\nfn last() {}\n").path()), before);
    let dir = twice("", "");
    let sarif = json(&report(dir.path(), "sarif").out);
    let of = |at: usize| sarif["runs"][0]["results"][at]["partialFingerprints"]["authlint/v1"].clone();
    assert_eq!([of(0), of(1)], [Value::from(before[0].as_str()), Value::from(before[1].as_str())]);
}

#[test]
fn servers_are_told_names_from_the_root_of_the_repository() {
    let dir = directory(&[("app/src/main.rs", FORKED_RUNTIME), (".git/HEAD", "")]);
    let below = dir.path().join("app");
    assert_eq!(json(&report(&below, "gitlab").out)[0]["location"]["path"], "app/src/main.rs");
    assert!(report(&below, "github").out.starts_with("::error file=app/src/main.rs,line=1,"));
    assert!(report(&below, "short").out.starts_with("src/main.rs:1:1: "));
    assert_eq!(json(&report(&below, "rdjson").out)["diagnostics"][0]["location"]["path"], "src/main.rs");
}

#[test]
fn one_run_writes_several_reports() {
    let dir = directory(&[("a.rs", GLOBAL_CLIENT)]);
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).expect("it was written");
    let args = [
        "check",
        "a.rs",
        "--message-format",
        "short",
        "--output",
        "sarif=a.sarif",
        "--output",
        "junit=a.xml",
    ];
    let ran = run(dir.path(), &args);
    assert_eq!((ran.code, ran.out.lines().count()), (1, 1), "{}", ran.err);
    assert_eq!(json(&read("a.sarif"))["runs"][0]["results"].as_array().map(Vec::len), Some(1));
    assert!(is_xml(&read("a.xml")));
    let ran = run(dir.path(), &["check", "a.rs", "--output-file", "a.txt", "--output", "gitlab=a.json"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{}", ran.err);
    assert!(ran.err.contains("1 finding"), "{}", ran.err);
    assert!(
        read("a.txt").starts_with("warning[authlint::global-auth-client]")
            && !read("a.txt").contains('\u{1b}')
    );
    assert_eq!(json(&read("a.json")).as_array().map(Vec::len), Some(1));
}

#[test]
fn a_report_that_cannot_be_written_fails_the_run() {
    let dir = directory(&[("a.rs", GLOBAL_CLIENT)]);
    let args = ["check", "a.rs", "--exit-zero", "--message-format", "short", "--output"];
    for (output, said) in [
        (
            "sarif=none/a.sarif",
            "none/a.sarif: cannot be written: its directory does not exist; create it first",
        ),
        ("sarif=.", ".: is a directory; name a file"),
        ("sarf=a", "the nearest is `sarif`"),
        ("a.sarif", "`sarif=authlint.sarif`"),
    ] {
        let ran = run(dir.path(), &[&args[..], &[output]].concat());
        assert_eq!(ran.code, 2, "{output}: {}", ran.err);
        assert!(ran.err.contains(said), "{output}: {}", ran.err);
    }
    let twice = ["check", "a.rs", "--output-file", "a", "--output", "sarif=a"];
    assert!(run(dir.path(), &twice).err.contains("two reports are to be written to a; name two files"));
}

#[test]
fn what_fails_a_run_is_in_every_report_of_it() {
    let dir = directory(&[("a.rs", &b"fn a() { \xff }"[..]), ("b.rs", b"fn b() {}\n")]);
    let of = |format: &str| {
        let run = run(dir.path(), &["check", "--message-format", format, "."]);
        assert_eq!(run.code, 2, "{}", run.err);
        run.out
    };
    let invocation = json(&of("sarif"))["runs"][0]["invocations"][0].clone();
    assert_eq!(invocation["executionSuccessful"], false);
    let notification = &invocation["toolExecutionNotifications"][0];
    assert_eq!(notification["level"], "error");
    let place = &notification["locations"][0]["physicalLocation"]["artifactLocation"];
    assert_eq!(place["uri"], "a.rs");
    assert!(of("junit").contains("<error message=\"error: a.rs: is not UTF-8 at byte offset 9"));
}
