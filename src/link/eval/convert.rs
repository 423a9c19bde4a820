//! Conversions whose target only the place they stand in tells: `x.into()`, `Default::default()`.

use super::Frame;
use crate::catalog::schema::TypeRole;
use crate::facts::{
    ExprId, ExprKind, PatId, PatKind,
    path::{Path, TypeRef},
};
use crate::link::{
    resolve::{Owner, Res},
    ty::{Scope, Ty},
    value::Value,
    world::DefId,
};

/// Methods that hand the content of a `Result` or `Option` on.
const HANDS_ON: [&str; 8] =
    ["unwrap", "expect", "unwrap_or_default", "unwrap_or_else", "map_err", "ok", "context", "with_context"];

/// How many wrappers around a conversion are looked through.
const NEST: u32 = 8;

impl<'a> Frame<'_, 'a> {
    /// The value of an expression at a place of a declared type, converted where the expression leaves that to the place.
    pub(super) fn converted(&mut self, e: ExprId, value: Value, declared: &Ty) -> Value {
        let target = declared.innermost(self.catalog());
        let Ty::Def(def, _) = &target else { return value };
        let from = value.ty.innermost(self.catalog());
        if matches!(&from, Ty::Def(own, _) if own == def) {
            return value;
        }
        let Some(name) = self.conversion(e, 0) else { return value };
        let found = self.conversions(*def, name, &from);
        if found.is_empty() {
            return Value { ty: declared.clone(), ..value };
        }
        let args = if name == "default" { Vec::new() } else { vec![value] };
        let value = self.call_all(&found, &args, self.place_of(e));
        Value { ty: declared.clone(), ..value }
    }

    /// The associated function of the target that an expression means.
    fn conversion(&self, e: ExprId, depth: u32) -> Option<&'static str> {
        if depth > NEST {
            return None;
        }
        let inner = match &self.facts().expr(e).kind {
            ExprKind::Try(inner) | ExprKind::Await(inner) | ExprKind::Closure { body: inner, .. } => *inner,
            ExprKind::Block(block) => block.tail?,
            ExprKind::MethodCall { receiver, method, .. } => match method.as_str() {
                "into" => return Some("from"),
                "try_into" => return Some("try_from"),
                "parse" => return Some("from_str"),
                name if HANDS_ON.contains(&name) => *receiver,
                _ => return None,
            },
            ExprKind::Call { callee, args } => {
                let ExprKind::Path(path) = &self.facts().expr(*callee).kind else { return None };
                match (path.last_name(), args.as_slice()) {
                    ("default", []) => return Some("default"),
                    ("Ok" | "Some", [only]) => *only,
                    (_, [only]) if self.wraps(path) => *only,
                    _ => return None,
                }
            }
            _ => return None,
        };
        self.conversion(inner, depth + 1)
    }

    /// Whether a path makes a wrapper or cell around what it is given: `Arc::new`, `LazyLock::new`.
    fn wraps(&self, path: &'a Path) -> bool {
        let Some(Res::External(path)) = self.resolve_path(path) else { return false };
        let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
        let role = self.catalog().ty(owner).map(|entry| entry.is);
        matches!(role, Some(TypeRole::Wrapper | TypeRole::Cell))
    }

    /// The functions of this name that a type has, those that take what is there before all others.
    fn conversions(&self, def: DefId, name: &str, from: &Ty) -> Vec<DefId> {
        let all = self.e.types.resolver.assoc(&Owner::Def(def), name);
        self.taking(all, from)
    }

    /// Of functions that take one value each, those that take this type; all when none says so.
    pub(super) fn taking(&self, all: &[DefId], from: &Ty) -> Vec<DefId> {
        let takes = |def: &&DefId| {
            let first = self.e.types.function(**def).and_then(|item| item.params.first());
            let ty = first.map(|param| self.e.types.lower(self.e.types.scope(**def), &param.ty));
            ty.is_some_and(|ty| ty.innermost(self.catalog()) == *from)
        };
        let fitting: Vec<DefId> = all.iter().filter(takes).copied().collect();
        if fitting.is_empty() { all.to_vec() } else { fitting }
    }

    /// The functions of the name of `def` that its type has: `From` may be implemented several times.
    pub(super) fn overloads(&self, def: DefId, from: &Ty) -> Vec<DefId> {
        let Some((module, ty)) = self.e.types.resolver.self_type(def) else { return vec![def] };
        let owner = match self.e.types.lower(Scope { module, def: None }, ty) {
            Ty::Def(of, _) => Owner::Def(of),
            Ty::External(path, _) => Owner::External(path),
            _ => return vec![def],
        };
        let all = self.e.types.resolver.assoc(&owner, &self.name_of(def));
        if all.len() > 1 { self.taking(all, &from.innermost(self.catalog())) } else { vec![def] }
    }

    /// Arguments that are converted to what a function takes.
    pub(super) fn convert_args(&mut self, def: DefId, args: &[ExprId], values: &mut [Value]) {
        let Some(item) = self.e.types.function(def) else { return };
        let skipped = usize::from(item.receiver.is_some() && args.len() > item.params.len());
        for (at, e) in args.iter().enumerate().skip(skipped) {
            let Some(param) = item.params.get(at - skipped) else { return };
            if self.conversion(*e, 0).is_none() {
                continue;
            }
            let declared = self.e.types.lower(self.e.types.scope(def), &param.ty);
            if let Some(slot) = values.get_mut(at) {
                let value = std::mem::take(slot);
                *slot = self.converted(*e, value, &declared);
            }
        }
    }

    /// The type that a pattern is written for: `Settings { key, .. }`.
    pub(super) fn type_of_pat(&self, pat: PatId) -> Ty {
        match &self.facts().pat(pat).kind {
            PatKind::Struct(path, _) | PatKind::TupleStruct(path, _) => {
                self.e.types.lower(self.scope, &TypeRef::Path(path.clone()))
            }
            _ => Ty::Unknown,
        }
    }
}
