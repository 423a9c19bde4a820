//! The keys of a configuration, as people write them.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::cli::args::{FailOn, MinConfidence};
use crate::finding::Level;

/// All keys. One that is missing says nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Configuration of authlint"))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Keys {
    /// Catalog files of the project: paths or patterns, relative to the directory of the configuration.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub(super) catalog: Option<Vec<Spanned<String>>>,
    /// Files and directories in which nothing is reported: paths or patterns, relative to the directory of the
    /// configuration. They are read all the same, since credentials cross them.
    #[cfg_attr(test, schemars(with = "Option<Vec<String>>"))]
    pub(super) exclude: Option<Vec<Spanned<String>>>,
    /// The least confidence that is shown.
    pub(super) min_confidence: Option<MinConfidence>,
    /// The quietest level that makes the exit code 1.
    pub(super) fail_on: Option<FailOn>,
    /// The baseline, relative to the directory of the configuration: what it names is not reported.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub(super) baseline: Option<Spanned<String>>,
    /// How loud rules are, by their ids; `all` stands for those that are not named.
    #[cfg_attr(test, schemars(schema_with = "super::schema::levels"))]
    pub(super) levels: Option<LevelKeys>,
    /// What holds for some files only. Of several that name a file, the last one that says something wins.
    pub(super) per_path: Option<Vec<PathKeys>>,
}

/// Levels by rule.
pub(super) type LevelKeys = BTreeMap<Spanned<String>, LevelWord>;

/// What holds for some files.
#[derive(Clone, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PathKeys {
    /// The files and directories meant: paths or patterns, relative to the directory of the configuration.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    pub(super) paths: Vec<Spanned<String>>,
    /// The least confidence that is shown there.
    pub(super) min_confidence: Option<MinConfidence>,
    /// How loud rules are there.
    #[serde(default)]
    #[cfg_attr(test, schemars(schema_with = "super::schema::levels"))]
    pub(super) levels: LevelKeys,
}

/// A level, as people write it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(super) enum LevelWord {
    /// Not shown.
    Allow,
    /// Shown, and by default no reason to fail.
    Note,
    /// Shown as a warning.
    Warning,
    /// Shown as an error.
    Error,
}

impl LevelWord {
    /// The level.
    pub(super) fn level(self) -> Level {
        match self {
            Self::Allow => Level::Allow,
            Self::Note => Level::Note,
            Self::Warning => Level::Warn,
            Self::Error => Level::Deny,
        }
    }
}
