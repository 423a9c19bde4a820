//! What the program tells of itself: rules as JSON, completions, the manual page, numbers, and what was meant.

use authlint::rules::RULES;
use serde_json::Value;

use crate::directory::{FORKED_RUNTIME, GLOBAL_CLIENT, directory};
use crate::run::{root, run};

#[test]
fn rules_are_listed_as_json() {
    let ran = run(root(), &["rules", "--message-format", "json"]);
    let rules: Value = serde_json::from_str(&ran.out).expect("it is JSON");
    let rules = rules.as_array().expect("an array");
    assert_eq!(rules.len(), RULES.len() + 4);
    let of = |id: &str| rules.iter().find(|rule| rule["id"] == id).expect("it is listed");
    assert_eq!(
        (&of("cached-token")["level"], &of("cached-token")["since"]),
        (&"error".into(), &"0.1.0".into())
    );
    assert_eq!(of("unused-allow")["since"], Value::Null);
}

#[test]
fn shells_are_helped() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(root(), &["completions", shell]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.contains("min-confidence") && ran.out.contains("explain"), "{shell}: {}", ran.out);
    }
    assert_eq!(run(root(), &["completions", "dos"]).code, 2);
}

#[test]
fn the_manual_page_tells_flags_and_subcommands() {
    let ran = run(root(), &["man"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for word in [
        ".TH ",
        ".SH OPTIONS",
        "\\-\\-min\\-confidence",
        ".SH SUBCOMMANDS\n.TP\n\\fBcheck\\fR\n",
        "Exit codes:",
    ] {
        assert!(ran.out.contains(word), "{word} is not in {}", ran.out);
    }
}

#[test]
fn findings_are_counted_by_rule() {
    let dir = directory(&[("a.rs", GLOBAL_CLIENT), ("b.rs", GLOBAL_CLIENT), ("c.rs", FORKED_RUNTIME)]);
    let ran = run(dir.path(), &["check", ".", "--statistics", "--quiet"]);
    assert_eq!(ran.err, "authlint: 2 global-auth-client\nauthlint: 1 runtime-before-fork\n");
}

#[test]
fn what_was_meant_is_guessed() {
    let said = |args: &[&str], words: &str| {
        let ran = run(root(), args);
        assert!(ran.code == 2 && ran.err.contains(words), "{args:?}: {}", ran.err);
    };
    said(&["explian", "cached-token"], "the nearest subcommand is `explain`");
    said(&["explain", "cached-tokens"], "the nearest is `cached-token`");
    said(&["check", "--min-confidense", "low"], "--min-confidence");
}
