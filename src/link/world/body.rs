//! The expressions directly inside an expression.

use crate::facts::{
    ExprId, ExprKind, FileFacts,
    expr::{MacroBody, Stmt},
};

/// Pushes the expressions directly inside an expression.
pub(crate) fn children(facts: &FileFacts, id: ExprId, out: &mut Vec<ExprId>) {
    match &facts.expr(id).kind {
        ExprKind::Path(_) | ExprKind::Literal(_) | ExprKind::Continue | ExprKind::Unknown => {}
        ExprKind::Call { callee, args } => {
            out.push(*callee);
            out.extend(args);
        }
        ExprKind::MethodCall { receiver, args, .. } => {
            out.push(*receiver);
            out.extend(args);
        }
        ExprKind::Index { base: a, index: b }
        | ExprKind::Binary(_, a, b)
        | ExprKind::Assign(a, b)
        | ExprKind::AssignOp(a, b)
        | ExprKind::While { cond: a, body: b }
        | ExprKind::For { iter: a, body: b, .. } => out.extend([*a, *b]),
        ExprKind::Struct { fields, rest, .. } => {
            out.extend(fields.iter().map(|(_, value)| *value));
            out.extend(rest);
        }
        ExprKind::Tuple(list) | ExprKind::Array(list) => out.extend(list),
        ExprKind::Field { base: e, .. }
        | ExprKind::Ref(e)
        | ExprKind::Deref(e)
        | ExprKind::Unary(_, e)
        | ExprKind::Cast(e, _)
        | ExprKind::Let(_, e)
        | ExprKind::Loop(e)
        | ExprKind::Closure { body: e, .. }
        | ExprKind::Try(e)
        | ExprKind::Await(e) => out.push(*e),
        ExprKind::Range(a, b) => out.extend(a.iter().chain(b)),
        ExprKind::Block(block) => {
            for stmt in &block.stmts {
                match stmt {
                    Stmt::Let { init, otherwise, .. } => out.extend(init.iter().chain(otherwise)),
                    Stmt::Expr(e) => out.push(*e),
                    Stmt::Item(_) => {}
                }
            }
            out.extend(block.tail);
        }
        ExprKind::If { cond, then, otherwise } => {
            out.extend([*cond, *then]);
            out.extend(otherwise);
        }
        ExprKind::Match { scrutinee, arms } => {
            out.push(*scrutinee);
            out.extend(arms.iter().flat_map(|arm| arm.guard.into_iter().chain([arm.body])));
        }
        ExprKind::Return(e) | ExprKind::Break(e) => out.extend(e),
        ExprKind::Macro(call) => match &call.body {
            MacroBody::Args(args) => out.extend(args.iter().map(|(_, arg)| *arg)),
            MacroBody::Arms { futures, arms } => {
                out.extend(futures);
                out.extend(arms.iter().flat_map(|arm| arm.guard.into_iter().chain([arm.body])));
            }
            MacroBody::Block(e) => out.push(*e),
            MacroBody::Fragments(list) => out.extend(list),
        },
    }
}
