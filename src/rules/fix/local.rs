//! A local that is a text becomes one that is read from a variable, and its uses borrow from it.

use super::{
    code::{Code, Node},
    run_time::{is_text_macro, is_used_up},
    statement::{Statement, bound, ends_of},
    text::Look,
    uses::is_told,
    write,
};
use crate::facts::{
    ExprKind,
    expr::{BlockFlavour, Stmt},
};
use crate::finding::Edit;
use crate::source::{Place, Span};

/// Whether an expression is all that a `let` gives a name to.
pub(super) fn is_bound(code: &Code<'_>, node: Node) -> bool {
    let stmt = Statement::around(code, node).first().map(Statement::stmt);
    matches!(stmt, Some(Stmt::Let { init, .. }) if *init == Some(node.id))
}

/// The edits that read it from a variable; nothing where a use needs a text that lives longer than the local.
pub(super) fn read_from(code: &Code<'_>, node: Node, variable: &str) -> Option<Vec<Edit>> {
    let statement = *Statement::around(code, node).first()?;
    let facts = code.facts(node.file)?;
    let Stmt::Let { pat, ty: None, otherwise: None, .. } = statement.stmt() else { return None };
    let name = bound(facts, *pat).filter(|_| code.is_ordinary(node))?;
    if code.would_be_late(variable, &[node]) {
        return None;
    }
    let place = code.place(node);
    let read = write::expression(&write::variable(variable))?;
    let replacement = Look::of(code.source(node.file)).fitted(&read, place.span.start);
    let mut edits = vec![Edit { place, replacement }];
    let rest = Span::new(statement.span().end, code.expr(statement.around).span.end);
    for end in ends_of(code.source(node.file).slice(rest), name) {
        edits.extend(used(code, statement.around, name, rest.start + u32::try_from(end).ok()?)?);
    }
    Some(edits)
}

/// What a use becomes, which may be nothing; `None` where it may need a text that lives longer.
fn used(code: &Code<'_>, block: Node, name: &str, end: u32) -> Option<Vec<Edit>> {
    let word = Span::new(end - u32::try_from(name.len()).ok()?, end);
    let file = code.source(block.file);
    let Some(node) = code.path_ending_at(block.file, end) else {
        // What a text captures by its name is written out.
        let is_captured = file.text[..word.start as usize].ends_with('{');
        let is_none = is_captured || is_told(code.facts(block.file)?, file, word);
        return is_none.then(Vec::new);
    };
    let is_named =
        matches!(&code.expr(node).kind, ExprKind::Path(path) if path.as_ident().is_some_and(|it| it == name));
    let is_kept = code.around(node).take_while(|it| *it != block).any(|it| match &code.expr(it).kind {
        ExprKind::Closure { .. } => true,
        ExprKind::Block(block) => block.flavour == BlockFlavour::Async,
        _ => false,
    });
    let parent = code.parent(node)?;
    let is_shown =
        matches!(&code.expr(parent).kind, ExprKind::Macro(call) if is_text_macro(code, parent, &call.path));
    if !is_named || is_kept || !(is_shown || is_used_up(code, node)) {
        return None;
    }
    let is_called =
        matches!(&code.expr(parent).kind, ExprKind::MethodCall { receiver, .. } if *receiver == node.id);
    let place = Place { file: node.file, span: Span::new(end, end) };
    let edit = Edit { place, replacement: ".as_str()".to_owned() };
    Some(if is_shown || is_called { Vec::new() } else { vec![edit] })
}
