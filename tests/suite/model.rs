//! What the model says of values beside what rules report by default.

use std::fs;

use crate::run::run;

const MANIFEST: &str = "[package]\nname = \"weather\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n\
     rainfall = \"2\"\n";

const SOURCE: &str = r#"use rainfall::{RainConfig, Rainfall, RainParser};
use std::sync::LazyLock;

fn key() -> String {
    std::env::var("RAIN_API_KEY").unwrap_or_default()
}

static GUESSED: LazyLock<Rainfall> = LazyLock::new(|| Rainfall::new(key()));
static PLAIN: LazyLock<Rainfall> = LazyLock::new(|| Rainfall::new("here"));
static CONFIG: LazyLock<RainConfig> = LazyLock::new(|| RainConfig::new(key()));
static PARSER: LazyLock<RainParser> = LazyLock::new(|| RainParser::new(key()));

fn main() {
    let _ = (&*GUESSED, &*PLAIN, &*CONFIG, &*PARSER);
}
"#;

#[test]
fn a_guess_is_said_to_be_one() {
    let dir = tempfile::tempdir().expect("a directory can be made");
    fs::create_dir(dir.path().join("src")).expect("it can be made");
    fs::write(dir.path().join("Cargo.toml"), MANIFEST).expect("it can be written");
    fs::write(dir.path().join("src/main.rs"), SOURCE).expect("it can be written");
    let hidden = run(dir.path(), &["check", "--message-format", "short", "."]).out;
    assert!(!hidden.contains("global-auth-client"), "{hidden}");
    let shown = run(dir.path(), &["check", "--message-format", "short", "--min-confidence", "low", "."]).out;
    let found: Vec<&str> = shown.lines().filter(|line| line.contains("global-auth-client")).collect();
    assert_eq!(found.len(), 1, "{shown}");
    assert!(found[0].contains("main.rs:8") && found[0].contains("rainfall::Rainfall"), "{shown}");
}
