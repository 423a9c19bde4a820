//! Arguments of the command line that come from a variable when they are not written: fields of a struct that a derive fills.

use std::rc::Rc;

use smol_str::SmolStr;

use super::{Demand, Names, Need};
use crate::catalog::Words;
use crate::facts::{
    ItemKind,
    item::{Attribute, FieldItem},
    path::TypeRef,
};
use crate::link::{engine::Engine, resolve::Res, world::DefId};
use crate::source::Place;

/// How deep structs are followed into their fields.
const DEPTH: u32 = 6;

/// The variables that a struct needs when it is filled from the command line; none where no derive does so.
pub(super) fn needs(engine: &Engine<'_>, def: DefId, is_conditional: bool) -> Vec<Need> {
    let mut found = Vec::new();
    gather(engine, def, is_conditional, DEPTH, &mut found);
    found
}

fn gather(engine: &Engine<'_>, def: DefId, is_conditional: bool, left: u32, found: &mut Vec<Need>) {
    let at = engine.types.world.def(def);
    let item = engine.inputs().item(at.file, at.item);
    let words = engine.inputs().catalog.words();
    let is_derived = item.derives().any(|name| words.is_argument_derive(name));
    let ItemKind::Struct(fields) = &item.kind else { return };
    if !is_derived || left == 0 {
        return;
    }
    for field in fields {
        if has(field, words, "flatten")
            && let TypeRef::Path(path) = &field.ty
            && let Some(Res::Def(inner)) = engine.types.resolver.resolve_type(at.module, path)
        {
            gather(engine, inner, is_conditional, left - 1, found);
        }
        if let Some(name) = variable(field, words) {
            let place = Place { file: at.file, span: field.span };
            let what = Names::Known(Rc::from([name]));
            found.push(Need { what, place, demand: Demand::Ends, is_conditional, is_argument: true });
        }
    }
}

/// The variable that a field has to be given by, where no argument is.
fn variable(field: &FieldItem, words: &Words) -> Option<SmolStr> {
    let args = || attributes(field, words).flat_map(|it| &it.args);
    let env = args().find(|arg| arg.name == "env")?;
    let is_eased = |name: &str| {
        ["default", "required", "conflicts", "group", "num_args", "action"]
            .iter()
            .any(|it| name.starts_with(it))
    };
    if args().any(|arg| is_eased(&arg.name)) || is_optional(&field.ty) {
        return None;
    }
    let name = env.value.clone().unwrap_or_else(|| field.name.to_ascii_uppercase());
    super::body::is_variable(&name).then(|| SmolStr::new(name))
}

fn attributes<'f>(field: &'f FieldItem, words: &Words) -> impl Iterator<Item = &'f Attribute> {
    field.attributes.iter().filter(|it| words.is_argument_attribute(&it.path))
}

fn has(field: &FieldItem, words: &Words, name: &str) -> bool {
    let is_asked = |it: &&Attribute| it.path == "command" || words.is_argument_attribute(&it.path);
    field.attributes.iter().filter(is_asked).flat_map(|it| &it.args).any(|arg| arg.name == name)
}

fn is_optional(ty: &TypeRef) -> bool {
    match ty {
        TypeRef::Path(path) => matches!(path.last_name(), "Option" | "Vec" | "bool"),
        _ => true,
    }
}
