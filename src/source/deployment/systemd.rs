//! systemd units: what a service runs, and the variables it is given.

use super::{
    Family,
    command::{self, Command},
    gathered::{Gathered, Raw, Sheet},
    kubernetes::note,
};
use crate::source::Span;

/// Reads one unit.
pub(super) fn read(gathered: &mut Gathered, at: Sheet<'_>, name: &str) {
    let lines = settings(at.text);
    let Some((_, value, span)) = lines.iter().find(|(key, ..)| key == "ExecStart") else { return };
    let key = format!("systemd\n{}", at.path.display());
    let mut raw = Raw::new(Family::Systemd, name, at.place(*span), key);
    let command = value.trim_start_matches(['-', '@', ':', '+', '!']);
    if let Some(command) = Command::of_words(&command::words(command)) {
        note(&mut raw, command);
    }
    for (key, value, span) in &lines {
        match key.as_str() {
            "Environment" => {
                for word in command::words(value) {
                    let Some((name, value)) = word.split_once('=') else { continue };
                    raw.container.variables.insert(name.to_owned(), at.place(*span));
                    gathered.literal(name, value, at.place(*span), true);
                }
            }
            "PassEnvironment" => {
                raw.container
                    .variables
                    .extend(value.split_whitespace().map(|it| (it.to_owned(), at.place(*span))));
            }
            "EnvironmentFile" => raw.doubt(format!(
                "it is given the file `{}`, which is not in the tree",
                value.trim_start_matches('-')
            )),
            "ExecStartPre" | "LoadCredential" | "SetCredential" | "LoadCredentialEncrypted" => {
                raw.doubt(format!("`{key}` may bring more"));
            }
            _ => {}
        }
    }
    if name.contains('@') || at.text.contains("{{") {
        raw.doubt("it is a template");
    }
    gathered.add(raw);
}

/// The settings of a unit, continued lines joined, each with the place of its first line.
fn settings(text: &str) -> Vec<(String, String, Span)> {
    let mut found: Vec<(String, String, Span)> = Vec::new();
    let (mut at, mut is_open) = (0, false);
    for line in text.split_inclusive('\n') {
        let body = line.trim();
        let part = body.strip_suffix('\\').unwrap_or(body);
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let start = at + (line.len() - line.trim_start().len());
        if is_open {
            if let Some((_, value, _)) = found.last_mut() {
                value.extend([" ", part]);
            }
        } else if let Some((key, value)) = part.split_once('=').filter(|_| !body.starts_with(['#', ';'])) {
            let span = Span::new(offset(start), offset(start + body.len()));
            found.push((key.trim().to_owned(), value.trim().to_owned(), span));
        }
        is_open = body.ends_with('\\');
        at += line.len();
    }
    found
}
