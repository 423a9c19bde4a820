//! Patterns.

use syn::{Member, Pat as Syn, spanned::Spanned};

use super::{Lower, name};
use crate::facts::{ExprKind, Name, PatId, PatKind};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn pat(&mut self, pat: &Syn) -> PatId {
        if !self.enter_node(pat) {
            return self.add_pat(PatKind::Unknown, Span::default());
        }
        let id = self.plain_pat(pat);
        self.leave();
        id
    }

    fn plain_pat(&mut self, pat: &Syn) -> PatId {
        match pat {
            Syn::Paren(paren) => {
                let id = self.pat(&paren.pat);
                self.facts.pats[id.0 as usize].span = self.span_of_delimiters(&paren.paren_token.span);
                id
            }
            Syn::Guard(guard) => self.pat(&guard.pat),
            Syn::Ident(it) => {
                let sub = it.subpat.as_ref().map(|(_, sub)| self.pat(sub));
                let first = [it.by_ref.map(|token| token.span), it.mutability.map(|token| token.span)];
                let start = first.into_iter().flatten().next().unwrap_or(it.ident.span());
                let mut span = self.span(start).to(self.span(it.ident.span()));
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
                let block = self.span_of_delimiters(&it.block.brace_token.span);
                let span = self.span(it.const_token.span).to(block);
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
                let span = self.span(reference.and_token.span).to(self.facts.pat(inner).span);
                self.add_pat(PatKind::Ref(inner), span)
            }
            Syn::Rest(rest) => self.add_pat(PatKind::Rest, self.span_of_punct(&rest.dot2_token.spans)),
            Syn::Slice(slice) => {
                let span = self.span_of_delimiters(&slice.bracket_token.span);
                self.list(slice.elems.iter(), Some(span), PatKind::Slice)
            }
            Syn::Tuple(tuple) => {
                let span = self.span_of_delimiters(&tuple.paren_token.span);
                self.list(tuple.elems.iter(), Some(span), PatKind::Tuple)
            }
            Syn::TupleStruct(it) => {
                let path = self.qualified(it.qself.as_ref(), &it.path);
                let span = path.span.to(self.span(it.paren_token.span.close()));
                let elements = it.elems.iter().map(|pat| self.pat(pat)).collect();
                self.add_pat(PatKind::TupleStruct(path, elements), span)
            }
            Syn::Struct(it) => {
                let path = self.qualified(it.qself.as_ref(), &it.path);
                let span = path.span.to(self.span(it.brace_token.span.close()));
                let fields =
                    it.fields.iter().map(|field| (member(&field.member), self.pat(&field.pat))).collect();
                self.add_pat(PatKind::Struct(path, fields), span)
            }
            Syn::Type(it) => {
                let inner = self.pat(&it.pat);
                let ty = self.ty(&it.ty);
                let span = self.facts.pat(inner).span.to(self.type_span(&it.ty));
                self.add_pat(PatKind::Typed(inner, ty), span)
            }
            Syn::Wild(wild) => self.add_pat(PatKind::Wild, self.span(wild.underscore_token.span)),
            other => {
                let span = self.span(other.span());
                self.add_pat(PatKind::Unknown, span)
            }
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
        let span = self.range_span(start, &range.limits, end);
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
