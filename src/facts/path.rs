//! Paths and types as written.

use std::fmt;

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

/// As code without spaces and turbofish: `a::B<T>::c`, `<T>::c`.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(own) = &self.self_type {
            write!(f, "<{own}>")?;
        }
        for (at, segment) in self.segments.iter().enumerate() {
            if at > 0 || self.is_global || self.self_type.is_some() {
                f.write_str("::")?;
            }
            f.write_str(&segment.name)?;
            if !segment.args.is_empty() {
                f.write_str("<")?;
                list(f, &segment.args, ", ")?;
                f.write_str(">")?;
            }
        }
        Ok(())
    }
}

/// As code; what was not understood is `_`.
impl fmt::Display for TypeRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => path.fmt(f),
            Self::Ref(inner) => write!(f, "&{inner}"),
            Self::Tuple(types) => {
                f.write_str("(")?;
                list(f, types, ", ")?;
                f.write_str(")")
            }
            Self::Slice(element) => write!(f, "[{element}]"),
            Self::Impl(bounds) => {
                f.write_str("impl ")?;
                list(f, bounds, " + ")
            }
            Self::Dyn(bounds) => {
                f.write_str("dyn ")?;
                list(f, bounds, " + ")
            }
            Self::Fn(params, output) => {
                f.write_str("fn(")?;
                list(f, params, ", ")?;
                write!(f, ") -> {output}")
            }
            Self::Never => f.write_str("!"),
            Self::Unknown => f.write_str("_"),
        }
    }
}

fn list<T: fmt::Display>(f: &mut fmt::Formatter<'_>, list: &[T], separator: &str) -> fmt::Result {
    for (at, it) in list.iter().enumerate() {
        if at > 0 {
            f.write_str(separator)?;
        }
        it.fmt(f)?;
    }
    Ok(())
}
