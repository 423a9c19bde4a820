//! Kustomizations, as far as they make config maps and secrets of literals and files. Their patches are not applied: the
//! variables that they mention count as given.

use std::collections::BTreeMap;

use super::{
    gathered::{Gathered, Object, Sheet},
    yaml::Node,
};
use crate::source::{Place, disk};

/// Reads one kustomization.
pub(super) fn read(gathered: &mut Gathered, at: Sheet<'_>, node: &Node) {
    for (list, is_secret) in [("configMapGenerator", false), ("secretGenerator", true)] {
        for generator in node.get(list).map(Node::list).unwrap_or_default() {
            generate(gathered, at, generator, is_secret);
        }
    }
    let patches =
        ["patches", "patchesJson6902", "patchesStrategicMerge", "replacements", "vars", "transformers"];
    for part in patches.iter().filter_map(|name| node.get(name)) {
        let text = at.text.get(part.span.range()).unwrap_or_default();
        gathered.mention(text);
        if text.contains("envFrom") {
            gathered.patched = Some("a kustomization changes the variables of containers".to_owned());
        }
    }
}

/// Sets that are made of files have to wait until all files were read: they are noted as files of variables.
fn generate(gathered: &mut Gathered, at: Sheet<'_>, generator: &Node, is_secret: bool) {
    let Some(name) = generator.text_at(&["name"]) else { return };
    let mut names: BTreeMap<String, Place> = BTreeMap::new();
    for literal in generator.get("literals").map(Node::list).unwrap_or_default() {
        let Some((name, value)) = literal.text().and_then(|text| text.split_once('=')) else { continue };
        names.insert(name.to_owned(), at.place(literal.span));
        gathered.literal(name, value.trim_matches(['"', '\'']), at.place(literal.span), true);
        if is_secret {
            gathered.hide(at.place(literal.span));
        }
    }
    for file in generator.get("files").map(Node::list).unwrap_or_default() {
        let text = file.text().unwrap_or_default();
        let key =
            text.split_once('=').map_or_else(|| text.rsplit('/').next().unwrap_or(text), |(key, _)| key);
        names.insert(key.to_owned(), at.place(file.span));
    }
    let object = Object { is_secret, name: name.to_owned() };
    gathered.object(object.clone(), Some(names));
    let lists = generator.get("envs").map(Node::list).unwrap_or_default().iter().map(|node| &**node);
    for file in lists.chain(generator.get("env")).filter_map(Node::text) {
        gathered.object_files.push((object.clone(), disk::normal(&at.dir().join(file))));
    }
}
