//! `explain` and `rules`: what authlint knows of itself.

use std::fmt::Write as _;

use super::levels::{known_id, table};
use crate::finding::{ALLOW_RULES, Level};
use crate::report::page;
use crate::rules::Rule;

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
    let text = format!(
        "# {id}\n\n{summary}\n\n## Good\n\n```rust\n\
         // authlint: allow(cached-token, reason = \"the process ends before the token does\", until = \"2027-01-31\")\n\
         static TOKEN: OnceLock<String> = OnceLock::new();\n```\n"
    );
    Ok(page(&text, is_coloured))
}

/// The table of rules: id, level and summary, a line each.
pub(super) fn list(rules: &[&'static Rule]) -> String {
    let rows = table(rules);
    let width = rows.iter().map(|(id, ..)| id.len()).max().unwrap_or(0);
    rows.into_iter().fold(String::new(), |mut text, (id, level, summary)| {
        writeln!(text, "{id:width$}  {:5}  {summary}", word(level)).expect("a string takes everything");
        text
    })
}

/// The word for a level, as the flags have it.
fn word(level: Level) -> &'static str {
    match level {
        Level::Allow => "allow",
        Level::Note => "note",
        Level::Warn => "warn",
        Level::Deny => "deny",
    }
}
