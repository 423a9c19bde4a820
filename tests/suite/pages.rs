//! Pages and cases are tests: what is marked is reported, and nothing else.

use std::fs;
use std::path::Path;

use authlint::finding::Level;
use authlint::rules::RULES;

use crate::block::{Block, blocks};
use crate::run::{files_below, found, root, run};

/// The headings of a page, in order.
const HEADINGS: [&str; 5] = ["Why it matters", "Bad", "Good", "What it cannot see", "References"];

fn check(page: &Path, failures: &mut Vec<String>) -> usize {
    let text = fs::read_to_string(page).expect("a page can be read");
    let name = page.strip_prefix(root()).unwrap_or(page).display().to_string();
    let all = blocks(&text);
    let asked = asked(page, &all);
    let flags = flags(page);
    for (at, block) in all.iter().enumerate() {
        let place = format!("{name}:{} ({})", block.line, block.section);
        match block.kind.as_str() {
            "rust,bad" => check_marks(block, &asked, &flags, &place, true, failures),
            "rust,good" => check_marks(block, &asked, &flags, &place, false, failures),
            "text" => check_report(page, &all[..at], block, &flags, &place, failures),
            // What fixes make of the block above is tested in `fixes`.
            "" | "toml" | "sh" | "rust,fixed" => {}
            other => failures.push(format!("{place}: a block of the unknown kind `{other}`")),
        }
    }
    all.iter().filter(|block| block.kind.starts_with("rust,")).count()
}

/// What switches on the rule that a page or a file of cases is about, where it is off unless asked for.
fn flags(page: &Path) -> Vec<&'static str> {
    let stem = page.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let is_off = |rule: &&&authlint::rules::Rule| rule.id == stem && rule.level == Level::Allow;
    RULES.iter().find(is_off).map_or_else(Vec::new, |rule| vec!["-W", rule.id])
}

/// The rules that a file of cases asks: those it marks, where it is about the model and belongs to no rule; else all.
fn asked(page: &Path, blocks: &[Block]) -> Vec<String> {
    let stem = page.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    if RULES.iter().any(|rule| rule.id == stem) {
        return RULES.iter().map(|rule| rule.id.to_owned()).collect();
    }
    blocks.iter().flat_map(Block::marks).map(|(_, _, rule)| rule).collect()
}

fn check_marks(
    block: &Block,
    asked: &[String],
    flags: &[&str],
    place: &str,
    is_bad: bool,
    failures: &mut Vec<String>,
) {
    let dir = tempfile::tempdir().expect("a directory can be made");
    block.write(dir.path());
    let (marked, mut found) = (block.marks(), found(dir.path(), &[flags, &["."]].concat()));
    found.retain(|(_, _, rule)| asked.contains(rule));
    if marked.is_empty() == is_bad {
        failures.push(format!("{place}: a block that is `{}` has {} marks", block.kind, marked.len()));
    }
    for missing in marked.iter().filter(|mark| !found.contains(mark)) {
        failures.push(format!("{place}: not reported: {missing:?}"));
    }
    for extra in found.iter().filter(|it| !marked.contains(it)) {
        failures.push(format!("{place}: reported without a mark: {extra:?}"));
    }
}

/// The exact report of the bad block before.
fn check_report(
    page: &Path,
    before: &[Block],
    block: &Block,
    flags: &[&str],
    place: &str,
    failures: &mut Vec<String>,
) {
    let Some(bad) = before.iter().rfind(|it| it.kind == "rust,bad") else {
        failures.push(format!("{place}: a report without a bad block before"));
        return;
    };
    let dir = tempfile::tempdir().expect("a directory can be made");
    bad.write(dir.path());
    let report = run(dir.path(), &[&["check", "--color", "never"], flags, &["."]].concat()).out;
    if report.trim_end() == block.text.trim_end() {
        return;
    }
    if std::env::var_os("AUTHLINT_BLESS").is_some() {
        bless(page, &block.text, &report);
        return;
    }
    failures.push(format!("{place}: the report is now (AUTHLINT_BLESS=1 rewrites it)\n{report}"));
}

/// Puts a report in the place of another in a page.
pub(crate) fn bless(page: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(page).expect("a page can be read");
    bless_as("text", &text, page, old, new);
}

/// The same for a block of another kind.
pub(crate) fn bless_as(kind: &str, text: &str, page: &Path, old: &str, new: &str) {
    let new = format!("```{kind}\n{}\n```", new.trim_end());
    fs::write(page, text.replacen(&format!("```{kind}\n{old}```"), &new, 1)).expect("a page can be written");
}

fn assert_none(failures: &[String]) {
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn pages_show_what_is_reported() {
    let mut failures = Vec::new();
    for rule in RULES {
        let blocks = check(&root().join(format!("rules/{}.md", rule.id)), &mut failures);
        assert!(blocks >= 2, "the page of {} shows too little", rule.id);
    }
    assert_none(&failures);
}

#[test]
fn cases_hold() {
    let mut failures = Vec::new();
    for page in files_below(&root().join("tests/cases"), ".md") {
        check(&page, &mut failures);
    }
    assert_none(&failures);
}

#[test]
fn every_rule_has_its_page_its_file_and_its_cases() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert!(ids.is_sorted(), "the rules are listed by id");
    let named = |dir: &str, ending: &str| {
        let files = files_below(&root().join(dir), ending);
        let stem = |path: &std::path::PathBuf| path.file_stem()?.to_str().map(|it| it.replace('_', "-"));
        files.iter().filter_map(stem).collect::<Vec<_>>()
    };
    for (dir, ending) in [("rules", ".md"), ("src/rules", ".rs"), ("tests/cases", ".md")] {
        let files = named(dir, ending);
        for id in &ids {
            assert!(files.iter().any(|file| file == id), "{dir} has nothing for {id}");
        }
    }
    for page in named("rules", ".md").iter().filter(|page| *page != "README") {
        assert!(ids.contains(&page.as_str()), "the page {page} belongs to no rule");
    }
}

#[test]
fn pages_have_the_form() {
    for rule in RULES {
        let lines: Vec<&str> = rule.page.lines().collect();
        assert_eq!(lines[0], format!("# {}", rule.id));
        assert_eq!(lines[2], rule.summary, "the first paragraph of {} is its summary", rule.id);
        let headings: Vec<&str> = lines.iter().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(headings, HEADINGS, "the headings of {}", rule.id);
        for kind in ["rust,bad", "rust,good"] {
            let count = blocks(rule.page).iter().filter(|block| block.kind == kind).count();
            assert!((1..=3).contains(&count), "{} has {count} blocks `{kind}`", rule.id);
        }
    }
}
