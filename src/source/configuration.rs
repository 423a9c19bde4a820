//! Files that a project configures authlint with: read with the same care as its source, and found by pattern.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Problem, ProblemKind, disk, wildcard};

pub use super::wildcard::is_path_match;

/// The text of a file, under the name that reports show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedText {
    /// The directory of the file, canonical.
    pub dir: PathBuf,
    /// Its path as reports show it.
    pub shown: String,
    /// What it says.
    pub text: String,
}

/// The path of a file that a configuration in `dir` (canonical) names, there or not.
///
/// # Errors
/// It leads out of `dir`, by its text or by a link: what is wrong, in words that follow the path.
pub fn file_below(dir: &Path, named: &str) -> Result<PathBuf, String> {
    let path = disk::normal(&dir.join(named));
    let above = disk::settled(path.parent().unwrap_or(&path));
    let is_inside = |path: &Path| path.starts_with(dir);
    if Path::new(named).has_root() || !is_inside(&above) || !is_inside(&disk::settled(&path)) {
        return Err("leads out of the directory of the configuration; name a file below it".to_owned());
    }
    Ok(path)
}

/// A path as reports show it, relative to `base`.
#[must_use]
pub fn name_of(path: &Path, base: &Path) -> String {
    let base = disk::settled(base);
    disk::shown(&base, &disk::normal(&base.join(path)))
}

/// The text of a file of configuration, named relative to `base`; nothing where nothing stands at the path.
///
/// # Errors
/// It is unreadable, no regular file, too large or not UTF-8.
pub fn read_optional(path: &Path, base: &Path) -> Result<Option<NamedText>, Problem> {
    if fs::symlink_metadata(path).is_err() {
        return Ok(None);
    }
    read_named(path, base).map(Some)
}

/// The text of a file of configuration, named relative to `base`.
///
/// # Errors
/// It is missing, unreadable, no regular file, too large or not UTF-8.
pub fn read_named(path: &Path, base: &Path) -> Result<NamedText, Problem> {
    let base = disk::settled(base);
    let shown = disk::shown(&base, &disk::normal(&base.join(path)));
    let path = base.join(path);
    let dir = disk::settled(path.parent().unwrap_or(&path));
    match disk::read_text(&path) {
        // An editor's mark at the start is no part of the text.
        Ok(text) => {
            let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
            Ok(NamedText { dir, shown, text })
        }
        Err(message) => Err(Problem { kind: ProblemKind::Unreadable, path: shown, place: None, message }),
    }
}

/// A text that was written on the command line in place of a file, as if it stood in `base`.
#[must_use]
pub fn written_there(base: &Path, shown: &str, text: String) -> NamedText {
    NamedText { dir: disk::settled(base), shown: shown.to_owned(), text }
}

/// The files that a path or pattern names, relative to `dir` (canonical), sorted. `*`, `?` and `[…]` stand for parts of a
/// name, `**` for directories in between; hidden files are named in full or not at all.
///
/// # Errors
/// It leads out of `root` (canonical), or names no file: what is wrong, in words that follow the pattern.
pub fn files_named(root: &Path, dir: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    if Path::new(pattern).has_root() || !disk::normal(&dir.join(pattern)).starts_with(root) {
        return Err("leads out of the workspace; name files below it".to_owned());
    }
    let (above, name) = pattern.rsplit_once('/').unwrap_or(("", pattern));
    let mut found: Vec<PathBuf> =
        wildcard::expand(dir, above).iter().flat_map(|above| files_in(above, name)).collect();
    found.sort();
    found.dedup();
    if found.is_empty() {
        return Err("names no file; correct it, or create what it names".to_owned());
    }
    let is_outside = |path: &PathBuf| !disk::settled(path).starts_with(root);
    if found.iter().any(is_outside) {
        return Err("names a link that leads out of the workspace; name files below it".to_owned());
    }
    Ok(found)
}

/// What stands in a directory under names that the pattern means, directories left out.
fn files_in(dir: &Path, pattern: &str) -> Vec<PathBuf> {
    if !wildcard::is_pattern(pattern) {
        let path = dir.join(pattern);
        return if path.is_dir() || fs::symlink_metadata(&path).is_err() { Vec::new() } else { vec![path] };
    }
    let entries = fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok);
    let is_meant = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        !path.is_dir() && name.is_some_and(|name| !name.starts_with('.') && wildcard::is_match(pattern, name))
    };
    entries.map(|entry| entry.path()).filter(is_meant).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a temporary directory");
        for name in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            fs::write(path, name).expect("a file");
        }
        dir
    }

    fn named(dir: &tempfile::TempDir, pattern: &str) -> Result<Vec<String>, String> {
        let root = disk::settled(dir.path());
        let found = files_named(&root, &root, pattern)?;
        Ok(found.iter().map(|path| disk::shown(&root, path)).collect())
    }

    #[test]
    fn patterns_name_files_in_order() {
        let dir = tree(&["a/y.toml", "a/x.toml", "a/x.md", "a/.z.toml", "a/b/c/deep.toml", "top.toml"]);
        let check = |pattern: &str, want: &[&str]| {
            assert_eq!(named(&dir, pattern).expect(pattern), want, "{pattern}");
        };
        check("a/*.toml", &["a/x.toml", "a/y.toml"]);
        check("./top.toml", &["top.toml"]);
        check("a/../top.toml", &["top.toml"]);
        check("**/deep.toml", &["a/b/c/deep.toml"]);
        check("a/.z.toml", &["a/.z.toml"]);
        for pattern in ["a/*.json", "a", "none.toml", "", "a/"] {
            assert!(named(&dir, pattern).expect_err(pattern).contains("names no file"), "{pattern}");
        }
    }

    #[test]
    fn nothing_outside_is_named() {
        let dir = tree(&["in/x.toml", "out.toml"]);
        let root = disk::settled(&dir.path().join("in"));
        let absolute = root.join("x.toml");
        for pattern in ["../out.toml", "../*.toml", "a/../../out.toml", absolute.to_str().expect("UTF-8")] {
            let refusal = files_named(&root, &root, pattern).expect_err(pattern);
            assert!(refusal.contains("leads out"), "{pattern}: {refusal}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_does_not_lead_out() {
        let dir = tree(&["in/x.toml", "out.toml"]);
        let root = disk::settled(&dir.path().join("in"));
        std::os::unix::fs::symlink("../out.toml", root.join("link.toml")).expect("a link");
        assert!(files_named(&root, &root, "*.toml").expect_err("a link").contains("leads out"));
        for named in ["link.toml", "../out.toml", "/out.toml"] {
            assert!(file_below(&root, named).expect_err(named).contains("leads out"), "{named}");
        }
        assert_eq!(file_below(&root, "a/none.json"), Ok(root.join("a/none.json")));
    }

    #[test]
    fn texts_are_read_with_care() {
        let dir = tree(&["a.toml"]);
        let read = read_named(Path::new("a.toml"), dir.path()).expect("readable");
        assert_eq!((read.shown.as_str(), read.text.as_str()), ("a.toml", "a.toml"));
        assert_eq!(read_optional(&dir.path().join("none.toml"), dir.path()), Ok(None));
        let refusal = read_named(Path::new("none.toml"), dir.path()).expect_err("nothing there");
        assert!(refusal.message.contains("does not exist"), "{refusal:?}");
        fs::write(dir.path().join("bad.toml"), b"a\xff").expect("a file");
        let refusal = read_named(Path::new("bad.toml"), dir.path()).expect_err("no UTF-8");
        assert!(refusal.message.contains("byte offset 1"), "{refusal:?}");
    }
}
