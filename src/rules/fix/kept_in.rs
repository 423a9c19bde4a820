//! Cells of the standard library or of `once_cell` that a fix may make something else of: what they hold, what makes that,
//! and where they are used.

use super::{
    code::{Code, Node},
    constant::is_alone,
    statement::Parts,
    text::Look,
    uses::{Uses, uses_of},
};
use crate::facts::{
    ExprKind, Item, ItemId, ItemKind, laid_out_statements,
    path::{Path, TypeRef},
};
use crate::finding::Edit;
use crate::source::{FileId, Place, SourceFile};
use proc_macro2::TokenStream;
use smol_str::SmolStr;

/// Stands for the source text that makes the value, until the rest is laid out.
pub(super) const MADE: &str = "made_as_before";

/// A cell of the standard library or of `once_cell`.
pub(super) struct KeptIn<'p> {
    pub(super) file: FileId,
    pub(super) id: ItemId,
    pub(super) item: &'p Item,
    /// The type of what it holds, as it is written.
    pub(super) held: &'p str,
    /// The name of the cell's type.
    pub(super) ty: &'p str,
    /// The path of the cell's type, as it is written.
    pub(super) path: &'p str,
    pub(super) uses: Uses,
    pub(super) init: Node,
}

impl<'p> KeptIn<'p> {
    /// The cell whose name stands at a place.
    pub(super) fn at(code: &Code<'p>, name: Place) -> Option<Self> {
        let facts = code.facts(name.file)?;
        let (id, item) = code.item_named_at(name)?;
        let ItemKind::Static(declared) = &item.kind else { return None };
        if declared.is_mut || declared.is_ref || !is_alone(facts, id) {
            return None;
        }
        let init = Node { file: name.file, id: declared.init? };
        let uses = uses_of(code, code.names().def(name.file, id)?, &item.name)?;
        let TypeRef::Path(path) = &declared.ty else { return None };
        let (written, held) = held(code.source(name.file), path, item)?;
        Some(Self { file: name.file, id, item, held, ty: path.last_name(), path: written, uses, init })
    }

    /// What makes the value of a cell that fills itself, as source text.
    pub(super) fn made_by_itself(&self, code: &Code<'_>) -> Option<String> {
        made(code, self.initialiser(code)?)
    }

    /// What a cell that fills itself is given to fill itself with: a closure or the name of a function.
    pub(super) fn initialiser(&self, code: &Code<'_>) -> Option<Node> {
        let ExprKind::Call { callee, args } = &code.expr(self.init).kind else { return None };
        let ExprKind::Path(path) = &code.expr(Node { id: *callee, ..self.init }).kind else { return None };
        let own = code.names().def(self.file, self.id)?;
        let path = code.names().external(own, path)?;
        let is_lazy = matches!(path.as_str(), "std::sync::LazyLock::new" | "once_cell::sync::Lazy::new");
        Some(Node { id: *args.first().filter(|_| is_lazy)?, ..self.init })
    }

    /// The canonical path of the type of what it holds, where that belongs to another package.
    pub(super) fn held_type(&self, code: &Code<'_>) -> Option<SmolStr> {
        let ItemKind::Static(declared) = &self.item.kind else { return None };
        let TypeRef::Path(cell) = &declared.ty else { return None };
        let [TypeRef::Path(held)] = cell.segments.last()?.args.as_slice() else { return None };
        code.names().external(code.names().def(self.file, self.id)?, held)
    }

    /// The one call that fills a cell which fills nothing by itself, and what makes the value there, as source text.
    pub(super) fn made_where_used(&self, code: &Code<'_>) -> Option<(Node, String)> {
        let (call, init) = self.filled_where_used(code)?;
        Some((call, made(code, init)?))
    }

    /// That call, and what it is given to fill the cell with: a closure or the name of a function.
    pub(super) fn filled_where_used(&self, code: &Code<'_>) -> Option<(Node, Node)> {
        let [node] = self.uses.nodes.as_slice() else { return None };
        let parent = code.parent(*node)?;
        let ExprKind::MethodCall { receiver, method, args, .. } = &code.expr(parent).kind else {
            return None;
        };
        let [init] = args.as_slice() else { return None };
        if *receiver != node.id || method != "get_or_init" || !self.uses.imports.is_empty() {
            return None;
        }
        let is_written_short =
            matches!(&code.expr(*node).kind, ExprKind::Path(path) if path.as_ident().is_some());
        is_written_short.then_some((parent, Node { id: *init, ..*node }))
    }
}

/// The path of a cell's type and its one argument, as they are written.
fn held<'p>(file: &'p SourceFile, path: &Path, item: &Item) -> Option<(&'p str, &'p str)> {
    let last = path.segments.last()?;
    let is_cell = matches!(last.name.as_str(), "OnceLock" | "OnceCell" | "LazyLock" | "Lazy");
    let text = file.text.get(item.name_span.end as usize..item.span.end as usize)?;
    let ty = text.split('=').next()?.trim_end();
    let (written, inner) = ty.trim_start_matches([':', ' ']).split_once('<')?;
    let inner = inner.strip_suffix('>').filter(|_| is_cell && last.args.len() == 1)?;
    Some((written.trim(), inner.trim()))
}

/// The source text that makes a value: what a closure gives, or a call of a function.
pub(super) fn made(code: &Code<'_>, node: Node) -> Option<String> {
    let facts = code.facts(node.file)?;
    let text = |node: Node| code.source(node.file).slice(code.expr(node).span).to_owned();
    match &code.expr(node).kind {
        ExprKind::Path(_) => Some(format!("{}()", text(node))),
        ExprKind::Closure { params, body, is_async: false, .. } if params.is_empty() => {
            let body = Node { id: *body, ..node };
            let is_broken =
                |text: &str| text.contains("\"\\\n") || text.contains("r\"") || text.contains("r#\"");
            let written = text(body);
            (!Parts::of(facts, body.id).jumps && !is_broken(&written)).then_some(written)
        }
        _ => None,
    }
}

/// New code in a place, with the source text that makes the value in it, and other words as they are to be.
pub(super) fn laid_out(
    code: &Code<'_>,
    place: Place,
    tokens: &TokenStream,
    (make, words): (&str, &[(&str, &str)]),
) -> Option<Edit> {
    let file = code.source(place.file);
    let look = Look::of(file);
    let mut text = laid_out_statements(tokens)?;
    for (word, stands_for) in words {
        text = text.replace(word, stands_for);
    }
    // What has no more than one short argument stays on its line.
    let text = text.replace("(\n    None,\n)", "(None)").replace("(\n        None,\n    )", "(None)");
    let text = look.fitted(&text, place.span.start);
    let Some((before, after)) = text.split_once(MADE) else {
        return Some(Edit { place, replacement: text });
    };
    let line = before.rsplit('\n').next().unwrap_or_default();
    let indent = &line[..line.len() - line.trim_start_matches([' ', '\t']).len()];
    let moved = set_in(make, indent);
    Some(Edit { place, replacement: format!("{before}{moved}{after}") })
}

/// A place where a value is made: the end of a block takes the statements, anything else a block.
pub(super) fn is_tail(code: &Code<'_>, node: Node) -> bool {
    code.parent(node).is_some_and(
        |it| matches!(&code.expr(it).kind, ExprKind::Block(block) if block.tail == Some(node.id)),
    )
}

/// Source text with its further lines set in so that the last one stands at `indent`.
fn set_in(text: &str, indent: &str) -> String {
    let last = text.rsplit('\n').next().unwrap_or_default();
    let own = &last[..last.len() - last.trim_start_matches([' ', '\t']).len()];
    let is_closed = last.trim_start().starts_with(['}', ')', ']']);
    let mut lines = text.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |all, line| {
        let rest = line.strip_prefix(own).unwrap_or(line);
        let deeper = if is_closed || rest.trim().is_empty() { "" } else { "    " };
        let lead = if rest.trim().is_empty() { "" } else { indent };
        all + "\n" + lead + deeper + rest
    })
}

#[cfg(test)]
mod tests {
    use super::set_in;

    #[test]
    fn source_text_moves_with_its_lines() {
        assert_eq!(set_in("{\n    a\n}", "  "), "{\n      a\n  }");
        assert_eq!(set_in("a()\n        .b()\n        .c()", "  "), "a()\n      .b()\n      .c()");
    }
}
