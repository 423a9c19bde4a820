//! Whether what an expression does can be done again: nothing that it needs is used up by doing it once.

use super::{
    code::{Code, Node},
    statement::bound,
};
use crate::facts::{
    ExprId, ExprKind, FileFacts, ItemKind,
    expr::{MacroBody, MacroCall},
    path::TypeRef,
};
use crate::link::children;

/// Methods by which what they are called on is used up.
const USING_UP: [&str; 5] = ["unwrap", "expect", "unwrap_or_default", "send", "build"];

/// Whether evaluating an expression twice is as good as once: locals in it are borrowed, or are references themselves.
pub(super) fn can_be_repeated(code: &Code<'_>, root: Node) -> bool {
    let Some(facts) = code.facts(root.file) else { return false };
    let borrowed = references(code, facts, root);
    let mut open = vec![root.id];
    let mut inner = Vec::new();
    while let Some(id) = open.pop() {
        match &facts.expr(id).kind {
            ExprKind::Closure { .. } | ExprKind::Unknown | ExprKind::Return(_) | ExprKind::Break(_) => {
                return false;
            }
            ExprKind::Path(path) => {
                let is_local = path.as_ident().filter(|name| is_lower(name));
                if is_local.is_some_and(|name| !borrowed.iter().any(|known| known == name)) {
                    return false;
                }
            }
            // What is borrowed, or whose method is called, is there again.
            ExprKind::Ref(e) if is_place(facts, *e) => {}
            ExprKind::MethodCall { receiver, method, args, .. }
                if is_place(facts, *receiver) && is_kept_by(method) =>
            {
                open.extend(args);
            }
            ExprKind::Call { callee, args } if matches!(facts.expr(*callee).kind, ExprKind::Path(_)) => {
                open.extend(args);
            }
            ExprKind::Macro(MacroCall { body: MacroBody::Args(args), .. }) => {
                open.extend(args.iter().filter(|(_, arg)| !is_place(facts, *arg)).map(|(_, arg)| *arg));
            }
            _ => {
                children(facts, id, &mut inner);
                open.append(&mut inner);
            }
        }
    }
    true
}

fn is_lower(name: &str) -> bool {
    name.starts_with(|c: char| c.is_lowercase() || c == '_')
}

fn is_kept_by(method: &str) -> bool {
    !method.starts_with("into") && !USING_UP.contains(&method)
}

/// A local, or a field of one.
fn is_place(facts: &FileFacts, id: ExprId) -> bool {
    match &facts.expr(id).kind {
        ExprKind::Path(_) => true,
        ExprKind::Field { base, .. } => is_place(facts, *base),
        _ => false,
    }
}

/// The parameters of the function around that are references.
fn references(code: &Code<'_>, facts: &FileFacts, node: Node) -> Vec<String> {
    let owner = code.owner(node).map(|id| &facts.item(id).kind);
    let Some(ItemKind::Fn(function)) = owner else { return Vec::new() };
    let borrowed = function.params.iter().filter(|it| matches!(it.ty, TypeRef::Ref(_)));
    borrowed.filter_map(|it| bound(facts, it.pat)).map(str::to_owned).collect()
}
