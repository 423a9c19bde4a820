//! `--with`: a command of cargo that runs first, on request, so that one command shows an editor both.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use super::args::{CheckArgs, With};
use super::colour::ColourChoice;
use super::streams::Streams;
use crate::report::Format;

/// How cargo says in its format for programs that it is done; authlint says so itself, at the end.
const FINISHED: &[u8] = br#"{"reason":"build-finished""#;

/// Runs the command of cargo, and passes through what it prints. Gives whether it succeeded.
///
/// # Errors
/// It cannot be started, or its messages cannot be passed on.
pub(super) fn run_cargo(
    args: &CheckArgs,
    with: With,
    cwd: &Path,
    streams: &mut Streams<'_>,
) -> Result<bool, String> {
    let is_json = args.output_file.is_none() && args.message_format.format == Format::Json;
    let mut cargo = cargo(args, with, is_json);
    cargo.current_dir(cwd).stdin(Stdio::null()).stderr(Stdio::inherit());
    // Its messages for people go to standard error, where those of authlint's formats do not stand.
    cargo.stdout(if is_json { Stdio::piped() } else { Stdio::null() });
    let mut child = cargo.spawn().map_err(|error| format!("`--with`: cargo cannot be started: {error}"))?;
    let passed = child.stdout.take().map_or(Ok(()), |stdout| pass_on(BufReader::new(stdout), streams));
    let status = child.wait().map_err(|error| format!("`--with`: cargo cannot be waited for: {error}"))?;
    passed.map(|()| status.success())
}

#[expect(clippy::disallowed_methods, reason = "somebody asked for it on the command line")]
fn cargo(args: &CheckArgs, with: With, is_json: bool) -> Command {
    // Cargo names itself to its subcommands, so that one toolchain does all.
    let program = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut cargo = Command::new(program);
    cargo.args(args.for_cargo(with));
    if is_json {
        let is_coloured = args.message_format.is_rendered_coloured;
        let format = if is_coloured { "json-diagnostic-rendered-ansi" } else { "json" };
        cargo.arg(format!("--message-format={format}"));
    }
    match args.color {
        ColourChoice::Auto => {}
        ColourChoice::Always => _ = cargo.arg("--color=always"),
        ColourChoice::Never => _ = cargo.arg("--color=never"),
    }
    cargo
}

/// Each line at once, since builds are long and editors show what they have.
fn pass_on(mut lines: impl BufRead, streams: &mut Streams<'_>) -> Result<(), String> {
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).map_err(|error| format!("`--with`: {error}"))? > 0 {
        if !line.starts_with(FINISHED) {
            streams.print(|out| out.write_all(&line))?;
        }
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_end_is_passed_on() {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let lines =
            "{\"reason\":\"a\"}\n{\"reason\":\"build-finished\",\"success\":true}\n\u{e9}\n".as_bytes();
        let passed = pass_on(lines, &mut Streams { out: &mut out, err: &mut err });
        assert_eq!((passed, out.as_slice()), (Ok(()), "{\"reason\":\"a\"}\n\u{e9}\n".as_bytes()));
    }
}
