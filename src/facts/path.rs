//! Paths and types as written.

use super::Name;
use crate::source::Span;

/// A path as written: `crate::a::B::<T>::c`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// Whether it starts with `::`.
    pub is_global: bool,
    /// `<T as Trait>::…`: the `T`. The segments then start with those of the trait, if one is written.
    pub self_type: Option<Box<TypeRef>>,
    /// The segments, at least one (none only where `self_type` is set).
    pub segments: Vec<Segment>,
    /// The whole path.
    pub span: Span,
}

/// One segment of a path with its generic arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The name; raw identifiers without `r#`.
    pub name: Name,
    /// Type arguments in order; lifetimes and const arguments are left out, `Fn(A) -> B` gives `A` and `B`.
    pub args: Vec<TypeRef>,
}

impl Path {
    /// The last segment's name, empty for a path without segments.
    #[must_use]
    pub fn last_name(&self) -> &str {
        self.segments.last().map_or("", |segment| segment.name.as_str())
    }

    /// The name when the path is a single plain identifier.
    #[must_use]
    pub fn as_ident(&self) -> Option<&Name> {
        match self.segments.as_slice() {
            [one] if !self.is_global && self.self_type.is_none() => Some(&one.name),
            _ => None,
        }
    }
}

/// A type as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypeRef {
    /// A path, `Arc<Mutex<T>>`.
    Path(Path),
    /// `&T`, `&mut T`, `*const T`, `*mut T`.
    Ref(Box<TypeRef>),
    /// `(A, B)`; the unit type is the empty tuple.
    Tuple(Vec<TypeRef>),
    /// `[T]`, `[T; N]`.
    Slice(Box<TypeRef>),
    /// `impl A + B`: the trait bounds, lifetimes left out.
    Impl(Vec<Path>),
    /// `dyn A + B`: the trait bounds, lifetimes left out.
    Dyn(Vec<Path>),
    /// `fn(A) -> B`: parameters and the return type.
    Fn(Vec<TypeRef>, Box<TypeRef>),
    /// `!`.
    Never,
    /// `_`, and what was not understood (macros in type position, verbatim tokens).
    Unknown,
}
