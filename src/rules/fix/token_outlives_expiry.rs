//! `token-outlives-expiry`: the token is obtained in the loop that uses it, where the loop pauses and nothing but the token
//! is made by that; otherwise it is obtained anew once it is old, however long that is.

use quote::{format_ident, quote};

use super::{
    code::{Code, Node},
    repeated::can_be_repeated,
    statement::{Statement, bound, lines, mentions, place, without_gap},
    text::Look,
};
use crate::catalog::schema::Action;
use crate::facts::{ExprId, ExprKind, FileFacts, ItemKind, expr::Stmt, laid_out_statements, path::TypeRef};
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::link::{children, outlived::Outlived};
use crate::source::Span;

/// The duration that somebody has to fill in.
const LIFETIME: &str = "LIFETIME_OF_THE_TOKEN";
/// Stands for the source text that obtains the token, until the rest is laid out.
const OBTAINED: &str = "obtained_as_before";
/// What the time may be called by.
const TIMES: [&str; 2] = ["obtained", "obtained_at"];

/// A token, and the loop that it does not outlive.
struct Waiting<'p> {
    /// The statement that obtains the token.
    obtains: Statement<'p>,
    /// The name it is given.
    name: &'p str,
    /// What obtains it.
    init: ExprId,
    /// The body of the loop.
    body: Node,
}

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let used = finding.steps.last().unwrap_or(&finding.primary).place;
    let it = code.outlived(used)?;
    let waiting = waiting(code, finding, it)?;
    if gives_text(code, Node { id: waiting.init, ..waiting.body }) && pauses(code, waiting.body) {
        return moved(code, &waiting);
    }
    renewed(code, &waiting)
}

/// The statement and the loop stand in one block, nothing in between needs the token, and what obtains it can do so again.
fn waiting<'p>(code: &Code<'p>, finding: &Finding, it: &Outlived) -> Option<Waiting<'p>> {
    let file = it.endless.file;
    let facts = code.facts(file)?;
    let endless = code.at(it.endless)?;
    let (ExprKind::Loop(body) | ExprKind::While { body, .. }) = &code.expr(endless).kind else { return None };
    let body = Node { file, id: *body };
    let obtains = *Statement::around(code, code.at(finding.primary.place)?).first()?;
    let is_around = |(_, span): &(usize, &Span)| span.contains(it.endless.span);
    let tail = obtains.block.tail.map(|id| &facts.expr(id).span);
    let spans = || obtains.block.spans.iter().chain(tail).enumerate();
    let (at, whole) = spans().find(is_around)?;
    let is_gated = obtains.block.gated.iter().any(|gated| *gated as usize == obtains.at);
    let is_itself = whole.start == it.endless.span.start && at > obtains.at && !is_gated;
    let Stmt::Let { pat, ty: None, init: Some(init), otherwise: None, .. } = obtains.stmt() else {
        return None;
    };
    let name = bound(facts, *pat).filter(|_| is_itself && file == finding.primary.place.file)?;
    let outside = spans().filter(|(own, _)| *own > obtains.at && *own != at);
    let text = |span: &Span| code.source(file).slice(*span);
    let is_free = outside.into_iter().all(|(_, span)| !mentions(text(span), name));
    let waiting = Waiting { obtains, name, init: *init, body };
    (is_free && can_be_repeated(code, Node { file, id: *init })).then_some(waiting)
}

/// Whether an expression calls a function of the project that gives a text, and no client that is made with it.
fn gives_text(code: &Code<'_>, node: Node) -> bool {
    let Some(facts) = code.facts(node.file) else { return false };
    let mut called = node;
    let path = loop {
        called.id = match &facts.expr(called.id).kind {
            ExprKind::Await(inner) | ExprKind::Try(inner) => *inner,
            ExprKind::MethodCall { receiver, .. } => *receiver,
            ExprKind::Call { callee, .. } => *callee,
            ExprKind::Path(path) => break path,
            _ => return false,
        };
    };
    let function = code.def(node).and_then(|within| code.names().local(within, path));
    let item = function.map(|def| code.program.item_of(def));
    let kind = item.and_then(|(file, id)| Some(&code.facts(file)?.item(id).kind));
    matches!(kind, Some(ItemKind::Fn(it)) if it.output.as_ref().is_some_and(is_text))
}

/// A text, or a result that may be one.
fn is_text(ty: &TypeRef) -> bool {
    match ty {
        TypeRef::Path(path) => match path.segments.last().map(|it| it.args.as_slice()) {
            Some([inner, ..]) => matches!(path.last_name(), "Result" | "Option") && is_text(inner),
            _ => path.last_name() == "String",
        },
        _ => false,
    }
}

/// Whether each round of a loop waits for some time: what is done in it is not done for each request.
fn pauses(code: &Code<'_>, body: Node) -> bool {
    let Some(facts) = code.facts(body.file) else { return false };
    within(facts, body.id).any(|id| {
        let ExprKind::Call { callee, .. } = &facts.expr(id).kind else { return false };
        let callee = Node { id: *callee, ..body };
        let ExprKind::Path(path) = &code.expr(callee).kind else { return false };
        let path = code.external(callee, path);
        let entry = path.as_ref().and_then(|path| code.program.catalog().function(path));
        entry.is_some_and(|entry| entry.does == Some(Action::Sleep))
    })
}

/// An expression and all in it.
fn within(facts: &FileFacts, root: ExprId) -> impl Iterator<Item = ExprId> {
    let mut open = vec![root];
    std::iter::from_fn(move || {
        let id = open.pop()?;
        children(facts, id, &mut open);
        Some(id)
    })
}

/// The statement becomes the first of the loop.
fn moved(code: &Code<'_>, it: &Waiting<'_>) -> Option<Fix> {
    let file = code.source(it.body.file);
    let own = lines(file, it.obtains.span())?;
    let head = head(code, it.body)?;
    let look = Look::of(file);
    let from = look.indent(it.obtains.span().start);
    let to = look.indent(head);
    let line = |line: &str| {
        let rest = line.strip_prefix(from).unwrap_or(line);
        if rest.trim().is_empty() { rest.to_owned() } else { format!("{to}{rest}") }
    };
    let text: String = file.slice(own).split_inclusive('\n').map(line).collect();
    let start = file.line_span(file.line_index(head)).start;
    let edits = vec![
        Edit { place: place(it.body, without_gap(file, own)), replacement: String::new() },
        Edit { place: place(it.body, Span::new(start, start)), replacement: text },
    ];
    // How often a server gives tokens, somebody has to know.
    Fix::new(format!("obtain `{}` in the loop", it.name), Applicability::MaybeIncorrect, edits)
}

/// The token is obtained again when it is old.
fn renewed(code: &Code<'_>, it: &Waiting<'_>) -> Option<Fix> {
    let file = code.source(it.body.file);
    let whole = file.slice(code.expr(it.obtains.around).span);
    let time = TIMES.into_iter().find(|name| !mentions(whole, name))?;
    let head = head(code, it.body)?;
    let look = Look::of(file);
    let (name, time) = (format_ident!("{}", it.name), format_ident!("{time}"));
    let (lifetime, obtained) = (format_ident!("{LIFETIME}"), format_ident!("{OBTAINED}"));
    let noted = quote!(let mut #time = std::time::Instant::now(););
    let again = quote! {
        if #time.elapsed() >= #lifetime {
            #name = #obtained;
            #time = std::time::Instant::now();
        }
    };
    let own = it.obtains.span();
    let behind = lines(file, own)?.end;
    let start = file.line_span(file.line_index(head)).start;
    let init = file.slice(code.facts(it.body.file)?.expr(it.init).span);
    let again = look.fitted(&laid_out_statements(&again)?, head).replace(OBTAINED, init);
    let line = |text: &str, at: u32| format!("{}{text}{}", look.indent(at), look.line_end());
    let noted = look.fitted(&laid_out_statements(&noted)?, own.start);
    let mut edits = vec![
        Edit { place: place(it.body, Span::new(behind, behind)), replacement: line(&noted, own.start) },
        Edit { place: place(it.body, Span::new(start, start)), replacement: line(&again, head) },
    ];
    edits.extend(made_mutable(code, it));
    Fix::new(format!("obtain `{}` again before it ends", it.name), Applicability::HasPlaceholders, edits)
}

fn made_mutable(code: &Code<'_>, it: &Waiting<'_>) -> Option<Edit> {
    let Stmt::Let { pat, .. } = it.obtains.stmt() else { return None };
    let at = code.facts(it.body.file)?.pat(*pat).span;
    let is_mutable = code.source(it.body.file).slice(at).starts_with("mut ");
    let place = place(it.body, Span::new(at.start, at.start));
    (!is_mutable).then(|| Edit { place, replacement: "mut ".to_owned() })
}

/// Where the first statement of a loop's body starts, on a line of its own.
fn head(code: &Code<'_>, body: Node) -> Option<u32> {
    let ExprKind::Block(block) = &code.expr(body).kind else { return None };
    let first = match block.spans.first() {
        Some(first) => *first,
        None => code.facts(body.file)?.expr(block.tail?).span,
    };
    // Comments above the first statement are its own.
    Some(first.start).filter(|_| lines(code.source(body.file), first).is_some())
}
