//! Patterns as cargo takes them for workspace members and package names: `*`, `?`, `[…]`, and `**` over directories.

use std::fs;
use std::path::{Path, PathBuf};

use super::disk;

/// Whether `name` is what the pattern says. Takes time in proportion to both lengths multiplied, at worst.
pub(super) fn is_match(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut at, mut seen) = (0, 0);
    // Where the last `*` stands and how much of the name it has taken: the place to try again from.
    let mut retry: Option<(usize, usize)> = None;
    while seen < name.len() {
        if pattern.get(at) == Some(&'*') {
            retry = Some((at + 1, seen));
            at += 1;
        } else if let Some(width) = one(&pattern[at..], name[seen]) {
            at += width;
            seen += 1;
        } else if let Some((behind, taken)) = retry {
            retry = Some((behind, taken + 1));
            (at, seen) = (behind, taken + 1);
        } else {
            return false;
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// Whether a pattern means a path, given by its names, or a directory above it. `*`, `?` and `[…]` stand for parts of a
/// name, `**` for any number of names. Takes time in proportion to both lengths multiplied.
#[must_use]
pub fn is_path_match(pattern: &str, path: &[&str]) -> bool {
    let parts: Vec<&str> = pattern.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    // Which parts can come next, behind the names seen so far.
    let mut open = vec![false; parts.len() + 1];
    open[0] = !parts.is_empty();
    for name in path {
        let mut next = vec![false; parts.len() + 1];
        for (at, part) in parts.iter().enumerate() {
            // `**` may stand for nothing, so what follows it can come as well.
            if *part == "**" && open[at] {
                next[at] = true;
                open[at + 1] = true;
            } else if open[at] && is_match(part, name) {
                next[at + 1] = true;
            }
        }
        if next[parts.len()] || (open[parts.len()] && parts.last() == Some(&"**")) {
            return true;
        }
        open = next;
    }
    false
}

/// How many characters of the pattern stand for this one character, if its head does.
fn one(pattern: &[char], found: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => class(pattern, found),
        wanted => (*wanted == found).then_some(1),
    }
}

fn class(pattern: &[char], found: char) -> Option<usize> {
    let is_negated = pattern.get(1) == Some(&'!');
    let from = if is_negated { 2 } else { 1 };
    // A `]` that stands first is a member of the class.
    let end = from + 1 + pattern.get(from + 1..)?.iter().position(|it| *it == ']')?;
    let members = &pattern[from..end];
    let is_in_range = members.windows(3).any(|it| it[1] == '-' && it[0] <= found && found <= it[2]);
    let is_member = is_in_range || members.contains(&found);
    (is_member != is_negated).then_some(end + 1)
}

/// Whether the text is a pattern at all.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The directories that a pattern names, relative to `root` (canonical), sorted. A text without wildcards names itself.
/// `**` finds nothing outside `root`, where it could walk over a whole disk. Each directory is gone through once a part of
/// the pattern, by whatever links and `..` it was reached.
pub(super) fn expand(root: &Path, pattern: &str) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        if part == "**" {
            // In this order a directory stands before all that is below it, which a walk over it finds.
            found.dedup_by(|dir, above| dir.starts_with(above));
        }
        found = found.iter().flat_map(|dir| step(root, dir, part)).collect();
        found.sort();
        found.dedup();
    }
    found
}

fn step(root: &Path, dir: &Path, part: &str) -> Vec<PathBuf> {
    match part {
        "**" if !dir.starts_with(root) => Vec::new(),
        "**" => below(dir),
        _ if is_pattern(part) => {
            let is_named = |path: &PathBuf| {
                path.file_name().and_then(|name| name.to_str()).is_some_and(|name| is_match(part, name))
            };
            let named = directories(dir).into_iter().filter(is_named).filter(|path| path.is_dir());
            named.map(|path| disk::settled(&path)).collect()
        }
        _ => vec![disk::settled(&dir.join(part))],
    }
}

/// The directory and all below it, links not followed.
fn below(dir: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(dir).sort_by_file_name().into_iter();
    let is_open = |entry: &walkdir::DirEntry| entry.depth() == 0 || !is_closed(entry);
    let entries = walk.filter_entry(is_open).filter_map(Result::ok);
    entries.filter(|entry| entry.file_type().is_dir()).map(walkdir::DirEntry::into_path).collect()
}

fn is_closed(entry: &walkdir::DirEntry) -> bool {
    let name = entry.file_name().as_encoded_bytes();
    name.starts_with(b".") || name == b"target" || name == b"node_modules"
}

fn directories(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).into_iter().flatten().filter_map(Result::ok).map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, name) in [
            ("*", "a"),
            ("a*c", "abbc"),
            ("a?c", "abc"),
            ("[a-c]x", "bx"),
            ("[!a]x", "bx"),
            ("*-rs", "a-b-rs"),
        ] {
            assert!(is_match(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in
            [("a", "ab"), ("a*c", "abb"), ("?", ""), ("[a-c]", "d"), ("[!a]", "a"), ("[a", "a")]
        {
            assert!(!is_match(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn patterns_mean_paths() {
        let is_meant =
            |pattern: &str, path: &str| is_path_match(pattern, &path.split('/').collect::<Vec<_>>());
        for (pattern, path) in [
            ("a.rs", "a.rs"),
            ("./src/a.rs", "src/a.rs"),
            ("src", "src/deep/a.rs"),
            ("src/", "src/a.rs"),
            ("src/*", "src/deep/a.rs"),
            ("src/*.rs", "src/a.rs"),
            ("**/gen/*.rs", "a/b/gen/x.rs"),
            ("**/gen", "gen/x.rs"),
            ("gen/**", "gen/a/b.rs"),
            ("a/**/b.rs", "a/b.rs"),
            ("**", "a.rs"),
        ] {
            assert!(is_meant(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("a.rs", "src/a.rs"),
            ("src/*.rs", "src/deep/a.rs"),
            ("src/a", "src/ab"),
            ("gen/**", "other/gen/a.rs"),
            ("a/**/b.rs", "a/c.rs"),
            ("", "a.rs"),
        ] {
            assert!(!is_meant(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn a_hostile_pattern_ends() {
        assert!(!is_match(&"*a".repeat(200), &"a".repeat(150)));
    }
}
