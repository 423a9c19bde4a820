//! The form of catalog files: every file is shipped, and `rules/README.md` tells all of the form, with examples that are read.

use std::fs;

use authlint::catalog::Catalog;

use crate::block::blocks;
use crate::run::{files_below, root};

fn readme() -> String {
    fs::read_to_string(root().join("rules/README.md")).expect("it can be read")
}

#[test]
fn every_file_is_shipped() {
    let list = fs::read_to_string(root().join("src/catalog/shipped.rs")).expect("it can be read");
    let files = files_below(&root().join("rules/catalog"), ".toml");
    assert!(!files.is_empty());
    for path in files {
        let name = path.file_name().expect("a name").to_string_lossy();
        assert!(list.contains(&format!("rules/catalog/{name}\"")), "{name} is not in src/catalog/shipped.rs");
    }
}

/// What the form's types declare, as files write it: fields, and variants of what is read from a word.
fn words_of_the_form() -> Vec<String> {
    let schema = fs::read_to_string(root().join("src/catalog/schema.rs")).expect("it can be read");
    let mut words = Vec::new();
    let mut is_renamed = false;
    for line in schema.lines().map(str::trim) {
        let field = line.strip_prefix("pub ").and_then(|rest| rest.split_once(": "));
        let variant = line.strip_suffix(',').filter(|name| name.chars().all(char::is_alphabetic));
        match (field, variant) {
            (Some((name, _)), _) if !is_renamed && !name.contains(' ') => words.push(name.replace('_', "-")),
            (None, Some(name)) => words.push(kebab(name)),
            _ => {}
        }
        let renamed = line.split_once("rename = \"").and_then(|(_, rest)| rest.split_once('"'));
        words.extend(renamed.map(|(name, _)| name.to_owned()));
        is_renamed = renamed.is_some();
    }
    words
}

/// `ChildBeforeExec` as `child-before-exec`.
fn kebab(name: &str) -> String {
    let mut word = String::new();
    for char in name.chars() {
        if char.is_uppercase() && !word.is_empty() {
            word.push('-');
        }
        word.extend(char.to_lowercase());
    }
    word
}

#[test]
fn the_readme_explains_every_word_of_the_form() {
    let (readme, words) = (readme(), words_of_the_form());
    for known in ["credential-fields", "type", "any-receiver", "child-before-exec", "login"] {
        assert!(words.iter().any(|word| word == known), "{known} is not seen: this test is blind");
    }
    for word in words {
        assert!(readme.contains(&format!("`{word}`")), "rules/README.md does not explain `{word}`");
    }
}

#[test]
fn the_examples_of_the_readme_are_read() {
    const HEAD: &str = "schema = 1\npackage = \"acme\"\nversions = \"1.0.0\"\nsources = []\n";
    let readme = readme();
    let examples: Vec<_> = blocks(&readme).into_iter().filter(|block| block.kind == "toml").collect();
    assert!(examples.len() >= 5, "{} examples", examples.len());
    for example in examples {
        let is_whole = example.text.contains("schema = ");
        let text = if is_whole { example.text } else { format!("{HEAD}{}", example.text) };
        let read = Catalog::default().add("example", &text);
        assert!(read.is_ok(), "rules/README.md:{}: {}", example.line, read.expect_err("it was refused"));
    }
}
