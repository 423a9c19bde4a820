//! The two ways of calling, made one: what the argument list means before clap sees it.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::finding::nearest;

const COMMANDS: [&str; 7] = ["check", "explain", "rules", "why", "completions", "man", "help"];
const ABOUT_ITSELF: [&str; 4] = ["-h", "--help", "-V", "--version"];

/// The argument list with the program's name in front and the subcommand behind it.
///
/// `cargo authlint …` arrives as `cargo-authlint authlint …`; that word goes. A subcommand is one only in first place:
/// where none stands there, `check` is meant. An argument that looks like an option but is a file (`-d.rs`, as hooks
/// pass it) becomes `./-d.rs`.
pub(super) fn normal(args: impl IntoIterator<Item = OsString>, cwd: &Path) -> Vec<OsString> {
    let mut args = args.into_iter();
    let program = args.next().unwrap_or_else(|| OsString::from("cargo-authlint"));
    let mut rest = args.peekable();
    rest.next_if(|first| first == "authlint");
    let is_command =
        rest.peek().is_some_and(|first| is_any(first, &COMMANDS) || is_any(first, &ABOUT_ITSELF));
    let command = (!is_command).then(|| OsString::from("check"));
    std::iter::once(program).chain(command).chain(with_files(rest, cwd)).collect()
}

/// Whether a word is the name of a subcommand.
pub(super) fn is_command(word: &OsStr) -> bool {
    is_any(word, &COMMANDS)
}

/// The subcommand that a word most likely means, if one is near.
pub(super) fn nearest_command(word: &OsStr) -> Option<&'static str> {
    nearest(word.to_str()?, COMMANDS)
}

fn is_any(word: &OsStr, of: &[&str]) -> bool {
    of.iter().any(|it| word == *it)
}

fn with_files(args: impl Iterator<Item = OsString>, cwd: &Path) -> impl Iterator<Item = OsString> {
    let mut are_options_over = false;
    args.map(move |arg| {
        are_options_over |= arg == "--";
        if are_options_over || !is_file_like_option(&arg, cwd) {
            arg
        } else {
            Path::new(".").join(arg).into()
        }
    })
}

fn is_file_like_option(arg: &OsStr, cwd: &Path) -> bool {
    let bytes = arg.as_encoded_bytes();
    bytes.starts_with(b"-") && bytes.ends_with(b".rs") && cwd.join(arg).is_file()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(args: &[&str], cwd: &Path) -> String {
        let normal = normal(args.iter().map(OsString::from), cwd);
        normal.iter().map(|arg| arg.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn both_ways_of_calling_are_one() {
        let cwd = Path::new("/nowhere");
        for (args, expected) in [
            (&["cargo-authlint"][..], "cargo-authlint check"),
            (&["cargo-authlint", "authlint"], "cargo-authlint check"),
            (&["cargo-authlint", "authlint", "src", "-q"], "cargo-authlint check src -q"),
            (&["cargo-authlint", "src"], "cargo-authlint check src"),
            (&["cargo-authlint", "check", "src"], "cargo-authlint check src"),
            (&["cargo-authlint", "authlint", "check"], "cargo-authlint check"),
            (&["cargo-authlint", "./check"], "cargo-authlint check ./check"),
            (&["cargo-authlint", "-q", "rules"], "cargo-authlint check -q rules"),
            (&["cargo-authlint", "rules"], "cargo-authlint rules"),
            (&["cargo-authlint", "authlint", "--help"], "cargo-authlint --help"),
            (&["cargo-authlint", "-V"], "cargo-authlint -V"),
            (&[], "cargo-authlint check"),
        ] {
            assert_eq!(called(args, cwd), expected);
        }
    }

    #[test]
    fn a_subcommand_is_guessed() {
        assert_eq!(nearest_command(OsStr::new("explian")), Some("explain"));
        assert_eq!(nearest_command(OsStr::new("src")), None);
    }

    #[test]
    fn an_option_that_is_a_file_is_a_path() {
        let cwd = tempfile::tempdir().expect("a directory");
        std::fs::write(cwd.path().join("-d.rs"), "").expect("a file");
        let here = |args: &[&str]| called(args, cwd.path());
        assert_eq!(here(&["x", "-d.rs"]), "x check ./-d.rs");
        assert_eq!(here(&["x", "-e.rs"]), "x check -e.rs");
        assert_eq!(here(&["x", "--", "-d.rs"]), "x check -- -d.rs");
    }
}
