//! The dependencies of a manifest, with what they take from their workspace.

use std::path::Path;

use toml::{Table, Value};

use super::manifest::{Manifest, either, is_inherited, texts};
use super::{Dependency, DependencyKind, disk};

const KINDS: [(DependencyKind, &str, &str); 3] = [
    (DependencyKind::Normal, "dependencies", "dependencies"),
    (DependencyKind::Dev, "dev-dependencies", "dev_dependencies"),
    (DependencyKind::Build, "build-dependencies", "build_dependencies"),
];

/// All dependencies of a manifest, sorted. `root` is the manifest of its workspace.
///
/// What `[patch.…]` puts in the place of a crate is left out: code and catalog still mean the crate by that name.
pub(super) fn dependencies(manifest: &Manifest, root: Option<&Manifest>) -> Vec<Dependency> {
    let own = KINDS.iter().filter_map(|(kind, kebab, snake)| {
        let table = manifest.table(kebab).or_else(|| manifest.table(snake));
        table.map(|table| (*kind, table))
    });
    let platforms = manifest.table("target").into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let by_platform = platforms.flat_map(|platform| {
        KINDS
            .iter()
            .filter_map(|(kind, kebab, snake)| Some((*kind, either(platform, kebab, snake)?.as_table()?)))
    });
    let entries = own.chain(by_platform).flat_map(|(kind, table)| table.iter().map(move |it| (kind, it)));
    let mut found: Vec<_> =
        entries.filter_map(|(kind, (key, value))| dependency(manifest, root, kind, key, value)).collect();
    found.sort();
    found.dedup();
    found
}

fn dependency(
    manifest: &Manifest,
    root: Option<&Manifest>,
    kind: DependencyKind,
    key: &str,
    value: &Value,
) -> Option<Dependency> {
    let own = read(key, kind, value, &manifest.dir)?;
    if !is_inherited(value) {
        return Some(own);
    }
    let shared = root.and_then(|root| {
        let shared = root.workspace()?.get("dependencies")?.as_table()?.get(key)?;
        read(key, kind, shared, &root.dir)
    });
    // Cargo refuses what its workspace does not declare. The code uses the crate all the same.
    let Some(mut whole) = shared else { return Some(own) };
    whole.features.extend(own.features);
    whole.features.sort();
    whole.features.dedup();
    whole.optional = own.optional;
    Some(whole)
}

/// An entry of a table of dependencies by itself; its path is relative to `dir`.
fn read(key: &str, kind: DependencyKind, value: &Value, dir: &Path) -> Option<Dependency> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let version = value.as_str().or_else(|| text("version")).unwrap_or("*");
    if !value.is_str() && !value.is_table() {
        return None;
    }
    Some(Dependency {
        name: key.replace('-', "_"),
        package: text("package").unwrap_or(key).to_owned(),
        path: text("path").map(|path| disk::settled(&dir.join(path))),
        version: version.to_owned(),
        kind,
        optional: value.get("optional").and_then(Value::as_bool).unwrap_or_default(),
        features: texts(value.get("features")),
    })
}
