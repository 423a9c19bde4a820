//! `forking-host-global`: what is kept is kept with the id of the process that made it, and a child makes its own and keeps
//! it behind that. The parent's stays where it is: dropping it would wait for threads that the child does not have. Nothing
//! is locked, since a lock that another thread holds at the fork is never free again in the child.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    code::{Code, Node},
    constant::{declaration, first_free, free_name, renamed},
    import::{Written, instead},
    kept_in::{KeptIn, MADE, is_tail, laid_out, made},
    statement::{Parts, ends_of},
    text::Look,
};
use crate::facts::{ExprKind, ItemKind, laid_out_statements};
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::source::{Place, Span};

/// Stands for the comment.
const NOTE: &str = "comment_about_the_old_one;";
const COMMENT: &str =
    "// What another process made stays where it is: dropping it would wait for threads that are not here.";
/// Stands for the method, since a call of a method would be broken over lines.
const FILLED: &str = "slot_filled";
const NOTED: &[(&str, &str)] = &[(NOTE, COMMENT), (FILLED, "slot.get_or_init")];
/// What is kept, as a type inside a function.
const KEPT: &str = "Kept";
/// How many lines a closure has that is left as it stands.
const LONG: usize = 4;
/// Takes a value out of where it is kept, so that another of its kind is no remedy.
const MOVES_OUT: &str = "std::ptr::read";

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let cell = KeptIn::at(code, finding.primary.place).filter(|cell| !is_moved_out(code, cell))?;
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

/// Whether a file that uses a cell moves something out of its place.
fn is_moved_out(code: &Code<'_>, cell: &KeptIn<'_>) -> bool {
    let mut files: Vec<_> = cell.uses.nodes.iter().map(|node| node.file).chain([cell.file]).collect();
    files.dedup();
    let names = |file| ends_of(&code.source(file).text, "read").next().is_some();
    files.into_iter().filter(|file| names(*file)).any(|file| {
        let Some(facts) = code.facts(file) else { return false };
        (0..).map(crate::facts::ExprId).zip(&facts.exprs).any(|(id, expr)| match &expr.kind {
            ExprKind::Path(path) if path.last_name() == "read" => {
                code.external(Node { file, id }, path).is_some_and(|it| it == MOVES_OUT)
            }
            _ => false,
        })
    })
}

/// A cell with its initialiser becomes a function.
fn by_closure(code: &Code<'_>, cell: &KeptIn<'_>) -> Option<Vec<Edit>> {
    let make = cell.made_by_itself(code)?;
    let lines = lines_of(code, cell.initialiser(code)?);
    let beside = lines.and_then(|body| Beside::new(code, cell, body));
    let make = beside.as_ref().map_or(make, |it| format!("{}()", it.name));
    let mut function = Function::new(code, cell, &make, &quote!())?;
    let name = std::mem::take(&mut function.name);
    let mut edits = match beside {
        Some(beside) => beside.behind(code, cell, function),
        None => function.alone(code, cell),
    };
    edits.extend(cell.uses.imports.iter().map(|it| Edit { place: *it, replacement: name.clone() }));
    for node in &cell.uses.nodes {
        edits.push(called(code, cell, *node, &name)?);
    }
    Some(edits)
}

/// The block of a closure whose several lines are better left as they stand.
fn lines_of(code: &Code<'_>, closure: Node) -> Option<Node> {
    let ExprKind::Closure { body, .. } = &code.expr(closure).kind else { return None };
    let body = Node { id: *body, ..closure };
    let is_long = code.text(body).lines().count() >= LONG;
    (is_long && matches!(code.expr(body).kind, ExprKind::Block(_))).then_some(body)
}

/// A function in the place of a cell.
struct Function {
    name: String,
    edit: Edit,
    import: Option<Edit>,
}

impl Function {
    fn new(code: &Code<'_>, cell: &KeptIn<'_>, make: &str, parameter: &TokenStream) -> Option<Self> {
        let name = free_name(code, &cell.item.name, cell.file, &cell.uses)?;
        let function = format_ident!("{name}");
        let span = declaration(code.source(cell.file), cell.item)?;
        let once = once(code, cell, span);
        let kept = Kept::new(cell, &once.path, KEPT)?;
        let (ty, declared, found) = (kept.ty(), kept.declared(), kept.found());
        let held = &kept.held;
        let tokens = quote!(fn #function(#parameter) -> &'static #held { #ty #declared #found });
        let edit = laid_out(code, Place { file: cell.file, span }, &tokens, (make, NOTED))?;
        Some(Self { name, edit, import: once.edit })
    }

    /// The edits that put it there by itself.
    fn alone(mut self, code: &Code<'_>, cell: &KeptIn<'_>) -> Vec<Edit> {
        let (look, end) = (Look::of(code.source(cell.file)), self.edit.place.span.end);
        self.edit.replacement = look.set_apart(self.edit.replacement, end);
        std::iter::once(self.edit).chain(self.import).collect()
    }
}

/// A function that makes the value by lines which stay where they stand in the declaration of a cell.
struct Beside {
    name: String,
    body: Span,
}

impl Beside {
    fn new(code: &Code<'_>, cell: &KeptIn<'_>, body: Node) -> Option<Self> {
        let file = code.source(cell.file);
        let look = Look::of(file);
        let span = code.expr(body).span;
        let is_level = look.indent(span.end - 1) == look.indent(cell.item.name_span.start);
        let behind = file.text.get(span.end as usize..cell.item.span.end as usize)?;
        let is_bare = behind.chars().all(|c| matches!(c, ')' | ',' | ';') || c.is_whitespace());
        let own = cell.item.name.to_lowercase();
        let names = [format!("make_{own}"), format!("start_{own}")];
        let name = first_free(code, names, cell.file, &cell.uses)?;
        (is_level && is_bare).then_some(Self { name, body: span })
    }

    /// The edits that put it behind the function that calls it.
    fn behind(self, code: &Code<'_>, cell: &KeptIn<'_>, function: Function) -> Vec<Edit> {
        let look = Look::of(code.source(cell.file));
        let Edit { place: Place { file, span }, replacement } = function.edit;
        let (end, indent) = (look.line_end(), look.indent(span.start));
        let head = format!("{end}{end}{indent}fn {}() -> {} ", self.name, cell.held);
        let opened = Span::new(span.start, self.body.start);
        let closed = Span::new(self.body.end, span.end);
        let head = Edit { place: Place { file, span: opened }, replacement: replacement + &head };
        let foot = Edit {
            place: Place { file, span: closed },
            replacement: look.set_apart(String::new(), span.end),
        };
        [head, foot].into_iter().chain(function.import).collect()
    }
}

/// The cell that is filled once, in the place of what a cell is now.
fn once(code: &Code<'_>, cell: &KeptIn<'_>, gone: Span) -> Written {
    let (new, module) = match cell.ty {
        "LazyLock" => ("OnceLock", "std::sync"),
        "Lazy" => ("OnceCell", "once_cell::sync"),
        _ => return Written { edit: None, path: cell.path.to_owned() },
    };
    match cell.path.rsplit_once("::") {
        Some((module, _)) => Written { edit: None, path: format!("{module}::{new}") },
        None => instead(code, cell.file, cell.ty, &format!("{module}::{new}"), &[gone]),
    }
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

/// A cell that one place fills is filled there, where a function gives what it keeps; otherwise that place calls one.
fn where_it_is_filled(code: &Code<'_>, cell: &KeptIn<'_>) -> Option<Vec<Edit>> {
    let (filling, init) = cell.filled_where_used(code)?;
    let make = made(code, init)?;
    if is_tail(code, filling) {
        return at_the_end(code, cell, (filling, init), &make);
    }
    // What a function makes, it makes of nothing that is local to its callers.
    let names = Parts::of(code.facts(init.file)?, init.id).names;
    let is_free = !names.iter().any(|name| name.starts_with(|c: char| c.is_lowercase() || c == '_'));
    if !is_free {
        return None;
    }
    if lines_of(code, init).is_none() {
        let function = Function::new(code, cell, &make, &quote!())?;
        let called = Edit { place: code.place(filling), replacement: format!("{}()", function.name) };
        return Some(function.alone(code, cell).into_iter().chain([called]).collect());
    }
    // The closure stays where it is, and is handed over.
    let held: TokenStream = cell.held.parse().ok()?;
    let function = Function::new(code, cell, "make()", &quote!(make: fn() -> #held))?;
    let before = Span::new(code.expr(filling).span.start, code.expr(init).span.start);
    let called =
        Edit { place: Place { file: cell.file, span: before }, replacement: format!("{}(", function.name) };
    Some(function.alone(code, cell).into_iter().chain([called]).collect())
}

/// A cell is filled at the end of the block that gives what it keeps.
fn at_the_end(
    code: &Code<'_>,
    cell: &KeptIn<'_>,
    (filling, init): (Node, Node),
    make: &str,
) -> Option<Vec<Edit>> {
    let file = code.source(cell.file);
    let span = declaration(file, cell.item)?;
    let kept = Kept::new(cell, cell.path, &type_name(code, cell)?)?;
    let declared = laid_out(code, Place { file: cell.file, span }, &kept.declared(), ("", NOTED))?;
    let look = Look::of(file);
    let above = file.line_span(file.line_index(cell.item.span.start)).start;
    let ty = look.fitted(&laid_out_statements(&kept.ty())?, span.start);
    let (indent, end) = (look.indent(span.start), look.line_end());
    let place = Place { file: cell.file, span: Span::new(above, above) };
    let mut edits = vec![Edit { place, replacement: format!("{indent}{ty}{end}") }, declared];
    // A type that is only known from outside is not that of a closure by itself.
    let is_long = lines_of(code, init).is_some() && !cell.held.contains("dyn ");
    let make = if is_long { "make()" } else { make };
    let mut filled = laid_out(code, code.place(filling), &kept.found(), (make, NOTED))?;
    if is_long {
        let (outer, inner) = (code.expr(filling).span, code.expr(init).span);
        let before = Place { file: cell.file, span: Span::new(outer.start, inner.start) };
        edits.push(Edit { place: before, replacement: "let make = ".to_owned() });
        filled.place.span.start = inner.end;
        filled.replacement = format!(";{end}{}{}", look.indent(outer.start), filled.replacement);
    }
    edits.push(filled);
    Some(edits)
}

/// The name of the type of what a cell keeps, which nothing has where it is seen.
fn type_name(code: &Code<'_>, cell: &KeptIn<'_>) -> Option<String> {
    let is_local = code
        .facts(cell.file)?
        .items
        .iter()
        .any(|item| matches!(item.kind, ItemKind::Fn(_)) && item.span.contains(cell.item.span));
    if is_local {
        return Some(KEPT.to_owned());
    }
    let words = cell.item.name.split('_').filter(|word| !word.is_empty());
    let camel: String = words.map(|word| word[..1].to_owned() + &word[1..].to_lowercase()).collect();
    let name = format!("{KEPT}{camel}");
    let is_free = ends_of(&code.source(cell.file).text, &name).next().is_none();
    (is_free && !cell.item.is_pub).then_some(name)
}

/// What the code is made of.
struct Kept {
    cell: proc_macro2::Ident,
    /// The name of the type of what is kept.
    ty: proc_macro2::Ident,
    held: TokenStream,
    once: TokenStream,
}

impl Kept {
    fn new(cell: &KeptIn<'_>, once: &str, ty: &str) -> Option<Self> {
        Some(Self {
            cell: format_ident!("{}", cell.item.name.as_str()),
            ty: format_ident!("{ty}"),
            held: cell.held.parse().ok()?,
            once: once.parse().ok()?,
        })
    }

    fn ty(&self) -> TokenStream {
        let Self { ty, held, once, .. } = self;
        // The process that made it, the value, and what a child of that process made.
        quote!(struct #ty(u32, #held, #once<Box<#ty>>);)
    }

    fn declared(&self) -> TokenStream {
        let Self { cell, ty, once, .. } = self;
        quote!(static #cell: #once<Box<#ty>> = #once::new();)
    }

    /// What gives the value of this process.
    fn found(&self) -> TokenStream {
        let Self { cell, ty, once, .. } = self;
        let (made, note) = (format_ident!("{MADE}"), format_ident!("{}", NOTE.trim_end_matches(';')));
        let filled = format_ident!("{FILLED}");
        quote! {
            let process = std::process::id();
            let mut slot = &#cell;
            loop {
                let kept = #filled(|| {
                    let value = #made;
                    Box::new(#ty(process, value, #once::new()))
                });
                let #ty(maker, value, next) = &**kept;
                if *maker == process {
                    break value;
                }
                #note;
                slot = next;
            }
        }
    }
}
