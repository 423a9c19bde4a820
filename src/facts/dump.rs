//! Facts as a readable tree: one line a node, `kind name @start..end` with the essentials.
//!
//! Strings are cut to their first characters, for one of them may be a credential.

mod body;

use std::fmt::Display;

use super::{
    FileFacts, Item, ItemId, ItemKind,
    item::{Attribute, FieldItem, FnItem, MetaArg, Receiver, StaticItem, UseEntry, VariantItem},
    path::{Path, TypeRef},
};
use crate::source::Span;

/// How many characters of a string are shown.
const SHOWN: usize = 4;

/// The facts of a file with this text as a tree, the same for the same facts. A `!` behind a place says that it does not
/// fit the text.
#[must_use]
pub fn dump(facts: &FileFacts, text: &str) -> String {
    let mut dump = Dump { facts, text, out: String::new(), indent: 0 };
    dump.attributes(&facts.attributes);
    facts.top.iter().for_each(|id| dump.item(*id));
    for problem in &facts.problems {
        let whole = if problem.is_whole_file { "whole file: " } else { "" };
        dump.line(format_args!("problem {whole}{}", problem.message), problem.span);
    }
    dump.out
}

struct Dump<'f> {
    facts: &'f FileFacts,
    text: &'f str,
    out: String,
    indent: usize,
}

impl Dump<'_> {
    fn line(&mut self, what: impl Display, span: Span) {
        let misfit = if self.text.get(span.range()).is_some() { "" } else { "!" };
        let line = format!("{:1$}{what} @{span:?}{misfit}\n", "", self.indent * 2);
        self.out.push_str(&line);
    }

    fn inside(&mut self, children: impl FnOnce(&mut Self)) {
        self.indent += 1;
        children(self);
        self.indent -= 1;
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        for attribute in attributes {
            // What decides on modules is shown in full.
            let is_open = matches!(attribute.path.as_str(), "cfg" | "cfg_attr" | "path");
            let args = meta_args(&attribute.args, if is_open { usize::MAX } else { SHOWN });
            self.line(format_args!("attribute {}{args}", attribute.path), attribute.span);
        }
    }

    fn item(&mut self, id: ItemId) {
        let item = self.facts.item(id);
        self.line(head(item), item.span);
        self.inside(|dump| {
            dump.attributes(&item.attributes);
            dump.item_parts(&item.kind);
        });
    }

    fn item_parts(&mut self, kind: &ItemKind) {
        match kind {
            ItemKind::Mod(Some(items)) | ItemKind::Trait(items) => items.iter().for_each(|id| self.item(*id)),
            ItemKind::Impl(it) => it.items.iter().for_each(|id| self.item(*id)),
            ItemKind::Use(entries) => entries.iter().for_each(|it| self.line(entry(it), it.path.span)),
            ItemKind::Static(it) | ItemKind::Const(it) => {
                it.init.iter().for_each(|id| self.expr("", *id));
            }
            ItemKind::Fn(it) => {
                it.params.iter().for_each(|param| self.pat(&format!("param {}: ", param.ty), param.pat));
                it.body.iter().for_each(|id| self.expr("", *id));
            }
            ItemKind::Struct(fields) => self.fields(fields),
            ItemKind::Enum(variants) => variants.iter().for_each(|variant| self.variant(variant)),
            ItemKind::MacroRules(paths) => {
                for path in paths {
                    self.line(format_args!("calls {path}"), path.span);
                }
            }
            ItemKind::MacroCall(_, args) => args.iter().for_each(|id| self.expr("", *id)),
            ItemKind::Mod(None) | ItemKind::ExternCrate(_) | ItemKind::Alias(_) | ItemKind::Other => {}
        }
    }

    fn fields(&mut self, fields: &[FieldItem]) {
        for field in fields {
            self.line(format_args!("field {}: {}", field.name, field.ty), field.span);
            self.inside(|dump| dump.attributes(&field.attributes));
        }
    }

    fn variant(&mut self, variant: &VariantItem) {
        self.line(format_args!("variant {}", variant.name), variant.span);
        self.inside(|dump| dump.fields(&variant.fields));
    }
}

/// What stands on an item's own line.
fn head(item: &Item) -> String {
    let name = &item.name;
    let visible = if item.is_pub { "pub " } else { "" };
    let kind = match &item.kind {
        ItemKind::Mod(Some(_)) => format!("mod {name}"),
        ItemKind::Mod(None) => format!("mod {name};"),
        ItemKind::Use(_) => "use".to_owned(),
        ItemKind::ExternCrate(of) => format!("extern crate {of} as {name}"),
        ItemKind::Static(it) => static_head("static", name, it),
        ItemKind::Const(it) => static_head("const", name, it),
        ItemKind::Fn(it) => fn_head(name, it),
        ItemKind::Struct(_) => format!("struct {name}"),
        ItemKind::Enum(_) => format!("enum {name}"),
        ItemKind::Alias(ty) => format!("type {name} = {ty}"),
        ItemKind::Impl(it) => match &it.trait_path {
            Some(path) => format!("impl{} {path} for {}", generics(&it.generics), it.self_ty),
            None => format!("impl{} {}", generics(&it.generics), it.self_ty),
        },
        ItemKind::Trait(_) => format!("trait {name}"),
        ItemKind::MacroRules(_) => format!("macro_rules {name}"),
        ItemKind::MacroCall(path, _) => format!("macro {path}!"),
        ItemKind::Other => format!("other {name}").trim_end().to_owned(),
    };
    let origin = item.from_macro.as_ref().map(|path| format!(" (from {path}!)")).unwrap_or_default();
    format!("{visible}{kind}{origin}")
}

fn static_head(keyword: &str, name: &str, it: &StaticItem) -> String {
    let is_mut = if it.is_mut { "mut " } else { "" };
    let is_ref = if it.is_ref { "ref " } else { "" };
    format!("{keyword} {is_mut}{is_ref}{name}: {}", it.ty)
}

fn fn_head(name: &str, it: &FnItem) -> String {
    let is_async = if it.is_async { "async " } else { "" };
    let is_extern = if it.is_extern { "extern " } else { "" };
    let receiver = match &it.receiver {
        None => String::new(),
        Some(Receiver::Value) => " (self)".to_owned(),
        Some(Receiver::Ref) => " (&self)".to_owned(),
        Some(Receiver::RefMut) => " (&mut self)".to_owned(),
        Some(Receiver::Typed(ty)) => format!(" (self: {ty})"),
    };
    let output = it.output.as_ref().map(|ty| format!(" -> {ty}")).unwrap_or_default();
    format!("{is_async}{is_extern}fn {name}{}{receiver}{output}", generics(&it.generics))
}

fn generics(generics: &[(super::Name, Vec<Path>)]) -> String {
    if generics.is_empty() {
        return String::new();
    }
    let list: Vec<String> = generics
        .iter()
        .map(|(name, bounds)| match bounds.as_slice() {
            [] => name.to_string(),
            bounds => {
                format!("{name}: {}", TypeRef::Impl(bounds.to_vec()).to_string().trim_start_matches("impl "))
            }
        })
        .collect();
    format!("<{}>", list.join(", "))
}

fn entry(entry: &UseEntry) -> String {
    if entry.is_glob {
        return format!("{}::*", entry.path);
    }
    if entry.path.last_name() == entry.alias {
        return entry.path.to_string();
    }
    format!("{} as {}", entry.path, entry.alias)
}

fn meta_args(args: &[MetaArg], shown: usize) -> String {
    if args.is_empty() {
        return String::new();
    }
    let list: Vec<String> = args.iter().map(|arg| meta_arg(arg, shown)).collect();
    format!("({})", list.join(", "))
}

fn meta_arg(arg: &MetaArg, shown: usize) -> String {
    let value = arg.value.as_ref().map(|value| cut(value, shown)).unwrap_or_default();
    match (arg.name.as_str(), value.as_str()) {
        ("", value) => value.to_owned(),
        (name, "") => format!("{name}{}", meta_args(&arg.args, shown)),
        (name, value) => format!("{name} = {value}"),
    }
}

/// A string as it is shown: its first characters, and its length in bytes where those are not all.
fn cut(text: &str, shown: usize) -> String {
    match text.char_indices().nth(shown) {
        Some((end, _)) => format!("{:?}… ({} bytes)", &text[..end], text.len()),
        None => format!("{text:?}"),
    }
}
