//! A text that is known when the program is compiled, read from a variable when it runs instead: what stood there was a
//! `&'static str`, what comes is a `String`, and the code around decides how it is written.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    code::{Code, Node},
    text::Look,
    write,
};
use crate::catalog::schema::MacroRole;
use crate::facts::{ExprKind, path::Path};
use crate::finding::Edit;

/// Methods of texts whose result is a `String` of its own, and which a `String` does not need.
const COPIES: [&str; 3] = ["to_string", "to_owned", "into_string"];
/// Methods whose result borrows nothing from a text.
const ENDS: [&str; 9] =
    ["into", "parse", "len", "is_empty", "to_vec", "eq", "starts_with", "ends_with", "contains"];
/// Constructors that take their argument in.
const WRAPPERS: [&str; 3] = ["Some", "Ok", "Err"];

/// The edit that reads `variable` in the place of the text at `node`; nothing where the code around needs a text that
/// lives as long as the program.
pub(super) fn read_instead(code: &Code<'_>, node: Node, variable: &str) -> Option<Edit> {
    if !code.is_ordinary(node) || code.would_be_late(variable, &[node]) {
        return None;
    }
    stand_in_for(code, node, &write::variable(variable))
}

/// The edit by which `read`, a `String`, comes in the place of the text at `node`; nothing where the code around needs a
/// text that lives longer than its statement.
pub(super) fn stand_in_for(code: &Code<'_>, node: Node, read: &TokenStream) -> Option<Edit> {
    let (at, tokens) = written(code, node, read)?;
    let place = code.place(at);
    let look = Look::of(code.source(place.file));
    let replacement = look.fitted(&write::expression(&tokens)?, place.span.start);
    Some(Edit { place, replacement })
}

/// What is replaced, and by what.
fn written(code: &Code<'_>, node: Node, read: &TokenStream) -> Option<(Node, TokenStream)> {
    let parent = code.parent(node)?;
    match &code.expr(parent).kind {
        ExprKind::MethodCall { receiver, method, .. } if *receiver == node.id => {
            if COPIES.contains(&method.as_str()) {
                return Some((parent, read.clone()));
            }
            is_used_up(code, node).then(|| (node, read.clone()))
        }
        ExprKind::Call { callee, args } if *callee != node.id && args.len() == 1 => {
            let is_copy = matches!(&code.expr(Node { id: *callee, ..node }).kind, ExprKind::Path(path) if is_string_from(path));
            if is_copy {
                return Some((parent, read.clone()));
            }
            is_used_up(code, node).then(|| (node, quote!(#read.as_str())))
        }
        ExprKind::Macro(call) if is_text_macro(code, parent, &call.path) => Some((node, read.clone())),
        _ => is_used_up(code, node).then(|| (node, quote!(#read.as_str()))),
    }
}

fn is_string_from(path: &Path) -> bool {
    let names: Vec<&str> = path.segments.iter().map(|it| it.name.as_str()).collect();
    names.ends_with(&["String", "from"])
}

/// Whether a macro writes its arguments out.
pub(super) fn is_text_macro(code: &Code<'_>, node: Node, path: &Path) -> bool {
    let path = code.external(node, path);
    let role = path.and_then(|path| code.program.catalog().macro_role(&path));
    matches!(role, Some(MacroRole::Format | MacroRole::Print | MacroRole::Panic | MacroRole::Bail))
}

/// Whether all that borrows from a text is used up within its statement: it is an argument of a call in the end, or
/// something is made of it that borrows nothing.
pub(super) fn is_used_up(code: &Code<'_>, node: Node) -> bool {
    let mut inner = node;
    for outer in code.around(node) {
        match &code.expr(outer).kind {
            ExprKind::MethodCall { receiver, method, .. } if *receiver == inner.id => {
                if ENDS.contains(&method.as_str()) || COPIES.contains(&method.as_str()) {
                    return true;
                }
            }
            // What takes only a text of the program's whole life says so.
            ExprKind::MethodCall { method, .. } => return !method.contains("static"),
            ExprKind::Call { callee, .. } => {
                let ExprKind::Path(path) = &code.expr(Node { id: *callee, ..node }).kind else {
                    return false;
                };
                if !WRAPPERS.contains(&path.last_name()) {
                    return !path.last_name().contains("static");
                }
            }
            ExprKind::Ref(_)
            | ExprKind::Try(_)
            | ExprKind::Field { .. }
            | ExprKind::Tuple(_)
            | ExprKind::Array(_) => {}
            ExprKind::Binary(..) => return true,
            ExprKind::Macro(call) => return is_text_macro(code, outer, &call.path),
            _ => return false,
        }
        inner = outer;
    }
    false
}
