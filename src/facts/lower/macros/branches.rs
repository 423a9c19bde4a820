//! Code that stands in the branches of `cfg_if!`- and `cfg_select!`-like macros.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Token,
    parse::{ParseStream, Parser},
};

use super::{super::meta, forms};
use crate::facts::{
    ExprId, ItemId, Name,
    expr::{Block, Stmt},
    item::{Attribute, MetaArg},
    lower::Lower,
};
use crate::source::Span;

/// A branch: what stands in `cfg(…)`, nothing for the last `else`, and its code.
struct Branch {
    condition: Option<TokenStream>,
    body: TokenStream,
    span: proc_macro2::Span,
}

impl Lower<'_> {
    /// The items of all branches, each with the `cfg` of its branch as an attribute of its own.
    pub(super) fn branch_items(&mut self, tokens: &TokenStream) -> Option<Vec<ItemId>> {
        let branches = branches.parse2(tokens.clone()).or_else(|_| selected.parse2(tokens.clone())).ok()?;
        let parsed: Option<Vec<Vec<syn::Item>>> =
            branches.iter().map(|branch| forms::items.parse2(branch.body.clone()).ok()).collect();
        let mut conditions = Vec::new();
        let mut all = Vec::new();
        for (branch, items) in branches.iter().zip(parsed?) {
            let attribute = self.condition(branch, &mut conditions);
            let ids = self.items(&items);
            for id in &ids {
                self.facts.items[id.0 as usize].attributes.push(attribute.clone());
            }
            all.extend(ids);
        }
        (!all.is_empty()).then_some(all)
    }

    /// The `cfg` of a branch; the one without a condition holds when none of those before it does.
    fn condition(&self, branch: &Branch, before: &mut Vec<MetaArg>) -> Attribute {
        let span = self.span(branch.span);
        let args = match &branch.condition {
            Some(tokens) => {
                let own = meta::args(self, tokens.clone());
                before.extend(own.iter().cloned());
                own
            }
            None => vec![nested("not", vec![nested("any", std::mem::take(before))])],
        };
        Attribute { path: Name::new_static("cfg"), args, span }
    }

    /// The branches of a call in a body: a block of their blocks.
    pub(super) fn branch_block(&mut self, tokens: &TokenStream, span: Span) -> Option<ExprId> {
        let branches = branches.parse2(tokens.clone()).ok()?;
        let mut block = Block::default();
        for branch in &branches {
            let stmts = syn::Block::parse_within.parse2(branch.body.clone()).ok()?;
            let span = self.span(branch.span);
            block.stmts.push(Stmt::Expr(self.block_of(&stmts, span)));
            block.spans.push(span);
        }
        Some(self.add_expr(crate::facts::ExprKind::Block(block), span))
    }
}

fn nested(name: &'static str, args: Vec<MetaArg>) -> MetaArg {
    MetaArg { name: Name::new_static(name), value: None, args }
}

/// `if #[cfg(a)] { … } else if #[cfg(b)] { … } else { … }`.
fn branches(input: ParseStream<'_>) -> syn::Result<Vec<Branch>> {
    let mut found = Vec::new();
    loop {
        input.parse::<Token![if]>()?;
        let attributes = input.call(syn::Attribute::parse_outer)?;
        let [attribute] = attributes.as_slice() else { return Err(input.error("expected one `#[cfg]`")) };
        let condition = attribute.meta.require_list()?.tokens.clone();
        found.push(body(input, Some(condition))?);
        if input.parse::<Option<Token![else]>>()?.is_none() {
            return Ok(found);
        }
        if !input.peek(Token![if]) {
            found.push(body(input, None)?);
            return Ok(found);
        }
    }
}

/// `a => { … } any(b, c) => { … } _ => { … }`.
fn selected(input: ParseStream<'_>) -> syn::Result<Vec<Branch>> {
    let mut found = Vec::new();
    while !input.is_empty() {
        let mut condition = Vec::new();
        while !input.peek(Token![=>]) {
            condition.push(input.parse::<TokenTree>()?);
        }
        input.parse::<Token![=>]>()?;
        let is_rest = matches!(condition.as_slice(), [TokenTree::Ident(ident)] if ident == "_");
        found.push(body(input, (!is_rest).then(|| condition.into_iter().collect()))?);
        input.parse::<Option<Token![,]>>()?;
    }
    Ok(found)
}

fn body(input: ParseStream<'_>, condition: Option<TokenStream>) -> syn::Result<Branch> {
    let span = input.cursor().span();
    let content;
    syn::braced!(content in input);
    Ok(Branch { condition, body: content.parse()?, span })
}
