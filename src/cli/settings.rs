//! What a project says of itself to authlint: `authlint.toml`, or metadata in `Cargo.toml`.

mod fault;
mod find;

use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use self::fault::{of_catalog, of_text, told};
use self::find::find;
use crate::catalog::Catalog;
use crate::source::configuration::{NamedText, files_named, read_named};
use crate::source::{Project, TomlFault};

/// The keys, as people write them. A key that is missing says nothing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Keys {
    /// Catalog files of the project: paths or patterns, relative to the directory of the configuration.
    #[serde(default)]
    catalog: Vec<Spanned<String>>,
}

/// The settings of a run.
#[derive(Debug, Default)]
pub(super) struct Settings {
    keys: Keys,
    /// Where they were written; nothing where nobody wrote any.
    origin: Option<Origin>,
}

/// Where settings were written.
#[derive(Debug)]
struct Origin {
    file: NamedText,
    /// What may be read for them: the workspace, canonical.
    root: PathBuf,
}

impl Settings {
    /// Those in the file `given`, or else those of the workspace that is looked at.
    ///
    /// # Errors
    /// They could not be read or are no settings, or there are several: the file, line and key, and what to do.
    pub(super) fn of(project: &Project, cwd: &Path, given: Option<&Path>) -> Result<Self, String> {
        let Some(given) = given else { return find(project, cwd) };
        let file = read_named(given, cwd)
            .map_err(|problem| told(&problem.path, None, &format!("{} (`--config`)", problem.message)))?;
        let keys = toml::from_str(&file.text).map_err(|error| of_text(&file, &error))?;
        let root = if file.dir.starts_with(&project.root) { &project.root } else { &file.dir };
        Ok(Self { keys, origin: Some(Origin { root: root.clone(), file }) })
    }

    /// The catalog with the files of the project in it.
    ///
    /// # Errors
    /// A pattern that names no file, or a file that is not of the form: the file, line and key, and what to do.
    pub(super) fn catalog(&self, cwd: &Path) -> Result<Catalog, String> {
        let mut catalog = Catalog::shipped().map_err(|error| error.to_string())?;
        let files = self.catalog_files(cwd)?;
        let texts = files.iter().map(|file| (file.shown.as_str(), file.text.as_str()));
        catalog.add_project(texts).map_err(|error| of_catalog(&error))?;
        Ok(catalog)
    }

    /// The catalog files of the project, each once, sorted by path.
    fn catalog_files(&self, cwd: &Path) -> Result<Vec<NamedText>, String> {
        let Some(Origin { file, root }) = &self.origin else { return Ok(Vec::new()) };
        let mut paths = Vec::new();
        for pattern in &self.keys.catalog {
            let found = files_named(root, &file.dir, pattern.get_ref()).map_err(|refusal| {
                let message = format!("`catalog`: `{}` {refusal}", pattern.get_ref());
                let fault = TomlFault::at(&file.text, pattern.span().start, message);
                told(&file.shown, fault.line, &fault.message)
            })?;
            paths.extend(found);
        }
        paths.sort();
        paths.dedup();
        let read = |path: &PathBuf| {
            read_named(path, cwd).map_err(|problem| told(&problem.path, None, &problem.message))
        };
        paths.iter().map(read).collect()
    }
}
