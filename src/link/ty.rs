//! Types, as far as Rust tells without a compiler. References are looked through everywhere.

use std::rc::Rc;

use smol_str::SmolStr;

use super::{
    resolve::{Res, Resolver},
    world::{DefId, Extern, Inputs, ModuleId, World},
};
use crate::catalog::{
    Catalog,
    schema::{AttributeEntry, CellKind, TypeEntry, TypeRole},
};
use crate::facts::{
    ItemKind,
    item::{Attribute, FieldItem, FnItem},
    path::{Path, Segment, TypeRef},
};

/// A type.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ty {
    /// Not known.
    #[default]
    Unknown,
    /// A type of another package, by canonical path, with its arguments.
    External(SmolStr, Args),
    /// A struct or enum of this run.
    Def(DefId, Args),
    /// A tuple.
    Tuple(Args),
    /// A slice, array or anything else with one kind of elements.
    Slice(Args),
    /// `dyn T` or `impl T`, `T` a trait of this run.
    Trait(DefId),
}

/// Type arguments; `None` for none.
pub(super) type Args = Option<Rc<[Ty]>>;

/// Arguments from a list.
pub(super) fn args(list: Vec<Ty>) -> Args {
    if list.is_empty() { None } else { Some(list.into()) }
}

impl Ty {
    /// An external type without arguments.
    #[must_use]
    pub fn external(path: &str) -> Self {
        Self::External(SmolStr::new(path), None)
    }

    /// The canonical path of an external type.
    #[must_use]
    pub fn path(&self) -> Option<&SmolStr> {
        match self {
            Self::External(path, _) => Some(path),
            _ => None,
        }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    /// Whether it is text, as a credential in the raw is.
    #[must_use]
    pub fn is_text(&self) -> bool {
        matches!(self.path().map(SmolStr::as_str), Some("std::string::String" | "std::primitive::str"))
    }

    /// The catalog's entry of an external type.
    #[must_use]
    pub fn entry<'c>(&self, catalog: &'c Catalog) -> Option<&'c TypeEntry> {
        catalog.ty(self.path()?)
    }

    /// Whether it is text or a path: what may be a credential, and never a client or a thread.
    #[must_use]
    pub fn is_textual(&self, catalog: &Catalog) -> bool {
        const TEXTUAL: [&str; 8] = [
            "std::string::String",
            "std::primitive::str",
            "std::path::PathBuf",
            "std::path::Path",
            "std::ffi::OsString",
            "std::ffi::OsStr",
            "std::ffi::CString",
            "std::ffi::CStr",
        ];
        self.innermost(catalog).path().is_some_and(|path| TEXTUAL.contains(&path.as_str()))
    }

    /// Whether a value of the type may be a way to a cell: it is one, or may be anything. What a struct of the run holds is
    /// known by its fields.
    #[must_use]
    pub fn may_be_a_cell(&self, catalog: &Catalog) -> bool {
        let any = |list: &Args| list.iter().flat_map(|list| list.iter()).any(|ty| ty.may_be_a_cell(catalog));
        match self {
            Self::Unknown | Self::Trait(_) => true,
            Self::Def(..) => false,
            Self::External(_, list) => {
                self.entry(catalog).is_some_and(|entry| entry.cell.is_some()) || any(list)
            }
            Self::Tuple(list) | Self::Slice(list) => any(list),
        }
    }

    /// Whether a lock or a swapped pointer is anywhere in the type.
    #[must_use]
    pub fn has_lock(&self, catalog: &Catalog) -> bool {
        let is_lock = |kind| matches!(kind, CellKind::Lock | CellKind::Swap);
        match self {
            Self::External(_, list) => {
                self.entry(catalog).and_then(|entry| entry.cell).is_some_and(is_lock)
                    || list.iter().flat_map(|list| list.iter()).any(|inner| inner.has_lock(catalog))
            }
            Self::Tuple(list) | Self::Slice(list) => {
                list.iter().flat_map(|list| list.iter()).any(|inner| inner.has_lock(catalog))
            }
            Self::Def(..) | Self::Trait(_) => true,
            Self::Unknown => false,
        }
    }

    /// Whether the type shares its content with its clones.
    #[must_use]
    pub fn is_shared_by_clones(&self) -> bool {
        match self {
            Self::External(path, list) => {
                matches!(path.as_str(), "std::sync::Arc" | "std::rc::Rc")
                    || list.iter().flat_map(|list| list.iter()).any(Self::is_shared_by_clones)
            }
            _ => false,
        }
    }

    /// What the catalog says the type is.
    #[must_use]
    pub fn role(&self, catalog: &Catalog) -> Option<TypeRole> {
        self.entry(catalog).map(|entry| entry.is)
    }

    /// The type inside one wrapper or cell; `None` when the type is neither.
    #[must_use]
    pub fn content(&self, catalog: &Catalog) -> Option<Self> {
        match self {
            Self::Slice(list) => list.as_ref().and_then(|list| list.first().cloned()),
            Self::External(_, list) => {
                let entry = self.entry(catalog)?;
                let is_looked_through =
                    matches!(entry.is, TypeRole::Wrapper | TypeRole::Cell | TypeRole::Secret);
                if !is_looked_through {
                    return None;
                }
                list.as_ref().and_then(|list| list.get(entry.content).or(list.first()).cloned())
            }
            _ => None,
        }
    }

    /// The type inside all wrappers and cells.
    #[must_use]
    pub fn innermost(&self, catalog: &Catalog) -> Self {
        let mut ty = self.clone();
        for _ in 0..16 {
            match ty.content(catalog) {
                Some(inner) => ty = inner,
                None => break,
            }
        }
        ty
    }
}

/// How deep types are read.
const DEPTH: u32 = 32;

/// How much deeper a generic parameter counts: its bounds may name others, and those it, many times each.
const PARAMETER: u32 = 8;

/// Reads types as written.
#[derive(Clone, Copy)]
pub(super) struct Types<'a> {
    pub inputs: Inputs<'a>,
    pub world: &'a World,
    pub resolver: &'a Resolver<'a>,
}

/// Where a type is written: its module, and the definition whose `Self` and generics it may name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub module: ModuleId,
    pub def: Option<DefId>,
}

impl<'a> Types<'a> {
    /// The scope of a definition's signature and body.
    pub(super) fn scope(self, def: DefId) -> Scope {
        let at = self.world.def(def);
        Scope { module: at.body.unwrap_or(at.module), def: Some(def) }
    }

    pub(super) fn lower(self, scope: Scope, ty: &TypeRef) -> Ty {
        self.lower_at(scope, ty, 0)
    }

    /// What a path in type position is.
    pub(super) fn named(self, scope: Scope, path: &Path) -> Ty {
        self.lower_path(scope, path, 0)
    }

    fn lower_at(self, scope: Scope, ty: &TypeRef, depth: u32) -> Ty {
        if depth > DEPTH {
            return Ty::Unknown;
        }
        match ty {
            TypeRef::Path(path) => self.lower_path(scope, path, depth),
            TypeRef::Ref(inner) => self.lower_at(scope, inner, depth + 1),
            TypeRef::Tuple(list) => Ty::Tuple(args(self.lower_all(scope, list, depth))),
            TypeRef::Slice(inner) => Ty::Slice(args(vec![self.lower_at(scope, inner, depth + 1)])),
            TypeRef::Impl(bounds) | TypeRef::Dyn(bounds) => self.lower_bounds(scope, bounds, depth),
            TypeRef::Fn(..) | TypeRef::Never | TypeRef::Unknown => Ty::Unknown,
        }
    }

    fn lower_all(self, scope: Scope, list: &[TypeRef], depth: u32) -> Vec<Ty> {
        list.iter().map(|ty| self.lower_at(scope, ty, depth + 1)).collect()
    }

    fn lower_bounds(self, scope: Scope, bounds: &[Path], depth: u32) -> Ty {
        if depth > DEPTH {
            return Ty::Unknown;
        }
        for bound in bounds {
            let ty = self.lower_path(scope, bound, depth + 1);
            // `impl Future<Output = T>` is as good as `T`, `impl Into<String>` as `String`.
            if let Ty::External(path, Some(list)) = &ty {
                let name = path.rsplit("::").next().unwrap_or_default();
                if matches!(
                    name,
                    "Into" | "AsRef" | "Deref" | "Borrow" | "Future" | "IntoIterator" | "Iterator"
                ) {
                    return list[0].clone();
                }
            }
            if !ty.is_unknown() {
                return ty;
            }
        }
        Ty::Unknown
    }

    fn lower_path(self, scope: Scope, path: &Path, depth: u32) -> Ty {
        if let Some(name) = path.as_ident() {
            if name == "Self" {
                return self.self_type(scope, depth);
            }
            if let Some(bounds) = self.generic_bounds(scope, name) {
                return self.lower_bounds(scope, bounds, depth + PARAMETER);
            }
        }
        let list = path
            .segments
            .last()
            .map(|segment| self.lower_all(scope, &segment.args, depth))
            .unwrap_or_default();
        match self.resolver.resolve_type(scope.module, path) {
            Some(Res::External(path)) => Ty::External(path, args(list)),
            Some(Res::Def(def)) => self.lower_def(def, list, depth),
            _ => Ty::Unknown,
        }
    }

    fn self_type(self, scope: Scope, depth: u32) -> Ty {
        let Some(def) = scope.def else { return Ty::Unknown };
        let Some(around) = self.world.def(def).parent else { return Ty::Unknown };
        self.resolver.self_type_of(around, || match self.resolver.self_type(def) {
            Some((module, ty)) => self.lower_at(Scope { module, def: None }, ty, depth + 1),
            None => Ty::Trait(around),
        })
    }

    /// What `Self` is in a definition.
    pub(super) fn self_type_in(self, def: DefId) -> Ty {
        self.self_type(self.scope(def), 0)
    }

    /// The bounds of a generic parameter of the definition or of the impl around it.
    fn generic_bounds(self, scope: Scope, name: &str) -> Option<&'a [Path]> {
        let def = scope.def?;
        let around = self.world.def(def).parent;
        [Some(def), around].into_iter().flatten().find_map(|def| {
            let at = self.world.def(def);
            let generics = match &self.inputs.item(at.file, at.item).kind {
                ItemKind::Fn(item) => &item.generics,
                ItemKind::Impl(item) => &item.generics,
                _ => return None,
            };
            generics.iter().find(|(known, _)| known == name).map(|(_, bounds)| bounds.as_slice())
        })
    }

    fn lower_def(self, def: DefId, list: Vec<Ty>, depth: u32) -> Ty {
        let at = self.world.def(def);
        match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Alias(target) => {
                let ty = self.lower_at(Scope { module: at.module, def: None }, target, depth + 1);
                fill_alias(ty, list)
            }
            ItemKind::Trait(_) => Ty::Trait(def),
            ItemKind::Struct(_) | ItemKind::Enum(_) => Ty::Def(def, args(list)),
            _ => Ty::Unknown,
        }
    }

    /// The declared type of a field of a struct of this run, or of an enum's variant, which goes by `Variant.field`.
    pub(super) fn field(self, def: DefId, name: &str) -> Option<Ty> {
        self.resolver.field_type_of(def, name, || self.declared_field(def, name))
    }

    fn declared_field(self, def: DefId, name: &str) -> Option<Ty> {
        let at = self.world.def(def);
        let (fields, name) = match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Struct(fields) => (fields, name),
            ItemKind::Enum(variants) => {
                let (variant, name) = name.split_once('.')?;
                (&variants.iter().find(|it| it.name == variant)?.fields, name)
            }
            _ => return None,
        };
        let field = fields.iter().find(|field| field.name == name)?;
        Some(self.lower(Scope { module: at.module, def: None }, &field.ty))
    }

    /// The fields of a struct of this run.
    pub(super) fn fields(self, def: DefId) -> Option<&'a [FieldItem]> {
        let at = self.world.def(def);
        match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Struct(fields) => Some(fields),
            _ => None,
        }
    }

    /// The function of a definition.
    pub(super) fn function(self, def: DefId) -> Option<&'a FnItem> {
        let at = self.world.def(def);
        match &self.inputs.item(at.file, at.item).kind {
            ItemKind::Fn(item) => Some(item),
            _ => None,
        }
    }

    /// What the catalog says of an attribute of a definition.
    pub(super) fn attribute(self, def: DefId, attribute: &Attribute) -> Option<&'a AttributeEntry> {
        if BUILT_IN.contains(&attribute.path.as_str()) {
            return None;
        }
        let path = path_of_attribute(attribute);
        match self.resolver.resolve_value(self.scope(def).module, &path) {
            Some(Res::External(path)) => self.inputs.catalog.attribute(&path),
            Some(_) => None,
            None => self.attribute_of_macro_use(def, &attribute.path),
        }
    }

    /// An attribute that came by `#[macro_use] extern crate`: the one that a dependency has under this name.
    fn attribute_of_macro_use(self, def: DefId, name: &str) -> Option<&'a AttributeEntry> {
        let catalog = self.inputs.catalog;
        if !catalog.has_attribute_named(name) {
            return None;
        }
        let externs = self.world.krate(self.world.crate_of(def)).externs.values();
        let mut roots = externs.filter_map(|it| match it {
            Extern::Package(root) => Some(root),
            Extern::Local(_) => None,
        });
        roots.find_map(|root| catalog.attribute(&format!("{root}::{name}")))
    }
}

/// Attributes of the language that are common in code and mean nothing here; no import can give them another meaning.
/// Whether an attribute of this path is the language's own, and hands its item to nobody.
pub(super) fn is_built_in(path: &str) -> bool {
    BUILT_IN.contains(&path)
}

const BUILT_IN: [&str; 8] =
    ["allow", "cfg", "cold", "derive", "expect", "inline", "must_use", "track_caller"];

/// `type Result<T> = std::result::Result<T, Error>`: the alias's own parameters are not known by name here, so arguments
/// take the place of those that the alias left open.
fn fill_alias(ty: Ty, list: Vec<Ty>) -> Ty {
    match ty {
        Ty::External(path, own) if !list.is_empty() => {
            let mut filled: Vec<Ty> = own.map(|own| own.to_vec()).unwrap_or_default();
            if filled.is_empty() {
                return Ty::External(path, args(list));
            }
            let mut given = list.into_iter();
            for open in &mut filled {
                fill_open(open, &mut given);
            }
            Ty::External(path, args(filled))
        }
        other => other,
    }
}

/// The path of an attribute, which facts keep joined.
pub(super) fn path_of_attribute(attribute: &Attribute) -> Path {
    let segments = attribute.path.split("::").map(|name| Segment { name: name.into(), args: Vec::new() });
    Path { segments: segments.collect(), span: attribute.span, ..Path::default() }
}

/// Puts the next argument in each open place, outer ones first, from left to right.
fn fill_open(ty: &mut Ty, given: &mut std::vec::IntoIter<Ty>) {
    match ty {
        Ty::Unknown => {
            if let Some(next) = given.next() {
                *ty = next;
            }
        }
        Ty::External(_, Some(list)) | Ty::Tuple(Some(list)) | Ty::Slice(Some(list)) => {
            let mut inner = list.to_vec();
            for inner in &mut inner {
                fill_open(inner, given);
            }
            *list = inner.into();
        }
        _ => {}
    }
}
