//! Expressions.

use syn::{BinOp, Expr as Syn, RangeLimits, UnOp, spanned::Spanned};

use super::{Lower, name, pattern::member};
use crate::facts::{
    ExprId, ExprKind,
    expr::{Arm, BinaryOp, BlockFlavour, UnaryOp},
};
use crate::source::Span;

impl Lower<'_> {
    pub(super) fn expr(&mut self, expr: &Syn) -> ExprId {
        if !self.enter_node(expr) {
            return self.add_expr(ExprKind::Unknown, Span::default());
        }
        let id = self.plain_expr(expr);
        self.leave();
        id
    }

    fn plain_expr(&mut self, expr: &Syn) -> ExprId {
        match expr {
            Syn::Paren(it) => {
                let id = self.expr(&it.expr);
                // Its place covers the parentheses, so that whatever it is a part of covers both or none of them.
                self.facts.exprs[id.0 as usize].span = self.span_of_delimiters(&it.paren_token.span);
                id
            }
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
                let span = self.span_of(callee).to(self.span(it.paren_token.span.close()));
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
        let span = self.span_of(receiver).to(self.span(it.paren_token.span.close()));
        let method_span = self.span(it.method.span());
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
                let span = self.span_of(base).to(self.span(end));
                self.add_expr(ExprKind::Field { base, name: member(&it.member) }, span)
            }
            Syn::Index(it) => {
                let base = self.expr(&it.expr);
                let index = self.expr(&it.index);
                let span = self.span_of(base).to(self.span(it.bracket_token.span.close()));
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
                let span = self.span_of(inner).to(self.type_span(&it.ty));
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
        let span = self.span(start).to(self.span_of(inner));
        self.add_expr(kind(inner), span)
    }

    fn suffixed(&mut self, inner: &Syn, end: proc_macro2::Span, kind: fn(ExprId) -> ExprKind) -> ExprId {
        let inner = self.expr(inner);
        let span = self.span_of(inner).to(self.span(end));
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
        let span = self.range_span(start, &it.limits, end);
        self.add_expr(ExprKind::Range(start, end), span)
    }

    pub(super) fn range_span(
        &self,
        start: Option<ExprId>,
        limits: &RangeLimits,
        end: Option<ExprId>,
    ) -> Span {
        let dots = match limits {
            RangeLimits::HalfOpen(token) => self.span_of_punct(&token.spans),
            RangeLimits::Closed(token) => self.span_of_punct(&token.spans),
        };
        start.into_iter().chain(end).map(|id| self.span_of(id)).fold(dots, Span::to)
    }

    /// The bytes of an operator of several characters.
    pub(super) fn span_of_punct(&self, spans: &[proc_macro2::Span]) -> Span {
        spans.iter().map(|span| self.span(*span)).reduce(Span::to).unwrap_or_default()
    }

    /// Where a label starts, if there is one.
    fn label(&self, label: Option<&syn::Label>) -> Option<Span> {
        label.map(|label| self.span(label.name.span()))
    }

    /// Literals of structs, tuples and arrays, and closures.
    fn compound(&mut self, expr: &Syn) -> ExprId {
        match expr {
            Syn::Struct(it) => self.struct_literal(it),
            Syn::Tuple(it) => {
                let list = self.exprs(it.elems.iter());
                let span = self.span_of_delimiters(&it.paren_token.span);
                self.add_expr(ExprKind::Tuple(list), span)
            }
            Syn::Array(it) => {
                let list = self.exprs(it.elems.iter());
                let span = self.span_of_delimiters(&it.bracket_token.span);
                self.add_expr(ExprKind::Array(list), span)
            }
            Syn::Repeat(it) => {
                let element = self.expr(&it.expr);
                let span = self.span_of_delimiters(&it.bracket_token.span);
                self.add_expr(ExprKind::Array(vec![element]), span)
            }
            Syn::Closure(it) => self.closure(it),
            Syn::Block(it) => {
                let label = self.label(it.label.as_ref());
                self.block(&it.block, BlockFlavour::Plain, label)
            }
            Syn::Unsafe(it) => {
                let start = self.span(it.unsafe_token.span);
                self.block(&it.block, BlockFlavour::Unsafe, Some(start))
            }
            Syn::Async(it) => {
                let start = self.span(it.async_token.span);
                self.block(&it.block, BlockFlavour::Async, Some(start))
            }
            Syn::Const(it) => {
                let start = self.span(it.const_token.span);
                self.block(&it.block, BlockFlavour::Const, Some(start))
            }
            Syn::TryBlock(it) => {
                let start = self.span(it.try_token.span);
                self.block(&it.block, BlockFlavour::Plain, Some(start))
            }
            _ => self.control(expr),
        }
    }

    fn struct_literal(&mut self, it: &syn::ExprStruct) -> ExprId {
        let path = self.qualified(it.qself.as_ref(), &it.path);
        let fields = it.fields.iter().map(|field| (member(&field.member), self.expr(&field.expr))).collect();
        let rest = it.rest.as_ref().map(|e| self.expr(e));
        let span = path.span.to(self.span(it.brace_token.span.close()));
        self.add_expr(ExprKind::Struct { path, fields, rest }, span)
    }

    fn closure(&mut self, it: &syn::ExprClosure) -> ExprId {
        let params = it.inputs.iter().map(|pat| self.pat(pat)).collect();
        let body = self.expr(&it.body);
        let first = [
            it.lifetimes.as_ref().map(|it| it.for_token.span),
            it.constness.map(|token| token.span),
            it.asyncness.map(|token| token.span),
            it.capture.map(|token| token.span),
        ];
        let start = first.into_iter().flatten().next().unwrap_or(it.inputs_begin.spans[0]);
        let span = self.span(start).to(self.span_of(body));
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
                let span = self.span(it.let_token.span).to(self.span_of(value));
                self.add_expr(ExprKind::Let(pat, value), span)
            }
            Syn::Match(it) => {
                let scrutinee = self.expr(&it.expr);
                let arms = it.arms.iter().map(|arm| self.arm(&arm.pat, &arm.body)).collect();
                let span = self.span(it.match_token.span).to(self.span(it.brace_token.span.close()));
                self.add_expr(ExprKind::Match { scrutinee, arms }, span)
            }
            Syn::While(it) => {
                let cond = self.expr(&it.cond);
                let body = self.block(&it.body, BlockFlavour::Plain, None);
                let start = self.label(it.label.as_ref()).unwrap_or_else(|| self.span(it.while_token.span));
                let span = start.to(self.span_of(body));
                self.add_expr(ExprKind::While { cond, body }, span)
            }
            Syn::Loop(it) => {
                let body = self.block(&it.body, BlockFlavour::Plain, None);
                let start = self.label(it.label.as_ref()).unwrap_or_else(|| self.span(it.loop_token.span));
                let span = start.to(self.span_of(body));
                self.add_expr(ExprKind::Loop(body), span)
            }
            Syn::ForLoop(it) => {
                let pat = self.pat(&it.pat);
                let iter = self.expr(&it.expr);
                let body = self.block(&it.body, BlockFlavour::Plain, None);
                let start = self.label(it.label.as_ref()).unwrap_or_else(|| self.span(it.for_token.span));
                let span = start.to(self.span_of(body));
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
        let span = self.span(it.if_token.span).to(end);
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
                let keyword = self.span(it.return_token.span);
                self.jump_with(keyword, it.expr.as_deref(), ExprKind::Return)
            }
            Syn::Break(it) => {
                let keyword = self.span(it.break_token.span);
                let label = it.label.as_ref().map_or(keyword, |label| self.span(label.span()));
                self.jump_with(keyword.to(label), it.expr.as_deref(), ExprKind::Break)
            }
            Syn::Continue(it) => {
                let keyword = self.span(it.continue_token.span);
                let label = it.label.as_ref().map_or(keyword, |label| self.span(label.span()));
                self.add_expr(ExprKind::Continue, keyword.to(label))
            }
            Syn::Yield(syn::ExprYield { expr: Some(inner), .. }) => self.expr(inner),
            other => {
                let span = self.span(other.span());
                self.add_expr(ExprKind::Unknown, span)
            }
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
