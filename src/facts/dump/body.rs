//! Expressions, statements and patterns of the tree.

use super::{Dump, SHOWN, cut};
use crate::facts::{
    ExprId, ExprKind, Name, PatId, PatKind,
    expr::{Arm, Block, BlockFlavour, Literal, MacroBody, Stmt},
};

impl Dump<'_> {
    /// An expression; `role` says what it is to the line above.
    pub(super) fn expr(&mut self, role: &str, id: ExprId) {
        let expr = self.facts.expr(id);
        self.line(format_args!("{role}{}", head(&expr.kind)), expr.span);
        self.inside(|dump| dump.operands(&expr.kind));
    }

    fn exprs<'e>(&mut self, role: &str, list: impl IntoIterator<Item = &'e ExprId>) {
        list.into_iter().for_each(|id| self.expr(role, *id));
    }

    fn operands(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::Path(_) | ExprKind::Literal(_) | ExprKind::Continue | ExprKind::Unknown => {}
            ExprKind::Call { callee, args } => {
                self.expr("", *callee);
                self.exprs("arg ", args);
            }
            ExprKind::MethodCall { receiver, args, .. } => {
                self.expr("", *receiver);
                self.exprs("arg ", args);
            }
            ExprKind::Struct { fields, rest, .. } => {
                for (name, e) in fields {
                    self.expr(&format!("{name}: "), *e);
                }
                self.exprs("rest ", rest);
            }
            ExprKind::Tuple(list) | ExprKind::Array(list) => self.exprs("", list),
            ExprKind::Field { base: e, .. }
            | ExprKind::Ref(e)
            | ExprKind::Deref(e)
            | ExprKind::Unary(_, e)
            | ExprKind::Cast(e, _)
            | ExprKind::Loop(e)
            | ExprKind::Try(e)
            | ExprKind::Await(e) => self.expr("", *e),
            ExprKind::Index { base: a, index: b }
            | ExprKind::Binary(_, a, b)
            | ExprKind::Assign(a, b)
            | ExprKind::AssignOp(a, b) => self.exprs("", [a, b]),
            ExprKind::Range(start, end) => {
                self.exprs("from ", start);
                self.exprs("to ", end);
            }
            ExprKind::Return(e) | ExprKind::Break(e) => self.exprs("", e),
            _ => self.control(kind),
        }
    }

    fn control(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::Block(block) => self.block(block),
            ExprKind::If { cond, then, otherwise } => {
                self.expr("cond ", *cond);
                self.expr("then ", *then);
                self.exprs("else ", otherwise);
            }
            ExprKind::Let(pat, e) => {
                self.pat("", *pat);
                self.expr("= ", *e);
            }
            ExprKind::Match { scrutinee, arms } => {
                self.expr("", *scrutinee);
                self.arms(arms);
            }
            ExprKind::While { cond, body } => {
                self.expr("cond ", *cond);
                self.expr("", *body);
            }
            ExprKind::For { pat, iter, body } => {
                self.pat("", *pat);
                self.expr("in ", *iter);
                self.expr("", *body);
            }
            ExprKind::Closure { params, body, .. } => {
                for pat in params {
                    self.pat("param ", *pat);
                }
                self.expr("", *body);
            }
            ExprKind::Macro(call) => self.macro_body(&call.body),
            _ => {}
        }
    }

    fn macro_body(&mut self, body: &MacroBody) {
        match body {
            MacroBody::Args(args) => {
                for (name, e) in args {
                    let role = name.as_ref().map(|name| format!("{name} = ")).unwrap_or_default();
                    self.expr(&role, *e);
                }
            }
            MacroBody::Arms { futures, arms } => {
                self.exprs("future ", futures);
                self.arms(arms);
            }
            MacroBody::Block(e) => self.expr("", *e),
            MacroBody::Fragments(list) => self.exprs("fragment ", list),
        }
    }

    fn arms(&mut self, arms: &[Arm]) {
        for arm in arms {
            self.pat("arm ", arm.pat);
            self.inside(|dump| {
                dump.exprs("if ", &arm.guard);
                dump.expr("=> ", arm.body);
            });
        }
    }

    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
        self.exprs("tail ", &block.tail);
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let { pat, ty, init, otherwise, span } => {
                let ty = ty.as_ref().map(|ty| format!(": {ty}")).unwrap_or_default();
                self.line(format_args!("let{ty}"), *span);
                self.inside(|dump| {
                    dump.pat("", *pat);
                    dump.exprs("= ", init);
                    dump.exprs("else ", otherwise);
                });
            }
            Stmt::Expr(e) => self.expr("", *e),
            Stmt::Item(id) => self.item(*id),
        }
    }

    /// A pattern; `role` says what it is to the line above.
    pub(super) fn pat(&mut self, role: &str, id: PatId) {
        let pat = self.facts.pat(id);
        self.line(format_args!("{role}{}", pat_head(&pat.kind)), pat.span);
        self.inside(|dump| match &pat.kind {
            PatKind::Ident(_, Some(sub)) => dump.pat("@ ", *sub),
            PatKind::TupleStruct(_, list)
            | PatKind::Tuple(list)
            | PatKind::Slice(list)
            | PatKind::Or(list) => {
                for pat in list {
                    dump.pat("", *pat);
                }
            }
            PatKind::Struct(_, fields) => {
                for (name, pat) in fields {
                    dump.pat(&format!("{name}: "), *pat);
                }
            }
            PatKind::Ref(inner) | PatKind::Typed(inner, _) => dump.pat("", *inner),
            PatKind::Literal(e) => dump.expr("", *e),
            PatKind::Range(start, end) => {
                dump.exprs("from ", start);
                dump.exprs("to ", end);
            }
            PatKind::Ident(_, None) | PatKind::Path(_) | PatKind::Rest | PatKind::Wild | PatKind::Unknown => {
            }
        });
    }
}

/// What stands on an expression's own line.
fn head(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Path(path) => format!("path {path}"),
        ExprKind::Literal(literal) => literal_head(literal),
        ExprKind::Call { args, .. } => format!("call ({})", arguments(args.len())),
        ExprKind::MethodCall { method, turbofish, args, .. } => {
            let types: Vec<String> = turbofish.iter().map(ToString::to_string).collect();
            let turbofish =
                if types.is_empty() { String::new() } else { format!("::<{}>", types.join(", ")) };
            format!("method {method}{turbofish} ({})", arguments(args.len()))
        }
        ExprKind::Field { name, .. } => format!("field {name}"),
        ExprKind::Struct { path, .. } => format!("struct {path}"),
        ExprKind::Unary(op, _) => format!("unary {op:?}"),
        ExprKind::Binary(op, ..) => format!("binary {op:?}"),
        ExprKind::Cast(_, ty) => format!("cast {ty}"),
        ExprKind::Block(block) => match block.flavour {
            BlockFlavour::Plain => "block".to_owned(),
            flavour => format!("block {flavour:?}"),
        },
        ExprKind::Closure { is_async, is_move, .. } => {
            let is_async = if *is_async { " async" } else { "" };
            let is_move = if *is_move { " move" } else { "" };
            format!("closure{is_async}{is_move}")
        }
        ExprKind::Macro(call) => {
            let form = match &call.body {
                MacroBody::Args(_) => "args",
                MacroBody::Arms { .. } => "arms",
                MacroBody::Block(_) => "block",
                MacroBody::Fragments(_) => "fragments",
            };
            format!("macro {}! {form}", call.path)
        }
        other => plain_head(other).to_owned(),
    }
}

/// The kinds that are named and nothing more.
fn plain_head(kind: &ExprKind) -> &'static str {
    match kind {
        ExprKind::Index { .. } => "index",
        ExprKind::Tuple(_) => "tuple",
        ExprKind::Array(_) => "array",
        ExprKind::Ref(_) => "ref",
        ExprKind::Deref(_) => "deref",
        ExprKind::Assign(..) => "assign",
        ExprKind::AssignOp(..) => "assign-op",
        ExprKind::Range(..) => "range",
        ExprKind::If { .. } => "if",
        ExprKind::Let(..) => "let",
        ExprKind::Match { .. } => "match",
        ExprKind::While { .. } => "while",
        ExprKind::Loop(_) => "loop",
        ExprKind::For { .. } => "for",
        ExprKind::Return(_) => "return",
        ExprKind::Break(_) => "break",
        ExprKind::Continue => "continue",
        ExprKind::Try(_) => "try",
        ExprKind::Await(_) => "await",
        _ => "unknown",
    }
}

fn literal_head(literal: &Literal) -> String {
    match literal {
        Literal::Str(text) => format!("str {}", cut(text, SHOWN)),
        Literal::Bytes(text) => format!("bytes {}", cut(text, SHOWN)),
        Literal::Char(char) => format!("char {char:?}"),
        Literal::Int(digits) => format!("int {digits}"),
        Literal::Float => "float".to_owned(),
        Literal::Bool(value) => format!("bool {value}"),
    }
}

fn arguments(count: usize) -> String {
    if count == 1 { "1 arg".to_owned() } else { format!("{count} args") }
}

fn pat_head(kind: &PatKind) -> String {
    let named = |what: &str, name: &Name| format!("{what} {name}");
    match kind {
        PatKind::Ident(name, _) => named("pat", name),
        PatKind::Path(path) => format!("pat path {path}"),
        PatKind::TupleStruct(path, _) => format!("pat {path}(…)"),
        PatKind::Struct(path, _) => format!("pat {path} {{…}}"),
        PatKind::Tuple(_) => "pat tuple".to_owned(),
        PatKind::Slice(_) => "pat slice".to_owned(),
        PatKind::Ref(_) => "pat ref".to_owned(),
        PatKind::Or(_) => "pat or".to_owned(),
        PatKind::Typed(_, ty) => format!("pat typed {ty}"),
        PatKind::Literal(_) => "pat literal".to_owned(),
        PatKind::Range(..) => "pat range".to_owned(),
        PatKind::Rest => "pat ..".to_owned(),
        PatKind::Wild => "pat _".to_owned(),
        PatKind::Unknown => "pat unknown".to_owned(),
    }
}
