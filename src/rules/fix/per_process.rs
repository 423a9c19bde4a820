//! `forking-host-global`: what is kept is kept with the id of the process that made it, and made anew in a child. The
//! parent's is leaked: dropping it would wait for threads that the child does not have.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    code::{Code, Node},
    constant::{declaration, free_name, is_alone, renamed},
    import::mutex_for,
    statement::Parts,
    text::Look,
    uses::{Uses, uses_of},
};
use crate::facts::{
    ExprKind, Item, ItemId, ItemKind, laid_out_statements,
    path::{Path, TypeRef},
};
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::source::{FileId, Place, SourceFile};

/// Stands for the source text that makes the value, until the rest is laid out.
const MADE: &str = "made_as_before";
/// Stands for the comment.
const NOTE: &str = "comment_about_the_old_one";
const COMMENT: &str =
    "// What another process made stays where it is: dropping it would wait for threads that are not here.";

/// A cell of the standard library or of `once_cell`.
struct Cell<'p> {
    file: FileId,
    id: ItemId,
    item: &'p Item,
    /// The type of what it holds, as it is written.
    held: &'p str,
    /// The name of the cell's type.
    ty: &'p str,
    uses: Uses,
    init: Node,
}

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let cell = cell(code, finding.primary.place)?;
    let edits = by_closure(code, &cell).or_else(|| where_it_is_filled(code, &cell))?;
    // What was one for all is one for each process from then on.
    Fix::new(format!("make `{}` anew in each process", cell.item.name), Applicability::MaybeIncorrect, edits)
}

fn cell<'p>(code: &Code<'p>, name: Place) -> Option<Cell<'p>> {
    let facts = code.facts(name.file)?;
    let at = facts.items.iter().position(|item| item.name_span == name.span)?;
    let id = ItemId(u32::try_from(at).ok()?);
    let item = facts.item(id);
    let ItemKind::Static(declared) = &item.kind else { return None };
    if declared.is_mut || declared.is_ref || !is_alone(facts, id) {
        return None;
    }
    let init = Node { file: name.file, id: declared.init? };
    let uses = uses_of(code, code.names().def(name.file, id)?, &item.name)?;
    let TypeRef::Path(path) = &declared.ty else { return None };
    let held = held(code.source(name.file), path, item)?;
    Some(Cell { file: name.file, id, item, held, ty: path.last_name(), uses, init })
}

/// The one type argument of a cell, as it is written.
fn held<'p>(file: &'p SourceFile, path: &Path, item: &Item) -> Option<&'p str> {
    let last = path.segments.last()?;
    let is_cell = matches!(last.name.as_str(), "OnceLock" | "OnceCell" | "LazyLock" | "Lazy");
    let text = file.text.get(item.name_span.end as usize..item.span.end as usize)?;
    let ty = text.split('=').next()?.trim_end();
    let (_, inner) = ty.split_once('<')?;
    (is_cell && last.args.len() == 1).then(|| inner.strip_suffix('>').map(str::trim))?
}

/// A cell with its initialiser becomes a function.
fn by_closure(code: &Code<'_>, cell: &Cell<'_>) -> Option<Vec<Edit>> {
    let ExprKind::Call { callee, args } = &code.expr(cell.init).kind else { return None };
    let ExprKind::Path(path) = &code.expr(Node { id: *callee, ..cell.init }).kind else { return None };
    let own = code.names().def(cell.file, cell.id)?;
    let path = code.names().external(own, path)?;
    let is_lazy = matches!(path.as_str(), "std::sync::LazyLock::new" | "once_cell::sync::Lazy::new");
    let make = made(code, Node { id: *args.first().filter(|_| is_lazy)?, ..cell.init })?;
    let name = free_name(code, &cell.item.name, cell.file, &cell.uses)?;
    let function = format_ident!("{name}");
    let span = declaration(code.source(cell.file), cell.item)?;
    let mutex = mutex_for(code, cell.file, cell.ty, &[span]);
    let declared = declared(cell, mutex.path)?;
    let slot = slot(cell)?;
    let held: TokenStream = cell.held.parse().ok()?;
    let tokens = quote!(fn #function() -> &'static #held { #declared #slot });
    let mut edits = vec![laid_out(code, Place { file: cell.file, span }, &tokens, &make)?];
    edits.extend(mutex.edit);
    edits.extend(cell.uses.imports.iter().map(|it| Edit { place: *it, replacement: name.clone() }));
    for node in &cell.uses.nodes {
        edits.push(called(code, cell, *node, &name)?);
    }
    Some(edits)
}

/// A use of a lazy cell becomes a call.
fn called(code: &Code<'_>, cell: &Cell<'_>, node: Node, name: &str) -> Option<Edit> {
    let replacement = renamed(code, node, &cell.item.name, name)?;
    let parent = code.parent(node)?;
    let at = match &code.expr(parent).kind {
        ExprKind::MethodCall { receiver, .. } if *receiver == node.id => node,
        ExprKind::Field { .. } | ExprKind::Deref(_) => node,
        ExprKind::Ref(_) => {
            let is_forced = code.parent(parent).is_some_and(|it| match &code.expr(it).kind {
                ExprKind::Call { callee, .. } => match &code.expr(Node { id: *callee, ..node }).kind {
                    ExprKind::Path(path) => path.last_name() == "force",
                    _ => true,
                },
                _ => false,
            });
            (!is_forced).then_some(parent)?
        }
        _ => return None,
    };
    Some(Edit { place: code.place(at), replacement })
}

/// A cell that one place fills keeps its name, and is filled there.
fn where_it_is_filled(code: &Code<'_>, cell: &Cell<'_>) -> Option<Vec<Edit>> {
    let [node] = cell.uses.nodes.as_slice() else { return None };
    let parent = code.parent(*node)?;
    let ExprKind::MethodCall { receiver, method, args, .. } = &code.expr(parent).kind else { return None };
    let [init] = args.as_slice() else { return None };
    if *receiver != node.id || method != "get_or_init" || !cell.uses.imports.is_empty() {
        return None;
    }
    let is_written_short =
        matches!(&code.expr(*node).kind, ExprKind::Path(path) if path.as_ident().is_some());
    let make = made(code, Node { id: *init, ..*node }).filter(|_| is_written_short)?;
    let slot = slot(cell)?;
    let span = declaration(code.source(cell.file), cell.item)?;
    let mutex = mutex_for(code, cell.file, cell.ty, &[span]);
    let declared = declared(cell, mutex.path)?;
    let declared = laid_out(code, Place { file: cell.file, span }, &declared, "")?;
    let filled = filled(code, parent, &slot, &make)?;
    Some([declared, filled].into_iter().chain(mutex.edit).collect())
}

/// The place where a cell is filled: the end of a block takes the statements, anything else a block.
fn filled(code: &Code<'_>, call: Node, slot: &TokenStream, make: &str) -> Option<Edit> {
    let is_tail = code.parent(call).is_some_and(
        |it| matches!(&code.expr(it).kind, ExprKind::Block(block) if block.tail == Some(call.id)),
    );
    let place = code.place(call);
    if is_tail { laid_out(code, place, slot, make) } else { laid_out(code, place, &quote!({ #slot }), make) }
}

/// The source text that makes the value: what a closure gives, or a call of a function.
fn made(code: &Code<'_>, node: Node) -> Option<String> {
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

fn declared(cell: &Cell<'_>, mutex: &str) -> Option<TokenStream> {
    let name = format_ident!("{}", cell.item.name.as_str());
    let held: TokenStream = cell.held.parse().ok()?;
    let mutex: TokenStream = mutex.parse().ok()?;
    Some(quote! {
        static #name: #mutex<Option<(u32, &#held)>> = #mutex::new(None);
    })
}

/// What gives the value of this process.
fn slot(cell: &Cell<'_>) -> Option<TokenStream> {
    let name = format_ident!("{}", cell.item.name.as_str());
    let held: TokenStream = cell.held.parse().ok()?;
    let (made, note) = (format_ident!("{MADE}"), format_ident!("{NOTE}"));
    Some(quote! {
        let mut slot = #name.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match *slot {
            Some((process, kept)) if process == std::process::id() => kept,
            _ => {
                #note;
                let fresh: &'static #held = Box::leak(Box::new(#made));
                *slot = Some((std::process::id(), fresh));
                fresh
            }
        }
    })
}

/// New code in a place, with the source text that makes the value and the comment in it.
fn laid_out(code: &Code<'_>, place: Place, tokens: &TokenStream, make: &str) -> Option<Edit> {
    let file = code.source(place.file);
    let look = Look::of(file);
    let text = laid_out_statements(tokens)?.replace(&format!("{NOTE};"), COMMENT);
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
