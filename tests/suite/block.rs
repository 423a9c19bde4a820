//! Code blocks of a page: their kind, their files, and the marks in them.

use std::fs;
use std::path::Path;

/// A fenced block of a page.
#[derive(Debug)]
pub(crate) struct Block {
    /// What stands behind the fence: `rust,bad`, `text`.
    pub(crate) kind: String,
    /// The 1-based line of its fence in the page.
    pub(crate) line: usize,
    /// The title of the section it stands in.
    pub(crate) section: String,
    /// Its lines.
    pub(crate) text: String,
}

/// A line that must be reported: file, 1-based line, rule.
pub(crate) type Mark = (String, usize, String);

/// The blocks of a page, in order.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut open: Option<Block> = None;
    let mut section = String::new();
    for (at, line) in page.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(kind)) => {
                let kind = kind.trim().to_owned();
                open = Some(Block { kind, line: at + 1, section: section.clone(), text: String::new() });
            }
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some(block), None) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {
                if let Some(title) = line.strip_prefix('#') {
                    title.trim_start_matches('#').trim().clone_into(&mut section);
                }
            }
        }
    }
    assert!(open.is_none(), "a fence is not closed");
    found
}

impl Block {
    /// The files of the block: one called `main.rs` unless `//- /path` lines split it. Where several are split and none is
    /// a manifest, one that depends on every crate of the catalog is added.
    pub(crate) fn files(&self) -> Vec<(String, String)> {
        let mut files: Vec<(String, String)> = Vec::new();
        for line in self.text.lines() {
            if let Some(path) = line.strip_prefix("//- /") {
                files.push((path.trim().to_owned(), String::new()));
                continue;
            }
            if files.is_empty() {
                files.push(("main.rs".to_owned(), String::new()));
            }
            let (_, text) = files.last_mut().expect("a file was just pushed");
            text.push_str(line);
            text.push('\n');
        }
        let is_split = files.iter().any(|(path, _)| path.contains('/'));
        if is_split && !files.iter().any(|(path, _)| path.ends_with("Cargo.toml")) {
            files.push(("Cargo.toml".to_owned(), manifest()));
        }
        files
    }

    /// Writes the files below a directory.
    pub(crate) fn write(&self, dir: &Path) {
        for (path, text) in self.files() {
            let path = dir.join(path);
            fs::create_dir_all(path.parent().expect("a file has a directory")).expect("it can be made");
            fs::write(path, text).expect("it can be written");
        }
    }

    /// The lines marked with `//~ rule` (this line) or `//~^ rule` (the line above).
    pub(crate) fn marks(&self) -> Vec<Mark> {
        let mut marks: Vec<Mark> =
            self.files().iter().flat_map(|(path, text)| marks_in(path, text)).collect();
        marks.sort();
        marks
    }
}

/// The marks of a file.
pub(crate) fn marks_in(path: &str, text: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let Some((_, mark)) = line.split_once("//~") else { continue };
        let (line, rules) = match mark.strip_prefix('^') {
            Some(rules) => (at, rules),
            None => (at + 1, mark),
        };
        marks.extend(rules.split_whitespace().map(|rule| (path.to_owned(), line, rule.to_owned())));
    }
    marks
}

pub(crate) fn manifest() -> String {
    let mut text = String::from(
        "[package]\nname = \"case\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n",
    );
    let mut names: Vec<String> = fs::read_dir(crate::run::root().join("rules/catalog"))
        .expect("the catalog is there")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".toml").map(str::to_owned))
        .filter(|name| name != "std")
        .collect();
    // One that no catalog describes.
    names.push("storm-sdk".to_owned());
    names.sort();
    for name in names {
        text.extend([&name, " = \"*\"\n"]);
    }
    text
}
