//! What a project says of itself to authlint: `authlint.toml`, or metadata in `Cargo.toml`, and keys on the command line.
//!
//! One file at most holds for a run. `--config key=value` sets single keys over it; a key is taken from the first place
//! that has it, whole.

mod fault;
mod find;
mod keys;
mod paths;
#[cfg(test)]
mod schema;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;

use self::fault::{of_catalog, of_text, told};
use self::find::find;
use self::keys::{Keys, LevelKeys, PathKeys};
pub(super) use self::paths::Paths;
use super::args::{FailOn, MinConfidence};
use super::levels::{ALL, ids, known_id};
use crate::catalog::Catalog;
use crate::finding::Level;
use crate::rules::Rule;
use crate::source::configuration::{NamedText, file_below, files_named, read_named, written_there};
use crate::source::{Project, TomlFault};

/// Levels by rule.
pub(super) type LevelMap = BTreeMap<&'static str, Level>;

/// The settings of a run.
#[derive(Debug, Default)]
pub(super) struct Settings {
    /// Where settings were written, the first to be asked first.
    layers: Vec<Layer>,
    /// How loud rules are.
    pub(super) levels: LevelMap,
    /// What holds for some files.
    pub(super) per_path: Vec<PathSettings>,
    /// Where nothing is reported.
    pub(super) exclude: Paths,
    /// The baseline.
    pub(super) baseline: Option<PathBuf>,
}

/// What holds for some files.
#[derive(Debug)]
pub(super) struct PathSettings {
    /// Which.
    pub(super) paths: Paths,
    /// How loud rules are there.
    pub(super) levels: LevelMap,
    /// The least confidence that is shown there.
    pub(super) min_confidence: Option<MinConfidence>,
}

/// Keys, and where they were written.
#[derive(Debug)]
struct Layer {
    keys: Keys,
    file: NamedText,
    /// What may be read for them: the workspace, canonical.
    root: PathBuf,
}

impl Layer {
    /// A message about an offset of its text.
    fn told(&self, offset: usize, message: String) -> String {
        let fault = TomlFault::at(&self.file.text, offset, message);
        told(&self.file.shown, fault.line, &fault.message)
    }
}

impl Settings {
    /// Those that `given` names or sets (`--config`), over those of the workspace that is looked at.
    ///
    /// # Errors
    /// They could not be read or are no settings, or there are several: the file, line and key, and what to do.
    pub(super) fn of(
        project: &Project,
        cwd: &Path,
        given: &[PathBuf],
        rules: &[&'static Rule],
    ) -> Result<Self, String> {
        let (keys, files): (Vec<&PathBuf>, Vec<&PathBuf>) = given.iter().partition(|it| is_assignment(it));
        let mut layers = Vec::new();
        for assignment in keys.into_iter().rev() {
            let text = assignment.to_string_lossy().into_owned();
            let file = written_there(cwd, "--config", text);
            let keys = toml::from_str(&file.text).map_err(|error| of_text(&file, &error))?;
            layers.push(Layer { keys, file, root: project.root.clone() });
        }
        match files.as_slice() {
            [] => layers.extend(find(project, cwd)?),
            [file] => layers.push(named(file, project, cwd)?),
            [first, second, ..] => {
                let (first, second) = (first.display().to_string(), second.display().to_string());
                return Err(told(
                    "--config",
                    None,
                    &format!("`{first}` and `{second}` are two files; name one"),
                ));
            }
        }
        Self::resolved(layers, rules)
    }

    fn resolved(layers: Vec<Layer>, rules: &[&'static Rule]) -> Result<Self, String> {
        // What a key that is covered says must be right as well: it holds again when the other goes.
        for layer in &layers {
            check(layer, rules)?;
        }
        let mut settings = Self::default();
        if let Some((layer, keys)) = having(&layers, |keys| keys.levels.as_ref()) {
            settings.levels = levels(keys, layer, rules)?;
        }
        if let Some((layer, keys)) = having(&layers, |keys| keys.exclude.as_ref()) {
            settings.exclude = Paths::new("exclude", keys, layer)?;
        }
        if let Some((layer, keys)) = having(&layers, |keys| keys.per_path.as_ref()) {
            settings.per_path =
                keys.iter().map(|keys| path_settings(keys, layer, rules)).collect::<Result<_, _>>()?;
        }
        if let Some((layer, named)) = having(&layers, |keys| keys.baseline.as_ref()) {
            settings.baseline = Some(baseline(named, layer)?);
        }
        settings.layers = layers;
        Ok(settings)
    }

    /// The least confidence that is shown, where anybody set one.
    pub(super) fn min_confidence(&self) -> Option<MinConfidence> {
        having(&self.layers, |keys| keys.min_confidence.as_ref()).map(|(_, word)| *word)
    }

    /// The least confidence that is shown in a file, where anybody set one.
    pub(super) fn min_confidence_in(&self, file: &Path) -> Option<MinConfidence> {
        self.min_confidence_by_path(file).or_else(|| self.min_confidence())
    }

    /// Who decides on that, as people call it.
    pub(super) fn min_confidence_origin(&self, file: &Path) -> String {
        if self.min_confidence_by_path(file).is_some() {
            self.called("per-path")
        } else if self.min_confidence().is_some() {
            self.called("min-confidence")
        } else {
            "the default".to_owned()
        }
    }

    fn min_confidence_by_path(&self, file: &Path) -> Option<MinConfidence> {
        let here = self.per_path.iter().rev().filter(|it| it.min_confidence.is_some());
        let mut here = here.filter(|it| it.paths.meaning(file).is_some());
        here.next().and_then(|it| it.min_confidence)
    }

    /// The level of a rule in a file, where `per-path` sets one.
    pub(super) fn level_in(&self, rule: &str, file: &Path) -> Option<Level> {
        let named = self.per_path.iter().rev().filter(|it| it.levels.contains_key(rule));
        named.filter(|it| it.paths.meaning(file).is_some()).find_map(|it| it.levels.get(rule).copied())
    }

    /// A key and where it was written: "`levels` of authlint.toml".
    pub(super) fn called(&self, key: &str) -> String {
        format!("`{key}` of {}", self.origin(key).unwrap_or("the configuration"))
    }

    /// The quietest level that makes the exit code 1, where anybody set one.
    pub(super) fn fail_on(&self) -> Option<FailOn> {
        having(&self.layers, |keys| keys.fail_on.as_ref()).map(|(_, word)| *word)
    }

    /// Where a key was written, as people call it; none where nobody wrote it.
    pub(super) fn origin(&self, key: &str) -> Option<&str> {
        let has = |keys: &Keys| match key {
            "baseline" => keys.baseline.is_some(),
            "catalog" => keys.catalog.is_some(),
            "exclude" => keys.exclude.is_some(),
            "fail-on" => keys.fail_on.is_some(),
            "levels" => keys.levels.is_some(),
            "min-confidence" => keys.min_confidence.is_some(),
            _ => keys.per_path.is_some(),
        };
        self.layers.iter().find(|layer| has(&layer.keys)).map(|layer| layer.file.shown.as_str())
    }

    /// The patterns of catalog files, as they are written.
    pub(super) fn catalog_patterns(&self) -> Vec<&str> {
        let keys = having(&self.layers, |keys| keys.catalog.as_ref());
        keys.map(|(_, patterns)| patterns.iter().map(|it| it.get_ref().as_str()).collect())
            .unwrap_or_default()
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
        let Some((layer, patterns)) = having(&self.layers, |keys| keys.catalog.as_ref()) else {
            return Ok(Vec::new());
        };
        let mut paths = Vec::new();
        for pattern in patterns {
            let found = files_named(&layer.root, &layer.file.dir, pattern.get_ref()).map_err(|refusal| {
                let message = format!("`catalog`: `{}` {refusal}", pattern.get_ref());
                layer.told(pattern.span().start, message)
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

/// The first layer that has a key, with what it says.
fn having<'a, T>(layers: &'a [Layer], key: impl Fn(&'a Keys) -> Option<&'a T>) -> Option<(&'a Layer, &'a T)> {
    layers.iter().find_map(|layer| key(&layer.keys).map(|said| (layer, said)))
}

/// Whether a value of `--config` sets a key and names no file: what stands before the `=` is a key of TOML.
fn is_assignment(value: &Path) -> bool {
    let key = value.to_str().and_then(|text| text.split_once('=')).map(|(key, _)| key.trim());
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '"');
    key.is_some_and(|key| !key.is_empty() && key.chars().all(is_key))
}

fn named(given: &Path, project: &Project, cwd: &Path) -> Result<Layer, String> {
    let file = read_named(given, cwd)
        .map_err(|problem| told(&problem.path, None, &format!("{} (`--config`)", problem.message)))?;
    let keys = toml::from_str(&file.text).map_err(|error| of_text(&file, &error))?;
    let root = if file.dir.starts_with(&project.root) { &project.root } else { &file.dir };
    Ok(Layer { keys, root: root.clone(), file })
}

/// Looks for what is wrong with keys although their form is right.
fn check(layer: &Layer, rules: &[&'static Rule]) -> Result<(), String> {
    let keys = &layer.keys;
    levels(keys.levels.as_ref().unwrap_or(&LevelKeys::new()), layer, rules)?;
    Paths::new("exclude", keys.exclude.as_deref().unwrap_or_default(), layer)?;
    if let Some(named) = &keys.baseline {
        baseline(named, layer)?;
    }
    for keys in keys.per_path.iter().flatten() {
        path_settings(keys, layer, rules)?;
    }
    Ok(())
}

fn baseline(named: &Spanned<String>, layer: &Layer) -> Result<PathBuf, String> {
    let refused = |why| format!("`baseline`: `{}` {why}", named.get_ref());
    file_below(&layer.file.dir, named.get_ref()).map_err(|why| layer.told(named.span().start, refused(why)))
}

fn levels(keys: &LevelKeys, layer: &Layer, rules: &[&'static Rule]) -> Result<LevelMap, String> {
    let all = keys.iter().find(|(name, _)| name.get_ref() == ALL).map(|(_, word)| word.level());
    let mut levels: LevelMap = all.iter().flat_map(|level| ids(rules).map(|id| (id, *level))).collect();
    for (name, word) in keys.iter().filter(|(name, _)| name.get_ref() != ALL) {
        let id = known_id(name.get_ref(), rules)
            .map_err(|message| layer.told(name.span().start, format!("`levels`: {message}")))?;
        levels.insert(id, word.level());
    }
    Ok(levels)
}

fn path_settings(keys: &PathKeys, layer: &Layer, rules: &[&'static Rule]) -> Result<PathSettings, String> {
    Ok(PathSettings {
        paths: Paths::new("paths", &keys.paths, layer)?,
        levels: levels(&keys.levels, layer, rules)?,
        min_confidence: keys.min_confidence,
    })
}
