//! Fixes, end to end: `rust,fixed` blocks show what is made of the block above them, whatever the file's line ends and
//! indentation, and rustfix makes the same of the format json.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;

use authlint::rules::{RULES, edits};
use rustfix::{CodeFix, Filter};

use crate::block::{Block, blocks};
use crate::directory::directory;
use crate::pages::bless_as;
use crate::run::{Run, files_below, root, run, run_binary, run_to_end};

/// The files below a directory, by their paths in it.
type Texts = BTreeMap<String, String>;

fn texts(dir: &Path) -> Texts {
    let name = |path: &Path| path.strip_prefix(dir).expect("below").to_string_lossy().into_owned();
    let all = files_below(dir, ".rs");
    all.iter().map(|path| (name(path), fs::read_to_string(path).expect("text"))).collect()
}

/// A block's files without its marks, which would stand in the fixed code as well.
pub(crate) fn unmarked(block: &Block) -> Vec<(String, String)> {
    let line = |line: &str| line.split("//~").next().unwrap_or_default().trim_end().to_owned() + "\n";
    block.files().into_iter().map(|(path, text)| (path, text.lines().map(line).collect())).collect()
}

fn fixed(files: &[(String, String)], flag: &str) -> (Texts, Run) {
    let dir = directory(files);
    let run = run(dir.path(), &["check", flag, "--message-format", "short", "."]);
    (texts(dir.path()), run)
}

/// A block of several files as it stands on a page; manifests are those of the block before.
fn shown(texts: &Texts) -> String {
    match texts.iter().collect::<Vec<_>>().as_slice() {
        [(name, text)] if *name == "main.rs" => (*text).clone(),
        all => all.iter().flat_map(|(name, text)| ["//- /", name.as_str(), "\n", text.as_str()]).collect(),
    }
}

/// Each fixed block of pages and cases, with the bad one above it.
pub(crate) fn pairs() -> Vec<(std::path::PathBuf, Block, Block)> {
    let mut pages = files_below(&root().join("rules"), ".md");
    pages.extend(files_below(&root().join("tests/cases"), ".md"));
    let mut pairs = Vec::new();
    for page in pages.into_iter().filter(|page| !page.ends_with("README.md")) {
        let mut bad = None;
        for block in blocks(&fs::read_to_string(&page).expect("a page")) {
            match block.kind.as_str() {
                "rust,bad" => bad = Some(block),
                "rust,fixed" => pairs.push((page.clone(), bad.take().expect("a bad block above"), block)),
                _ => {}
            }
        }
    }
    pairs
}

/// Ways to write the same file; each gives back what it was made from.
type Form = (&'static str, fn(&str) -> String);

const FORMS: [Form; 3] = [
    ("CRLF", |text| text.replace('\n', "\r\n")),
    ("BOM", |text| format!("\u{feff}{text}")),
    ("tabs", |text| text.replace("    ", "\t")),
];

#[test]
fn fixed_blocks_are_what_fixes_make() {
    let pairs = pairs();
    assert!(!pairs.is_empty());
    for (page, bad, want) in &pairs {
        let files = unmarked(bad);
        let (plain, run) = fixed(&files, "--unsafe-fixes");
        let place = format!("{}:{}", page.display(), want.line);
        assert!(run.code < 2, "{place}: {}", run.err);
        if std::env::var_os("AUTHLINT_BLESS").is_some() {
            bless_as(
                "rust,fixed",
                &fs::read_to_string(page).expect("a page"),
                page,
                &want.text,
                &shown(&plain),
            );
        } else {
            assert_eq!(shown(&plain), want.text, "{place} (AUTHLINT_BLESS=1 rewrites it)");
        }
        let again =
            fixed(&plain.clone().into_iter().chain(manifests(&files)).collect::<Vec<_>>(), "--unsafe-fixes");
        assert_eq!(again.0, plain, "{place}: fixing twice is fixing once");
        for (name, form) in FORMS {
            let written = |text: &str| form(text);
            let formed: Vec<(String, String)> = files
                .iter()
                .map(|(path, text)| (path.clone(), if is_code(path) { written(text) } else { text.clone() }))
                .collect();
            let (formed, _) = fixed(&formed, "--unsafe-fixes");
            let expected: Texts = plain.iter().map(|(path, text)| (path.clone(), written(text))).collect();
            assert_eq!(formed, expected, "{place} under {name}");
        }
    }
}

fn is_code(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "rs")
}

fn manifests(files: &[(String, String)]) -> Vec<(String, String)> {
    files.iter().filter(|(path, _)| !is_code(path)).cloned().collect()
}

#[test]
fn every_rule_that_edits_shows_it() {
    let pairs = pairs();
    for rule in RULES.iter().filter(|rule| edits(rule.id)) {
        let page = root().join(format!("rules/{}.md", rule.id));
        let cases = root().join(format!("tests/cases/{}.md", rule.id));
        if ONLY_SHOWN.contains(&rule.id) {
            let has_shown = |path| {
                let all = blocks(&fs::read_to_string(path).expect("a page"));
                all.iter().any(|it| it.kind == "text" && it.text.lines().any(is_added))
            };
            assert!([&page, &cases].into_iter().any(has_shown), "{} has no report with its fix", rule.id);
            continue;
        }
        let is_made = pairs.iter().any(|(path, ..)| *path == page || *path == cases);
        assert!(is_made, "{} has no block `rust,fixed`", rule.id);
    }
}

/// Rules whose fixes have placeholders: they are shown in the report, and never made.
const ONLY_SHOWN: [&str; 2] = ["cached-token", "missing-deploy-env"];

/// Whether a line of a report is one that a fix adds: its number, a plus, and the line.
fn is_added(line: &str) -> bool {
    line.trim_start().split_once(" + ").is_some_and(|(number, _)| number.parse::<usize>().is_ok())
}

/// What rustfix makes of the files by the output for programs.
fn once_by_rustfix(files: &[(String, String)], filter: Filter) -> Texts {
    let dir = directory(files);
    let run = run(dir.path(), &["check", "--message-format", "json", "."]);
    let mut codes: BTreeMap<String, CodeFix> =
        texts(dir.path()).iter().map(|(path, text)| (path.clone(), CodeFix::new(text))).collect();
    for line in run.out.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).expect("json");
        let message = entry["message"].to_string();
        if message == "null" || message.contains("HasPlaceholders") {
            continue;
        }
        for suggestion in
            rustfix::get_suggestions_from_json(&message, &HashSet::new(), filter).expect("rustc's form")
        {
            for solution in &suggestion.solutions {
                let in_one = |file: &str| solution.replacements.iter().all(|it| it.snippet.file_name == file);
                let file = &solution.replacements[0].snippet.file_name;
                if in_one(file) {
                    // What overlaps waits for the next run in both.
                    let _ = codes.get_mut(file).expect("a file").apply_solution(solution);
                }
            }
        }
    }
    codes.into_iter().map(|(path, code)| (path, code.finish().expect("text"))).collect()
}

/// The same until there is nothing left to make.
fn by_rustfix(files: &[(String, String)], filter: Filter) -> Texts {
    let mut files = files.to_vec();
    loop {
        let made = once_by_rustfix(&files, filter);
        let next: Vec<(String, String)> = manifests(&files).into_iter().chain(made.clone()).collect();
        if next.iter().all(|file| files.contains(file)) {
            return made;
        }
        files = next;
    }
}

#[test]
fn rustfix_makes_the_same_of_the_json() {
    let mut compared = 0;
    for (page, bad, _) in pairs() {
        let files = unmarked(&bad);
        for (flag, filter) in
            [("--fix", Filter::MachineApplicableOnly), ("--unsafe-fixes", Filter::Everything)]
        {
            let (ours, _) = fixed(&files, flag);
            let changed =
                ours.iter().filter(|(path, text)| !files.contains(&((*path).clone(), (*text).clone())));
            if changed.count() > 1 {
                // Rustfix knows one file at a time.
                continue;
            }
            assert_eq!(by_rustfix(&files, filter), ours, "{} {flag}", page.display());
            compared += 1;
        }
    }
    assert!(compared > 0);
}

const COMPILED: &str = "\
pub fn ask(client: &reqwest::Client) -> reqwest::RequestBuilder {
    client.post(\"https://api.openai.com/v1/responses\").bearer_auth(env!(\"OPENAI_API_KEY\"))
}
";

#[test]
fn fix_makes_only_what_needs_no_judgement() {
    let dir = directory(&[("a.rs", COMPILED)]);
    let run = run_binary(dir.path(), &["--fix", "."]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert_eq!(texts(dir.path())["a.rs"], COMPILED);
    assert!(run.out.contains("help: read `OPENAI_API_KEY` when the program runs\n"), "{}", run.out);
    assert!(run.out.contains("    2 -     client.post("), "{}", run.out);
}

#[test]
fn unsafe_fixes_are_made_and_told_and_what_is_left_is_reported() {
    let dir = directory(&[("a.rs", COMPILED)]);
    let run = run_binary(dir.path(), &["--unsafe-fixes", "."]);
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    assert!(run.err.contains("1 fix made in 1 file\n"), "{}", run.err);
    let read = "std::env::var(\"OPENAI_API_KEY\").expect(\"OPENAI_API_KEY must be set\").as_str()";
    assert_eq!(texts(dir.path())["a.rs"], COMPILED.replace("env!(\"OPENAI_API_KEY\")", read));
}

#[test]
fn diff_writes_nothing_and_is_1_where_something_would_change() {
    let dir = directory(&[("a.rs", COMPILED)]);
    let run_with = |args: &[&str]| run_binary(dir.path(), &[&["--diff", "."], args].concat());
    let none = run_with(&[]);
    assert_eq!((none.code, none.out.as_str()), (0, ""), "{}", none.err);
    assert_eq!(none.err, "authlint: there is nothing to fix without `--unsafe-fixes`\n");
    let clean = run_binary(directory(&[("a.rs", "fn main() {}\n")]).path(), &["--diff", "."]);
    assert_eq!((clean.code, clean.err.as_str()), (0, "authlint: there is nothing to fix\n"));
    let some = run_with(&["--unsafe-fixes"]);
    assert_eq!(some.code, 1, "{}", some.err);
    assert!(some.out.starts_with("--- a/a.rs\n+++ b/a.rs\n@@ -1,3 +1,3 @@\n pub fn ask("), "{}", some.out);
    assert_eq!(texts(dir.path())["a.rs"], COMPILED);
}

#[test]
fn diff_is_2_where_there_is_nothing_to_look_at_or_a_file_cannot_be_read() {
    let none = run_binary(directory(&[("notes.txt", "")]).path(), &["--diff"]);
    assert_eq!((none.code, none.out.as_str()), (2, ""));
    assert!(none.err.contains("no `Cargo.toml`"), "{}", none.err);
    let dir = directory(&[("a.rs", COMPILED), ("b.rs", "fn {")]);
    let some = run_binary(dir.path(), &["--diff", "--unsafe-fixes", "."]);
    assert_eq!(some.code, 2, "{}", some.err);
    assert!(some.out.starts_with("--- a/a.rs\n") && some.err.contains("b.rs"), "{}{}", some.out, some.err);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_is_told_and_the_others_are_fixed() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = directory(&[("a.rs", COMPILED), ("b.rs", COMPILED)]);
    let path = dir.path().join("a.rs");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).expect("a mode");
    let run = run_binary(dir.path(), &["--unsafe-fixes", "."]);
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("error: a.rs: is read-only, and was left alone"), "{}", run.err);
    let texts = texts(dir.path());
    assert!(texts["a.rs"] == COMPILED && texts["b.rs"] != COMPILED);
}

/// The fixture of fixes with its workspace, without marks.
fn fixture(which: &str) -> Vec<(String, String)> {
    let dir = root().join("fixtures");
    let workspace = fs::read_to_string(dir.join("Cargo.toml")).expect("a manifest");
    let (_, shared) = workspace.split_once("[workspace.package]").expect("shared keys");
    let members = "[workspace]\nresolver = \"3\"\nmembers = [\"fixes\"]\n\n[workspace.package]";
    let own = dir.join("fixes").join(which);
    let manifest = fs::read_to_string(own.join("Cargo.toml")).expect("a manifest");
    let mut files = vec![
        ("Cargo.toml".to_owned(), format!("{members}{shared}")),
        ("fixes/Cargo.toml".to_owned(), manifest),
    ];
    let unmarked = |line: &str| line.split(" //~").next().unwrap_or_default().to_owned() + "\n";
    for (name, text) in texts(&own) {
        files.push((format!("fixes/{name}"), text.lines().map(unmarked).collect()));
    }
    files
}

#[test]
fn fixes_make_of_the_fixture_before_the_one_after_and_leave_nothing_to_report() {
    let (fixed, run) = fixed(&fixture("before"), "--unsafe-fixes");
    assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
    let after: Texts = fixture("after").into_iter().filter(|(path, _)| is_code(path)).collect();
    assert_eq!(fixed, after);
}

#[test]
fn what_needs_no_judgement_in_the_fixture_is_made_by_fix_alone() {
    let before: Texts = fixture("before").into_iter().filter(|(path, _)| is_code(path)).collect();
    let after: Texts = fixture("after").into_iter().filter(|(path, _)| is_code(path)).collect();
    let (fixed, _) = fixed(&fixture("before"), "--fix");
    let changed: Vec<&str> =
        fixed.iter().filter(|(path, text)| before[*path] != **text).map(|(path, _)| path.as_str()).collect();
    let expected = [
        "fixes/src/bin/client_before_fork.rs",
        "fixes/src/bin/lazy_credential_env.rs",
        "fixes/src/bin/runtime_before_fork.rs",
    ];
    assert_eq!(changed, expected);
    assert!(expected.iter().all(|path| fixed[*path] == after[*path]));
}

/// Blocks of one file with a fix, one of each rule that edits.
fn one_of_each() -> Vec<(&'static str, String)> {
    let bad = |rule: &'static str| {
        let pair = pairs().into_iter().find(|(page, bad, want)| {
            page.file_stem().is_some_and(|name| name == rule)
                && bad.files().len() == 1
                && bad.text != want.text
        })?;
        let text = unmarked(&pair.1).remove(0).1;
        Some((rule, text))
    };
    RULES.iter().filter(|rule| edits(rule.id)).filter_map(|rule| bad(rule.id)).collect()
}

/// Two texts as modules of one file.
fn as_modules(first: &str, second: &str) -> String {
    let module = |name: &str, text: &str| format!("pub mod {name} {{\n{text}}}\n");
    format!("{}\n{}", module("first", first), module("second", second))
}

#[test]
fn fixes_of_two_rules_in_one_file_do_not_disturb_each_other() {
    let all = one_of_each();
    assert!(all.len() > 4, "{all:?}");
    let one = |text: String| [("a.rs".to_owned(), text)];
    let made = |text: String| fixed(&one(text), "--unsafe-fixes").0["a.rs"].clone();
    let alone: Vec<(String, String)> = all
        .iter()
        .map(|(_, text)| {
            let both = made(as_modules(text, ""));
            let first = both.strip_prefix("pub mod first {\n").expect("as it was");
            (text.clone(), first.strip_suffix("}\n\npub mod second {\n}\n").expect("as it was").to_owned())
        })
        .collect();
    for (at, (first, first_fixed)) in alone.iter().enumerate() {
        for (second, second_fixed) in &alone[at + 1..] {
            assert_eq!(made(as_modules(first, second)), as_modules(first_fixed, second_fixed));
        }
    }
}

#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "the tests start the program that they are about")]
fn a_run_that_is_killed_leaves_each_file_old_or_new() {
    use std::process::{Command, Stdio};
    use std::time::Duration;
    const FILES: usize = 200;
    let files: Vec<(String, String)> =
        (0..FILES).map(|at| (format!("a{at}.rs"), COMPILED.to_owned())).collect();
    let fixed = fixed(&files[..1], "--unsafe-fixes").0["a0.rs"].clone();
    let mut mixed = 0;
    let mut wait = Duration::from_millis(20);
    for _ in 0..12 {
        let dir = directory(&files);
        let mut child = Command::new(env!("CARGO_BIN_EXE_cargo-authlint"))
            .args(["check", "--unsafe-fixes", "."])
            .current_dir(dir.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        // Killed once some files are new, a little later each time.
        let is_begun = || texts(dir.path()).values().any(|text| *text == fixed);
        while child.try_wait().expect("a child").is_none() && !is_begun() {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(wait);
        wait += Duration::from_millis(15);
        let _ = child.kill();
        child.wait().expect("it ends");
        let texts = texts(dir.path());
        assert_eq!(texts.len(), FILES);
        let old = texts.values().filter(|text| **text == COMPILED).count();
        let new = texts.values().filter(|text| **text == fixed).count();
        assert_eq!(old + new, FILES, "a file is neither old nor new");
        mixed += usize::from(old > 0 && new > 0);
        if mixed > 3 {
            break;
        }
    }
}

#[cfg(unix)]
#[test]
#[expect(clippy::disallowed_methods, reason = "the tests start the program that they are about")]
fn a_disk_that_takes_nothing_is_told_and_leaves_the_file_as_it_was() {
    let dir = directory(&[("a.rs", COMPILED)]);
    // No file may grow any more, and the process is not killed for trying.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" check --unsafe-fixes .";
    let binary = env!("CARGO_BIN_EXE_cargo-authlint");
    let run =
        run_to_end(std::process::Command::new("sh").args(["-c", script, binary]).current_dir(dir.path()));
    assert_eq!(run.code, 2, "{}", run.err);
    assert!(run.err.contains("error: a.rs: could not be written"), "{}", run.err);
    assert_eq!(texts(dir.path())["a.rs"], COMPILED);
    assert_eq!(fs::read_dir(dir.path()).expect("a directory").count(), 1);
}
