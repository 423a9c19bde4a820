//! `use` trees, flattened.

use proc_macro2::Ident;
use syn::UseTree;

use super::{Lower, NESTING, name};
use crate::facts::{
    Name,
    item::UseEntry,
    path::{Path, Segment},
};

/// How many segments an imported path may have; each group that it passes costs a copy of it.
const SEGMENTS: usize = 64;

impl Lower<'_> {
    pub(super) fn use_entries(&mut self, it: &syn::ItemUse) -> Vec<UseEntry> {
        let mut entries = Vec::new();
        let start = Path { is_global: it.leading_colon.is_some(), ..Path::default() };
        self.flatten(&it.tree, start, 0, &mut entries);
        entries
    }

    fn flatten(&mut self, tree: &UseTree, prefix: Path, depth: u32, out: &mut Vec<UseEntry>) {
        if prefix.segments.len() > SEGMENTS || depth > NESTING {
            let message = format!("an import of more than {SEGMENTS} segments was passed over");
            self.say(prefix.span, message);
            return;
        }
        match tree {
            UseTree::Path(it) => {
                let prefix = self.extend(prefix, &it.ident);
                self.flatten(&it.tree, prefix, depth + 1, out);
            }
            UseTree::Name(it) if it.ident == "self" => {
                let alias = Name::new(prefix.last_name());
                out.push(UseEntry { path: prefix, alias, is_glob: false });
            }
            UseTree::Name(it) => {
                let path = self.extend(prefix, &it.ident);
                out.push(UseEntry { path, alias: name(&it.ident), is_glob: false });
            }
            UseTree::Rename(it) => {
                let path = if it.ident == "self" { prefix } else { self.extend(prefix, &it.ident) };
                out.push(UseEntry { path, alias: name(&it.rename), is_glob: false });
            }
            UseTree::Glob(_) => out.push(UseEntry { path: prefix, alias: Name::default(), is_glob: true }),
            UseTree::Group(it) => {
                for tree in &it.items {
                    self.flatten(tree, prefix.clone(), depth + 1, out);
                }
            }
        }
    }

    fn extend(&self, mut path: Path, ident: &Ident) -> Path {
        let span = self.span(ident.span());
        path.span = if path.segments.is_empty() { span } else { path.span.to(span) };
        path.segments.push(Segment { name: name(ident), args: Vec::new() });
        path
    }
}
