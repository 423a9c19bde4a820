//! A shared client whose headers carry a credential: the transport stays shared, and each request is given the header.
//! What read the credential becomes a function of its own, so that it is read anew each time.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    baked::{Baked, Header, within, written},
    code::{Code, Node},
    constant::{declaration, first_free, renamed},
    import::{imported, joined, path_of, without},
    kept_in::{KeptIn, MADE},
    statement::{lines, without_gap},
    text::{Look, moved},
    uses::uses_of_function,
};
use crate::catalog::schema::Action;
use crate::facts::{ExprKind, ItemKind, laid_out_statements};
use crate::finding::Edit;
use crate::link::{
    DefId,
    value::{OriginId, Source},
};
use crate::source::{Place, Span};

/// Where the client is, and what each request is given in its place.
struct Attached<'c, 'p> {
    code: &'c Code<'p>,
    cell: &'c KeptIn<'p>,
    own: DefId,
    baked: Baked<'p>,
}

/// The edits for a cell whose client was given credentials from these origins; nothing where a use is none that sends a request, or where what
/// read the credential is not to be asked again and again.
pub(super) fn edits<'p>(code: &Code<'p>, cell: &KeptIn<'p>, given: &[OriginId]) -> Option<Vec<Edit>> {
    let own = code.names().def(cell.file, cell.id)?;
    let is_hidden = !code.program.is_of_api(own);
    if !is_hidden || !given.iter().all(|it| can_be_asked(code, cell, *it)) {
        return None;
    }
    let baked = Baked::read(code, own, block(code, cell)?, cell.held_type(code)?)?;
    Attached { code, cell, own, baked }.edits()
}

/// Whether it costs little to read a credential for each request.
fn can_be_asked(code: &Code<'_>, cell: &KeptIn<'_>, origin: OriginId) -> bool {
    let origin = code.program.origin(origin);
    match origin.source {
        Source::Env => !code.would_be_late(&origin.name, &cell.uses.nodes),
        Source::File => true,
        _ => false,
    }
}

/// The block that makes what a cell keeps: that of a closure, or of a function that nothing else calls.
fn block(code: &Code<'_>, cell: &KeptIn<'_>) -> Option<Node> {
    let init = cell.initialiser(code)?;
    match &code.expr(init).kind {
        ExprKind::Closure { params, body, is_async: false, .. } if params.is_empty() => {
            Some(Node { id: *body, ..init })
        }
        ExprKind::Path(path) => {
            let function = code.names().local(code.def(init)?, path)?;
            let (file, id) = code.program.item_of(function);
            let item = code.facts(file)?.item(id);
            let ItemKind::Fn(declared) = &item.kind else { return None };
            let uses = uses_of_function(code, function, &item.name)?;
            let is_own = file == cell.file && uses.nodes == [init] && uses.imports.is_empty();
            Some(Node { file, id: declared.body.filter(|_| is_own && !code.program.is_of_api(function))? })
        }
        _ => None,
    }
}

impl Attached<'_, '_> {
    fn edits(&self) -> Option<Vec<Edit>> {
        let mut edits = self.unbaked()?;
        let names = self.names()?;
        edits.push(self.functions(&names)?);
        for import in &self.cell.uses.imports {
            edits.push(self.import(*import, &names));
        }
        for node in &self.cell.uses.nodes {
            edits.push(self.attach(*node, &names)?);
        }
        Some(edits)
    }

    /// What goes where the client is made.
    fn unbaked(&self) -> Option<Vec<Edit>> {
        let (code, baked) = (self.code, &self.baked);
        let has_others = baked.has_other_headers(code);
        let mut gone: Vec<usize> = baked.gone().collect();
        if !has_others {
            gone.push(baked.map_at);
        }
        let file = code.source(self.cell.file);
        let cut = |span: Span| Edit { place: within(baked, span), replacement: String::new() };
        let mut edits = Vec::new();
        for at in &gone {
            edits.push(cut(without_gap(file, lines(file, baked.statement(*at).span())?)));
        }
        if has_others {
            return Some(edits);
        }
        if let Some(all) = self.emptied(&edits) {
            edits = vec![cut(all)];
        }
        edits.push(cut(baked.given));
        let name = code.text(baked.map_made).split("::").next().unwrap_or_default();
        let cuts: Vec<Span> = edits.iter().map(|it| it.place.span).collect();
        edits.extend(without(code, self.cell.file, name, &cuts));
        Some(edits)
    }

    /// Everything before the last expression of the block, where nothing but empty lines is left of it.
    fn emptied(&self, cuts: &[Edit]) -> Option<Span> {
        let file = self.code.source(self.cell.file);
        let block = self.code.expr(self.baked.around).span;
        let tail = self.code.expr(Node { id: self.baked.block.tail?, ..self.baked.around }).span;
        let start = file.line_span(file.line_index(block.start) + 1).start;
        let all = Span::new(start, lines(file, tail)?.start);
        let is_left = |at: u32| !cuts.iter().any(|it| it.place.span.contains(Span::new(at, at + 1)));
        let mut kept = (all.start..all.end).zip(file.slice(all).bytes());
        let is_empty = kept.all(|(at, byte)| byte.is_ascii_whitespace() || !is_left(at));
        is_empty.then_some(all)
    }

    /// The functions' names, in the order of the headers.
    fn names(&self) -> Option<Vec<String>> {
        let name = |header: &Header| {
            let key = written(self.code, header.key)?;
            let key = key.replace(|c: char| !c.is_ascii_alphanumeric(), "_");
            let names = [key.clone(), format!("{key}_header")];
            first_free(self.code, names, self.cell.file, &self.cell.uses)
        };
        self.baked.headers.iter().map(name).collect()
    }

    /// The functions that read what the headers carry, behind the cell.
    fn functions(&self, names: &[String]) -> Option<Edit> {
        let file = self.code.source(self.cell.file);
        let look = Look::of(file);
        let ty: TokenStream = self.value_type()?.parse().ok()?;
        let start = declaration(file, self.cell.item)?.start;
        let visible: TokenStream =
            visibility(file.slice(Span::new(self.cell.item.span.start, start))).parse().ok()?;
        let at = self.cell.item.span.end;
        let mut text = String::new();
        for (header, name) in self.baked.headers.iter().zip(names) {
            let (name, made) = (format_ident!("{name}"), format_ident!("{MADE}"));
            let head = laid_out_statements(&quote!(#visible fn #name() -> #ty { #made }))?;
            let indent = look.indent(start);
            let body = self.body(header, &format!("{indent}{}", look.unit()))?;
            text += &look.line_end().repeat(2);
            text += indent;
            text += &look.fitted(&head, start).replace(MADE, &body);
        }
        Some(Edit { place: Place { file: self.cell.file, span: Span::new(at, at) }, replacement: text })
    }

    /// The source text that reads what a header carries.
    fn body(&self, header: &Header, indent: &str) -> Option<String> {
        let file = self.code.source(self.cell.file);
        let look = Look::of(file);
        let mut text = String::new();
        for at in &header.needs {
            let lines = lines(file, self.baked.statement(*at).span())?;
            text += moved(file.slice(lines), look.indent(self.baked.statement(*at).span().start), indent)
                .trim_start();
            text += indent;
        }
        let value = self.code.place(header.value).span;
        Some(text + &moved(file.slice(value), look.indent(value.start), indent))
    }

    /// The type of a header's value as the cell's module may write it.
    fn value_type(&self) -> Option<String> {
        let (path, name) = (&self.baked.value_type.0, self.baked.value_type.1);
        let written = self.code.text(self.baked.map_made).rsplit_once("::")?.0;
        let beside = |path: &str| match path.rsplit_once("::") {
            Some((module, _)) => format!("{module}::{name}"),
            None => name.to_owned(),
        };
        let first = imported(self.code, self.cell.file, written).map(|it| beside(&joined(it)));
        let all = [Some(name.to_owned()), Some(beside(written)), first];
        all.into_iter()
            .flatten()
            .find(|it| self.code.names().external(self.own, &path_of(it)).as_ref() == Some(path))
    }

    /// An import of the client brings in the functions as well.
    fn import(&self, at: Place, names: &[String]) -> Edit {
        let text = &self.code.source(at.file).text;
        let before = text[..at.span.start as usize].trim_end();
        let all = [std::slice::from_ref(&self.cell.item.name.to_string()), names].concat().join(", ");
        let is_listed = before.ends_with(['{', ',']);
        let replacement = if is_listed { all } else { format!("{{{all}}}") };
        Edit { place: at, replacement }
    }

    /// A request that the client makes is given the headers.
    fn attach(&self, node: Node, names: &[String]) -> Option<Edit> {
        let code = self.code;
        let call = code.parent(node).filter(|_| code.is_ordinary(node))?;
        let ExprKind::MethodCall { receiver, method, .. } = &code.expr(call).kind else { return None };
        let entry = code.catalog().method(&self.baked.client, method).filter(|_| *receiver == node.id)?;
        let request = entry.gives.as_deref().filter(|_| entry.per_request && entry.does.is_none())?;
        if !sends(code, request, call) {
            return None;
        }
        let header = header_method(code, request)?;
        let span = code.expr(call).span;
        let file = code.source(node.file);
        // A chain over several lines goes on with a line of its own.
        let dot = file.text[..self.dot(call)?].trim_end_matches([' ', '\t']);
        let glue = if dot.ends_with('\n') {
            let look = Look::of(file);
            format!("{}{}", look.line_end(), look.indent(u32::try_from(self.dot(call)?).ok()?))
        } else {
            String::new()
        };
        let mut replacement = String::new();
        for (it, name) in self.baked.headers.iter().zip(names) {
            let key = self.key_at(node, it.key)?;
            let value = renamed(code, node, &self.cell.item.name, name)?;
            replacement += &[glue.as_str(), ".", header, "(", &key, ", ", &value, ")"].concat();
        }
        let place = Place { file: node.file, span: Span::new(span.end, span.end) };
        Some(Edit { place, replacement })
    }

    /// Where the dot before a method's name stands.
    fn dot(&self, call: Node) -> Option<usize> {
        let ExprKind::MethodCall { method_span, .. } = &self.code.expr(call).kind else { return None };
        let text = &self.code.source(call.file).text;
        text[..method_span.start as usize].rfind('.')
    }

    /// How a header's name is written at a use.
    fn key_at(&self, used: Node, key: Node) -> Option<String> {
        let code = self.code;
        let ExprKind::Path(path) = &code.expr(key).kind else {
            return matches!(code.expr(key).kind, ExprKind::Literal(_)).then(|| code.text(key).to_owned());
        };
        let named = code.names().external(self.own, path)?;
        let within = code.def(used)?;
        let whole = path.segments.first().and_then(|first| imported(code, key.file, &first.name));
        let whole = whole.map(|first| {
            let rest = path.segments.iter().skip(1).map(|it| it.name.as_str());
            std::iter::once(joined(first).as_str()).chain(rest).collect::<Vec<_>>().join("::")
        });
        let all = [Some(code.text(key).to_owned()), whole];
        all.into_iter()
            .flatten()
            .find(|it| code.names().external(within, &path_of(it)).as_ref() == Some(&named))
    }
}

/// Whether a chain of calls that starts with a request sends it, and gives it no credential of its own.
fn sends(code: &Code<'_>, request: &str, made: Node) -> bool {
    let mut inner = made;
    while let Some(outer) = code.parent(inner) {
        let ExprKind::MethodCall { receiver, method, .. } = &code.expr(outer).kind else { return false };
        let Some(entry) = code.catalog().method(request, method).filter(|_| *receiver == inner.id) else {
            return false;
        };
        if entry.does == Some(Action::Send) {
            return true;
        }
        let has_own = !entry.credential.is_empty() || !entry.carries.is_empty();
        if has_own || entry.header.is_some() && is_authorized(code, outer) || !entry.passes_self {
            return false;
        }
        inner = outer;
    }
    false
}

/// Whether a credential arrives at a call.
fn is_authorized(code: &Code<'_>, call: Node) -> bool {
    code.reached(code.place(call)).next().is_some()
}

/// The method that gives a request a header.
fn header_method<'p>(code: &Code<'p>, request: &str) -> Option<&'p str> {
    let all = code.catalog().functions().filter(|(_, entry)| entry.passes_self && entry.per_request);
    let is_it = |entry: &crate::catalog::schema::FnEntry| {
        entry.header.as_ref().is_some_and(|it| (it.key, it.value) == (0, 1))
    };
    let of_request = all.filter(|(_, entry)| is_it(entry));
    let mut names = of_request.filter_map(|(path, _)| path.strip_prefix(request)?.strip_prefix("::"));
    names.next()
}

/// The visibility in what stands before `static`.
fn visibility(before: &str) -> &str {
    before.rfind("pub").map_or("", |at| before[at..].trim_end())
}
