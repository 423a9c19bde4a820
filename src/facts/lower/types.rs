//! Paths and types.

use rustc_hash::FxHashMap;
use syn::{
    GenericArgument, PathArguments, ReturnType, Type, TypeParamBound, WherePredicate, punctuated::Punctuated,
    spanned::Spanned,
};

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
            span: self.path_span(path),
        }
    }

    pub(super) fn qualified(&mut self, self_type: Option<&syn::QSelf>, path: &syn::Path) -> Path {
        let mut lowered = self.path(path);
        if let Some(own) = self_type {
            lowered.span = self.span(own.lt_token.span).to(lowered.span);
            lowered.self_type = Some(Box::new(self.ty(&own.ty)));
        }
        lowered
    }

    pub(super) fn path_span(&self, path: &syn::Path) -> Span {
        let first = path.segments.first().map(|segment| self.span(segment.ident.span())).unwrap_or_default();
        let last = path.segments.last().map_or(first, |segment| self.segment_end(segment));
        let start = path.leading_colon.map_or(first, |colon| self.span(colon.spans[0]));
        start.to(last)
    }

    fn segment_end(&self, segment: &syn::PathSegment) -> Span {
        match &segment.arguments {
            PathArguments::None => self.span(segment.ident.span()),
            PathArguments::AngleBracketed(list) => self.span(list.gt_token.span),
            PathArguments::Parenthesized(list) => match &list.output {
                ReturnType::Default => self.span(list.paren_token.span.close()),
                ReturnType::Type(_, ty) => self.type_span(ty),
            },
        }
    }

    /// The bytes of a type.
    pub(super) fn type_span(&self, ty: &Type) -> Span {
        match ty {
            Type::Array(it) => self.span_of_delimiters(&it.bracket_token.span),
            Type::Slice(it) => self.span_of_delimiters(&it.bracket_token.span),
            Type::Tuple(it) => self.span_of_delimiters(&it.paren_token.span),
            Type::Paren(it) => self.span_of_delimiters(&it.paren_token.span),
            Type::Group(it) => self.type_span(&it.elem),
            Type::Never(it) => self.span(it.bang_token.span),
            Type::Infer(it) => self.span(it.underscore_token.span),
            Type::Ptr(it) => self.span(it.star_token.span).to(self.type_span(&it.elem)),
            Type::Reference(it) => self.span(it.and_token.span).to(self.type_span(&it.elem)),
            Type::Path(it) => {
                let path = self.path_span(&it.path);
                it.qself.as_ref().map_or(path, |own| self.span(own.lt_token.span).to(path))
            }
            Type::Macro(it) => self.path_span(&it.mac.path).to(self.span(it.mac.delimiter.span().close())),
            Type::ImplTrait(it) => self.bounds_span(Some(it.impl_token.span), &it.bounds),
            Type::TraitObject(it) => self.bounds_span(it.dyn_token.map(|token| token.span), &it.bounds),
            Type::FnPtr(it) => {
                let first = [
                    it.lifetimes.as_ref().map(|it| it.for_token.span),
                    it.unsafety.map(|it| it.span),
                    it.abi.as_ref().map(|it| it.extern_token.span),
                ];
                let start = first.into_iter().flatten().next().unwrap_or(it.fn_token.span);
                let end = match &it.output {
                    ReturnType::Default => self.span(it.paren_token.span.close()),
                    ReturnType::Type(_, ty) => self.type_span(ty),
                };
                self.span(start).to(end)
            }
            other => self.span(other.span()),
        }
    }

    fn bounds_span(
        &self,
        start: Option<proc_macro2::Span>,
        bounds: &Punctuated<TypeParamBound, syn::Token![+]>,
    ) -> Span {
        let end = bounds.last().map(|bound| match bound {
            TypeParamBound::Trait(it) => match &it.paren_token {
                Some(paren) => self.span_of_delimiters(&paren.span),
                None => self.path_span(&it.path),
            },
            other => self.span(other.span()),
        });
        // Without `dyn` the first bound is the start. Only its first name is looked at: walking both ends of each bound
        // would double the work at every level of `Fn() -> impl Fn() -> …`.
        let first = bounds.first().and_then(|bound| match bound {
            TypeParamBound::Trait(it) => it.path.segments.first().map(|segment| segment.ident.span()),
            _ => None,
        });
        let start = start.or(first).map(|start| self.span(start));
        start.into_iter().chain(end).reduce(Span::to).unwrap_or_default()
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
        if !self.enter_node(ty) {
            return TypeRef::Unknown;
        }
        let lowered = self.plain_type(ty);
        self.leave();
        lowered
    }

    fn plain_type(&mut self, ty: &Type) -> TypeRef {
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
            // `?Sized` asks for nothing.
            TypeParamBound::Trait(bound) if bound.maybe.is_none() => Some(&bound.path),
            _ => None,
        });
        traits.map(|path| self.path(path)).collect()
    }

    pub(super) fn generics(&mut self, generics: &syn::Generics) -> Vec<(Name, Vec<Path>)> {
        let mut found: Vec<(Name, Vec<Path>)> =
            generics.type_params().map(|param| (name(&param.ident), self.bounds(&param.bounds))).collect();
        let Some(clause) = &generics.where_clause else { return found };
        let positions: FxHashMap<Name, usize> =
            found.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect();
        for predicate in &clause.predicates {
            let WherePredicate::Type(predicate) = predicate else { continue };
            let Type::Path(path) = &predicate.bounded_ty else { continue };
            let Some(ident) = path.path.get_ident() else { continue };
            if let Some(&at) = positions.get(&name(ident)) {
                let bounds = self.bounds(&predicate.bounds);
                found[at].1.extend(bounds);
            }
        }
        found
    }
}
