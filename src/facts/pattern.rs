//! Patterns as written.

use super::{ExprId, Name, path::Path};
use crate::source::Span;

/// A pattern of the file, by its position in [`FileFacts::pats`](super::FileFacts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PatId(pub u32);

/// A pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Pat {
    /// What kind.
    pub kind: PatKind,
    /// The whole pattern.
    pub span: Span,
}

/// The kinds of patterns.
#[derive(Clone, Debug, PartialEq)]
pub enum PatKind {
    /// `name`, `mut name`, `ref name`, `name @ sub`. A unit variant or constant looks the same.
    Ident(Name, Option<PatId>),
    /// `a::B`: a unit struct, variant or constant with more than one segment.
    Path(Path),
    /// `Some(x)`; a `..` is [`PatKind::Rest`] at its position.
    TupleStruct(Path, Vec<PatId>),
    /// `S { a, b: pat, .. }`.
    Struct(Path, Vec<(Name, PatId)>),
    /// `(a, b)`.
    Tuple(Vec<PatId>),
    /// `[a, .., b]`.
    Slice(Vec<PatId>),
    /// `&p`.
    Ref(PatId),
    /// `a | b`.
    Or(Vec<PatId>),
    /// `p: T` on a closure's parameter.
    Typed(PatId, super::path::TypeRef),
    /// `0`, `-1`, `"x"`, `CONST` in braces.
    Literal(ExprId),
    /// `a..=b`, each end as an expression.
    Range(Option<ExprId>, Option<ExprId>),
    /// `..`
    Rest,
    /// `_`
    Wild,
    /// Not understood.
    Unknown,
}
