//! `lazy-credential-env`: force the cell in `main`, directly before what leads to it.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    code::{Code, Node},
    statement::{Statement, lines, place},
    text::Look,
};
use crate::facts::{Item, ItemKind, laid_out_statements};
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::link::cells::{Cell, CellKey};
use crate::source::{FileId, Place, Span};

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let node = code.at(finding.primary.place)?;
    let cell = code.program.cell_of(code.def(node)?)?;
    let entry = finding.steps.first()?.place;
    let (main, statement) = in_main(code, entry)?;
    let (path, opened) = path_from(code, cell, main)?;
    let force = force(code, cell, &path)?;
    let file = code.source(entry.file);
    let look = Look::of(file);
    let at = statement.span().start;
    // Comments above the statement are its own.
    let start = lines(file, statement.span())?.start;
    let text = laid_out_statements(&force)?;
    let (indent, end) = (look.indent(at), look.line_end());
    let replacement = format!("{indent}{}{end}", look.fitted(&text, at));
    let edit = Edit { place: place(main, Span::new(start, start)), replacement };
    let edits = opened.into_iter().chain([edit]).collect();
    // It is as much needed as before, and only asked for before anybody is served.
    Fix::new(
        format!("force `{}` when the program starts", cell.name),
        Applicability::MachineApplicable,
        edits,
    )
}

/// The body of `main` and the statement directly in it that a place stands in.
fn in_main<'p>(code: &Code<'p>, at: Place) -> Option<(Node, Statement<'p>)> {
    let node = code.at(at)?;
    let facts = code.facts(at.file)?;
    let owner = facts.item(code.owner(node)?);
    let ItemKind::Fn(function) = &owner.kind else { return None };
    let body = Node { id: function.body.filter(|_| owner.name == "main")?, ..node };
    let statement = Statement::around(code, node).into_iter().find(|it| it.around == body)?;
    Some((body, statement))
}

/// The path by which `main` names a cell, and what makes it visible there; only in the root and the modules directly below.
fn path_from(code: &Code<'_>, cell: &Cell, main: Node) -> Option<(TokenStream, Option<Edit>)> {
    let CellKey::Static(def) = cell.key else { return None };
    let modules = code.program.modules_to(def, code.def(main)?)?;
    let (file, id) = code.program.item_of(def);
    let item = code.facts(file)?.item(id);
    let ItemKind::Static(declared) = &item.kind else { return None };
    let is_from_macro = declared.is_ref || item.from_macro.is_some();
    let name = format_ident!("{}", cell.name.as_str());
    match modules.as_slice() {
        [] => Some((quote!(#name), None)),
        // What a macro takes for its own is left as it is.
        [_] if is_from_macro && !item.is_pub => None,
        [module] => {
            let module = format_ident!("{}", module.as_str());
            let opened = if item.is_pub { None } else { Some(opened(code, file, item)?) };
            Some((quote!(#module::#name), opened))
        }
        _ => None,
    }
}

/// Makes a static visible in its crate.
fn opened(code: &Code<'_>, file: FileId, item: &Item) -> Option<Edit> {
    let before = code.source(file).text.get(..item.name_span.start as usize)?;
    let at = u32::try_from(before.rfind("static")?).ok()?;
    let place = Place { file, span: Span::new(at, at) };
    Some(Edit { place, replacement: "pub(crate) ".to_owned() })
}

/// The call that runs the cell's initialiser.
fn force(code: &Code<'_>, cell: &Cell, path: &TokenStream) -> Option<TokenStream> {
    let function: TokenStream = code.program.forcing_function(cell)?.parse().ok()?;
    Some(quote!(#function(&#path);))
}
