//! A cell whose content may grow too old keeps the time beside it, and makes a new one after a while. How long that is
//! somebody has to fill in, so this is shown and never made.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    code::{Code, Node},
    constant::{declaration, free_name, renamed},
    import::without,
    kept_in::{KeptIn, MADE, is_tail, laid_out},
};
use crate::facts::ExprKind;
use crate::finding::{Applicability, Edit, Fix};
use crate::source::{Place, Span};

/// How those who use a cell get what it keeps.
pub(super) struct Shared {
    /// What it is called in the name of the duration: `TOKEN`.
    pub(super) called: &'static str,
    /// Whether everybody gets the same one, and not a copy.
    pub(super) is_one: bool,
}

/// What the code is made of.
struct Parts {
    /// The cell's name.
    name: proc_macro2::Ident,
    /// What those who use it get.
    given: TokenStream,
    /// How that is made of a new one.
    fresh: TokenStream,
    lifetime: proc_macro2::Ident,
}

impl Parts {
    fn new(cell: &KeptIn<'_>, shared: &Shared) -> Option<Self> {
        let held: TokenStream = cell.held.parse().ok()?;
        let made = format_ident!("{MADE}");
        let (given, fresh) = if shared.is_one {
            (quote!(std::sync::Arc<#held>), quote!(std::sync::Arc::new(#made)))
        } else {
            (held, quote!(#made))
        };
        let lifetime = format_ident!("LIFETIME_OF_THE_{}", shared.called);
        Some(Self { name: format_ident!("{}", cell.item.name.as_str()), given, fresh, lifetime })
    }

    fn declared(&self) -> TokenStream {
        let Self { name, given, .. } = self;
        quote!(static #name: std::sync::Mutex<Option<(std::time::Instant, #given)>> = std::sync::Mutex::new(None);)
    }

    /// What gives one that is young enough.
    fn slot(&self) -> TokenStream {
        let Self { name, fresh, lifetime, .. } = self;
        quote! {
            let mut slot = #name.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            match &*slot {
                Some((made, kept)) if made.elapsed() < #lifetime => kept.clone(),
                _ => {
                    let fresh = #fresh;
                    *slot = Some((std::time::Instant::now(), fresh.clone()));
                    fresh
                }
            }
        }
    }
}

/// The rewrite of the cell whose name stands at a place.
pub(super) fn fix(code: &Code<'_>, at: Place, shared: &Shared) -> Option<Fix> {
    let cell = KeptIn::at(code, at)?;
    let parts = Parts::new(&cell, shared)?;
    let edits = by_closure(code, &cell, &parts).or_else(|| where_it_is_filled(code, &cell, &parts))?;
    let title = format!("make what `{}` keeps anew before it ends", cell.item.name);
    Fix::new(title, Applicability::HasPlaceholders, edits)
}

fn by_closure(code: &Code<'_>, cell: &KeptIn<'_>, parts: &Parts) -> Option<Vec<Edit>> {
    let make = cell.made_by_itself(code)?;
    let name = free_name(code, &cell.item.name, cell.file, &cell.uses)?;
    let function = format_ident!("{name}");
    let span = declaration(code.source(cell.file), cell.item)?;
    let (declared, slot, given) = (parts.declared(), parts.slot(), &parts.given);
    let tokens = quote!(fn #function() -> #given { #declared #slot });
    let mut edits = vec![laid_out(code, Place { file: cell.file, span }, &tokens, (&make, &[]))?];
    edits.extend(without(code, cell.file, cell.ty, &[span]));
    edits.extend(cell.uses.imports.iter().map(|it| Edit { place: *it, replacement: name.clone() }));
    for node in &cell.uses.nodes {
        edits.push(called(code, *node, renamed(code, *node, &cell.item.name, &name)?));
    }
    Some(edits)
}

/// A use becomes a call, which needs neither a copy nor a star.
fn called(code: &Code<'_>, node: Node, call: String) -> Edit {
    let parent = code.parent(node);
    let is_given = |outer: &Node| match &code.expr(*outer).kind {
        ExprKind::MethodCall { receiver, method, .. } => *receiver == node.id && method == "clone",
        _ => false,
    };
    let at = parent.filter(is_given).unwrap_or(node);
    Edit { place: code.place(at), replacement: call }
}

/// A function that fills a cell of its own gives what is kept, and no longer a reference to it.
fn where_it_is_filled(code: &Code<'_>, cell: &KeptIn<'_>, parts: &Parts) -> Option<Vec<Edit>> {
    let (filling, make) = cell.made_where_used(code)?;
    let output = output(code, filling).filter(|_| is_tail(code, filling))?;
    let span = declaration(code.source(cell.file), cell.item)?;
    let declared = laid_out(code, Place { file: cell.file, span }, &parts.declared(), ("", &[]))?;
    let filled = laid_out(code, code.place(filling), &parts.slot(), (&make, &[]))?;
    let given = parts.given.to_string().replace(' ', "");
    let import = without(code, cell.file, cell.ty, &[span]);
    Some([declared, filled, Edit { place: output, replacement: given }].into_iter().chain(import).collect())
}

/// Where the type stands that the function around gives, a reference that lives as long as the program.
fn output(code: &Code<'_>, node: Node) -> Option<Place> {
    let file = code.source(node.file);
    let facts = code.facts(node.file)?;
    let item = facts.item(code.owner(node)?);
    let body = facts.expr(code.around(node).last()?.id).span;
    let head = file.text.get(item.name_span.end as usize..body.start as usize)?;
    let start = head.rfind("->")? + "->".len();
    let ty = head[start..].trim();
    let from =
        item.name_span.end + u32::try_from(head.find(ty).filter(|_| ty.starts_with("&'static "))?).ok()?;
    let span = Span::new(from, from + u32::try_from(ty.len()).ok()?);
    Some(Place { file: node.file, span })
}
