//! Where the settings of a run stand: in one place at the root of the workspace that is looked at.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Spanned, Table, Value};

use super::fault::{of_text, told};
use super::{Keys, Layer};
use crate::report::safe;
use crate::source::configuration::{NamedText, read_optional};
use crate::source::{Problem, Project, TomlFault};

const FILE: &str = "authlint.toml";
const OF_WORKSPACE: &str = "[workspace.metadata.authlint]";
const OF_PACKAGE: &str = "[package.metadata.authlint]";

/// The settings of the workspaces that are looked at: of one at most. Files of no package have those of the nearest
/// directory up to the root of their repository, or to where the run started.
pub(super) fn find(project: &Project, cwd: &Path) -> Result<Option<Layer>, String> {
    let mut found: Option<(String, Layer)> = None;
    let roots = roots(project);
    if roots.is_empty() {
        let is_inside = |dir: &&Path| *dir == project.root || dir.starts_with(cwd);
        for dir in project.root.ancestors().take_while(is_inside) {
            if let Some((_, layer)) = at(dir, cwd)? {
                return Ok(Some(layer));
            }
        }
    }
    for root in roots {
        let Some((place, layer)) = at(&root, cwd)? else { continue };
        if let Some((other, _)) = &found {
            return Err(format!(
                "{other} and {place} are of two workspaces; check one at a time, or name one with `--config`"
            ));
        }
        found = Some((place, layer));
    }
    Ok(found.map(|(_, layer)| layer))
}

/// The roots of the workspaces of what was selected.
fn roots(project: &Project) -> BTreeSet<PathBuf> {
    let selected = project.packages.iter().filter(|package| package.is_selected);
    selected.map(|package| package.workspace_root.clone()).collect()
}

/// The settings at the root of a workspace, with the place where they stand as people call it.
fn at(root: &Path, cwd: &Path) -> Result<Option<(String, Layer)>, String> {
    let unreadable = |problem: Problem| told(&problem.path, None, &problem.message);
    let own = read_optional(&root.join(FILE), cwd).map_err(unreadable)?;
    // What is wrong with a manifest itself, the search for packages says.
    let manifest = read_optional(&root.join("Cargo.toml"), cwd).ok().flatten();
    let in_manifest = match &manifest {
        Some(manifest) => of_manifest(manifest)?,
        None => None,
    };
    let layer = |keys, file| Layer { keys, file, root: root.to_owned() };
    match (own, in_manifest, manifest) {
        (Some(own), Some((place, _)), _) => {
            Err(format!("`{}` and {place} both configure authlint; keep one of the two", safe(&own.shown)))
        }
        (Some(own), None, _) => {
            let keys = toml::from_str(&own.text).map_err(|error| of_text(&own, &error))?;
            Ok(Some((format!("`{}`", safe(&own.shown)), layer(keys, own))))
        }
        (None, Some((place, keys)), Some(manifest)) => Ok(Some((place, layer(keys, manifest)))),
        (None, ..) => Ok(None),
    }
}

/// A manifest, as far as it has settings.
#[derive(Deserialize)]
struct Manifest {
    workspace: Option<Owner>,
    package: Option<Owner>,
}

#[derive(Deserialize)]
struct Owner {
    metadata: Option<Metadata>,
}

#[derive(Deserialize)]
struct Metadata {
    authlint: Option<Spanned<Keys>>,
}

/// The settings in a manifest, with their place.
fn of_manifest(file: &NamedText) -> Result<Option<(String, Keys)>, String> {
    // Most manifests have none, and one that is no TOML is reported where packages are looked for.
    let Ok(table) = file.text.parse::<Table>() else { return Ok(None) };
    let has = |owner: &str| table.get(owner).and_then(|it| it.get("metadata")?.get("authlint")).is_some();
    if !has("workspace") && !has("package") {
        return Ok(None);
    }
    let manifest: Manifest = toml::from_str(&file.text).map_err(|error| of_text(file, &error))?;
    let keys = |owner: Option<Owner>| owner?.metadata?.authlint;
    let place = |table: &str, keys: &Spanned<Keys>| {
        let line = TomlFault::at(&file.text, keys.span().start, String::new()).line;
        told(&file.shown, line, &format!("`{table}`"))
    };
    match (keys(manifest.workspace), keys(manifest.package)) {
        (Some(of_workspace), Some(of_package)) => Err(format!(
            "{} and {} both configure authlint; keep the first",
            place(OF_WORKSPACE, &of_workspace),
            place(OF_PACKAGE, &of_package)
        )),
        (None, Some(of_package)) if table.get("workspace").is_some_and(Value::is_table) => Err(format!(
            "{} is not read at the root of a workspace; write `{OF_WORKSPACE}`",
            place(OF_PACKAGE, &of_package)
        )),
        (None, Some(keys)) => Ok(Some((place(OF_PACKAGE, &keys), keys.into_inner()))),
        (Some(keys), None) => Ok(Some((place(OF_WORKSPACE, &keys), keys.into_inner()))),
        (None, None) => Ok(None),
    }
}
