//! `forking-host-global`: what is kept is kept with the id of the process that made it, and made anew in a child. The
//! parent's is leaked: dropping it would wait for threads that the child does not have.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    code::{Code, Node},
    constant::{declaration, free_name, renamed},
    import::mutex_for,
    kept_in::{KeptIn, MADE, is_tail, laid_out},
    text::Look,
};
use crate::facts::ExprKind;
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::source::Place;

/// Stands for the comment.
const NOTE: &str = "comment_about_the_old_one;";
const COMMENT: &str =
    "// What another process made stays where it is: dropping it would wait for threads that are not here.";
const NOTED: &[(&str, &str)] = &[(NOTE, COMMENT)];

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let cell = KeptIn::at(code, finding.primary.place)?;
    let edits = edits(code, &cell)?;
    if is_followed(code, finding, &cell) {
        return None;
    }
    // What was one for all is one for each process from then on.
    Fix::new(format!("make `{}` anew in each process", cell.item.name), Applicability::MaybeIncorrect, edits)
}

fn edits(code: &Code<'_>, cell: &KeptIn<'_>) -> Option<Vec<Edit>> {
    by_closure(code, cell).or_else(|| where_it_is_filled(code, cell))
}

/// Whether others of its type in the file are to go as well, and it is the last: it takes the import along once it is
/// alone.
fn is_followed(code: &Code<'_>, finding: &Finding, cell: &KeptIn<'_>) -> bool {
    let others = code.reported_beside(finding);
    let is_last = others.iter().all(|it| *it < finding.primary.place);
    let is_edited = |at: &Place| {
        let other = KeptIn::at(code, *at).filter(|other| other.ty == cell.ty);
        other.is_some_and(|other| edits(code, &other).is_some())
    };
    is_last && others.iter().any(is_edited)
}

/// A cell with its initialiser becomes a function.
fn by_closure(code: &Code<'_>, cell: &KeptIn<'_>) -> Option<Vec<Edit>> {
    let make = cell.made_by_itself(code)?;
    let name = free_name(code, &cell.item.name, cell.file, &cell.uses)?;
    let function = format_ident!("{name}");
    let span = declaration(code.source(cell.file), cell.item)?;
    let mutex = mutex_for(code, cell.file, cell.ty, &[span]);
    let declared = declared(cell, mutex.path)?;
    let slot = slot(cell)?;
    let held: TokenStream = cell.held.parse().ok()?;
    let tokens = quote!(fn #function() -> &'static #held { #declared #slot });
    let mut edit = laid_out(code, Place { file: cell.file, span }, &tokens, (&make, NOTED))?;
    edit.replacement = Look::of(code.source(cell.file)).set_apart(edit.replacement, span.end);
    let mut edits = vec![edit];
    edits.extend(mutex.edit);
    edits.extend(cell.uses.imports.iter().map(|it| Edit { place: *it, replacement: name.clone() }));
    for node in &cell.uses.nodes {
        edits.push(called(code, cell, *node, &name)?);
    }
    Some(edits)
}

/// A use of a lazy cell becomes a call.
fn called(code: &Code<'_>, cell: &KeptIn<'_>, node: Node, name: &str) -> Option<Edit> {
    let replacement = renamed(code, node, &cell.item.name, name)?;
    let parent = code.parent(node)?;
    let at = match &code.expr(parent).kind {
        ExprKind::MethodCall { receiver, .. } if *receiver == node.id => node,
        // `&*CELL` is what the function gives.
        ExprKind::Deref(_) => {
            code.parent(parent).filter(|it| matches!(code.expr(*it).kind, ExprKind::Ref(_))).unwrap_or(node)
        }
        ExprKind::Field { .. } => node,
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
fn where_it_is_filled(code: &Code<'_>, cell: &KeptIn<'_>) -> Option<Vec<Edit>> {
    let (parent, make) = cell.made_where_used(code)?;
    let slot = slot(cell)?;
    let span = declaration(code.source(cell.file), cell.item)?;
    let mutex = mutex_for(code, cell.file, cell.ty, &[span]);
    let declared = declared(cell, mutex.path)?;
    let declared = laid_out(code, Place { file: cell.file, span }, &declared, ("", NOTED))?;
    let filled = filled(code, parent, &slot, &make)?;
    Some([declared, filled].into_iter().chain(mutex.edit).collect())
}

/// The place where a cell is filled: the end of a block takes the statements, anything else a block.
fn filled(code: &Code<'_>, call: Node, slot: &TokenStream, make: &str) -> Option<Edit> {
    let place = code.place(call);
    let with = (make, NOTED);
    if is_tail(code, call) {
        laid_out(code, place, slot, with)
    } else {
        laid_out(code, place, &quote!({ #slot }), with)
    }
}

fn declared(cell: &KeptIn<'_>, mutex: &str) -> Option<TokenStream> {
    let name = format_ident!("{}", cell.item.name.as_str());
    let held: TokenStream = cell.held.parse().ok()?;
    let mutex: TokenStream = mutex.parse().ok()?;
    Some(quote! {
        static #name: #mutex<Option<(u32, &#held)>> = #mutex::new(None);
    })
}

/// What gives the value of this process.
fn slot(cell: &KeptIn<'_>) -> Option<TokenStream> {
    let name = format_ident!("{}", cell.item.name.as_str());
    let held: TokenStream = cell.held.parse().ok()?;
    let (made, note) = (format_ident!("{MADE}"), format_ident!("{}", NOTE.trim_end_matches(';')));
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
