//! syn's tree to facts: one pass, bottom up, spans put together from those of the parts.

mod block;
mod expr;
mod function;
mod item;
mod literal;
mod macros;
mod members;
mod meta;
mod pattern;
mod types;
mod uses;

use proc_macro2::TokenTree;
use syn::spanned::Spanned;

use super::{
    Expr, ExprId, ExprKind, FactProblem, FileFacts, Item, ItemId, Name, Pat, PatId, PatKind, gather::offset,
    offsets::Offsets, scan::Scan,
};
use crate::source::Span;

/// How deep expressions, patterns, types and items nest in one another in the facts of a file. Everything that walks
/// facts may recurse that deep; what is deeper is passed over with a problem.
pub(super) const NESTING: u32 = 1_000;
/// How many problems of one file are told apart.
const PROBLEMS: usize = 50;
/// How often the bytes of a file may be read again, for macros in macros and broken items in broken items.
const REREADS: usize = 32;

/// The facts of one file as they grow.
pub(super) struct Lower<'t> {
    text: &'t str,
    scan: &'t Scan,
    offsets: Offsets<'t>,
    facts: FileFacts,
    /// The items that stand in the body being lowered.
    inner: Vec<ItemId>,
    nesting: u32,
    is_cut: bool,
    /// How many bytes may still be read again; `None` once they were used up.
    rereads: Option<usize>,
}

impl<'t> Lower<'t> {
    pub(super) fn new(text: &'t str, scan: &'t Scan) -> Self {
        Self {
            text,
            scan,
            offsets: Offsets::new(&scan.code),
            facts: FileFacts::default(),
            inner: Vec::new(),
            nesting: 0,
            is_cut: false,
            rereads: Some(text.len() * REREADS + (64 << 10)),
        }
    }

    pub(super) fn finish(mut self) -> FileFacts {
        let problems = &mut self.facts.problems;
        problems.sort_by_key(|problem| (problem.span.start, problem.span.end));
        let more = problems.split_off(problems.len().min(PROBLEMS));
        if let Some(first) = more.first() {
            let span = more.iter().fold(first.span, |span, problem| span.to(problem.span));
            let message = format!("{} more stretches were not understood, passed over", more.len());
            problems.push(FactProblem { span, message, is_whole_file: false });
        }
        self.facts
    }

    pub(super) fn set_top(&mut self, top: Vec<ItemId>) {
        self.facts.top = top;
    }

    pub(super) fn file_attributes(&mut self, attributes: &[syn::Attribute]) {
        self.facts.attributes = self.attributes(attributes);
    }

    pub(super) fn problem(&mut self, span: Span, error: &syn::Error) {
        self.say(span, format!("not understood, passed over: {error}"));
    }

    fn say(&mut self, span: Span, message: String) {
        self.facts.problems.push(FactProblem { span, message, is_whole_file: false });
    }

    /// Goes one level deeper, unless that is too deep.
    pub(super) fn enter(&mut self, span: Span) -> bool {
        if self.nesting < NESTING {
            self.nesting += 1;
            return true;
        }
        if !self.is_cut {
            self.is_cut = true;
            self.say(span, format!("nests more than {NESTING} levels deep, what is deeper was passed over"));
        }
        false
    }

    /// Goes one level deeper into a node, as [`Lower::enter`] does.
    fn enter_node(&mut self, node: &impl Spanned) -> bool {
        // Only the node that is too deep has to know its place, which is slow.
        let is_deepest = self.nesting == NESTING && !self.is_cut;
        let span = if is_deepest { self.span(node.span()) } else { Span::default() };
        self.enter(span)
    }

    pub(super) fn leave(&mut self) {
        self.nesting -= 1;
    }

    /// Whether the bytes of a span may be read once more.
    pub(super) fn may_reread(&mut self, span: Span) -> bool {
        let Some(left) = self.rereads else { return false };
        self.rereads = left.checked_sub((span.end - span.start) as usize);
        if self.rereads.is_none() {
            self.say(span, "macros or broken items nest too deep in one another, passed over".to_owned());
        }
        self.rereads.is_some()
    }

    fn span(&self, span: proc_macro2::Span) -> Span {
        Span::new(self.offsets.byte(span.start()), self.offsets.byte(span.end()))
    }

    fn span_of_delimiters(&self, delimiters: &proc_macro2::extra::DelimSpan) -> Span {
        self.span(delimiters.join())
    }

    pub(super) fn span_of_trees(&self, trees: &[TokenTree]) -> Span {
        let first = trees.first().map(|tree| self.span(tree.span()));
        let last = trees.last().map(|tree| self.span(tree.span()));
        match (first, last) {
            (Some(first), Some(last)) => first.to(last),
            _ => Span::new(0, offset(self.text.len())),
        }
    }

    /// The span with the doc comments directly before it.
    fn with_docs(&self, span: Span) -> Span {
        let blank = &self.scan.code.as_bytes()[..span.start as usize];
        let code_end = blank.iter().rposition(|byte| !byte.is_ascii_whitespace()).map_or(0, |at| at + 1);
        let first = self.scan.docs.partition_point(|doc| (doc.start as usize) < code_end);
        match self.scan.docs.get(first) {
            Some(doc) if doc.start < span.start => doc.to(span),
            _ => span,
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
    let text = smol_str::format_smolstr!("{ident}");
    text.strip_prefix("r#").map(Name::new).unwrap_or(text)
}
