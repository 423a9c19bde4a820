//! `compile-time-credential`: read the variable when the program runs.

use super::{
    code::{Code, Node},
    run_time::read_instead,
};
use crate::facts::{
    ExprKind,
    expr::{Literal, MacroBody},
};
use crate::finding::{Applicability, Finding, Fix};

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let node = code.at(finding.primary.place)?;
    let name = variable(code, node)?;
    let edit = read_instead(code, node, name)?;
    // From now on the variable has to be there where the program runs.
    let title = format!("read `{name}` when the program runs");
    Fix::new(title, Applicability::MaybeIncorrect, vec![edit])
}

/// The variable that `env!` reads.
fn variable<'p>(code: &Code<'p>, node: Node) -> Option<&'p str> {
    let ExprKind::Macro(call) = &code.expr(node).kind else { return None };
    let MacroBody::Args(args) = &call.body else { return None };
    let is_env = code.external(node, &call.path)?.split_once("::") == Some(("std", "env"));
    let (_, first) = args.first().filter(|_| is_env)?;
    match &code.expr(Node { id: *first, ..node }).kind {
        ExprKind::Literal(Literal::Str(name)) => Some(name),
        _ => None,
    }
}
