//! `compile-time-credential`: read the variable when the program runs.

use super::{
    code::{Code, Node},
    constant::Constant,
    local,
    run_time::read_instead,
};
use crate::facts::{
    ExprKind,
    expr::{Literal, MacroBody},
};
use crate::finding::{Applicability, Finding, Fix};

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let node = code.at(finding.primary.place)?;
    let (node, name) = variable(code, node)?;
    let edits = match Constant::of(code, node) {
        Some(constant) => constant.read_from(code, name, true)?,
        None if local::is_bound(code, node) => local::read_from(code, node, name)?,
        None => vec![read_instead(code, node, name)?],
    };
    // From now on the variable has to be there where the program runs.
    let title = format!("read `{name}` when the program runs");
    Fix::new(title, Applicability::MaybeIncorrect, edits)
}

/// The variable that `env!` reads, or `option_env!` where a text has to come of it; and what that text is.
fn variable<'p>(code: &Code<'p>, node: Node) -> Option<(Node, &'p str)> {
    let ExprKind::Macro(call) = &code.expr(node).kind else { return None };
    let MacroBody::Args(args) = &call.body else { return None };
    let text = match code.external(node, &call.path)?.strip_prefix("std::")? {
        "env" => node,
        "option_env" => unwrapped(code, node)?,
        _ => return None,
    };
    match &code.expr(Node { id: args.first()?.1, ..node }).kind {
        ExprKind::Literal(Literal::Str(name)) => Some((text, name)),
        _ => None,
    }
}

/// The call around an option that ends the program where it is none.
fn unwrapped(code: &Code<'_>, node: Node) -> Option<Node> {
    let parent = code.parent(node)?;
    let ExprKind::MethodCall { receiver, method, .. } = &code.expr(parent).kind else { return None };
    let is_unwrapped = *receiver == node.id && matches!(method.as_str(), "unwrap" | "expect");
    is_unwrapped.then_some(parent)
}
