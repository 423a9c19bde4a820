//! `runtime-before-fork`: a plain `main` that forks first, and starts the runtime then.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    behind_fork,
    code::{Code, Node},
    statement::{Parts, Statement, lines, mentions, place},
    text::Look,
    write,
};
use crate::catalog::schema::ForkReturns;
use crate::facts::{
    Item, ItemKind,
    expr::{Block, Stmt},
    item::{Attribute, FnItem},
};
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::source::{SourceFile, Span};

/// What the rest of `main` may be called.
const NAMES: [&str; 4] = ["run", "serve", "work", "main_behind_fork"];

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let at = finding.primary.place;
    let facts = code.facts(at.file)?;
    let of_attribute = facts
        .items
        .iter()
        .find_map(|item| Some((item, item.attributes.iter().find(|attribute| attribute.span == at.span)?)));
    match of_attribute {
        Some((item, attribute)) => plain_main(code, finding, item, attribute),
        None => behind_fork::fix(code, finding),
    }
}

fn plain_main(code: &Code<'_>, finding: &Finding, item: &Item, attribute: &Attribute) -> Option<Fix> {
    let ItemKind::Fn(function) = &item.kind else { return None };
    let it = code.inherited(finding.primary.place)?;
    let fork = code.program.fork(it.fork);
    let at =
        code.at(*it.calls.first().unwrap_or(&fork.place)).filter(|_| fork.returns == ForkReturns::Child)?;
    let body = Node { id: function.body?, ..at };
    let forks = Statement::around(code, at).into_iter().find(|it| it.around == body)?;
    let file = code.source(at.file);
    let runtime = runtime(code, body, attribute)?;
    can_be_split(code, &forks)?;
    let name = NAMES.into_iter().find(|name| !mentions(&file.text, name))?;
    let edits = vec![
        without_attribute(file, body, attribute)?,
        without_async(file, body, function)?,
        split(file, &forks, item, (&runtime, name))?,
    ];
    // What stands before the fork may need a runtime.
    let grade = if forks.at == 0 { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect };
    Fix::new("fork in a plain `main`, and start the runtime behind that".to_owned(), grade, edits)
}

/// The runtime that the attribute builds, as an expression.
fn runtime(code: &Code<'_>, body: Node, attribute: &Attribute) -> Option<TokenStream> {
    let builder = code.builder_of(body, attribute)?;
    let builder: TokenStream = builder.parse().ok()?;
    let value = |name: &str| attribute.args.iter().find(|it| it.name == name)?.value.as_deref();
    let is_known = |name: &str| name == "flavor" || name == "worker_threads";
    if !attribute.args.iter().all(|it| is_known(&it.name)) {
        return None;
    }
    let flavour = match value("flavor") {
        None | Some("multi_thread") => quote!(new_multi_thread),
        Some("current_thread") => quote!(new_current_thread),
        Some(_) => return None,
    };
    let threads: Option<TokenStream> = match value("worker_threads") {
        None => None,
        Some(text) => Some(text.parse().ok()?),
    };
    let threads = threads.map(|count| quote!(.worker_threads(#count)));
    Some(quote!(#builder::#flavour()#threads.enable_all().build().expect("the runtime can be started")))
}

/// Nothing in the statements up to the fork waits, or gives what the rest needs.
fn can_be_split(code: &Code<'_>, forks: &Statement<'_>) -> Option<()> {
    let facts = code.facts(forks.around.file)?;
    let file = code.source(forks.around.file);
    let Block { stmts, spans, tail, .. } = forks.block;
    let rest = spans.get(forks.at + 1).copied().or_else(|| tail.map(|id| facts.expr(id).span))?;
    let rest = Span::new(rest.start, code.expr(forks.around).span.end);
    for (stmt, span) in stmts.iter().zip(spans).take(forks.at + 1) {
        let root = match stmt {
            Stmt::Let { init, pat, .. } => {
                let names = facts.pat(*pat).span;
                let words = file.slice(names).split(|c: char| !c.is_alphanumeric() && c != '_');
                if words.filter(|word| !word.is_empty()).any(|word| mentions(file.slice(rest), word)) {
                    return None;
                }
                *init
            }
            Stmt::Expr(e) => Some(*e),
            Stmt::Item(_) => return None,
        };
        let waits = |root| Parts::of(facts, root).jumps && file.slice(*span).contains(".await");
        if root.is_some_and(waits) {
            return None;
        }
    }
    Some(())
}

fn without_attribute(file: &SourceFile, node: Node, attribute: &Attribute) -> Option<Edit> {
    let behind = file.text.get(attribute.span.end as usize..)?;
    let gap = behind.len() - behind.trim_start().len();
    let span = Span::new(attribute.span.start, attribute.span.end + u32::try_from(gap).ok()?);
    Some(Edit { place: place(node, span), replacement: String::new() })
}

fn without_async(file: &SourceFile, node: Node, function: &FnItem) -> Option<Edit> {
    let rest = file.slice(function.qualifiers).strip_prefix("async")?.trim_start();
    let end = function.qualifiers.end - u32::try_from(rest.len()).ok()?;
    Some(Edit { place: place(node, Span::new(function.qualifiers.start, end)), replacement: String::new() })
}

/// Ends `main` behind the fork, and opens the function of the rest.
fn split(
    file: &SourceFile,
    forks: &Statement<'_>,
    item: &Item,
    (runtime, name): (&TokenStream, &str),
) -> Option<Edit> {
    let look = Look::of(file);
    let function = format_ident!("{name}");
    let statement = lines(file, forks.span())?;
    let start = forks.span().start;
    let run = look.fitted(&write::expression(&quote!(#runtime.block_on(#function())))?, start);
    let brace = file.text.get(item.name_span.end as usize..)?.find('{')?;
    let head = file.text.get(item.name_span.end as usize..)?.get(..=brace)?;
    let (end, indent, outer) = (look.line_end(), look.indent(start), look.indent(item.name_span.start));
    let replacement = format!("{indent}{run}{end}{outer}}}{end}{end}{outer}async fn {name}{head}{end}");
    // An empty line behind the fork has no use at the head of a function.
    let next = file.text.get(statement.end as usize..)?.split_inclusive('\n').next()?;
    let gap = if next.trim().is_empty() { u32::try_from(next.len()).ok()? } else { 0 };
    let span = Span::new(statement.end, statement.end + gap);
    Some(Edit { place: place(forks.around, span), replacement })
}
