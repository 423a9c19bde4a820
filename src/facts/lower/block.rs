//! Blocks and their statements.

use syn::{Expr as Syn, Stmt as SynStmt};

use super::Lower;
use crate::facts::{
    ExprId, ExprKind, ItemId,
    expr::{Block, BlockFlavour, Stmt},
};
use crate::source::Span;

impl Lower<'_> {
    /// A block; `start` is where the keyword in front of it stands.
    pub(super) fn block(&mut self, block: &syn::Block, flavour: BlockFlavour, start: Option<Span>) -> ExprId {
        let braces = self.span_of_delimiters(&block.brace_token.span);
        let body = self.statements(&block.stmts, flavour);
        self.add_expr(ExprKind::Block(body), start.map_or(braces, |start| start.to(braces)))
    }

    pub(super) fn statements(&mut self, list: &[SynStmt], flavour: BlockFlavour) -> Block {
        let mut block = Block { flavour, stmts: Vec::with_capacity(list.len()), ..Block::default() };
        for (at, stmt) in list.iter().enumerate() {
            self.statement(stmt, at + 1 == list.len(), &mut block);
            if block.spans.len() < block.stmts.len() {
                let span = self.statement_span(stmt, &block);
                block.spans.resize(block.stmts.len(), span);
            }
        }
        block
    }

    fn statement(&mut self, stmt: &SynStmt, is_last: bool, block: &mut Block) {
        if attributes_of(stmt).iter().any(|attribute| attribute.path().is_ident("cfg")) {
            block.gated.push(crate::facts::gather::offset(block.stmts.len()));
        }
        match stmt {
            SynStmt::Local(it) => {
                let stmt = self.local(it);
                block.stmts.push(stmt);
            }
            SynStmt::Item(item) => self.inner_item(item, block),
            // A `;` of its own.
            SynStmt::Expr(Syn::Verbatim(tokens), Some(_)) if tokens.is_empty() => {}
            SynStmt::Expr(e, semicolon) => {
                let id = self.expr(e);
                if is_last && semicolon.is_none() {
                    block.tail = Some(id);
                } else {
                    block.stmts.push(Stmt::Expr(id));
                }
            }
            SynStmt::Macro(it) => {
                if self.statics_of_macro(&it.mac, block) {
                    return;
                }
                let id = self.macro_expr(&it.mac);
                if is_last && it.semi_token.is_none() {
                    block.tail = Some(id);
                } else {
                    block.stmts.push(Stmt::Expr(id));
                }
            }
        }
    }

    /// The bytes of a statement that was just lowered, put together from those of its parts.
    fn statement_span(&self, stmt: &SynStmt, block: &Block) -> Span {
        let semicolon = match stmt {
            SynStmt::Expr(_, semicolon) => *semicolon,
            SynStmt::Macro(it) => it.semi_token,
            _ => None,
        };
        let first = attributes_of(stmt).first().map(|it| self.span(it.pound_token.span));
        let own = match (stmt, block.stmts.last()) {
            (_, Some(Stmt::Let { span, .. })) => *span,
            (_, Some(Stmt::Expr(e))) => self.span_of(*e),
            (SynStmt::Macro(it), _) => {
                self.path_span(&it.mac.path).to(self.span(it.mac.delimiter.span().close()))
            }
            (_, Some(Stmt::Item(item))) => self.facts.item(*item).span,
            (_, None) => Span::default(),
        };
        let end = semicolon.map(|it| self.span(it.span));
        first.into_iter().chain(end).fold(own, Span::to)
    }

    fn inner_item(&mut self, item: &syn::Item, block: &mut Block) {
        let mut ids = Vec::new();
        self.item(item, &mut ids);
        self.push_items(ids, block);
    }

    /// Adds items to a block, and to the body that the block is in.
    pub(super) fn push_items(&mut self, ids: Vec<ItemId>, block: &mut Block) {
        self.inner.extend(&ids);
        block.stmts.extend(ids.into_iter().map(Stmt::Item));
    }

    /// The body of a function or initialiser, lowered by `lower`; what items stand in it is noted.
    pub(super) fn body(&mut self, lower: impl FnOnce(&mut Self) -> ExprId) -> ExprId {
        let outer = std::mem::take(&mut self.inner);
        let body = lower(self);
        let inner = std::mem::replace(&mut self.inner, outer);
        if !inner.is_empty() {
            self.facts.inner.insert(body, inner);
        }
        body
    }

    fn local(&mut self, it: &syn::Local) -> Stmt {
        let start = it.attrs.first().map_or(it.let_token.span, |attribute| attribute.pound_token.span);
        let span = self.span(start).to(self.span(it.semi_token.span));
        let init = it.init.as_ref().map(|init| self.expr(&init.expr));
        let diverge = it.init.as_ref().and_then(|init| init.diverge.as_ref());
        let otherwise = diverge.map(|(_, e)| self.expr(e));
        let (pat, ty) = match &it.pat {
            syn::Pat::Type(typed) => (&*typed.pat, Some(&*typed.ty)),
            pat => (pat, None),
        };
        let ty = ty.map(|ty| self.ty(ty));
        Stmt::Let { pat: self.pat(pat), ty, init, otherwise, span }
    }
}

/// The attributes of a statement that can be told from those of what it holds.
fn attributes_of(stmt: &SynStmt) -> &[syn::Attribute] {
    match stmt {
        SynStmt::Local(it) => &it.attrs,
        SynStmt::Macro(it) => &it.attrs,
        SynStmt::Expr(e, _) => match e {
            Syn::Assign(it) => &it.attrs,
            Syn::Await(it) => &it.attrs,
            Syn::Block(it) => &it.attrs,
            Syn::Call(it) => &it.attrs,
            Syn::If(it) => &it.attrs,
            Syn::Macro(it) => &it.attrs,
            Syn::Match(it) => &it.attrs,
            Syn::MethodCall(it) => &it.attrs,
            Syn::Return(it) => &it.attrs,
            Syn::Try(it) => &it.attrs,
            Syn::Unsafe(it) => &it.attrs,
            _ => &[],
        },
        SynStmt::Item(_) => &[],
    }
}
