//! What characters each format may have, whatever stands in names, code and manifests.

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::directory::{FORKED_RUNTIME, GLOBAL_CLIENT, directory};
use crate::hostile::is_a_command;
use crate::outputs::{HOSTILE, is_xml};
use crate::run::{Run, run_binary};

/// All that commands a terminal, a workflow or a parser: every control, what turns text around, what is invisible, what XML
/// forbids, and the ends of strings, lines, tags and commands.
fn everything_hostile() -> String {
    let controls =
        (0..0x20).chain(0x7f..0xa0).filter(|c| !matches!(c, 0x0a | 0x0d)).filter_map(char::from_u32);
    let turned = "\u{202a}\u{202e}\u{2066}\u{2069}\u{200b}\u{200d}\u{200e}\u{2028}\u{2029}\u{feff}\u{fffe}\u{ffff}\u{1ffff}";
    let ends = "]]>--><b>&amp;&#27;%0A::error ::,line=1'`${{x}}";
    controls.chain(turned.chars()).chain(ends.chars()).collect()
}

/// A tree that says hostile things wherever a report quotes it.
fn tree() -> tempfile::TempDir {
    let hostile = everything_hostile();
    let text = GLOBAL_CLIENT
        .replace("pub static", &format!("/* {hostile} */ pub static"))
        .replace("\"it is set\"", &format!("\"{hostile}\""));
    let compose = "services:\n  \"ki\\e[31m\\u202e\\0wi\":\n    build: .\n    command: kiwi\n    environment:\n      \"\\e[2J\\u202e]]>\\u0000\\uFFFE\\n::error ::KIWI_API_KEY\": q8Zk2LmX9vTr4WpB7nYd\n";
    let dir = directory(&[
        (
            "kiwi/Cargo.toml",
            "[package]\nname = \"kiwi\"\nedition = \"2024\"\n[dependencies]\nasync-openai = \"*\"\n",
        ),
        ("kiwi/src/main.rs", "fn main() {}\n"),
        ("kiwi/compose.yaml", compose),
        ("plain.rs", &text),
        ("broken.rs", &format!("fn () {{}} /* {hostile} */ fn {{\n")),
    ]);
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt as _;
        fs::write(dir.path().join(HOSTILE), GLOBAL_CLIENT).expect("it can be written");
        let name = OsString::from_vec(b"b\xff\xfe\x01\x7f\xc2\x9b<&\"%0A.rs".to_vec());
        fs::write(dir.path().join(name), FORKED_RUNTIME).expect("it can be written");
    }
    dir
}

fn report(dir: &Path, format: &str, color: &str) -> Run {
    let args = ["check", "--message-format", format, "--color", color, "--min-confidence", "low", "-v", "."];
    let run = run_binary(dir, &args);
    assert_eq!(run.code, 2, "{format}: {}", run.err);
    let command = run.err.chars().find(|c| is_a_command(*c));
    assert!(color == "always" || command.is_none(), "{format}: {}", run.err.escape_debug());
    run
}

/// The names of all formats, as the program lists them.
fn formats(dir: &Path) -> Vec<String> {
    let said = run_binary(dir, &["check", "--message-format", "nonsense", "."]).err;
    let list = said.split_once("there are ").and_then(|(_, rest)| rest.lines().next()).expect("a list");
    list.split(", ").map(str::to_owned).collect()
}

/// Every text in a value of JSON.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(values) => values.iter().flat_map(strings).collect(),
        Value::Object(entries) => entries
            .iter()
            .flat_map(|(key, value)| std::iter::once(key.as_str()).chain(strings(value)))
            .collect(),
        _ => Vec::new(),
    }
}

fn check_json(format: &str, text: &str) {
    let value: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{format}: {error}: {text}"));
    for text in strings(&value) {
        let command = text.chars().find(|c| is_a_command(*c));
        assert!(command.is_none(), "{format}: {}", text.escape_debug());
    }
}

/// Whether XML 1.0 allows a character.
fn is_of_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// A workflow command: its level, properties with nothing that ends one, and a message.
fn check_workflow_command(line: &str) {
    let command = line.strip_prefix("::").and_then(|rest| rest.split_once("::"));
    let (command, message) = command.unwrap_or_else(|| panic!("{}", line.escape_debug()));
    let (level, properties) = command.split_once(' ').expect("properties");
    assert!(matches!(level, "error" | "warning" | "notice"), "{level}");
    for property in properties.split(',') {
        let (name, value) = property.split_once('=').expect("a name");
        assert!(matches!(name, "file" | "line" | "endLine" | "col" | "endColumn" | "title"), "{line}");
        assert!(!value.contains(':'), "{line}");
    }
    for (at, _) in message.match_indices('%') {
        assert!(["%25", "%0A", "%0D"].iter().any(|escape| message[at..].starts_with(escape)), "{message}");
    }
}

/// A text without the colours that this program writes: `ESC [ digits ; m`.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (codes, rest) = part.split_once('m').expect("a colour");
        assert!(codes.bytes().all(|byte| byte.is_ascii_digit() || byte == b';'), "{}", codes.escape_debug());
        plain += rest;
    }
    plain
}

#[test]
fn each_format_has_only_the_characters_allowed_for_it() {
    let dir = tree();
    let formats = formats(dir.path());
    assert!(formats.len() >= 8, "{formats:?}");
    for format in &formats {
        let out = report(dir.path(), format, "never").out;
        assert!(
            out.contains("global-auth-client") && out.contains("hardcoded-credential"),
            "{format}: {out}"
        );
        let command = out.chars().find(|c| is_a_command(*c) || *c == '\r');
        assert!(command.is_none(), "{format}: {command:?} in {}", out.escape_debug());
        match format.as_str() {
            "json" => out.lines().for_each(|line| check_json(format, line)),
            "sarif" | "gitlab" | "rdjson" => check_json(format, &out),
            "junit" => assert!(out.chars().all(is_of_xml) && is_xml(&out), "{out}"),
            "github" => out.lines().for_each(check_workflow_command),
            "human" | "short" => assert!(!out.lines().any(|line| line.starts_with("::")), "{out}"),
            other => panic!("nobody says what characters {other} may have"),
        }
    }
}

#[test]
fn colours_are_the_only_commands_that_a_terminal_gets() {
    let dir = tree();
    for format in ["human", "short"] {
        let (plain, coloured) = (report(dir.path(), format, "never"), report(dir.path(), format, "always"));
        assert!(format == "short" || coloured.out.contains('\u{1b}'), "{}", coloured.out);
        assert_eq!(without_colours(&coloured.out), plain.out);
        assert!(!without_colours(&coloured.err).chars().any(is_a_command), "{}", coloured.err.escape_debug());
    }
}
