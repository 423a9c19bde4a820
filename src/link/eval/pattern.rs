//! Patterns: what a value is taken apart into.

use super::{Frame, Local, place::content_of_fallible, tuple_field};
use crate::facts::{Name, PatId, PatKind, path::Path};
use crate::link::{
    naming,
    resolve::Res,
    ty::{Ty, args},
    value::Value,
};

impl<'a> Frame<'_, 'a> {
    /// Binds the names of a pattern to the parts of a value.
    pub(super) fn bind(&mut self, pat: PatId, value: &Value) {
        let kind = &self.facts().pat(pat).kind;
        match kind {
            PatKind::Ident(name, None) if is_constant(name) => {}
            PatKind::Ident(name, sub) => {
                if let Some(sub) = sub {
                    self.bind(*sub, value);
                }
                let value = naming::named(self.e, value.clone(), name);
                self.locals.push(Local { name: name.clone(), value, depth: self.depth });
            }
            PatKind::TupleStruct(path, inner) => self.bind_tuple_struct(path, inner, value),
            PatKind::Struct(_, fields) => {
                for (name, pat) in fields {
                    let place = self.place(self.facts().pat(*pat).span);
                    let field = self.field_of(value, name, place);
                    self.bind(*pat, &field);
                }
            }
            PatKind::Tuple(pats) => {
                let value = self.as_tuple(value);
                for (at, pat) in pats.iter().enumerate() {
                    let place = self.place(self.facts().pat(*pat).span);
                    let field = self.field_of(&value, &tuple_field(at), place);
                    self.bind(*pat, &field);
                }
            }
            PatKind::Slice(pats) => {
                let element = self.content_of(value.clone());
                for inner in pats {
                    self.bind(*inner, &element);
                }
            }
            PatKind::Ref(inner) => self.bind(*inner, value),
            PatKind::Typed(inner, ty) => {
                let declared = self.e.types.lower(self.scope, ty);
                let value = value.clone().typed(declared, self.catalog());
                self.bind(*inner, &value);
            }
            PatKind::Or(pats) => {
                if let Some(first) = pats.first() {
                    self.bind(*first, value);
                }
            }
            PatKind::Path(_)
            | PatKind::Literal(_)
            | PatKind::Range(..)
            | PatKind::Rest
            | PatKind::Wild
            | PatKind::Unknown => {}
        }
    }

    /// `Some(x)`, `Ok(x)` give the content; a variant or tuple struct of this run its fields.
    fn bind_tuple_struct(&mut self, path: &'a Path, inner: &[PatId], value: &Value) {
        let is_content = matches!(path.last_name(), "Some" | "Ok") && inner.len() == 1;
        if path.last_name() == "Err" {
            let nothing = Value::default();
            for pat in inner {
                self.bind(*pat, &nothing);
            }
            return;
        }
        let content = if is_content { content_of_fallible(value.clone()) } else { value.clone() };
        if is_content {
            self.bind(inner[0], &content);
            return;
        }
        let res = self.resolve_path(path);
        let is_own = matches!(res, Some(Res::Variant(..) | Res::Def(_)));
        // `State(state)` takes an extractor off what it is around.
        if let ([pat], false, Some(ty)) = (inner, is_own, content.ty.content(self.catalog())) {
            self.bind(*pat, &Value { ty, ..content });
            return;
        }
        for (at, pat) in inner.iter().enumerate() {
            let name = variant_field(res.as_ref(), at);
            let place = self.place(self.facts().pat(*pat).span);
            let mut field = self.field_of(&content, &name, place);
            if !is_own && field.marks.is_empty() {
                field.add(&content.marks);
            }
            self.bind(*pat, &field);
        }
    }

    /// A tuple behind wrappers, as `Option<(A, B)>` holds it; a map's entry, whose value is what matters.
    fn as_tuple(&self, value: &Value) -> Value {
        if is_map(&value.ty) && value.field("1").is_none() {
            return pair(Value::default(), self.content_of(value.clone()));
        }
        match value.ty.innermost(self.catalog()) {
            ty @ Ty::Tuple(_) => Value { ty, ..value.clone() },
            _ => value.clone(),
        }
    }

    /// The one name that a pattern binds.
    pub(super) fn name_of_pat(&self, pat: PatId) -> Option<Name> {
        match &self.facts().pat(pat).kind {
            PatKind::Ident(name, _) => Some(name.clone()),
            PatKind::Typed(inner, _) | PatKind::Ref(inner) => self.name_of_pat(*inner),
            _ => None,
        }
    }
}

/// The name under which the payload of a variant is kept: variants of one enum do not mix.
fn variant_field(res: Option<&Res>, at: usize) -> Name {
    match res {
        Some(Res::Variant(_, variant)) => smol_str::format_smolstr!("{variant}.{at}"),
        _ => tuple_field(at),
    }
}

/// Whether a name in a pattern is that of a constant, a unit struct or a variant, by the way everybody writes those.
fn is_constant(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
}

/// Whether a type is a map, whose entries are pairs.
pub(super) fn is_map(ty: &Ty) -> bool {
    matches!(ty, Ty::External(path, Some(list)) if path.ends_with("Map") && list.len() > 1)
}

/// Two values as one.
pub(super) fn pair(first: Value, second: Value) -> Value {
    let mut pair = Value::of(Ty::Tuple(args(vec![first.ty.clone(), second.ty.clone()])));
    pair.set_field(tuple_field(0), first);
    pair.set_field(tuple_field(1), second);
    pair
}
