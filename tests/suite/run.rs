//! Runs of the linter, in this process and as the real binary, with what it printed.

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

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
    /// The most memory that a run of the real binary had at once, in KiB; 0 where the system does not tell.
    pub(crate) peak_kib: u64,
}

/// The root of this repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs `cargo-authlint` with these arguments in a directory.
pub(crate) fn run(dir: &Path, args: &[&str]) -> Run {
    let args = std::iter::once("cargo-authlint").chain(args.iter().copied()).map(OsString::from);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let of_process = Environment::of_process();
    let environment =
        Environment { is_terminal: false, has_hyperlinks: false, progress_after: None, ..of_process };
    let code = cli::run(args, dir, &environment, &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Run { code, out: text(out), err: text(err), peak_kib: 0 }
}

/// What a process inherits from whoever runs the tests and what changes its output.
const SCRUBBED: [&str; 10] = [
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "CARGO_TERM_COLOR",
    "CARGO_TERM_HYPERLINKS",
    "FORCE_HYPERLINK",
    "RAYON_NUM_THREADS",
    "RUST_BACKTRACE",
    "COLUMNS",
];

/// Long enough for any run on any machine: a run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(300);

/// The real binary, to be run in a directory, with nothing in its environment that changes its output.
pub(crate) fn binary(dir: &Path) -> Command {
    let mut command = program(env!("CARGO_BIN_EXE_cargo-authlint"));
    command.current_dir(dir);
    for name in SCRUBBED {
        command.env_remove(name);
    }
    command
}

/// A program to be started.
#[expect(
    clippy::disallowed_methods,
    reason = "the real binary is tested, and a FIFO has to be made by someone"
)]
pub(crate) fn program(name: &str) -> Command {
    Command::new(name)
}

/// Runs the real binary with these arguments in a directory.
pub(crate) fn run_binary(dir: &Path, args: &[&str]) -> Run {
    run_to_end(binary(dir).args(args))
}

/// Runs a command to its end.
pub(crate) fn run_to_end(command: &mut Command) -> Run {
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it can be started");
    let (out, err) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let out = scope.spawn(|| text(out));
        let err = scope.spawn(|| text(err));
        let mut peak_kib = 0;
        let code = ended(&mut child, &mut peak_kib);
        let (out, err) = (out.join().expect("it was read"), err.join().expect("it was read"));
        let code = code.unwrap_or_else(|| panic!("it died by a signal\n{err}"));
        Run { code: u8::try_from(code).expect("a code of a byte"), out, err, peak_kib }
    })
}

fn text(stream: Option<impl Read>) -> String {
    let mut text = String::new();
    stream.expect("it is piped").read_to_string(&mut text).expect("output is UTF-8");
    text
}

/// The most memory that a process had at once, in KiB, where Linux tells.
fn peak_of(child: &Child) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// The exit code, or nothing when a signal ended it.
fn ended(child: &mut Child, peak_kib: &mut u64) -> Option<i32> {
    let started = Instant::now();
    loop {
        *peak_kib = peak_of(child).unwrap_or_default().max(*peak_kib);
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            return status.code();
        }
        if started.elapsed() > PATIENCE {
            child.kill().expect("it can be ended");
            panic!("it hangs");
        }
        thread::sleep(Duration::from_millis(5));
    }
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
