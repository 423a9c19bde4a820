//! Expressions and blocks.

use syn::{BinOp, Expr as Syn, Lit, Stmt as SynStmt, UnOp};

use super::{Lower, name, pattern::member};
use crate::facts::{
    ExprId, ExprKind,
    expr::{Arm, BinaryOp, Block, BlockFlavour, Literal, Stmt, UnaryOp},
};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn expr(&mut self, expr: &Syn) -> ExprId {
        match expr {
            Syn::Paren(it) => self.expr(&it.expr),
            Syn::Group(it) => self.expr(&it.expr),
            Syn::Path(it) => {
                let path = self.qualified(it.qself.as_ref(), &it.path);
                let span = path.span;
                self.add_expr(ExprKind::Path(path), span)
            }
            Syn::Lit(it) => self.literal(&it.lit),
            Syn::Call(it) => {
                let callee = self.expr(&it.func);
                let args = self.exprs(it.args.iter());
                let span = self.span_of(callee).to(Self::span(it.paren_token.span.close()));
                self.add_expr(ExprKind::Call { callee, args }, span)
            }
            Syn::MethodCall(it) => self.method_call(it),
            Syn::Macro(it) => self.macro_expr(&it.mac),
            _ => self.operator(expr),
        }
    }

    fn exprs<'e>(&mut self, list: impl Iterator<Item = &'e Syn>) -> Vec<ExprId> {
        list.map(|e| self.expr(e)).collect()
    }

    fn method_call(&mut self, it: &syn::ExprMethodCall) -> ExprId {
        let receiver = self.expr(&it.receiver);
        let turbofish = it.turbofish.as_ref().map(|list| self.generic_args(list)).unwrap_or_default();
        let args = self.exprs(it.args.iter());
        let span = self.span_of(receiver).to(Self::span(it.paren_token.span.close()));
        let method_span = Self::span(it.method.span());
        let method = name(&it.method);
        self.add_expr(ExprKind::MethodCall { receiver, method, method_span, turbofish, args }, span)
    }

    /// Operators and places.
    fn operator(&mut self, expr: &Syn) -> ExprId {
        match expr {
            Syn::Field(it) => {
                let base = self.expr(&it.base);
                let end = match &it.member {
                    syn::Member::Named(ident) => ident.span(),
                    syn::Member::Unnamed(index) => index.span,
                };
                let span = self.span_of(base).to(Self::span(end));
                self.add_expr(ExprKind::Field { base, name: member(&it.member) }, span)
            }
            Syn::Index(it) => {
                let base = self.expr(&it.expr);
                let index = self.expr(&it.index);
                let span = self.span_of(base).to(Self::span(it.bracket_token.span.close()));
                self.add_expr(ExprKind::Index { base, index }, span)
            }
            Syn::Reference(it) => self.prefixed(it.and_token.span, &it.expr, ExprKind::Ref),
            Syn::RawAddr(it) => self.prefixed(it.and_token.span, &it.expr, ExprKind::Ref),
            Syn::Unary(it) => self.unary(it),
            Syn::Try(it) => self.suffixed(&it.expr, it.question_token.span, ExprKind::Try),
            Syn::Await(it) => self.suffixed(&it.base, it.await_token.span, ExprKind::Await),
            Syn::Cast(it) => {
                let inner = self.expr(&it.expr);
                let ty = self.ty(&it.ty);
                let span = self.span_of(inner).to(Self::span(it.as_token.span));
                self.add_expr(ExprKind::Cast(inner, ty), span)
            }
            Syn::Binary(it) => self.binary(it),
            Syn::Assign(it) => self.pair(&it.left, &it.right, ExprKind::Assign),
            Syn::Range(it) => self.range(it),
            _ => self.compound(expr),
        }
    }

    fn prefixed(&mut self, start: proc_macro2::Span, inner: &Syn, kind: fn(ExprId) -> ExprKind) -> ExprId {
        let inner = self.expr(inner);
        let span = Self::span(start).to(self.span_of(inner));
        self.add_expr(kind(inner), span)
    }

    fn suffixed(&mut self, inner: &Syn, end: proc_macro2::Span, kind: fn(ExprId) -> ExprKind) -> ExprId {
        let inner = self.expr(inner);
        let span = self.span_of(inner).to(Self::span(end));
        self.add_expr(kind(inner), span)
    }

    fn pair(&mut self, left: &Syn, right: &Syn, kind: fn(ExprId, ExprId) -> ExprKind) -> ExprId {
        let left = self.expr(left);
        let right = self.expr(right);
        let span = self.span_of(left).to(self.span_of(right));
        self.add_expr(kind(left, right), span)
    }

    fn unary(&mut self, it: &syn::ExprUnary) -> ExprId {
        match &it.op {
            UnOp::Deref(star) => self.prefixed(star.span, &it.expr, ExprKind::Deref),
            UnOp::Not(not) => self.prefixed(not.span, &it.expr, |e| ExprKind::Unary(UnaryOp::Not, e)),
            UnOp::Neg(minus) => self.prefixed(minus.span, &it.expr, |e| ExprKind::Unary(UnaryOp::Neg, e)),
            _ => self.expr(&it.expr),
        }
    }

    fn binary(&mut self, it: &syn::ExprBinary) -> ExprId {
        let left = self.expr(&it.left);
        let right = self.expr(&it.right);
        let span = self.span_of(left).to(self.span_of(right));
        let kind = match binary_op(&it.op) {
            Some(op) => ExprKind::Binary(op, left, right),
            None => ExprKind::AssignOp(left, right),
        };
        self.add_expr(kind, span)
    }

    fn range(&mut self, it: &syn::ExprRange) -> ExprId {
        let start = it.start.as_ref().map(|e| self.expr(e));
        let end = it.end.as_ref().map(|e| self.expr(e));
        let spans = start.iter().chain(&end).map(|id| self.span_of(*id));
        let span = spans.reduce(Span::to).unwrap_or_default();
        self.add_expr(ExprKind::Range(start, end), span)
    }

    /// Literals of structs, tuples and arrays, and closures.
    fn compound(&mut self, expr: &Syn) -> ExprId {
        match expr {
            Syn::Struct(it) => self.struct_literal(it),
            Syn::Tuple(it) => {
                let list = self.exprs(it.elems.iter());
                self.add_expr(ExprKind::Tuple(list), Self::span_of_delimiters(&it.paren_token.span))
            }
            Syn::Array(it) => {
                let list = self.exprs(it.elems.iter());
                self.add_expr(ExprKind::Array(list), Self::span_of_delimiters(&it.bracket_token.span))
            }
            Syn::Repeat(it) => {
                let element = self.expr(&it.expr);
                self.add_expr(
                    ExprKind::Array(vec![element]),
                    Self::span_of_delimiters(&it.bracket_token.span),
                )
            }
            Syn::Closure(it) => self.closure(it),
            Syn::Block(it) => self.block(&it.block, BlockFlavour::Plain, None),
            Syn::Unsafe(it) => {
                self.block(&it.block, BlockFlavour::Unsafe, Some(Self::span(it.unsafe_token.span)))
            }
            Syn::Async(it) => {
                self.block(&it.block, BlockFlavour::Async, Some(Self::span(it.async_token.span)))
            }
            Syn::Const(it) => {
                self.block(&it.block, BlockFlavour::Const, Some(Self::span(it.const_token.span)))
            }
            Syn::TryBlock(it) => {
                self.block(&it.block, BlockFlavour::Plain, Some(Self::span(it.try_token.span)))
            }
            _ => self.control(expr),
        }
    }

    fn struct_literal(&mut self, it: &syn::ExprStruct) -> ExprId {
        let path = self.qualified(it.qself.as_ref(), &it.path);
        let fields = it.fields.iter().map(|field| (member(&field.member), self.expr(&field.expr))).collect();
        let rest = it.rest.as_ref().map(|e| self.expr(e));
        let span = path.span.to(Self::span(it.brace_token.span.close()));
        self.add_expr(ExprKind::Struct { path, fields, rest }, span)
    }

    fn closure(&mut self, it: &syn::ExprClosure) -> ExprId {
        let params = it.inputs.iter().map(|pat| self.pat(pat)).collect();
        let body = self.expr(&it.body);
        let first = [it.asyncness.map(|token| token.span), it.capture.map(|token| token.span)];
        let start = first.into_iter().flatten().next().unwrap_or(it.inputs_begin.spans[0]);
        let span = Self::span(start).to(self.span_of(body));
        let kind = ExprKind::Closure {
            params,
            body,
            is_async: it.asyncness.is_some(),
            is_move: it.capture.is_some(),
        };
        self.add_expr(kind, span)
    }

    /// Branches, loops and jumps.
    fn control(&mut self, expr: &Syn) -> ExprId {
        match expr {
            Syn::If(it) => self.if_expr(it),
            Syn::Let(it) => {
                let value = self.expr(&it.expr);
                let pat = self.pat(&it.pat);
                let span = Self::span(it.let_token.span).to(self.span_of(value));
                self.add_expr(ExprKind::Let(pat, value), span)
            }
            Syn::Match(it) => {
                let scrutinee = self.expr(&it.expr);
                let arms = it.arms.iter().map(|arm| self.arm(&arm.pat, &arm.body)).collect();
                let span = Self::span(it.match_token.span).to(Self::span(it.brace_token.span.close()));
                self.add_expr(ExprKind::Match { scrutinee, arms }, span)
            }
            Syn::While(it) => {
                let cond = self.expr(&it.cond);
                let body = self.block(&it.body, BlockFlavour::Plain, None);
                let span = Self::span(it.while_token.span).to(self.span_of(body));
                self.add_expr(ExprKind::While { cond, body }, span)
            }
            Syn::Loop(it) => {
                let body = self.block(&it.body, BlockFlavour::Plain, None);
                let span = Self::span(it.loop_token.span).to(self.span_of(body));
                self.add_expr(ExprKind::Loop(body), span)
            }
            Syn::ForLoop(it) => {
                let pat = self.pat(&it.pat);
                let iter = self.expr(&it.expr);
                let body = self.block(&it.body, BlockFlavour::Plain, None);
                let span = Self::span(it.for_token.span).to(self.span_of(body));
                self.add_expr(ExprKind::For { pat, iter, body }, span)
            }
            _ => self.jump(expr),
        }
    }

    fn if_expr(&mut self, it: &syn::ExprIf) -> ExprId {
        let cond = self.expr(&it.cond);
        let then = self.block(&it.then_branch, BlockFlavour::Plain, None);
        let otherwise = it.else_branch.as_ref().map(|(_, e)| self.expr(e));
        let end = self.span_of(otherwise.unwrap_or(then));
        let span = Self::span(it.if_token.span).to(end);
        self.add_expr(ExprKind::If { cond, then, otherwise }, span)
    }

    pub(super) fn arm(&mut self, pat: &syn::Pat, body: &Syn) -> Arm {
        let guard = Self::guard(pat).map(|e| self.expr(e));
        let pat = self.pat(pat);
        let body = self.expr(body);
        Arm { pat, guard, body }
    }

    fn jump(&mut self, expr: &Syn) -> ExprId {
        match expr {
            Syn::Return(it) => {
                self.jump_with(Self::span(it.return_token.span), it.expr.as_deref(), ExprKind::Return)
            }
            Syn::Break(it) => {
                self.jump_with(Self::span(it.break_token.span), it.expr.as_deref(), ExprKind::Break)
            }
            Syn::Continue(it) => self.add_expr(ExprKind::Continue, Self::span(it.continue_token.span)),
            Syn::Yield(it) => match &it.expr {
                Some(inner) => self.expr(inner),
                None => self.add_expr(ExprKind::Unknown, Self::span(it.yield_token.span)),
            },
            _ => self.add_expr(ExprKind::Unknown, Span::default()),
        }
    }

    fn jump_with(
        &mut self,
        keyword: Span,
        value: Option<&Syn>,
        kind: fn(Option<ExprId>) -> ExprKind,
    ) -> ExprId {
        let value = value.map(|e| self.expr(e));
        let span = value.map_or(keyword, |e| keyword.to(self.span_of(e)));
        self.add_expr(kind(value), span)
    }

    /// A block; `start` is where the keyword in front of it stands.
    pub(super) fn block(&mut self, block: &syn::Block, flavour: BlockFlavour, start: Option<Span>) -> ExprId {
        let braces = Self::span_of_delimiters(&block.brace_token.span);
        let body = self.statements(&block.stmts, flavour);
        self.add_expr(ExprKind::Block(body), start.map_or(braces, |start| start.to(braces)))
    }

    pub(super) fn statements(&mut self, list: &[SynStmt], flavour: BlockFlavour) -> Block {
        let mut block = Block { flavour, stmts: Vec::with_capacity(list.len()), ..Block::default() };
        for (at, stmt) in list.iter().enumerate() {
            self.statement(stmt, at + 1 == list.len(), &mut block);
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

    fn inner_item(&mut self, item: &syn::Item, block: &mut Block) {
        let mut ids = Vec::new();
        self.item(item, &mut ids);
        block.stmts.extend(ids.into_iter().map(Stmt::Item));
    }

    fn local(&mut self, it: &syn::Local) -> Stmt {
        let span = Self::span(it.let_token.span).to(Self::span(it.semi_token.span));
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

    pub(super) fn literal(&mut self, lit: &Lit) -> ExprId {
        let span = Self::span(lit.span());
        let literal = match lit {
            Lit::Str(it) => Literal::Str(it.value()),
            Lit::ByteStr(it) => Literal::Bytes(String::from_utf8_lossy(&it.value()).into_owned()),
            Lit::CStr(it) => Literal::Bytes(it.value().to_string_lossy().into_owned()),
            Lit::Byte(it) => Literal::Char(char::from(it.value())),
            Lit::Char(it) => Literal::Char(it.value()),
            Lit::Int(it) => Literal::Int(it.base10_digits().into()),
            Lit::Bool(it) => Literal::Bool(it.value),
            _ => Literal::Float,
        };
        self.add_expr(ExprKind::Literal(literal), span)
    }
}

/// The attributes of a statement that can be told from those of what it holds.
fn attributes_of(stmt: &SynStmt) -> &[syn::Attribute] {
    match stmt {
        SynStmt::Local(it) => &it.attrs,
        SynStmt::Macro(it) => &it.attrs,
        SynStmt::Expr(e, _) => match e {
            Syn::Block(it) => &it.attrs,
            Syn::Call(it) => &it.attrs,
            Syn::MethodCall(it) => &it.attrs,
            Syn::If(it) => &it.attrs,
            Syn::Match(it) => &it.attrs,
            Syn::Await(it) => &it.attrs,
            Syn::Try(it) => &it.attrs,
            Syn::Assign(it) => &it.attrs,
            Syn::Return(it) => &it.attrs,
            Syn::Unsafe(it) => &it.attrs,
            Syn::Macro(it) => &it.attrs,
            _ => &[],
        },
        SynStmt::Item(_) => &[],
    }
}

/// The operator; `None` for one that assigns.
fn binary_op(op: &BinOp) -> Option<BinaryOp> {
    Some(match op {
        BinOp::Eq(_) => BinaryOp::Eq,
        BinOp::Ne(_) => BinaryOp::Ne,
        BinOp::Lt(_) => BinaryOp::Lt,
        BinOp::Le(_) => BinaryOp::Le,
        BinOp::Gt(_) => BinaryOp::Gt,
        BinOp::Ge(_) => BinaryOp::Ge,
        BinOp::And(_) => BinaryOp::And,
        BinOp::Or(_) => BinaryOp::Or,
        BinOp::Add(_) => BinaryOp::Add,
        BinOp::Sub(_) => BinaryOp::Sub,
        BinOp::AddAssign(_)
        | BinOp::SubAssign(_)
        | BinOp::MulAssign(_)
        | BinOp::DivAssign(_)
        | BinOp::RemAssign(_)
        | BinOp::BitXorAssign(_)
        | BinOp::BitAndAssign(_)
        | BinOp::BitOrAssign(_)
        | BinOp::ShlAssign(_)
        | BinOp::ShrAssign(_) => return None,
        _ => BinaryOp::Other,
    })
}
