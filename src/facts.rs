//! Floor 1, *facts*: one file's syntax as plain owned data. The only floor that knows syn.
//!
//! Facts mirror the surface syntax and are ignorant of everything outside the file: cargo, cfg values, other files, and
//! every crate of the ecosystem. Names are resolved later, in `link`.

mod blank;
mod depth;
mod dump;
mod enclosing;
pub mod expr;
mod gather;
pub mod item;
mod layout;
mod load;
mod lower;
mod mend;
mod nodes;
mod offsets;
mod opaque;
pub mod path;
pub mod pattern;
mod recover;
mod scan;

use rustc_hash::FxHashMap;

use crate::source::{Problem, Span};
pub use dump::dump;
pub use expr::{Expr, ExprId, ExprKind};
pub use gather::gather;
pub use item::{Item, ItemId, ItemKind};
pub use layout::{laid_out, laid_out_statements};
pub use load::{Loaded, load};
pub use pattern::{Pat, PatId, PatKind};

/// A name as written in the source.
pub type Name = smol_str::SmolStr;

/// What one file says. Items, expressions and patterns live in arenas and name each other by index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileFacts {
    /// Attributes of the file itself (`#![…]`).
    pub attributes: Vec<item::Attribute>,
    /// The top-level items, in order.
    pub top: Vec<ItemId>,
    /// Every item of the file.
    pub items: Vec<Item>,
    /// Every expression.
    pub exprs: Vec<Expr>,
    /// Every pattern.
    pub pats: Vec<Pat>,
    /// The items that stand in bodies, by the body of the function or initialiser, without those of other items.
    pub inner: FxHashMap<ExprId, Vec<ItemId>>,
    /// What was not understood; place spans are in this file.
    pub problems: Vec<FactProblem>,
}

/// A stretch of a file that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FactProblem {
    /// The bytes passed over.
    pub span: Span,
    /// Why: lower case, no full stop.
    pub message: String,
    /// Whether nothing at all in the file was understood.
    pub is_whole_file: bool,
}

impl FactProblem {
    /// The problem as the run reports it.
    #[must_use]
    pub fn into_problem(self, file: crate::source::FileId, shown: &str) -> Problem {
        let kind = if self.is_whole_file {
            crate::source::ProblemKind::Unparsable
        } else {
            crate::source::ProblemKind::PartlyParsed
        };
        let place = crate::source::Place { file, span: self.span };
        Problem { kind, path: shown.to_owned(), place: Some(place), message: self.message }
    }
}

impl FileFacts {
    /// The item of an id.
    #[must_use]
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[id.0 as usize]
    }

    /// The expression of an id.
    #[must_use]
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// The pattern of an id.
    #[must_use]
    pub fn pat(&self, id: PatId) -> &Pat {
        &self.pats[id.0 as usize]
    }
}
