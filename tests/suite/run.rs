//! Runs of the linter in this process, with what it printed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use authlint::cli::{self, Environment};

/// What a run printed and how it ended.
#[derive(Debug)]
pub(crate) struct Run {
    /// Its exit code.
    pub(crate) code: u8,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

/// The root of this repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `cargo-authlint` with these arguments in a directory.
pub(crate) fn run(dir: &Path, args: &[&str]) -> Run {
    let args = std::iter::once("cargo-authlint").chain(args.iter().copied()).map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let environment = Environment { is_terminal: false, ..Environment::of_process() };
    let code = cli::run(args, dir, &environment, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Run { code, out: text(out), err: text(err) }
}

/// A finding as the json format tells it: file, 1-based line, rule.
pub(crate) type Found = (String, usize, String);

/// The findings of a run over a path, sorted.
pub(crate) fn found(dir: &Path, args: &[&str]) -> Vec<Found> {
    let all: Vec<&str> =
        ["check", "--message-format", "json"].iter().copied().chain(args.iter().copied()).collect();
    let run = run(dir, &all);
    let mut found: Vec<Found> = run.out.lines().filter_map(finding).collect();
    found.sort();
    found
}

fn finding(line: &str) -> Option<Found> {
    let entry: serde_json::Value = serde_json::from_str(line).expect("a line of json");
    let message = entry.get("message")?;
    let rule = message["code"]["code"].as_str()?.strip_prefix("authlint::")?.to_owned();
    let primary = message["spans"].as_array()?.iter().find(|span| span["is_primary"] == true)?;
    let line = usize::try_from(primary["line_start"].as_u64()?).ok()?;
    Some((primary["file_name"].as_str()?.to_owned(), line, rule))
}

/// Every file below a directory with this ending, sorted.
pub(crate) fn files_below(dir: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = walkdir::WalkDir::new(dir)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != "target")
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    found
}
