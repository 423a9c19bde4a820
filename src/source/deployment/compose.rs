//! Compose files: services with their environments, builds, files of variables and what they extend.

use std::path::{Path, PathBuf};

use super::{
    Build, Family,
    command::Command,
    gathered::{Gathered, Raw, Sheet, Whole},
    kubernetes::note,
    yaml::Node,
};
use crate::source::disk;

/// How many variables of one service are looked at.
const ENTRIES: usize = 5_000;

/// What tells a service apart from all others: files of one directory are read together.
pub(super) fn key(path: &Path, service: &str) -> String {
    let dir = path.parent().unwrap_or(path);
    format!("compose\n{}\n{service}", dir.display())
}

/// Whether a file of this name is one, or a text looks like one.
pub(super) fn is_compose(name: &str, text: &str) -> bool {
    let has_services = text.starts_with("services:") || text.contains("\nservices:");
    has_services && (name.contains("compose") || text.contains("image:") || text.contains("build:"))
}

/// Reads one document.
pub(super) fn read(gathered: &mut Gathered, at: Sheet<'_>, document: &Node) {
    for (name, label, service) in document.get("services").map(Node::entries).unwrap_or_default() {
        let mut raw = Raw::new(Family::Compose, name, at.place(label.span), key(at.path, name));
        let mounts = ["volumes", "configs", "secrets", "volumes_from", "develop"];
        raw.container.has_mounts = mounts.iter().any(|name| service.get(name).is_some());
        raw.container.image = service.text_at(&["image"]).map(str::to_owned);
        raw.container.build = service.get("build").map(|build| build_of(at, build));
        raw.extends = extends(at, service);
        command(&mut raw, service);
        environment(gathered, &mut raw, at, service);
        files(&mut raw, at, service);
        gathered.add(raw);
        if gathered.found.is_cut {
            return;
        }
    }
}

fn build_of(at: Sheet<'_>, build: &Node) -> Build {
    let context = build.text().or_else(|| build.text_at(&["context"])).unwrap_or(".");
    let context = disk::normal(&at.dir().join(context));
    let file = build.text_at(&["dockerfile"]).unwrap_or("Dockerfile");
    let target = build.text_at(&["target"]).map(str::to_owned);
    Build { dockerfile: disk::normal(&context.join(file)), context, target }
}

fn extends(at: Sheet<'_>, service: &Node) -> Option<(PathBuf, String)> {
    let extends = service.get("extends")?;
    let name = extends.text().or_else(|| extends.text_at(&["service"]))?;
    let file = extends.text_at(&["file"]);
    let path = file.map_or_else(|| at.path.to_owned(), |file| disk::normal(&at.dir().join(file)));
    Some((path, name.to_owned()))
}

/// An entry point takes the command as its arguments.
fn command(raw: &mut Raw, service: &Node) {
    let words = |name: &str| -> Option<Vec<String>> {
        let node = service.get(name)?;
        match node.text() {
            Some(text) => Some(super::command::words(text)),
            None => Some(node.list().iter().filter_map(|word| word.text().map(str::to_owned)).collect()),
        }
    };
    let all = [words("entrypoint"), words("command")].into_iter().flatten().flatten().collect::<Vec<_>>();
    if let Some(command) = Command::of_words(&all) {
        note(raw, command);
    }
}

/// A map, or a list of `NAME=value` and `NAME`, which is passed through from whoever starts it.
fn environment(gathered: &mut Gathered, raw: &mut Raw, at: Sheet<'_>, service: &Node) {
    let Some(environment) = service.get("environment") else { return };
    if environment.text().is_some_and(|text| !text.is_empty()) {
        raw.doubt("its variables are not written out");
    }
    for (_, name, value) in environment.entries() {
        gathered.variable(raw, at, name, Some(value));
    }
    for entry in environment.list().iter().take(ENTRIES) {
        let Some(text) = entry.text() else { continue };
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        if name.starts_with('$') {
            raw.doubt("one of its variables is not written out");
        }
        raw.container.variables.entry(name.trim().to_owned()).or_insert(at.place(entry.span));
        gathered.literal(name, value, at.place(entry.span), true);
    }
}

/// Files of variables: one, a list, or maps with `path`.
fn files(raw: &mut Raw, at: Sheet<'_>, service: &Node) {
    let Some(node) = service.get("env_file") else { return };
    let one = node.text().into_iter();
    let list = node.list().iter().filter_map(|file| file.text().or_else(|| file.text_at(&["path"])));
    for file in one.chain(list) {
        raw.from.push(Whole::File(disk::normal(&at.dir().join(file))));
    }
}
