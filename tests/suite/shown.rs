//! Fixes with placeholders are never made, but what they show is code: it can be read, and once the placeholder is filled in
//! it compiles (`fixtures/fixes/shown`).

use std::collections::BTreeMap;
use std::fs;

use crate::block::{Block, blocks};
use crate::directory::directory;
use crate::run::{root, run};

/// Rules that show code with placeholders.
const RULES: [&str; 4] =
    ["cached-token", "global-auth-client", "shared-mutable-auth", "token-outlives-expiry"];

/// Pages and cases of a rule.
fn bad_blocks(rule: &str) -> Vec<(String, Block)> {
    let named = |path: String| {
        let text = fs::read_to_string(root().join(&path)).expect("a page");
        let bad = blocks(&text).into_iter().filter(|block| block.kind == "rust,bad");
        bad.map(move |block| (format!("{path}:{}", block.line), block))
    };
    [format!("rules/{rule}.md"), format!("tests/cases/{rule}.md")].into_iter().flat_map(named).collect()
}

/// The files that shown fixes lead to, each fix by itself: the file's name and its text.
fn shown(block: &Block) -> Vec<(String, String)> {
    let files = block.files();
    let dir = directory(&files);
    let run = run(dir.path(), &["check", "--message-format", "json", "."]);
    let mut made = Vec::new();
    for line in run.out.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("json");
        for child in entry["message"]["children"].as_array().into_iter().flatten() {
            made.extend(applied(&files, child));
        }
    }
    made
}

/// What a child of a message makes of the files, where it has placeholders.
fn applied(files: &[(String, String)], child: &serde_json::Value) -> Vec<(String, String)> {
    let mut edits: BTreeMap<&str, Vec<(usize, usize, &str)>> = BTreeMap::new();
    for span in child["spans"].as_array().into_iter().flatten() {
        if span["suggestion_applicability"] != "HasPlaceholders" {
            continue;
        }
        let at = |key: &str| usize::try_from(span[key].as_u64().expect("a number")).expect("a byte");
        let text = span["suggested_replacement"].as_str().expect("a text");
        let name = span["file_name"].as_str().expect("a name");
        edits.entry(name).or_default().push((at("byte_start"), at("byte_end"), text));
    }
    let made = |(name, mut edits): (&str, Vec<(usize, usize, &str)>)| {
        let (_, old) = files.iter().find(|(path, _)| path == name).expect("a file of the block");
        let mut text = old.clone();
        edits.sort_unstable();
        for (start, end, new) in edits.into_iter().rev() {
            text.replace_range(start..end, new);
        }
        (name.to_owned(), text)
    };
    edits.into_iter().map(made).collect()
}

#[test]
fn what_is_shown_can_be_read() {
    let mut read = 0;
    for rule in RULES {
        for (place, block) in bad_blocks(rule) {
            for (name, text) in shown(&block) {
                let filled = text.replace("LIFETIME_OF_THE_TOKEN", "std::time::Duration::from_secs(600)");
                let tokens = filled.parse().expect("tokens");
                let parsed = syn::parse2::<syn::File>(tokens).map(drop);
                assert!(parsed.is_ok(), "{place}: {name}: {parsed:?}\n{filled}");
                read += 1;
            }
        }
    }
    assert!(read > RULES.len(), "{read}");
}

#[test]
fn what_is_shown_compiles_once_it_is_filled_in() {
    let page = fs::read_to_string(root().join("rules/cached-token.md")).expect("a page");
    let bad = blocks(&page).into_iter().filter(|block| block.kind == "rust,bad");
    let unmarked = |line: &str| line.split(" //~").next().unwrap_or_default().to_owned();
    let made: Vec<Vec<String>> =
        bad.flat_map(|block| shown(&block)).map(|(_, text)| text.lines().map(unmarked).collect()).collect();
    let fixture = root().join("fixtures/fixes/shown/src/as_shown.rs");
    let fixture = fs::read_to_string(fixture).expect("a fixture");
    let code: Vec<String> = fixture.lines().map(ToOwned::to_owned).collect();
    assert!(made.contains(&code), "{code:#?}\n{made:#?}");
}
