//! Reading the text of a catalog file, and what is wrong with one.

use std::fmt;

use serde::Deserialize;

use super::schema::{CrateFile, VERSION};
use crate::source::TomlFault;

/// Why a catalog file was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    /// The file's name.
    pub file: String,
    /// What is wrong with it, with line and key.
    pub fault: TomlFault,
}

impl CatalogError {
    pub(super) fn of(file: &str, text: &str, error: &toml::de::Error) -> Self {
        Self { file: file.to_owned(), fault: TomlFault::of(text, error) }
    }
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, fault } = self;
        match fault.line {
            Some(line) => write!(f, "{file}:{line}: {}", fault.message),
            None => write!(f, "{file}: {}", fault.message),
        }
    }
}

impl std::error::Error for CatalogError {}

/// The one key that every version of the form has.
#[derive(Deserialize)]
struct Head {
    schema: Option<toml::Spanned<toml::Value>>,
}

/// Reads a file of the form.
pub(super) fn parse(name: &str, text: &str) -> Result<CrateFile, CatalogError> {
    let refused = |error: toml::de::Error| CatalogError::of(name, text, &error);
    let head: Head = toml::from_str(text).map_err(refused)?;
    // The version comes first: keys of another version are no mistakes.
    if let Some(fault) = version_fault(&head, text) {
        return Err(CatalogError { file: name.to_owned(), fault });
    }
    toml::from_str(text).map_err(refused)
}

fn version_fault(head: &Head, text: &str) -> Option<TomlFault> {
    let Some(schema) = &head.schema else {
        let message =
            format!("the key `schema` is missing, the version of the form; write `schema = {VERSION}`");
        return Some(TomlFault::at(text, 0, message));
    };
    if schema.get_ref().as_integer() == Some(i64::from(VERSION)) {
        return None;
    }
    let message = format!(
        "`schema = {}` is no version of the form that is known here; write `schema = {VERSION}`",
        schema.get_ref()
    );
    Some(TomlFault::at(text, schema.span().start, message))
}
