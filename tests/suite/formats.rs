//! The formats, end to end: places are right in every unit, secrets are hidden, and the same input gives the same bytes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::directory::{FORKED_RUNTIME, GLOBAL_CLIENT, directory};
use crate::run::{binary, run, run_binary, run_to_end};

/// The formats by their names.
const FORMATS: [&str; 8] = ["human", "short", "json", "sarif", "github", "gitlab", "junit", "rdjson"];

/// The lines of json of a run.
fn json(dir: &Path, args: &[&str]) -> Vec<Value> {
    let run = run_binary(dir, &[&["check", "--message-format", "json"], args].concat());
    run.out.lines().map(|line| serde_json::from_str(line).expect("a line is an object")).collect()
}

/// The spans of all messages.
fn spans(lines: &[Value]) -> Vec<&Value> {
    let messages = lines.iter().filter(|line| line["reason"] == "compiler-message");
    messages.flat_map(|line| line["message"]["spans"].as_array().expect("spans")).collect()
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a number")).expect("it fits")
}

/// The 1-based line and column, in characters, of a byte of a text.
fn line_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let of_the_line = text[line_start..at].trim_start_matches('\u{feff}');
    (before.matches('\n').count() + 1, of_the_line.chars().count() + 1)
}

/// Checks all that a span says of its place against the text it is about.
fn check_span(text: &str, span: &Value) {
    let (start, end) = (number(&span["byte_start"]), number(&span["byte_end"]));
    assert!(start < end && end <= text.len(), "{span}");
    assert_eq!(
        line_column(text, start),
        (number(&span["line_start"]), number(&span["column_start"])),
        "{span}"
    );
    assert_eq!(line_column(text, end), (number(&span["line_end"]), number(&span["column_end"])), "{span}");
    let shown = span["text"].as_array().expect("lines");
    assert_eq!(shown.len(), number(&span["line_end"]) - number(&span["line_start"]) + 1, "{span}");
    let lines: Vec<&str> = text.lines().skip(number(&span["line_start"]) - 1).take(shown.len()).collect();
    let shown_lines: Vec<&str> = shown.iter().map(|it| it["text"].as_str().expect("a text")).collect();
    assert_eq!(shown_lines, lines, "{span}");
    assert_eq!(number(&shown[0]["highlight_start"]), number(&span["column_start"]), "{span}");
    assert_eq!(number(&shown[shown.len() - 1]["highlight_end"]), number(&span["column_end"]), "{span}");
}

#[test]
fn json_is_cargos_wire_format() {
    let dir = directory(&[("client.rs", GLOBAL_CLIENT), ("daemon.rs", FORKED_RUNTIME)]);
    let lines = json(dir.path(), &["."]);
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2]["reason"], "build-finished");
    assert_eq!(lines[2]["success"], false);
    for (line, (file, rule, level)) in lines
        .iter()
        .zip([("client.rs", "global-auth-client", "warning"), ("daemon.rs", "runtime-before-fork", "error")])
    {
        assert_eq!(line["reason"], "compiler-message");
        for key in ["package_id", "manifest_path", "target"] {
            assert!(!line[key].is_null(), "{key} is missing");
        }
        let message = &line["message"];
        assert_eq!(message["$message_type"], "diagnostic");
        assert_eq!(message["code"]["code"], format!("authlint::{rule}"));
        assert_eq!(message["level"], level);
        assert!(message["rendered"].as_str().is_some_and(|it| it.contains(rule)));
        assert!(
            message["children"].as_array().is_some_and(|it| it.iter().any(|child| child["level"] == "help"))
        );
        let primary: Vec<_> =
            spans(std::slice::from_ref(line)).into_iter().filter(|it| it["is_primary"] == true).collect();
        assert_eq!(primary.len(), 1);
        assert_eq!(primary[0]["file_name"], file);
    }
}

#[test]
fn a_run_without_findings_ends_in_build_finished() {
    let dir = directory(&[("a.rs", "fn a() {}\n")]);
    let lines = json(dir.path(), &["."]);
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["reason"], &lines[0]["success"]), (&"build-finished".into(), &true.into()));
    // One that failed says so too: without the line, editors say that the metadata is broken.
    let lines = json(dir.path(), &["nowhere.rs"]);
    assert_eq!((&lines[0]["reason"], &lines[0]["success"]), (&"build-finished".into(), &false.into()));
}

#[test]
fn places_are_right_behind_characters_of_several_bytes() {
    let wide = GLOBAL_CLIENT
        .replace("pub static", "/* é漢🦀 */ pub static")
        .replace("let key =", "let _ = \"ß漢🦀\"; let key =");
    let texts =
        [wide.clone(), format!("\u{feff}{wide}"), wide.replace('\n', "\r\n"), format!("#!/bin/é\n{wide}")];
    for text in texts {
        let dir = directory(&[("a.rs", &text)]);
        let lines = json(dir.path(), &["a.rs"]);
        let spans = spans(&lines);
        assert!(spans.len() >= 3, "the story has {} places", spans.len());
        for span in &spans {
            check_span(&text, span);
        }
        let slice = |span: &Value| text[number(&span["byte_start"])..number(&span["byte_end"])].to_owned();
        assert_eq!(slice(spans[0]), "OPENAI");
        // 21 characters stand before it, in 27 bytes.
        assert_eq!(number(&spans[0]["column_start"]), 22);
        assert!(spans.iter().any(|span| slice(span) == "std::env::var(\"OPENAI_API_KEY\")"));
    }
}

#[test]
fn short_is_one_line_a_finding() {
    let text = GLOBAL_CLIENT.replace("pub static", "/* é漢🦀 */ pub static");
    let dir = directory(&[("sub/client.rs", text.as_str()), ("daemon.rs", FORKED_RUNTIME)]);
    let run = run(dir.path(), &["--message-format", "short", "."]);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", run.out);
    assert!(lines[0].starts_with("daemon.rs:1:1: error[authlint::runtime-before-fork]: "), "{}", lines[0]);
    assert!(
        lines[1].starts_with("sub/client.rs:4:22: warning[authlint::global-auth-client]: "),
        "{}",
        lines[1]
    );
}

#[test]
fn a_secret_is_shown_in_no_format() {
    let secret = ["0123456789ab", "cdefghijklmnopqrstuvwxyz"].concat();
    let key = format!("\"sk-proj-{secret}\"");
    let written = GLOBAL_CLIENT.replace("std::env::var(\"OPENAI_API_KEY\").expect(\"it is set\")", &key);
    let constant = format!("{}const KEY: &str = {key};\n", written.replace(&format!("= {key}"), "= KEY"));
    for text in [written, constant] {
        assert!(text.contains(&secret));
        let dir = directory(&[("a.rs", &text)]);
        for format in FORMATS {
            for args in
                [&[][..], &["-v"], &["--no-allow"], &["--min-confidence", "low"], &["--color", "always"]]
            {
                let run = run_binary(dir.path(), &[&["--message-format", format, "."], args].concat());
                assert_eq!(run.code, 1, "{}", run.err);
                let all = run.out + &run.err;
                assert!(all.contains("global-auth-client"), "{all}");
                assert!(!all.contains(&secret[..8]), "{format} {args:?} shows the secret\n{all}");
            }
        }
    }
}

/// Many small packages and files, with findings in some.
fn many() -> Vec<(String, String)> {
    let mut files = Vec::new();
    for at in 0..40 {
        let text = match at % 4 {
            0 => GLOBAL_CLIENT.replace("OPENAI:", &format!("OPENAI_{at}:")),
            1 => FORKED_RUNTIME.to_owned(),
            _ => format!("pub fn nothing_{at}() {{}}\n"),
        };
        let manifest = format!(
            "[package]\nname = \"p{at}\"\nedition = \"2024\"\n[dependencies]\nasync-openai = \"*\"\ndaemonize = \"*\"\ntokio = \"*\"\n"
        );
        files.push((format!("p{at}/Cargo.toml"), manifest));
        files.push((format!("p{at}/src/main.rs"), format!("mod inner;\n{text}")));
        files.push((format!("p{at}/src/inner.rs"), GLOBAL_CLIENT.to_owned()));
        files.push((format!("loose{at}.rs"), text));
    }
    files
}

/// The output in each format, without the name of the directory.
fn output(dir: &Path, threads: Option<&str>) -> Vec<String> {
    let name = fs::canonicalize(dir).expect("it is there").to_string_lossy().into_owned();
    let run = |format| {
        let mut command = binary(dir);
        command
            .args(["--message-format", format, "."])
            .envs(threads.map(|count| ("RAYON_NUM_THREADS", count)));
        let run = run_to_end(&mut command);
        assert_eq!(run.code, 1, "{}", run.err);
        (run.out + &run.err).replace(&name, "DIR")
    };
    FORMATS.map(run).into()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let mut files = many();
    let dir = directory(&files);
    let first = output(dir.path(), Some("1"));
    assert!(first[1].lines().count() > 50, "{}", first[1]);
    assert!(first == output(dir.path(), None), "the default number of threads changes the output");
    assert!(first == output(dir.path(), Some("8")), "eight threads change the output");
    files.reverse();
    let reversed = directory(&files);
    assert!(first == output(reversed.path(), None), "the order in which files were made changes the output");
}

#[test]
fn no_format_shows_a_credential_that_is_written_in_the_source() {
    let secrets = ["mossy-lantern-2291", "tr4ctor-green-77", "vk2-pine-needle-ee", "c2d81b7705f34be59a07"];
    let [password, address, default, bytes] = secrets;
    let text = format!(
        "use clap::Parser;\n\
         #[derive(Parser)]\n\
         struct Args {{\n    #[arg(long, default_value = \"{default}\")]\n    token: String,\n}}\n\
         const PASSWORD: &str = r#\"{password}\"#; // not {password}\n\
         pub fn all(client: &reqwest::Client) {{\n    \
             let args = Args::parse();\n    \
             let _ = client.get(\"https://kiwi.travel\").bearer_auth(args.token);\n    \
             let _ = client.get(\"https://kiwi.travel\").basic_auth(\"kiwi\", Some(PASSWORD));\n    \
             let _ = sqlx::PgPool::connect(\"postgres://kiwi:{address}@db.kiwi.travel/kiwi\");\n    \
             let _ = jsonwebtoken::EncodingKey::from_secret(b\"{bytes}\");\n}}\n"
    );
    let dir = directory(&[("a.rs", &text)]);
    for format in FORMATS {
        let run = run_binary(dir.path(), &["--message-format", format, "a.rs"]);
        let all = format!("{}{}", run.out, run.err);
        assert!(all.matches("hardcoded-credential").count() >= 4, "{format}: {all}");
        for secret in secrets {
            assert!(!all.contains(secret), "{format} shows {secret}\n{all}");
        }
    }
}
