//! What a value of a type can hold at all, as far as its declaration tells.

use super::{
    ty::{Args, Scope, Ty, Types},
    world::DefId,
};
use crate::catalog::{Catalog, schema::TypeRole};
use crate::facts::{ItemKind, item::FieldItem};

/// How deep types are looked into. What is deeper may be anything.
const DEPTH: u32 = 6;

/// What a value can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// Nothing that could flow anywhere: numbers, flags, times.
    Nothing,
    /// Texts, but no client and nothing that a fork does not copy.
    Texts,
    /// Anything.
    Anything,
}

/// How many kinds of a credential there may be.
const KINDS: usize = 8;

/// How deep a thing of many kinds is looked for.
const NEST: u32 = 3;

/// What is known of a type so far.
#[derive(Clone, Copy)]
struct Found {
    holds: Holds,
    /// Whether the type was met inside itself on the way, so that this is not the whole truth about what is inside.
    is_part: bool,
}

impl Found {
    fn whole(holds: Holds) -> Self {
        Self { holds, is_part: false }
    }

    fn and(self, other: Self) -> Self {
        Self { holds: self.holds.max(other.holds), is_part: self.is_part || other.is_part }
    }
}

impl Types<'_> {
    /// Whether a type, under whatever wrappers, is one of many kinds of things, as the tokens of a language are: an enum
    /// of many variants, or a struct without a text that has one.
    pub(super) fn is_one_of_many(self, ty: &Ty) -> bool {
        self.is_one_of_many_at(ty, 0)
    }

    fn is_one_of_many_at(self, ty: &Ty, depth: u32) -> bool {
        if depth > NEST {
            return false;
        }
        match ty.innermost(self.inputs.catalog) {
            Ty::Tuple(Some(list)) | Ty::Slice(Some(list)) => {
                list.iter().any(|ty| self.is_one_of_many_at(ty, depth + 1))
            }
            Ty::Def(def, _) => self.is_def_one_of_many(def, depth),
            _ => false,
        }
    }

    fn is_def_one_of_many(self, def: DefId, depth: u32) -> bool {
        let at = self.world.def(def);
        let scope = Scope { module: at.module, def: None };
        match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Enum(variants) => variants.len() > KINDS,
            ItemKind::Struct(fields) => {
                let types: Vec<Ty> = fields.iter().map(|field| self.lower(scope, &field.ty)).collect();
                !types.iter().any(|ty| ty.is_textual(self.inputs.catalog))
                    && types.iter().any(|ty| self.is_one_of_many_at(ty, depth + 1))
            }
            _ => false,
        }
    }

    /// What a value of this type can hold.
    pub(super) fn holds(self, ty: &Ty) -> Holds {
        self.holds_at(ty, 0).holds
    }

    fn holds_at(self, ty: &Ty, depth: u32) -> Found {
        match ty {
            Ty::External(path, list) => self.holds_external(ty, path, list, depth),
            Ty::Tuple(list) => self.holds_all(list, depth),
            Ty::Slice(list) if list.is_some() => self.holds_all(list, depth),
            Ty::Def(def, _) if depth < DEPTH => self.holds_def(*def, depth),
            _ => Found::whole(Holds::Anything),
        }
    }

    fn holds_all(self, list: &Args, depth: u32) -> Found {
        let all = list.iter().flat_map(|list| list.iter()).map(|ty| self.holds_at(ty, depth + 1));
        all.fold(Found::whole(Holds::Nothing), Found::and)
    }

    fn holds_external(self, ty: &Ty, path: &str, list: &Args, depth: u32) -> Found {
        let catalog = self.inputs.catalog;
        if ty.is_text() {
            return Found::whole(Holds::Texts);
        }
        if let Some(holds) = plain(path, catalog) {
            return Found::whole(holds);
        }
        let is_collection = path.starts_with("std::collections::") || path == "std::vec::Vec";
        let is_container =
            is_collection || matches!(ty.role(catalog), Some(TypeRole::Wrapper | TypeRole::Cell));
        if is_container && list.is_some() {
            return self.holds_all(list, depth);
        }
        Found::whole(Holds::Anything)
    }

    fn holds_def(self, def: DefId, depth: u32) -> Found {
        if let Some(known) = self.resolver.held(def) {
            return Found::whole(known);
        }
        if !self.resolver.open_type(def) {
            // A type inside itself adds nothing to itself.
            return Found { holds: Holds::Nothing, is_part: true };
        }
        let at = self.world.def(def);
        let scope = Scope { module: at.module, def: None };
        let of = |field: &FieldItem| self.holds_at(&self.lower(scope, &field.ty), depth + 1);
        let nothing = Found::whole(Holds::Nothing);
        let found = match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Struct(fields) => fields.iter().map(of).fold(nothing, Found::and),
            ItemKind::Enum(variants) => {
                variants.iter().flat_map(|variant| &variant.fields).map(of).fold(nothing, Found::and)
            }
            _ => Found::whole(Holds::Anything),
        };
        let is_whole = !found.is_part || depth == 0 || found.holds == Holds::Anything;
        self.resolver.close_type(def, is_whole.then_some(found.holds));
        found
    }
}

/// What a type that somebody else declared holds, where that is known.
fn plain(path: &str, catalog: &Catalog) -> Option<Holds> {
    const NOTHING: [&str; 4] = ["std::time::", "std::sync::atomic::", "std::cmp::", "std::num::"];
    match path {
        "std::primitive::bool" | "std::primitive::char" | "std::primitive::float" | "std::primitive::int" => {
            return Some(Holds::Nothing);
        }
        _ if NOTHING.iter().any(|start| path.starts_with(start)) => return Some(Holds::Nothing),
        _ => {}
    }
    let krate = path.split("::").next()?;
    let words = catalog.words();
    if words.is_plain_crate(krate) {
        Some(Holds::Nothing)
    } else if words.is_text_crate(krate) {
        Some(Holds::Texts)
    } else {
        None
    }
}
