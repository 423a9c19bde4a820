//! Patterns.

use syn::{Member, Pat as Syn};

use super::{Lower, name};
use crate::facts::{ExprKind, Name, PatId, PatKind};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn pat(&mut self, pat: &Syn) -> PatId {
        match pat {
            Syn::Paren(paren) => self.pat(&paren.pat),
            Syn::Guard(guard) => self.pat(&guard.pat),
            Syn::Ident(it) => {
                let sub = it.subpat.as_ref().map(|(_, sub)| self.pat(sub));
                let mut span = Self::span(it.ident.span());
                if let Some(sub) = sub {
                    span = span.to(self.facts.pat(sub).span);
                }
                self.add_pat(PatKind::Ident(name(&it.ident), sub), span)
            }
            Syn::Lit(lit) => {
                let e = self.literal(&lit.lit);
                let span = self.span_of(e);
                self.add_pat(PatKind::Literal(e), span)
            }
            Syn::Const(it) => {
                let span = Self::span_of_delimiters(&it.block.brace_token.span);
                let e = self.add_expr(ExprKind::Unknown, span);
                self.add_pat(PatKind::Literal(e), span)
            }
            Syn::Or(or) => self.list(or.cases.iter(), None, PatKind::Or),
            Syn::Path(path) => {
                let path = self.qualified(path.qself.as_ref(), &path.path);
                let span = path.span;
                self.add_pat(PatKind::Path(path), span)
            }
            Syn::Range(range) => self.pat_range(range),
            Syn::Reference(reference) => {
                let inner = self.pat(&reference.pat);
                let span = Self::span(reference.and_token.span).to(self.facts.pat(inner).span);
                self.add_pat(PatKind::Ref(inner), span)
            }
            Syn::Rest(rest) => self.add_pat(PatKind::Rest, Self::span(rest.dot2_token.spans[0])),
            Syn::Slice(slice) => {
                let span = Self::span_of_delimiters(&slice.bracket_token.span);
                self.list(slice.elems.iter(), Some(span), PatKind::Slice)
            }
            Syn::Tuple(tuple) => {
                let span = Self::span_of_delimiters(&tuple.paren_token.span);
                self.list(tuple.elems.iter(), Some(span), PatKind::Tuple)
            }
            Syn::TupleStruct(it) => {
                let path = self.qualified(it.qself.as_ref(), &it.path);
                let span = path.span.to(Self::span(it.paren_token.span.close()));
                let pats = it.elems.iter().map(|pat| self.pat(pat)).collect();
                self.add_pat(PatKind::TupleStruct(path, pats), span)
            }
            Syn::Struct(it) => {
                let path = self.qualified(it.qself.as_ref(), &it.path);
                let span = path.span.to(Self::span(it.brace_token.span.close()));
                let fields =
                    it.fields.iter().map(|field| (member(&field.member), self.pat(&field.pat))).collect();
                self.add_pat(PatKind::Struct(path, fields), span)
            }
            Syn::Type(it) => {
                let inner = self.pat(&it.pat);
                let ty = self.ty(&it.ty);
                let span = self.facts.pat(inner).span;
                self.add_pat(PatKind::Typed(inner, ty), span)
            }
            Syn::Wild(wild) => self.add_pat(PatKind::Wild, Self::span(wild.underscore_token.span)),
            _ => self.add_pat(PatKind::Unknown, Span::default()),
        }
    }

    fn list<'p>(
        &mut self,
        pats: impl Iterator<Item = &'p Syn>,
        span: Option<Span>,
        kind: fn(Vec<PatId>) -> PatKind,
    ) -> PatId {
        let pats: Vec<PatId> = pats.map(|pat| self.pat(pat)).collect();
        let own = pats.iter().map(|id| self.facts.pat(*id).span).reduce(Span::to).unwrap_or_default();
        self.add_pat(kind(pats), span.unwrap_or(own))
    }

    fn pat_range(&mut self, range: &syn::PatRange) -> PatId {
        let start = range.start.as_ref().map(|e| self.expr(e));
        let end = range.end.as_ref().map(|e| self.expr(e));
        let spans = start.iter().chain(&end).map(|id| self.span_of(*id));
        let span = spans.reduce(Span::to).unwrap_or_default();
        self.add_pat(PatKind::Range(start, end), span)
    }

    /// The guard that syn keeps inside an arm's pattern.
    pub(super) fn guard(pat: &Syn) -> Option<&syn::Expr> {
        match pat {
            Syn::Guard(guard) => Some(&guard.guard),
            _ => None,
        }
    }
}

/// A field's name; tuple fields are `0`, `1`, ….
pub(super) fn member(member: &Member) -> Name {
    match member {
        Member::Named(ident) => name(ident),
        Member::Unnamed(index) => smol_str::format_smolstr!("{}", index.index),
    }
}
