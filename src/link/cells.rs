//! Cells: the process-wide places, who fills them, who reads them, and what renews them.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{ty::Ty, value::Value, world::DefId};
use crate::catalog::schema::CellKind;
use crate::facts::Name;
use crate::source::Place;

/// What a cell is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CellKey {
    /// A static.
    Static(DefId),
    /// A memoised function.
    Memo(DefId),
    /// A library's own global, by the path of its setter.
    Global(SmolStr),
}

/// A process-wide place that holds a value.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What it is known by.
    pub key: CellKey,
    /// Where it is declared; for a library's own global, where it is set first.
    pub place: Place,
    /// Its name.
    pub name: Name,
    /// How it is filled; `None` for `static mut`.
    pub kind: Option<CellKind>,
    /// Its declared type.
    pub ty: Ty,
    /// Whether its content can be changed in place: behind a lock, or as `static mut`.
    pub is_writable: bool,
    /// Everything it may hold.
    pub content: Value,
    /// Where it is filled.
    pub fills: BTreeMap<Place, Fill>,
    /// Where it is read, and in which function.
    pub reads: BTreeMap<Place, DefId>,
    /// Where its content's age is looked at, or the content renewed.
    pub renewals: BTreeMap<Place, Renewal>,
    /// Whether it stands in test or example code.
    pub is_example: bool,
}

/// One place where a cell is filled.
#[derive(Clone, Debug)]
pub struct Fill {
    /// The function.
    pub def: DefId,
    /// How.
    pub how: FillKind,
    /// Whether it is done in a loop.
    pub in_loop: bool,
    /// Whether what is stored comes from a parameter that the function's callers decide.
    pub from_parameter: bool,
}

/// How a cell is filled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FillKind {
    /// By its initialiser.
    Initialiser,
    /// By whoever comes first.
    FirstCaller,
    /// By a store.
    Store,
}

/// What keeps a cell's content from growing old.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Renewal {
    /// Its type holds when it ends.
    ExpiryField,
    /// Somebody asks whether it has ended.
    ExpiryCheck,
    /// A method of its content renews it.
    RenewingMethod,
    /// It is stored again and again.
    StoreInLoop,
    /// It ends by itself.
    TimeToLive,
}
