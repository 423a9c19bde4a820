//! `explain`, `rules`, `completions` and `man`: what authlint knows of itself.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;
use serde_json::{Value, json};

use super::args::Cli;
use super::levels::{known_id, table};
use crate::finding::{ALLOW_RULES, Level, STALE_BASELINE};
use crate::report::page;
use crate::rules::Rule;

/// The script that completes the command line in a shell.
pub(super) fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "cargo-authlint", &mut script);
    script
}

/// The manual page, in roff: what `check` takes, and the subcommands there are.
///
/// # Errors
/// None that happens: a vector takes all that is written.
pub(super) fn manual() -> io::Result<Vec<u8>> {
    let all = Cli::command();
    let about = all.get_about().cloned().unwrap_or_default();
    let check = all.find_subcommand("check").cloned().unwrap_or_default();
    let check =
        check.name("cargo-authlint").display_name("cargo-authlint").bin_name("cargo authlint").about(about);
    let page = Man::new(check.version(env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_options_section(&mut text)?;
    writeln!(text, ".SH SUBCOMMANDS")?;
    for command in all.get_subcommands() {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        writeln!(text, ".TP\n\\fB{}\\fR\n{about}", command.get_name())?;
    }
    page.render_extra_section(&mut text)?;
    page.render_version_section(&mut text)?;
    Ok(text)
}

/// The page of a rule as it is printed.
///
/// # Errors
/// A name that no rule has; the message names the nearest.
pub(super) fn explain(written: &str, rules: &[&'static Rule], is_coloured: bool) -> Result<String, String> {
    let id = known_id(written, rules)?;
    if let Some(rule) = rules.iter().find(|rule| rule.id == id) {
        return Ok(page(rule.page, is_coloured));
    }
    let summary = ALLOW_RULES.iter().find(|(known, _)| *known == id).map_or("", |(_, summary)| summary);
    let good = if id == STALE_BASELINE {
        "```sh\ncargo authlint baseline prune   # takes out what is gone\n```"
    } else {
        "```rust\n\
         // authlint: allow(cached-token, reason = \"the process ends before the token does\", until = \"2027-01-31\")\n\
         static TOKEN: OnceLock<String> = OnceLock::new();\n```"
    };
    let text = format!("# {id}\n\n{summary}\n\n## Good\n\n{good}\n");
    Ok(page(&text, is_coloured))
}

/// The table of rules: id, level in the word of reports and configurations, and summary, a line each.
pub(super) fn list(rules: &[&'static Rule]) -> String {
    let rows = table(rules);
    let width = rows.iter().map(|(id, ..)| id.len()).max().unwrap_or(0);
    rows.into_iter().fold(String::new(), |mut text, (id, level, summary)| {
        writeln!(text, "{id:width$}  {:7}  {summary}", level_word(level)).expect("a string takes everything");
        text
    })
}

/// The rules as an array of JSON: id, level as a configuration has it, and summary.
pub(super) fn list_json(rules: &[&'static Rule]) -> String {
    let row = |(id, level, summary): (&str, Level, &str)| {
        let since = rules.iter().find(|rule| rule.id == id).map(|rule| rule.since);
        json!({ "id": id, "level": level_word(level), "summary": summary, "since": since })
    };
    let rows: Vec<Value> = table(rules).into_iter().map(row).collect();
    format!("{:#}\n", Value::from(rows))
}

/// The word for a level, as a configuration has it.
pub(super) fn level_word(level: Level) -> &'static str {
    match level {
        Level::Allow => "allow",
        Level::Note => "note",
        Level::Warn => "warning",
        Level::Deny => "error",
    }
}
