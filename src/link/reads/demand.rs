//! Demands: what becomes of a failure, by what is written around the expression that may fail.

use crate::facts::{
    ExprId, ExprKind, FileFacts, PatId, PatKind,
    expr::{MacroBody, Stmt},
};

/// What becomes of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Demand {
    /// It is handled, or nobody looks.
    None,
    /// The function gives it to its caller.
    Passed,
    /// It ends the program, or the task.
    Ends,
}

/// Methods of `Result` and `Option` after which a failure is gone.
const HANDLING: [&str; 16] = [
    "unwrap_or",
    "unwrap_or_default",
    "or",
    "or_else",
    "is_ok",
    "is_err",
    "is_some",
    "is_none",
    "map_or",
    "map_or_else",
    "is_ok_and",
    "is_some_and",
    "iter",
    "into_iter",
    "err",
    "unwrap_or_else",
];
/// Methods whose closure runs only sometimes.
pub(super) const SOMETIMES: [&str; 18] = [
    "map",
    "and_then",
    "then",
    "filter",
    "filter_map",
    "or_else",
    "unwrap_or_else",
    "map_or",
    "map_or_else",
    "map_err",
    "ok_or_else",
    "or_insert_with",
    "get_or_insert_with",
    "for_each",
    "any",
    "all",
    "flat_map",
    "is_some_and",
];

/// What a method makes of its receiver's failure, when its own result's becomes `outer`.
pub(super) fn of_receiver(facts: &FileFacts, method: &str, args: &[ExprId], outer: Demand) -> Demand {
    match method {
        "unwrap" | "expect" => Demand::Ends,
        "unwrap_or_else" if args.first().is_some_and(|arg| ends_closure(facts, *arg)) => Demand::Ends,
        _ if HANDLING.contains(&method) => Demand::None,
        _ => outer,
    }
}

fn ends_closure(facts: &FileFacts, arg: ExprId) -> bool {
    match &facts.expr(arg).kind {
        ExprKind::Closure { body, .. } => ends(facts, *body) == Demand::Ends,
        _ => false,
    }
}

/// What an expression does to the function: ends the program, gives a failure back, or neither.
pub(super) fn ends(facts: &FileFacts, id: ExprId) -> Demand {
    match &facts.expr(id).kind {
        ExprKind::Block(block) => {
            let stmts = block.stmts.iter().filter_map(|stmt| match stmt {
                Stmt::Expr(e) => Some(*e),
                _ => None,
            });
            stmts.chain(block.tail).map(|e| ends(facts, e)).max().unwrap_or(Demand::None)
        }
        ExprKind::Return(Some(e)) => match &facts.expr(*e).kind {
            ExprKind::Call { callee, .. } if is_named(facts, *callee, &["Err", "FAILURE", "from"]) => {
                Demand::Passed
            }
            ExprKind::Path(path) if path.last_name() == "FAILURE" => Demand::Passed,
            _ => Demand::None,
        },
        ExprKind::Call { callee, .. } if is_named(facts, *callee, &["exit", "abort"]) => Demand::Ends,
        ExprKind::Call { callee, .. } if is_named(facts, *callee, &["Err"]) => Demand::Passed,
        ExprKind::Macro(call) => match call.path.last_name() {
            "panic" | "unreachable" | "todo" | "unimplemented" => Demand::Ends,
            "bail" => Demand::Passed,
            _ => match &call.body {
                MacroBody::Block(e) => ends(facts, *e),
                _ => Demand::None,
            },
        },
        _ => Demand::None,
    }
}

/// What the arms of a match, or the branches of `if let`, make of a failure.
pub(super) fn of_pattern(facts: &FileFacts, pat: PatId, body: ExprId) -> Demand {
    if is_failure(facts, pat) { ends(facts, body) } else { Demand::None }
}

/// Whether a pattern stands for a failure.
fn is_failure(facts: &FileFacts, pat: PatId) -> bool {
    match &facts.pat(pat).kind {
        PatKind::TupleStruct(path, _) | PatKind::Path(path) => matches!(path.last_name(), "Err" | "None"),
        PatKind::Ident(name, None) => name == "None",
        PatKind::Wild => true,
        PatKind::Or(list) => list.iter().any(|pat| is_failure(facts, *pat)),
        _ => false,
    }
}

fn is_named(facts: &FileFacts, callee: ExprId, names: &[&str]) -> bool {
    match &facts.expr(callee).kind {
        ExprKind::Path(path) => names.contains(&path.last_name()),
        _ => false,
    }
}
