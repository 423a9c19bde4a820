//! Which target of which package a file belongs to, in the words of cargo's wire format.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::text::safe;
use crate::source::{FileId, Package, Target, TargetKind};

/// The owner of each file that has one. A file that several targets share has the first.
pub type Owners = BTreeMap<FileId, Owner>;

/// The package and target that a file belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Owner {
    package_id: String,
    manifest_path: String,
    target: WireTarget,
}

/// A target as cargo writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct WireTarget {
    kind: Vec<String>,
    crate_types: Vec<String>,
    name: String,
    src_path: String,
    edition: String,
    doc: bool,
    doctest: bool,
    test: bool,
}

impl Owner {
    /// The owner of the files of a target. Paths are taken as they are; cargo's are absolute.
    #[must_use]
    pub fn new(package: &Package, target: &Target) -> Self {
        let is_library = target.kind == TargetKind::Lib;
        let is_program = target.kind == TargetKind::Bin;
        let crate_types = crate_types(target);
        Self {
            package_id: package_id(package),
            manifest_path: path_text(&package.manifest),
            target: WireTarget {
                kind: if is_library { crate_types.clone() } else { vec![kind_word(target.kind).into()] },
                crate_types,
                name: safe(&target.name),
                src_path: path_text(&target.root),
                edition: safe(&package.edition),
                doc: is_library || is_program,
                doctest: is_library,
                test: is_library || is_program || target.kind == TargetKind::Test,
            },
        }
    }

    /// The owner of a file that belongs to no package: a program of its own, as rustc would take it.
    pub(super) fn of_loose_file(shown: &str) -> Self {
        let name =
            Path::new(shown).file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        Self {
            package_id: format!("authlint+loose:{shown}"),
            manifest_path: String::new(),
            target: WireTarget {
                kind: vec!["bin".into()],
                crate_types: vec!["bin".into()],
                name,
                src_path: shown.to_owned(),
                edition: "2021".into(),
                doc: false,
                doctest: false,
                test: false,
            },
        }
    }
}

fn kind_word(kind: TargetKind) -> &'static str {
    match kind {
        TargetKind::Lib => "lib",
        TargetKind::Bin => "bin",
        TargetKind::Example => "example",
        TargetKind::Test => "test",
        TargetKind::Bench => "bench",
        TargetKind::BuildScript => "custom-build",
    }
}

fn crate_types(target: &Target) -> Vec<String> {
    match target.kind {
        TargetKind::Lib if target.crate_types.is_empty() => vec!["lib".into()],
        TargetKind::Lib => target.crate_types.iter().map(|name| safe(name)).collect(),
        _ => vec!["bin".into()],
    }
}

/// `path+file:///dir#name@version`; without the name where the directory is called so.
fn package_id(package: &Package) -> String {
    let directory = package.manifest.parent().unwrap_or(Path::new(""));
    let mut url = String::new();
    for byte in path_text(directory).bytes() {
        match byte {
            b'/' | b':' | b'-' | b'_' | b'.' | b'~' | b'+' | b'@' => url.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => url.push(char::from(byte)),
            _ => write!(url, "%{byte:02X}").expect("a string takes all that is written"),
        }
    }
    let root = if url.starts_with('/') { "" } else { "/" };
    let is_named_so = directory.file_name().is_some_and(|name| name == package.name.as_str());
    let name = if is_named_so { String::new() } else { format!("{}@", package.name) };
    safe(&format!("path+file://{root}{url}#{name}{}", package.version))
}

fn path_text(path: &Path) -> String {
    let text = path.to_string_lossy();
    safe(&if std::path::MAIN_SEPARATOR == '\\' { text.replace('\\', "/") } else { text.into_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(manifest: &str) -> Package {
        Package {
            name: "shop".into(),
            version: "1.2.0".into(),
            manifest: manifest.into(),
            edition: "2024".into(),
            rust_version: None,
            workspace_root: "/w".into(),
            targets: Vec::new(),
            dependencies: Vec::new(),
            is_example: false,
            is_selected: true,
        }
    }

    fn target(kind: TargetKind, crate_types: &[&str]) -> Target {
        let crate_types = crate_types.iter().map(|name| (*name).to_owned()).collect();
        Target { name: "shop".into(), kind, root: "/w/shop/src/x.rs".into(), crate_types, is_selected: true }
    }

    #[test]
    fn package_ids_are_written_as_cargo_writes_them() {
        assert_eq!(package_id(&package("/w/shop/Cargo.toml")), "path+file:///w/shop#1.2.0");
        assert_eq!(package_id(&package("/w/a b/Cargo.toml")), "path+file:///w/a%20b#shop@1.2.0");
    }

    #[test]
    fn a_target_is_written_as_cargo_writes_it() {
        let library =
            Owner::new(&package("/w/shop/Cargo.toml"), &target(TargetKind::Lib, &["cdylib", "rlib"]));
        let json = serde_json::to_string(&library).expect("an owner is plain data");
        let expected = "{\"package_id\":\"path+file:///w/shop#1.2.0\",\"manifest_path\":\"/w/shop/Cargo.toml\",\
            \"target\":{\"kind\":[\"cdylib\",\"rlib\"],\"crate_types\":[\"cdylib\",\"rlib\"],\"name\":\"shop\",\
            \"src_path\":\"/w/shop/src/x.rs\",\"edition\":\"2024\",\"doc\":true,\"doctest\":true,\"test\":true}}";
        assert_eq!(json, expected);
        let script = Owner::new(&package("/w/shop/Cargo.toml"), &target(TargetKind::BuildScript, &[]));
        assert_eq!(
            (script.target.kind, script.target.crate_types),
            (vec!["custom-build".into()], vec!["bin".into()])
        );
    }
}
