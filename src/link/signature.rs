//! The types of a function's parameters and of what it gives back, worked out once.

use std::rc::Rc;

use super::{
    holds::Holds,
    ty::{Ty, Types},
    value::{Value, What},
    world::DefId,
};
use crate::facts::{
    ItemKind, Name,
    path::{Path, Segment, TypeRef},
};

/// The types of a function.
#[derive(Debug, Default)]
pub(super) struct Signature {
    /// The parameters; the receiver of a method is the first.
    pub params: Vec<Parameter>,
    /// What it gives back; unknown where it gives nothing.
    pub output: Ty,
}

/// A parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    /// Its type.
    pub ty: Ty,
    /// What of an argument is to be followed.
    pub follows: Follows,
    /// Whether an argument may be a way to a cell.
    pub may_be_a_cell: bool,
    /// Whether an argument holds texts at most.
    pub is_text: bool,
}

/// What of an argument can matter inside the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Follows {
    /// Nothing: the type holds nothing that could flow anywhere.
    Nothing,
    /// The argument itself. Its fields, if it has any, are known to the whole program.
    Whole,
    /// The argument and the fields that it was put together of.
    Fields,
}

impl Signature {
    /// The signature of a function; an empty one for anything else.
    pub(super) fn of(types: Types<'_>, def: DefId) -> Rc<Self> {
        let at = types.world.def(def);
        let ItemKind::Fn(item) = &types.inputs.item(at.file, at.item).kind else { return Rc::default() };
        let scope = types.scope(def);
        let receiver = item.receiver.is_some().then(|| types.lower(scope, &self_path()));
        let declared = item.params.iter().map(|param| types.lower(scope, &param.ty));
        let params = receiver.into_iter().chain(declared).map(|ty| Parameter::new(types, ty)).collect();
        let output = item.output.as_ref().map(|ty| types.lower(scope, ty)).unwrap_or_default();
        Rc::new(Self { params, output })
    }
}

impl Parameter {
    /// What of an argument can matter inside the function; `None` for nothing.
    pub(super) fn part_of(&self, argument: &Value) -> Option<Value> {
        if self.follows == Follows::Nothing {
            return None;
        }
        let fields = if self.follows == Follows::Whole { None } else { argument.fields.clone() };
        let part = Value {
            marks: Rc::clone(&argument.marks),
            fields,
            text: argument.text.clone(),
            ..Value::default()
        };
        let is_lost = |what: &What| match what {
            What::Copied(_) => true,
            What::Cell(_) => !self.may_be_a_cell,
            What::Refreshing | What::Hazard(_) => self.is_text,
            _ if what.is_built() => self.is_text,
            _ => false,
        };
        Some(part.without(is_lost).essence())
    }

    /// All of an argument, with the places that it was read from; `None` where the parameter holds nothing.
    pub(super) fn all_of(&self, argument: &Value) -> Option<Value> {
        (self.follows != Follows::Nothing).then(|| argument.essence())
    }

    fn new(types: Types<'_>, ty: Ty) -> Self {
        let catalog = types.inputs.catalog;
        let holds = types.holds(&ty);
        let follows = if holds == Holds::Nothing {
            Follows::Nothing
        } else if ty.is_textual(catalog)
            || matches!(ty.innermost(catalog), Ty::Def(def, _) if types.fields(def).is_some())
        {
            Follows::Whole
        } else {
            Follows::Fields
        };
        let may_be_a_cell = ty.may_be_a_cell(catalog);
        let is_text = holds == Holds::Texts;
        Self { ty, follows, may_be_a_cell, is_text }
    }
}

/// `Self`.
fn self_path() -> TypeRef {
    let segments = vec![Segment { name: Name::new_static("Self"), args: Vec::new() }];
    TypeRef::Path(Path { segments, ..Path::default() })
}
