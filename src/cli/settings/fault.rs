//! What is wrong with settings and catalog files of a project, in a line that names file, line, key and the next step.

use crate::catalog::{Catalog, CatalogError};
use crate::cli::input::key_shapes;
use crate::finding::nearest;
use crate::report::{masked, safe};
use crate::source::Files;
use crate::source::configuration::NamedText;
use crate::source::{TomlFault, UnknownWord};

/// How many known words are told where none is near.
const TOLD: usize = 12;

/// A message about a line of a file. Names and texts come from the project, so they are made safe, and what looks like a key
/// is not shown: somebody may have put it into the wrong place.
pub(super) fn told(file: &str, line: Option<usize>, message: &str) -> String {
    let message = match Catalog::shipped() {
        Ok(catalog) => masked(&safe(message), &Files::default(), &[], &key_shapes(&catalog)),
        Err(_) => safe(message),
    };
    let file = safe(file);
    match line {
        Some(line) => format!("{file}:{line}: {message}"),
        None => format!("{file}: {message}"),
    }
}

/// What is wrong with a text of settings.
pub(super) fn of_text(file: &NamedText, error: &toml::de::Error) -> String {
    of_fault(
        &file.shown,
        &TomlFault::of(&file.text, error),
        "README.md, \"Configuration\", tells what can be set",
    )
}

/// What is wrong with a catalog file.
pub(super) fn of_catalog(error: &CatalogError) -> String {
    of_fault(&error.file, &error.fault, "rules/README.md, \"Your own SDKs\", tells the form")
}

fn of_fault(file: &str, fault: &TomlFault, form: &str) -> String {
    let next = fault.unknown.as_ref().map_or_else(|| form.to_owned(), next_step);
    told(file, fault.line, &format!("{}; {next}", fault.message))
}

fn next_step(UnknownWord { word, known }: &UnknownWord) -> String {
    if let Some(near) = nearest(word, known.iter().map(String::as_str)) {
        return format!("the nearest is `{near}`");
    }
    let listed: Vec<String> = known.iter().take(TOLD).map(|it| format!("`{it}`")).collect();
    match (listed.is_empty(), known.len() > TOLD) {
        (true, _) => "none is known there, remove it".to_owned(),
        (false, false) => format!("known are {}", listed.join(", ")),
        (false, true) => format!("known are {} and {} more", listed.join(", "), known.len() - TOLD),
    }
}
