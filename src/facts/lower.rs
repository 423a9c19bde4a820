//! syn's tree to facts: one pass, bottom up, spans put together from those of the parts.

mod expr;
mod item;
mod macros;
mod meta;
mod pattern;
mod types;

use proc_macro2::TokenTree;

use super::{
    Expr, ExprId, ExprKind, FactProblem, FileFacts, Item, ItemId, Name, Pat, PatId, PatKind, gather::offset,
};
use crate::source::Span;

/// The facts of one file as they grow.
pub(super) struct Lower<'t> {
    text: &'t str,
    facts: FileFacts,
}

impl<'t> Lower<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, facts: FileFacts::default() }
    }

    pub(super) fn finish(self) -> FileFacts {
        self.facts
    }

    pub(super) fn set_top(&mut self, top: Vec<ItemId>) {
        self.facts.top = top;
    }

    pub(super) fn file_attributes(&mut self, attributes: &[syn::Attribute]) {
        self.facts.attributes = self.attributes(attributes);
    }

    pub(super) fn problem(&mut self, span: Span, error: &syn::Error) {
        let message = format!("not understood, passed over: {error}");
        self.facts.problems.push(FactProblem { span, message, is_whole_file: false });
    }

    fn span(span: proc_macro2::Span) -> Span {
        let range = span.byte_range();
        Span::new(offset(range.start), offset(range.end))
    }

    fn span_of_delimiters(delimiters: &proc_macro2::extra::DelimSpan) -> Span {
        Self::span(delimiters.open()).to(Self::span(delimiters.close()))
    }

    pub(super) fn span_of_trees(&self, trees: &[TokenTree]) -> Span {
        let first = trees.first().map(|tree| Self::span(tree.span()));
        let last = trees.last().map(|tree| Self::span(tree.span()));
        match (first, last) {
            (Some(first), Some(last)) => first.to(last),
            _ => Span::new(0, offset(self.text.len())),
        }
    }

    fn add_expr(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.facts.exprs.push(Expr { kind, span });
        ExprId(offset(self.facts.exprs.len() - 1))
    }

    fn add_pat(&mut self, kind: PatKind, span: Span) -> PatId {
        self.facts.pats.push(Pat { kind, span });
        PatId(offset(self.facts.pats.len() - 1))
    }

    fn add_item(&mut self, item: Item) -> ItemId {
        self.facts.items.push(item);
        ItemId(offset(self.facts.items.len() - 1))
    }

    fn span_of(&self, id: ExprId) -> Span {
        self.facts.expr(id).span
    }
}

/// A name without `r#`.
fn name(ident: &proc_macro2::Ident) -> Name {
    let text = ident.to_string();
    Name::new(text.strip_prefix("r#").unwrap_or(&text))
}
