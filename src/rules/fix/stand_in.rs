//! What stands in for a variable that is missing gives way to an end of the program that names it.

use quote::quote;

use super::{
    code::{Code, Node},
    write,
};
use crate::facts::ExprKind;
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::source::{Place, Span};

/// Methods that take what stands in, by value or from a closure.
const TAKERS: [&str; 3] = ["unwrap_or", "unwrap_or_else", "unwrap_or_default"];

/// `empty-credential`, and `hardcoded-credential` where the secret stands in for a variable.
pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let missing = code.literal(finding.primary.place)?.fallback.as_deref()?;
    let node = code.at(finding.primary.place)?;
    let name = if missing.is_empty() { "the variable" } else { missing };
    if code.would_be_late(missing, &[node]) {
        return None;
    }
    let edit = expected(code, node, name).or_else(|| in_branch(code, node, name))?;
    let is_ordinary = code.at(edit.place).is_none_or(|it| code.is_ordinary(it)) && code.is_ordinary(node);
    let title = format!(
        "stop where {} is missing",
        if missing.is_empty() { name.to_owned() } else { format!("`{name}`") }
    );
    // Whether the program is of use without it, somebody has to say.
    Fix::new(title, Applicability::MaybeIncorrect, vec![edit]).filter(|_| is_ordinary)
}

/// `….expect("NAME must be set")` in the place of a method that takes what stands in.
fn expected(code: &Code<'_>, node: Node, name: &str) -> Option<Edit> {
    let mut inner = node;
    for outer in std::iter::once(node).chain(code.around(node)) {
        match &code.expr(outer).kind {
            ExprKind::MethodCall { receiver, method, method_span, .. } => {
                let is_given = outer == node || *receiver != inner.id;
                if is_given && TAKERS.contains(&method.as_str()) {
                    let message = write::must_be_set(name);
                    let span = Span::new(method_span.start, code.expr(outer).span.end);
                    let replacement = write::expression(&quote!(expect(#message)))?;
                    return Some(Edit { place: Place { file: node.file, span }, replacement });
                }
                // `"".to_string()`, `"".into()`
                if outer != node && *receiver != inner.id {
                    return None;
                }
            }
            ExprKind::Call { .. } | ExprKind::Closure { .. } => {}
            ExprKind::Block(block) if block.stmts.is_empty() => {}
            _ if outer == node => {}
            _ => return None,
        }
        inner = outer;
    }
    None
}

/// `panic!("NAME must be set")` in the place of a branch that gives nothing else.
fn in_branch(code: &Code<'_>, node: Node, name: &str) -> Option<Edit> {
    let mut inner = node;
    for outer in code.around(node) {
        match &code.expr(outer).kind {
            ExprKind::MethodCall { receiver, .. } if *receiver == inner.id => {}
            ExprKind::Call { callee, .. } if *callee != inner.id => {}
            ExprKind::Match { arms, .. } if arms.iter().any(|arm| arm.body == inner.id) => break,
            ExprKind::Block(block) if block.tail == Some(inner.id) && block.stmts.is_empty() => {
                let parent = code.parent(outer)?;
                let is_else = matches!(&code.expr(parent).kind, ExprKind::If { otherwise, .. } if *otherwise == Some(outer.id));
                let is_arm = matches!(&code.expr(parent).kind, ExprKind::Match { arms, .. } if arms.iter().any(|arm| arm.body == outer.id));
                if is_else || is_arm {
                    break;
                }
                return None;
            }
            _ => return None,
        }
        inner = outer;
    }
    code.parent(inner)?;
    let message = write::must_be_set(name);
    let replacement = write::expression(&quote!(panic!(#message)))?;
    Some(Edit { place: code.place(inner), replacement })
}
