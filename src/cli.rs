//! Floor 7, *cli*: arguments, exit code. The only floor that prints, and that may fail.

mod allowing;
mod args;
mod baseline;
mod calling;
mod check;
mod colour;
mod comments;
mod companion;
mod explain;
mod fixing;
mod format;
mod gate;
mod input;
mod levels;
mod linking;
mod output;
mod progress;
mod said;
mod scope;
mod settings;
mod shown;
mod since;
mod streams;
mod summary;
mod terminal;
mod why;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Parser;

use self::args::{BaselineCommand, Cli, Command, ListFormat};
use self::baseline::BaselineTask;
use self::colour::{ColourChoice, is_coloured};
use self::streams::Streams;
use crate::finding::Date;
use crate::rules::{RULES, Rule};

pub use self::colour::ColourVariables;

/// Exit code: nothing at or above `--fail-on`.
pub const NOTHING_FOUND: u8 = 0;
/// Exit code: findings at or above `--fail-on`.
pub const FOUND: u8 = 1;
/// Exit code: the job could not be done. Wins over [`FOUND`].
pub const FAILED: u8 = 2;

/// What is said when authlint itself went wrong.
const DEFECT: &str = "authlint has a defect and stopped; please report the lines above at its issue tracker";

/// How long people wait before they wonder what goes on.
const PATIENCE: Duration = Duration::from_secs(1);

/// What a run knows of the world besides its arguments and its directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// The variables that decide on colour.
    pub colour: ColourVariables,
    /// Whether findings go to a terminal.
    pub is_terminal: bool,
    /// Whether whatever findings go to knows hyperlinks.
    pub has_hyperlinks: bool,
    /// After which time a run tells what it is at; never where standard error is no terminal that somebody looks at.
    pub progress_after: Option<Duration>,
    /// The day, in UTC.
    pub today: Date,
}

impl Environment {
    /// That of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self {
            colour: ColourVariables::of_process(),
            is_terminal: io::stdout().is_terminal(),
            has_hyperlinks: terminal::has_hyperlinks(),
            progress_after: terminal::is_watched().then_some(PATIENCE),
            today: day_of(SystemTime::now()),
        }
    }
}

/// The day of a time, in UTC; a clock before 1970 is taken as 1970-01-01.
fn day_of(time: SystemTime) -> Date {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Date::from_unix_days(u32::try_from(seconds / 86_400).unwrap_or(u32::MAX))
}

/// Runs the command line of the process.
#[must_use]
pub fn main() -> ExitCode {
    let mut err = io::stderr();
    let cwd = match std::env::current_dir() {
        Ok(cwd) => cwd,
        Err(error) => {
            let _ = writeln!(err, "error: the current directory cannot be used: {error}");
            return ExitCode::from(FAILED);
        }
    };
    let mut out = BufWriter::new(io::stdout());
    let environment = Environment::of_process();
    let run = || run(std::env::args_os(), &cwd, &environment, &mut out, &mut io::stderr());
    // Exit code 101 would tell a caller nothing that 2 does not, and some take it for success.
    let code = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let _ = writeln!(err, "error: {DEFECT}");
        FAILED
    });
    ExitCode::from(code)
}

/// Runs a command line (the program's name first) in a directory and gives the exit code. Findings, pages and help go
/// to `out`, everything else to `err`.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    cwd: &Path,
    environment: &Environment,
    out: &mut dyn Write,
    err: &mut (dyn Write + Send),
) -> u8 {
    run_with(RULES, args, cwd, environment, &mut Streams { out, err })
}

fn run_with(
    rules: &[&'static Rule],
    args: impl IntoIterator<Item = OsString>,
    cwd: &Path,
    environment: &Environment,
    streams: &mut Streams<'_>,
) -> u8 {
    let done = match Cli::try_parse_from(calling::normal(args, cwd)) {
        Err(answer) => tell_clap(&answer, environment, streams),
        Ok(Cli { command: Command::Check(args) }) => check::check(&args, cwd, environment, rules, streams),
        Ok(Cli { command: Command::Baseline { command } }) => {
            let (mut args, task) = match command {
                BaselineCommand::Write(args) => (args, BaselineTask::Write),
                BaselineCommand::Prune(args) => (args, BaselineTask::Prune),
            };
            args.gate.task = task;
            check::check(&args, cwd, environment, rules, streams)
        }
        Ok(Cli { command: Command::Explain(args) }) => {
            let is_coloured = is_coloured(args.color, &environment.colour, environment.is_terminal);
            explain::explain(&args.rule, rules, is_coloured).and_then(|page| print(&page, streams))
        }
        Ok(Cli { command: Command::Why(args) }) => why::why(&args, cwd, environment, rules, streams),
        Ok(Cli { command: Command::Rules(args) }) => match args.message_format {
            ListFormat::Human => print(&explain::list(rules), streams),
            ListFormat::Json => print(&explain::list_json(rules), streams),
        },
        Ok(Cli { command: Command::Completions(args) }) => {
            print_bytes(&explain::completions(args.shell), streams)
        }
        Ok(Cli { command: Command::Man }) => {
            explain::manual().map_err(|error| error.to_string()).and_then(|page| print_bytes(&page, streams))
        }
    };
    done.unwrap_or_else(|message| {
        streams.fail(message);
        FAILED
    })
}

fn print(text: &str, streams: &mut Streams<'_>) -> Result<u8, String> {
    print_bytes(text.as_bytes(), streams)
}

fn print_bytes(text: &[u8], streams: &mut Streams<'_>) -> Result<u8, String> {
    streams.print(|out| out.write_all(text))?;
    Ok(NOTHING_FOUND)
}

/// Help and version, or what is wrong with the arguments.
fn tell_clap(
    answer: &clap::Error,
    environment: &Environment,
    streams: &mut Streams<'_>,
) -> Result<u8, String> {
    let text = answer.render();
    if answer.use_stderr() {
        streams.tell(text);
        return Ok(FAILED);
    }
    if is_coloured(ColourChoice::Auto, &environment.colour, environment.is_terminal) {
        return print(&text.ansi().to_string(), streams);
    }
    print(&text.to_string(), streams)
}

#[cfg(test)]
mod tests;
