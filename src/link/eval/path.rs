//! Paths in value position: locals, statics, constants, functions, unit structs and variants.

use super::Frame;
use crate::facts::{ItemKind, Name, path::Path};
use crate::link::{
    event::Event,
    resolve::Res,
    ty::Ty,
    value::{Callable, Text, Value},
    world::DefId,
};
use crate::source::Span;

impl<'a> Frame<'_, 'a> {
    pub(super) fn eval_path(&mut self, path: &'a Path, span: Span) -> Value {
        if let Some(name) = path.as_ident()
            && let Some(at) = self.local_at(name)
        {
            return self.locals[at].value.clone();
        }
        match self.resolve_path(path) {
            Some(Res::Def(def)) => self.eval_def(def, span),
            Some(Res::Variant(def, _)) => Value::of(Ty::Def(def, None)),
            Some(Res::External(path)) => self.eval_external(&path),
            _ => Value::default(),
        }
    }

    /// What a path names; `Self::x` and `T::x` included.
    pub(super) fn resolve_path(&self, path: &'a Path) -> Option<Res> {
        match path.segments.first() {
            Some(first) if first.name == "Self" => self.resolve_self(path),
            None => None,
            _ if path.self_type.is_some() => self.resolve_qualified(path),
            _ => self.resolve_value(path),
        }
    }

    /// `Self`, `Self::new`, `Self::CONST`, `Self::Variant`.
    fn resolve_self(&self, path: &'a Path) -> Option<Res> {
        let ty = self.e.types.self_type_in(self.def);
        match path.segments.get(1) {
            None => match ty {
                Ty::Def(def, _) => Some(Res::Def(def)),
                _ => None,
            },
            Some(segment) => self.assoc_of(&ty, &segment.name),
        }
    }

    /// `<T>::name`, `<T as Trait>::name`.
    fn resolve_qualified(&self, path: &'a Path) -> Option<Res> {
        let ty = self.e.types.lower(self.scope, path.self_type.as_deref()?);
        self.assoc_of(&ty, &path.segments.last()?.name)
    }

    /// A variant or associated function of a type.
    fn assoc_of(&self, ty: &Ty, name: &Name) -> Option<Res> {
        let resolver = self.e.types.resolver;
        match ty {
            Ty::Def(def, _) => {
                let at = self.e.types.world.def(*def);
                if let ItemKind::Enum(variants) = &self.e.inputs().item(at.file, at.item).kind
                    && variants.iter().any(|variant| variant.name == *name)
                {
                    return Some(Res::Variant(*def, name.clone()));
                }
                resolver
                    .assoc(&crate::link::resolve::Owner::Def(*def), name)
                    .first()
                    .map(|def| Res::Def(*def))
            }
            Ty::External(path, _) => {
                Some(Res::External(self.catalog().canonical(&format!("{path}::{name}"))))
            }
            _ => None,
        }
    }

    pub(super) fn eval_def(&mut self, def: DefId, span: Span) -> Value {
        let at = self.e.types.world.def(def);
        match &self.e.inputs().item(at.file, at.item).kind {
            ItemKind::Static(_) => self.eval_static(def, self.place(span)),
            ItemKind::Const(_) => {
                let summary = self.e.summary_for(def, self.def);
                // `const X: Lazy<…>` is made anew wherever it is named.
                if !summary.events.is_empty() {
                    let place = self.place(span);
                    self.events.push(Event::Call(def, Vec::new(), place));
                }
                summary.ret.clone()
            }
            ItemKind::Fn(_) => Value { callable: Some(Callable::Def(def)), ..Value::default() },
            ItemKind::Struct(_) => Value::of(Ty::Def(def, None)),
            _ => Value::default(),
        }
    }

    fn eval_external(&mut self, path: &smol_str::SmolStr) -> Value {
        let last = path.rsplit("::").next().unwrap_or_default();
        // A constant of another package stands for its own name: `AUTHORIZATION`.
        let is_constant = last.len() > 1
            && last.chars().all(|char| char.is_ascii_uppercase() || char.is_ascii_digit() || char == '_');
        let place = self.place(Span::default());
        if path == "std::option::Option::None" {
            return Value::default();
        }
        Value {
            callable: Some(Callable::External(path.clone())),
            text: is_constant.then(|| Text { text: last.into(), place, is_one_of_many: false }),
            ..Value::default()
        }
    }
}
