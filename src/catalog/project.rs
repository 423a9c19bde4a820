//! Catalog files of a project: what must hold of them beyond the form, because no test of authlint has read them.

use super::CatalogError;
use super::error::parse;
use super::schema::{AnyReceiver, CrateFile};
use crate::source::{TomlFault, UnknownWord};

/// A file's name and text.
pub(super) struct Text<'t> {
    name: &'t str,
    text: &'t str,
}

/// Reads the files, each of another package.
pub(super) fn parsed<'t>(
    files: impl IntoIterator<Item = (&'t str, &'t str)>,
) -> Result<Vec<(Text<'t>, CrateFile)>, CatalogError> {
    let mut all: Vec<(Text<'t>, CrateFile)> = Vec::new();
    for (name, text) in files {
        let text = Text { name, text };
        let file = parse(name, text.text)?;
        let other = all.iter().find(|(_, other)| other.package == file.package);
        if let Some((other, _)) = other {
            let message =
                format!("`package`: {} describes `{}` too; make one of the two", other.name, file.package);
            return Err(text.fault("package", &file.package, message));
        }
        if file.any_receiver != AnyReceiver::default() {
            let message =
                "`any-receiver` is the standard library's and none of a project; remove it".to_owned();
            return Err(text.fault("any-receiver", "", message));
        }
        all.push((text, file));
    }
    Ok(all)
}

/// Refuses paths that cannot be paths, and those of types that nobody describes. `known` are the types of the package.
pub(super) fn check<'k, K: Iterator<Item = &'k str>>(
    text: &Text<'_>,
    file: &CrateFile,
    is_known: impl Fn(&str) -> bool,
    known: impl Fn() -> K,
) -> Result<(), CatalogError> {
    let types = file.types.iter().flat_map(|entry| entry.path.as_slice());
    let fns = file.fns.iter().flat_map(|entry| entry.path.as_slice());
    let attributes = file.attributes.iter().flat_map(|entry| entry.path.as_slice());
    let macros = file.macros.iter().flat_map(|entry| entry.path.as_slice());
    if let Some(path) = types.chain(fns).chain(attributes).chain(macros).find(|path| !is_path(path)) {
        let message = format!("`path`: `{path}` is no path; write one as `Client::new`");
        return Err(text.fault("path", path, message));
    }
    let builds = file.types.iter().filter_map(|entry| Some(("builds", entry.builds.as_deref()?)));
    let gives = file.fns.iter().filter_map(|entry| Some(("gives", entry.gives.as_deref()?)));
    let mut types = builds.chain(gives).filter(|(_, path)| *path != "Self");
    let Some((key, path)) = types.find(|(_, path)| !is_known(path)) else { return Ok(()) };
    let message = format!(
        "`{key}`: `{path}` is no type that the catalog knows; correct it, or add a `[[type]]` for it"
    );
    let mut error = text.fault(key, path, message);
    let mut known: Vec<String> = known().map(str::to_owned).collect();
    known.sort();
    error.fault.unknown = Some(UnknownWord { word: path.to_owned(), known });
    Err(error)
}

/// Whether a text is names with `::` in between.
fn is_path(path: &str) -> bool {
    path.split("::").all(|name| {
        let is_part = |char: char| char.is_alphanumeric() || char == '_';
        name.starts_with(|char: char| char.is_alphabetic() || char == '_') && name.chars().all(is_part)
    })
}

impl Text<'_> {
    /// A fault at the first line that has the key and the text; at the first one with the text where none has both.
    fn fault(&self, key: &str, value: &str, message: String) -> CatalogError {
        let quoted = if value.is_empty() { String::new() } else { format!("\"{value}\"") };
        let at = |is_it: &dyn Fn(&str) -> bool| self.text.lines().position(is_it);
        let line = at(&|line| line.contains(key) && line.contains(&quoted))
            .or_else(|| at(&|line| !quoted.is_empty() && line.contains(&quoted)));
        let fault = TomlFault { line: line.map(|line| line + 1), message, unknown: None };
        CatalogError { file: self.name.to_owned(), fault }
    }
}
