//! The facts of each `tests/snapshots/facts/*.rs` are those of the `.txt` beside it. `AUTHLINT_BLESS=1` rewrites them.

use std::path::{Path, PathBuf};

use authlint::facts::{dump, gather};
use authlint::source::SourceFile;

#[test]
fn facts_of_the_cases() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/facts");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(&directory)
        .expect("the cases")
        .map(|entry| entry.expect("a case").path())
        .collect();
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    cases.sort();
    assert!(cases.len() >= 7, "some cases are gone");
    let changed: Vec<String> = cases.iter().filter_map(|path| check(path)).collect();
    assert!(changed.is_empty(), "AUTHLINT_BLESS=1 accepts:\n{}", changed.join("\n"));
}

/// What differs from the snapshot, if anything does.
fn check(path: &Path) -> Option<String> {
    let text = std::fs::read_to_string(path).expect("a readable case").replace("\r\n", "\n");
    let file = SourceFile::new(path.to_owned(), String::new(), text);
    let got = dump(&gather(&[&file], 1)[0], &file.text);
    let snapshot = path.with_extension("txt");
    if std::env::var_os("AUTHLINT_BLESS").is_some_and(|value| value == "1") {
        std::fs::write(&snapshot, got).expect("a snapshot that can be written");
        return None;
    }
    let expected = std::fs::read_to_string(&snapshot).unwrap_or_default().replace("\r\n", "\n");
    let line = got.lines().zip(expected.lines()).position(|(got, expected)| got != expected);
    let line = line.unwrap_or(got.lines().count().min(expected.lines().count()));
    (got != expected).then(|| {
        let nth = |text: &str| text.lines().nth(line).unwrap_or("(nothing)").to_owned();
        format!("{}:{}\n  is  {}\n  was {}", snapshot.display(), line + 1, nth(&got), nth(&expected))
    })
}
