//! The targets of a package, as cargo would discover them.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::manifest::{Manifest, either, texts};
use super::{Target, TargetKind, disk};

/// How cargo finds the targets of one kind.
struct Search {
    kind: TargetKind,
    /// The array of tables that names them.
    key: &'static str,
    /// The key of `[package]` that switches discovery off.
    switch: &'static str,
    /// Where they stand by convention.
    dir: &'static str,
}

const SEARCHES: [Search; 4] = [
    Search { kind: TargetKind::Bin, key: "bin", switch: "autobins", dir: "src/bin" },
    Search { kind: TargetKind::Example, key: "example", switch: "autoexamples", dir: "examples" },
    Search { kind: TargetKind::Test, key: "test", switch: "autotests", dir: "tests" },
    Search { kind: TargetKind::Bench, key: "bench", switch: "autobenches", dir: "benches" },
];

/// The targets of a package: by kind, then by name. The root file of a target that the manifest names may be missing.
pub(super) fn targets(manifest: &Manifest, package: &str, edition: &str) -> Vec<Target> {
    let mut found: Vec<Target> = library(manifest, package).into_iter().collect();
    found.extend(SEARCHES.iter().flat_map(|search| search.run(manifest, package, edition)));
    found.extend(build_scripts(manifest));
    found.sort_by(|a, b| (a.kind, &a.name, &a.root).cmp(&(b.kind, &b.name, &b.root)));
    found
}

fn target(kind: TargetKind, name: &str, root: &Path) -> Target {
    Target {
        name: name.to_owned(),
        kind,
        root: disk::normal(root),
        crate_types: Vec::new(),
        is_selected: false,
    }
}

fn flag(manifest: &Manifest, key: &str) -> Option<bool> {
    manifest.package()?.get(key)?.as_bool()
}

fn text<'a>(table: &'a Table, key: &str) -> Option<&'a str> {
    table.get(key).and_then(Value::as_str)
}

fn library(manifest: &Manifest, package: &str) -> Option<Target> {
    let usual = manifest.dir.join("src/lib.rs");
    let table = manifest.table("lib");
    let is_discovered = flag(manifest, "autolib") != Some(false) && usual.is_file();
    if table.is_none() && !is_discovered {
        return None;
    }
    let empty = Table::new();
    let table = table.unwrap_or(&empty);
    let root = text(table, "path").map_or(usual, |path| manifest.dir.join(path));
    let name = text(table, "name").unwrap_or(package).replace('-', "_");
    Some(Target { crate_types: crate_types(table), ..target(TargetKind::Lib, &name, &root) })
}

fn crate_types(table: &Table) -> Vec<String> {
    if either(table, "proc-macro", "proc_macro").and_then(Value::as_bool) == Some(true) {
        return vec!["proc-macro".to_owned()];
    }
    let types = texts(either(table, "crate-type", "crate_type"));
    if types.is_empty() { vec!["lib".to_owned()] } else { types }
}

fn build_scripts(manifest: &Manifest) -> Vec<Target> {
    let paths = match manifest.package().and_then(|package| package.get("build")) {
        Some(Value::Boolean(false)) => Vec::new(),
        None | Some(Value::Boolean(true)) => {
            let usual = "build.rs".to_owned();
            if manifest.dir.join(&usual).is_file() { vec![usual] } else { Vec::new() }
        }
        value => texts(value),
    };
    let script = |path: &String| target(TargetKind::BuildScript, "build-script", &manifest.dir.join(path));
    paths.iter().map(script).collect()
}

impl Search {
    fn run(&self, manifest: &Manifest, package: &str, edition: &str) -> Vec<Target> {
        let discovered = self.discover(&manifest.dir, package);
        let tables = manifest.get(self.key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let tables = tables.iter().filter_map(Value::as_table);
        let mut found: Vec<Target> =
            tables.filter_map(|table| self.declared(manifest, package, table, &discovered)).collect();
        // In edition 2015 a target that is named switches discovery of its kind off.
        let is_automatic = flag(manifest, self.switch).unwrap_or(edition != "2015" || found.is_empty());
        if is_automatic {
            let names: HashSet<String> = found.iter().map(|it| it.name.clone()).collect();
            let roots: HashSet<PathBuf> = found.iter().map(|it| it.root.clone()).collect();
            found.extend(
                discovered.into_iter().filter(|it| !names.contains(&it.name) && !roots.contains(&it.root)),
            );
        }
        found
    }

    /// A target that the manifest names.
    fn declared(
        &self,
        manifest: &Manifest,
        package: &str,
        table: &Table,
        discovered: &[Target],
    ) -> Option<Target> {
        let path = text(table, "path");
        let stem = path.and_then(|path| Path::new(path).file_stem()?.to_str());
        let name = text(table, "name").or(stem)?;
        let root = match path {
            Some(path) => manifest.dir.join(path),
            None => self.conventional(manifest, package, name, discovered),
        };
        Some(target(self.kind, name, &root))
    }

    /// Where a target that is named without a path stands.
    fn conventional(&self, manifest: &Manifest, package: &str, name: &str, discovered: &[Target]) -> PathBuf {
        if let Some(known) = discovered.iter().find(|it| it.name == name) {
            return known.root.clone();
        }
        let main = manifest.dir.join("src/main.rs");
        let is_main = self.kind == TargetKind::Bin && name == package;
        if is_main { main } else { manifest.dir.join(self.dir).join(format!("{name}.rs")) }
    }

    /// What stands where the convention says.
    fn discover(&self, dir: &Path, package: &str) -> Vec<Target> {
        let entries = fs::read_dir(dir.join(self.dir)).into_iter().flatten().filter_map(Result::ok);
        let mut found: Vec<Target> = entries.filter_map(|entry| self.discovered(&entry.path())).collect();
        let main = dir.join("src/main.rs");
        if self.kind == TargetKind::Bin && main.is_file() {
            found.push(target(self.kind, package, &main));
        }
        found.sort_by(|a, b| (&a.name, &a.root).cmp(&(&b.name, &b.root)));
        found
    }

    fn discovered(&self, path: &Path) -> Option<Target> {
        let name = path.file_name()?.to_str()?;
        if name.starts_with('.') {
            return None;
        }
        if path.is_dir() {
            let main = path.join("main.rs");
            return main.is_file().then(|| target(self.kind, name, &main));
        }
        let stem = name.strip_suffix(".rs")?;
        path.is_file().then(|| target(self.kind, stem, path))
    }
}
