//! What `--show-settings` and `--show-files` print.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use super::args::CheckArgs;
use super::explain::level_word;
use super::input::Input;
use super::levels::{Levels, table};
use super::scope::{Scope, targets};
use super::settings::Settings;
use crate::report::safe;
use crate::rules::Rule;
use crate::source::FileId;
use crate::source::configuration::name_of;

/// The settings that hold, in the form of a configuration, each with where it comes from.
pub(super) fn settings(
    args: &CheckArgs,
    cwd: &Path,
    settings: &Settings,
    levels: &Levels<'_>,
    rules: &[&'static Rule],
) -> String {
    let mut text = String::new();
    let mut line = |value: String, origin: &str| {
        writeln!(text, "{value}  # {origin}").expect("a string takes all that is written");
    };
    let origin = |key: &str, is_flag: bool| match settings.origin(key) {
        _ if is_flag => "flag".to_owned(),
        Some(file) => safe(file),
        None => "default".to_owned(),
    };
    let fail_on = args.fail_on.or_else(|| settings.fail_on()).unwrap_or_default().word();
    line(format!("fail-on = \"{fail_on}\""), &origin("fail-on", args.fail_on.is_some()));
    let least = args.min_confidence.or_else(|| settings.min_confidence()).unwrap_or_default().word();
    line(format!("min-confidence = \"{least}\""), &origin("min-confidence", args.min_confidence.is_some()));
    line(format!("exclude = {}", list(settings.exclude.patterns())), &origin("exclude", false));
    line(format!("catalog = {}", list(&settings.catalog_patterns())), &origin("catalog", false));
    if let Some(path) = args.gate.baseline.as_ref().or(settings.baseline.as_ref()) {
        let named = toml::Value::from(name_of(path, cwd));
        line(safe(&format!("baseline = {named}")), &origin("baseline", args.gate.baseline.is_some()));
    }
    text.push_str("\n[levels]\n");
    for (id, own, _) in table(rules) {
        let (level, from) = match levels.chosen(id) {
            Some((level, true)) => (level, "flag".to_owned()),
            Some((level, false)) => (level, origin("levels", false)),
            None => (own, "default".to_owned()),
        };
        writeln!(text, "{id} = \"{}\"  # {from}", level_word(level))
            .expect("a string takes all that is written");
    }
    for here in &settings.per_path {
        write!(
            text,
            "\n[[per-path]]  # {}\npaths = {}\n",
            origin("per-path", false),
            list(here.paths.patterns())
        )
        .expect("a string takes all that is written");
        if let Some(least) = here.min_confidence {
            writeln!(text, "min-confidence = \"{}\"", least.word())
                .expect("a string takes all that is written");
        }
        let levels: Vec<String> =
            here.levels.iter().map(|(id, level)| format!("{id} = \"{}\"", level_word(*level))).collect();
        if !levels.is_empty() {
            writeln!(text, "levels = {{ {} }}", levels.join(", "))
                .expect("a string takes all that is written");
        }
    }
    text.truncate(text.trim_end().len());
    text
}

/// An array of TOML.
fn list(texts: &[impl AsRef<str>]) -> String {
    let quoted = texts.iter().map(|text| toml::Value::from(text.as_ref()).to_string());
    safe(&format!("[{}]", quoted.collect::<Vec<_>>().join(", ")))
}

/// Each file with why it is looked at or not, sorted by name.
pub(super) fn files(input: &Input, scope: &Scope<'_>, excluded: &BTreeMap<FileId, String>) -> String {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for (package, target, is_selected) in targets(&input.project) {
        if input.files.by_path(&target.root).is_none() && !is_selected {
            let name = target.root.strip_prefix(&input.project.root).unwrap_or(&target.root);
            let why = format!("not read: `{}` of {} is not selected", target.name, package.name);
            lines.insert(safe(&name.display().to_string()), why);
        }
    }
    for (id, file) in input.files.iter() {
        lines.insert(safe(&file.shown), why(id, scope, excluded));
    }
    let line = |(name, why): (&String, &String)| format!("{name}: {}", safe(why));
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn why(id: FileId, scope: &Scope<'_>, excluded: &BTreeMap<FileId, String>) -> String {
    let owner =
        scope.owners.get(&id).map(|(package, target)| format!("`{}` of {}", target.name, package.name));
    if let Some(pattern) = excluded.get(&id) {
        return format!("excluded by `{pattern}`");
    }
    match (owner, scope.files.contains(&id)) {
        (Some(owner), true) => format!("looked at: a part of {owner}"),
        (None, true) => "looked at: a file of no package".to_owned(),
        (Some(owner), false) => {
            format!("read, and not reported on: a part of {owner}, which is not selected")
        }
        (None, false) if scope.manifests.contains(&id) => "looked at: gives variables to programs".to_owned(),
        (None, false) => "read, and not reported on".to_owned(),
    }
}
