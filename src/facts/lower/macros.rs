//! Macro calls: their tokens read as what they look like, without knowing the macro.

mod arms;
mod branches;
mod forms;
mod tokens;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use rustc_hash::FxHashSet;
use syn::{
    Expr as Syn, Pat,
    parse::{ParseStream, Parser},
};

use self::arms::SelectArm;
pub(super) use self::forms::MacroStatic;
use super::Lower;
use crate::facts::{
    ExprId, ExprKind, ItemId, ItemKind, Name,
    expr::{Arm, Block, BlockFlavour, Literal, MacroBody, MacroCall},
    path::{Path, Segment},
};
use crate::source::Span;

/// How deep groups in tokens that are no expression are opened.
const NEST: u32 = 32;

impl Lower<'_> {
    /// A macro call in item position: statics, items, or just a call.
    pub(super) fn item_macro(&mut self, it: &syn::ItemMacro, out: &mut Vec<ItemId>) {
        if it.mac.path.is_ident("macro_rules") {
            let paths = self.called_paths(it.mac.tokens.clone());
            out.push(self.macro_item(it, ItemKind::MacroRules(paths)));
            return;
        }
        let path = self.path(&it.mac.path);
        if let Some(ids) = self.items_of_macro(&it.mac, &path) {
            self.add_attributes(&ids, &it.attrs);
            out.extend(ids);
            return;
        }
        let args = match self.macro_body(&it.mac) {
            MacroBody::Args(args) => args.into_iter().map(|(_, e)| e).collect(),
            MacroBody::Fragments(list) => list,
            MacroBody::Block(e) => vec![e],
            MacroBody::Arms { futures, arms } => {
                futures.into_iter().chain(arms.into_iter().map(|arm| arm.body)).collect()
            }
        };
        out.push(self.macro_item(it, ItemKind::MacroCall(path, args)));
    }

    /// What stands above a macro call stands above each item in it.
    fn add_attributes(&mut self, ids: &[ItemId], attributes: &[syn::Attribute]) {
        if attributes.is_empty() {
            return;
        }
        let own = self.attributes(attributes);
        for id in ids {
            self.facts.items[id.0 as usize].attributes.extend(own.iter().cloned());
        }
    }

    /// The statics or items that a macro call in item position holds.
    fn items_of_macro(&mut self, mac: &syn::Macro, path: &Path) -> Option<Vec<ItemId>> {
        if let Some(statics) = self.statics(mac, path) {
            return Some(statics);
        }
        if !self.may_reread(self.span_of_delimiters(mac.delimiter.span())) {
            return None;
        }
        let items = forms::items.parse2(mac.tokens.clone()).ok().filter(|items| !items.is_empty());
        let ids = match items {
            Some(items) => self.items(&items),
            None => self.branch_items(&mac.tokens)?,
        };
        self.mark_macro(&ids, path);
        Some(ids)
    }

    /// The statics that a macro declares inside a body; whether it is such a macro.
    pub(super) fn statics_of_macro(&mut self, mac: &syn::Macro, block: &mut Block) -> bool {
        let path = self.path(&mac.path);
        let Some(statics) = self.statics(mac, &path) else { return false };
        self.push_items(statics, block);
        true
    }

    fn statics(&mut self, mac: &syn::Macro, path: &Path) -> Option<Vec<ItemId>> {
        let span = self.span_of_delimiters(mac.delimiter.span());
        let inside = self.scan.code.get(span.start as usize + 1..).unwrap_or_default().trim_start();
        let may_be_static = ["static", "pub", "#"].iter().any(|start| inside.starts_with(start));
        if !may_be_static || !self.may_reread(span) {
            return None;
        }
        let statics = syn::parse2::<forms::Statics>(mac.tokens.clone()).ok()?;
        Some(statics.0.iter().map(|it| self.macro_static(it, path)).collect())
    }

    /// A macro call in a body.
    pub(super) fn macro_expr(&mut self, mac: &syn::Macro) -> ExprId {
        let path = self.path(&mac.path);
        let span = path.span.to(self.span(mac.delimiter.span().close()));
        let body = self.macro_body(mac);
        self.add_expr(ExprKind::Macro(MacroCall { path, body }), span)
    }

    fn macro_body(&mut self, mac: &syn::Macro) -> MacroBody {
        let span = self.span_of_delimiters(mac.delimiter.span());
        if !self.may_reread(span) {
            return MacroBody::Fragments(Vec::new());
        }
        let tokens = &mac.tokens;
        if let Ok(args) = forms::arguments.parse2(tokens.clone()) {
            return self.arguments(args);
        }
        if let Ok(arms) = arms::select_arms.parse2(tokens.clone()) {
            return self.arms(&arms);
        }
        if let Ok((value, pat)) = forms::value_and_pattern.parse2(tokens.clone()) {
            return self.matched(&value, &pat);
        }
        if let Ok(stmts) = syn::Block::parse_within.parse2(tokens.clone()) {
            return MacroBody::Block(self.block_of(&stmts, span));
        }
        if let Some(e) = self.branch_block(tokens, span) {
            return MacroBody::Block(e);
        }
        let mut list = Vec::new();
        self.fragments(tokens.clone(), span, 0, &mut list);
        MacroBody::Fragments(list)
    }

    fn block_of(&mut self, stmts: &[syn::Stmt], span: Span) -> ExprId {
        let block = self.statements(stmts, BlockFlavour::Plain);
        self.add_expr(ExprKind::Block(block), span)
    }

    fn arguments(&mut self, args: Vec<forms::Argument>) -> MacroBody {
        let mut list: Vec<(Option<Name>, ExprId)> =
            args.into_iter().map(|arg| (arg.name, self.expr(&arg.value))).collect();
        self.captured(&mut list);
        MacroBody::Args(list)
    }

    fn arms(&mut self, arms: &[SelectArm]) -> MacroBody {
        let futures = arms.iter().filter_map(|arm| Some(self.expr(arm.future.as_ref()?))).collect();
        let arms = arms.iter().map(|arm| {
            let guard = arm.guard.as_ref().map(|e| self.expr(e));
            Arm { pat: self.pat(&arm.pat), guard, body: self.expr(&arm.body) }
        });
        MacroBody::Arms { futures, arms: arms.collect() }
    }

    /// `matches!(value, pattern if guard)`.
    fn matched(&mut self, value: &Syn, pat: &Pat) -> MacroBody {
        let future = self.expr(value);
        let guard = Self::guard(pat).map(|e| self.expr(e));
        let pat = self.pat(pat);
        let span = self.facts.pat(pat).span;
        let body = self.add_expr(ExprKind::Literal(Literal::Bool(true)), span);
        MacroBody::Arms { futures: vec![future], arms: vec![Arm { pat, guard, body }] }
    }

    /// Identifiers that the first string literal captures, as arguments of their own.
    fn captured(&mut self, list: &mut Vec<(Option<Name>, ExprId)>) {
        let literal = list.iter().find_map(|(name, id)| match &self.facts.expr(*id).kind {
            ExprKind::Literal(Literal::Str(text)) if name.is_none() => Some((text, self.span_of(*id))),
            _ => None,
        });
        let Some((text, span)) = literal else { return };
        let mut known: FxHashSet<Name> = list.iter().filter_map(|(name, _)| name.clone()).collect();
        let mut captured = tokens::captures(text);
        captured.retain(|name| known.insert(name.clone()));
        for name in captured {
            let segments = vec![Segment { name: name.clone(), args: Vec::new() }];
            let path = Path { segments, span, ..Path::default() };
            let id = self.add_expr(ExprKind::Path(path), span);
            list.push((Some(name), id));
        }
    }

    /// Whatever expressions stand between separators, groups opened.
    fn fragments(&mut self, tokens: TokenStream, span: Span, nest: u32, out: &mut Vec<ExprId>) {
        if nest > NEST || !self.may_reread(span) {
            return;
        }
        for piece in tokens::pieces(tokens) {
            match syn::parse2::<Syn>(piece.iter().cloned().collect()) {
                Ok(e) => out.push(self.expr(&e)),
                Err(_) => self.groups(piece, nest, out),
            }
        }
    }

    /// What stands in the groups of a piece that is no expression.
    fn groups(&mut self, piece: Vec<TokenTree>, nest: u32, out: &mut Vec<ExprId>) {
        for tree in piece {
            let TokenTree::Group(group) = tree else { continue };
            let span = self.span(group.span());
            if group.delimiter() == Delimiter::Brace
                && let Some(e) = self.statements_of(&group.stream(), span)
            {
                out.push(e);
            } else {
                self.fragments(group.stream(), span, nest + 1, out);
            }
        }
    }

    /// Tokens in braces as a block, where they are statements.
    fn statements_of(&mut self, tokens: &TokenStream, span: Span) -> Option<ExprId> {
        if !self.may_reread(span) {
            return None;
        }
        let block = |input: ParseStream<'_>| syn::Block::parse_within(input);
        let stmts = block.parse2(tokens.clone()).ok().filter(|stmts| !stmts.is_empty())?;
        Some(self.block_of(&stmts, span))
    }
}
