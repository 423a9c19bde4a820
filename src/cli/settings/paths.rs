//! Files that settings mean, by patterns relative to where they are written.

use std::path::{Component, Path, PathBuf};

use toml::Spanned;

use super::Layer;
use crate::source::configuration::is_path_match;

/// Patterns with the directory that they are relative to.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Paths {
    dir: PathBuf,
    patterns: Vec<String>,
}

impl Paths {
    /// The patterns of a key.
    ///
    /// # Errors
    /// One that leads out of the directory, where no file can be that it means.
    pub(super) fn new(key: &str, patterns: &[Spanned<String>], layer: &Layer) -> Result<Self, String> {
        let leads_out = |pattern: &&Spanned<String>| {
            let parts = Path::new(pattern.get_ref()).components();
            parts.into_iter().any(|part| !matches!(part, Component::Normal(_) | Component::CurDir))
        };
        if let Some(pattern) = patterns.iter().find(leads_out) {
            let text = pattern.get_ref();
            let message = format!(
                "`{key}`: `{text}` leads out of the directory of the configuration; name files below it"
            );
            return Err(layer.told(pattern.span().start, message));
        }
        let patterns = patterns.iter().map(|pattern| pattern.get_ref().clone()).collect();
        Ok(Self { dir: layer.file.dir.clone(), patterns })
    }

    /// The first pattern that means a file, or a directory above it.
    pub(in crate::cli) fn meaning(&self, file: &Path) -> Option<&str> {
        let below = file.strip_prefix(&self.dir).ok()?;
        let names: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
        self.patterns.iter().map(String::as_str).find(|pattern| is_path_match(pattern, &names))
    }

    /// The patterns, as they are written.
    pub(in crate::cli) fn patterns(&self) -> &[String] {
        &self.patterns
    }
}
