//! Items as written: modules, imports, statics, functions, types, impls.

use super::{
    ExprId, Name, PatId,
    path::{Path, TypeRef},
};
use crate::source::Span;

/// An item of the file, by its position in [`FileFacts::items`](super::FileFacts).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId(pub u32);

/// An item.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name; empty for impls, imports and macro calls.
    pub name: Name,
    /// The name's bytes; where there is no name, the item's first token.
    pub name_span: Span,
    /// The whole item with its attributes.
    pub span: Span,
    /// Its attributes, doc comments left out.
    pub attributes: Vec<Attribute>,
    /// Whether any visibility is written (`pub`, `pub(crate)`, …).
    pub is_pub: bool,
    /// The path of the macro call whose tokens it was read from (`lazy_static`, `thread_local`, `cfg_if`), if any.
    pub from_macro: Option<Path>,
    /// What kind.
    pub kind: ItemKind,
}

impl Item {
    /// The derives of a struct or enum, each by the last name of its path.
    pub fn derives(&self) -> impl Iterator<Item = &str> {
        let derives = self.attributes.iter().filter(|it| it.path == "derive").flat_map(|it| &it.args);
        derives.filter_map(|arg| arg.name.rsplit("::").next())
    }
}

/// An attribute other than a doc comment: `#[path(arguments)]`, `#[path = "value"]`; `#[unsafe(path)]` is `#[path]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// The path, joined with `::`.
    pub path: Name,
    /// The arguments, as far as they are meta items or literals.
    pub args: Vec<MetaArg>,
    /// The whole attribute.
    pub span: Span,
}

/// One argument of an attribute: `name`, `name = "value"`, `name(args)`, `"value"`.
#[derive(Clone, Debug, PartialEq)]
pub struct MetaArg {
    /// The path joined with `::`; empty for a bare literal.
    pub name: Name,
    /// The literal behind `=`, or the bare literal; other expressions as their source text.
    pub value: Option<String>,
    /// Nested arguments.
    pub args: Vec<MetaArg>,
}

/// The kinds of items.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `mod name { … }` with its items, or `mod name;` (`None`).
    Mod(Option<Vec<ItemId>>),
    /// `use …;`, flattened: one entry a name or glob.
    Use(Vec<UseEntry>),
    /// `extern crate name as alias;` (the item's name is the alias, or the name).
    ExternCrate(Name),
    /// `static [mut] NAME: T = init;`, also from `lazy_static!` and `thread_local!`.
    Static(StaticItem),
    /// `const NAME: T = init;`
    Const(StaticItem),
    /// A function or method.
    Fn(FnItem),
    /// A struct.
    Struct(Vec<FieldItem>),
    /// An enum: its variants.
    Enum(Vec<VariantItem>),
    /// `type Name = T;`
    Alias(TypeRef),
    /// `impl [Trait for] T { … }`
    Impl(ImplItem),
    /// `trait Name { … }` with its items.
    Trait(Vec<ItemId>),
    /// `macro_rules! name { … }`; the body is never looked into, but the names of the paths called in it are kept.
    MacroRules(Vec<Path>),
    /// A macro call in item position that gave no items. Its arguments, as far as they are expressions.
    MacroCall(Path, Vec<ExprId>),
    /// Anything else (unions, foreign modules, verbatim tokens).
    Other,
}

/// One name that a `use` item brings in.
#[derive(Clone, Debug, PartialEq)]
pub struct UseEntry {
    /// The path named; for `use a::b::{self}` it is `a::b`, for a glob the module's path.
    pub path: Path,
    /// The name it is known by here; `_` for `as _`; empty for a glob.
    pub alias: Name,
    /// Whether it is `path::*`.
    pub is_glob: bool,
}

/// A static or const.
#[derive(Clone, Debug, PartialEq)]
pub struct StaticItem {
    /// The declared type.
    pub ty: TypeRef,
    /// The initialiser.
    pub init: Option<ExprId>,
    /// Whether it is `static mut`.
    pub is_mut: bool,
    /// Whether it is `static ref` (the form of `lazy_static!`): the initialiser runs at the first use.
    pub is_ref: bool,
}

/// A function, method or associated function.
#[derive(Clone, Debug, PartialEq)]
pub struct FnItem {
    /// Parameters without the receiver.
    pub params: Vec<Param>,
    /// The receiver's type as far as written: `self`, `&self`, `&mut self` or `self: T`.
    pub receiver: Option<Receiver>,
    /// The return type; `None` where none is written.
    pub output: Option<TypeRef>,
    /// Generic parameters with their bounds (also those of the where clause), traits only.
    pub generics: Vec<(Name, Vec<Path>)>,
    /// The body, a block.
    pub body: Option<ExprId>,
    /// Whether it is `async fn`.
    pub is_async: bool,
    /// Whether it is `const fn`.
    pub is_const: bool,
    /// From the first word behind attributes and visibility up to the `fn` with it: `async fn`, `fn`.
    pub qualifiers: Span,
    /// Whether it is `extern "…" fn` (called from outside).
    pub is_extern: bool,
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// The pattern.
    pub pat: PatId,
    /// The type.
    pub ty: TypeRef,
}

/// How a method takes `self`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receiver {
    /// `self`, `mut self`.
    Value,
    /// `&self`.
    Ref,
    /// `&mut self`.
    RefMut,
    /// `self: T`.
    Typed(TypeRef),
}

/// A field of a struct or variant. Tuple fields are named `0`, `1`, ….
#[derive(Clone, Debug, PartialEq)]
pub struct FieldItem {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// The field's name, or its type where it has none.
    pub span: Span,
    /// Its attributes, doc comments left out.
    pub attributes: Vec<Attribute>,
}

/// A variant of an enum.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantItem {
    /// Its name.
    pub name: Name,
    /// Its fields.
    pub fields: Vec<FieldItem>,
    /// The variant's name.
    pub span: Span,
}

/// An impl block.
#[derive(Clone, Debug, PartialEq)]
pub struct ImplItem {
    /// The type.
    pub self_ty: TypeRef,
    /// The trait, for a trait impl.
    pub trait_path: Option<Path>,
    /// Generic parameters with their bounds, traits only.
    pub generics: Vec<(Name, Vec<Path>)>,
    /// Functions, constants and aliases in it.
    pub items: Vec<ItemId>,
}
