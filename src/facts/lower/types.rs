//! Paths and types.

use syn::{GenericArgument, PathArguments, ReturnType, Type, TypeParamBound, WherePredicate};

use super::{Lower, name};
use crate::facts::{
    Name,
    path::{Path, Segment, TypeRef},
};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn path(&mut self, path: &syn::Path) -> Path {
        let segments = path.segments.iter().map(|segment| self.segment(segment)).collect();
        Path {
            is_global: path.leading_colon.is_some(),
            self_type: None,
            segments,
            span: Self::path_span(path),
        }
    }

    pub(super) fn qualified(&mut self, self_type: Option<&syn::QSelf>, path: &syn::Path) -> Path {
        let mut lowered = self.path(path);
        if let Some(own) = self_type {
            lowered.span = Self::span(own.lt_token.span).to(lowered.span);
            lowered.self_type = Some(Box::new(self.ty(&own.ty)));
        }
        lowered
    }

    pub(super) fn path_span(path: &syn::Path) -> Span {
        let first = path.segments.first().map(|segment| Self::span(segment.ident.span())).unwrap_or_default();
        let last = path.segments.last().map_or(first, Self::segment_end);
        let start = path.leading_colon.map_or(first, |colon| Self::span(colon.spans[0]));
        start.to(last)
    }

    fn segment_end(segment: &syn::PathSegment) -> Span {
        match &segment.arguments {
            PathArguments::None => Self::span(segment.ident.span()),
            PathArguments::AngleBracketed(list) => Self::span(list.gt_token.span),
            PathArguments::Parenthesized(list) => Self::span(list.paren_token.span.close()),
        }
    }

    fn segment(&mut self, segment: &syn::PathSegment) -> Segment {
        let args = match &segment.arguments {
            PathArguments::None => Vec::new(),
            PathArguments::AngleBracketed(list) => self.generic_args(list),
            PathArguments::Parenthesized(list) => {
                let mut args: Vec<TypeRef> = list.inputs.iter().map(|arg| self.ty(&arg.ty)).collect();
                args.extend(self.output(&list.output));
                args
            }
        };
        Segment { name: name(&segment.ident), args }
    }

    pub(super) fn generic_args(&mut self, list: &syn::AngleBracketedGenericArguments) -> Vec<TypeRef> {
        let types = list.args.iter().filter_map(|arg| match arg {
            GenericArgument::Type(ty) => Some(ty),
            GenericArgument::AssocType(assoc) => Some(&assoc.ty),
            _ => None,
        });
        types.map(|ty| self.ty(ty)).collect()
    }

    pub(super) fn output(&mut self, output: &ReturnType) -> Option<TypeRef> {
        match output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(self.ty(ty)),
        }
    }

    pub(super) fn ty(&mut self, ty: &Type) -> TypeRef {
        match ty {
            Type::Array(array) => TypeRef::Slice(Box::new(self.ty(&array.elem))),
            Type::Slice(slice) => TypeRef::Slice(Box::new(self.ty(&slice.elem))),
            Type::FnPtr(function) => {
                let inputs = function.inputs.iter().map(|arg| self.ty(&arg.ty)).collect();
                let output = self.output(&function.output).unwrap_or(TypeRef::Tuple(Vec::new()));
                TypeRef::Fn(inputs, Box::new(output))
            }
            Type::Group(group) => self.ty(&group.elem),
            Type::Paren(paren) => self.ty(&paren.elem),
            Type::ImplTrait(it) => TypeRef::Impl(self.bounds(&it.bounds)),
            Type::TraitObject(it) => TypeRef::Dyn(self.bounds(&it.bounds)),
            Type::Never(_) => TypeRef::Never,
            Type::Path(path) => TypeRef::Path(self.qualified(path.qself.as_ref(), &path.path)),
            Type::Ptr(pointer) => TypeRef::Ref(Box::new(self.ty(&pointer.elem))),
            Type::Reference(reference) => TypeRef::Ref(Box::new(self.ty(&reference.elem))),
            Type::Tuple(tuple) => TypeRef::Tuple(tuple.elems.iter().map(|ty| self.ty(ty)).collect()),
            _ => TypeRef::Unknown,
        }
    }

    pub(super) fn bounds<'b>(&mut self, bounds: impl IntoIterator<Item = &'b TypeParamBound>) -> Vec<Path> {
        let traits = bounds.into_iter().filter_map(|bound| match bound {
            TypeParamBound::Trait(bound) => Some(&bound.path),
            _ => None,
        });
        traits.map(|path| self.path(path)).collect()
    }

    pub(super) fn generics(&mut self, generics: &syn::Generics) -> Vec<(Name, Vec<Path>)> {
        let mut found: Vec<(Name, Vec<Path>)> =
            generics.type_params().map(|param| (name(&param.ident), self.bounds(&param.bounds))).collect();
        let predicates = generics.where_clause.iter().flat_map(|clause| &clause.predicates);
        for predicate in predicates {
            let WherePredicate::Type(predicate) = predicate else { continue };
            let Type::Path(path) = &predicate.bounded_ty else { continue };
            let Some(ident) = path.path.get_ident() else { continue };
            let bounds = self.bounds(&predicate.bounds);
            let known = name(ident);
            if let Some((_, list)) = found.iter_mut().find(|(own, _)| *own == known) {
                list.extend(bounds);
            }
        }
        found
    }
}
