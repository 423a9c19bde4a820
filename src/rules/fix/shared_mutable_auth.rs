//! `shared-mutable-auth`: the credential goes with each call. What kept it and what set it go, and functions that took it out
//! take it as a parameter. Where a call is not seen to come directly behind one that sets it, only what is called is shown.

use super::{
    code::{Code, Node},
    constant::is_alone,
    import::without,
    set_and_read::{Reader, SetAndRead, Setter},
    statement::{Statement, lines, mentions, without_gap},
    uses::{Uses, uses_of_function},
};
use crate::facts::ExprKind;
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::source::{Place, Span};

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let it = SetAndRead::at(code, finding.primary.place)?;
    let (setters, callers) = calls(code, &it)?;
    let mut edits = called(code, &it)?;
    let title = format!("pass what `{}` keeps along with each call", it.item.name);
    let Some(calling) = calling(code, &it, &setters, &callers) else {
        return Fix::new(title, Applicability::HasPlaceholders, edits);
    };
    edits.extend(calling);
    Fix::new(title, Applicability::MaybeIncorrect, edits)
}

/// The uses of the function that sets, and of those that read.
fn calls(code: &Code<'_>, it: &SetAndRead<'_>) -> Option<(Uses, Vec<Uses>)> {
    let of = |function| {
        let (file, id) = code.program.item_of(function);
        uses_of_function(code, function, &code.facts(file)?.item(id).name)
    };
    let readers: Option<Vec<Uses>> = it.readers.iter().map(|reader| of(reader.function)).collect();
    Some((of(it.setter.function)?, readers?))
}

/// What changes in the file that keeps the credential.
fn called(code: &Code<'_>, it: &SetAndRead<'_>) -> Option<Vec<Edit>> {
    let file = code.source(it.file);
    let whole = |span: Span| Some(without_gap(file, lines(file, span)?));
    let facts = code.facts(it.file)?;
    let (_, setter) = code.program.item_of(it.setter.function);
    let is_plain = is_alone(facts, setter);
    let mut gone = vec![whole(it.item.span)?, whole(facts.item(setter).span).filter(|_| is_plain)?];
    let mut edits = Vec::new();
    for reader in &it.readers {
        gone.push(whole(reader.taken.span())?);
        edits.push(parameter(code, it, reader)?);
    }
    edits.extend(without(code, it.file, it.ty, &gone));
    let cut = |span| Edit { place: Place { file: it.file, span }, replacement: String::new() };
    edits.extend(gone.into_iter().map(cut));
    Some(edits)
}

/// The parameter that a reader is given, before all others.
fn parameter(code: &Code<'_>, it: &SetAndRead<'_>, reader: &Reader<'_>) -> Option<Edit> {
    let (_, id) = code.program.item_of(reader.function);
    let file = code.source(it.file);
    let item = code.facts(it.file)?.item(id);
    let head = file.text.get(item.name_span.end as usize..)?;
    // Between the name and the parameters there may be generic ones only, which are left alone.
    let at = item.name_span.end + u32::try_from(head.find('(').filter(|at| *at == 0)?).ok()? + 1;
    let is_empty = head[1..].trim_start().starts_with(')');
    let replacement = format!("{}: {}{}", reader.name, it.held, if is_empty { "" } else { ", " });
    Some(Edit { place: Place { file: it.file, span: Span::new(at, at) }, replacement })
}

/// What changes where the functions are called: every call that reads comes behind one that sets, in the same block.
fn calling<'p>(code: &Code<'p>, it: &SetAndRead<'p>, setters: &Uses, readers: &[Uses]) -> Option<Vec<Edit>> {
    let mut edits = Vec::new();
    let sets: Option<Vec<(Node, Statement<'p>)>> =
        setters.nodes.iter().map(|node| statement(code, *node)).collect();
    let sets = sets?;
    for (call, set) in &sets {
        let file = code.source(call.file);
        // A comment above speaks of what follows as well, and stays.
        let whole = lines(file, set.span())?;
        let start = file.line_span(file.line_index(set.span().start)).start;
        let span = Span::new(start, whole.end);
        edits.push(Edit { place: Place { file: call.file, span }, replacement: String::new() });
    }
    for import in &setters.imports {
        let gone: Vec<Span> = sets.iter().map(|(_, set)| set.span()).collect();
        edits.push(without(code, import.file, code.source(import.file).slice(import.span), &gone)?);
    }
    for node in readers.iter().flat_map(|it| &it.nodes) {
        edits.push(passed(code, &it.setter, &sets, *node)?);
    }
    Some(edits)
}

/// The call of a function that is a statement by itself.
fn statement<'p>(code: &Code<'p>, callee: Node) -> Option<(Node, Statement<'p>)> {
    let call = code.parent(callee)?;
    let statement = *Statement::around(code, call).first()?;
    let is_whole = matches!(statement.stmt(), crate::facts::expr::Stmt::Expr(id) if *id == call.id);
    is_whole.then_some((call, statement))
}

/// A call that reads is given what the last call before it set.
fn passed<'p>(
    code: &Code<'p>,
    setter: &Setter<'p>,
    sets: &[(Node, Statement<'p>)],
    callee: Node,
) -> Option<Edit> {
    let call = code.parent(callee)?;
    let ExprKind::Call { callee: function, args } = &code.expr(call).kind else { return None };
    let statements = Statement::around(code, call);
    let own = code.expr(call).span;
    let tail = |set: &Statement<'_>| {
        let tail = set.block.tail.map(|id| code.expr(Node { id, ..set.around }).span);
        tail.is_some_and(|tail| tail.contains(own))
    };
    let before = |set: &Statement<'_>| {
        let at = statements.iter().find(|it| it.around == set.around).map(|it| it.at);
        at.or_else(|| tail(set).then_some(set.block.spans.len()))
            .filter(|at| *at > set.at && set.around.file == call.file)
    };
    let all = sets.iter().filter_map(|(node, set)| Some((before(set)?, node, set)));
    let (at, node, set) = all.max_by_key(|(_, _, set)| set.at).filter(|_| *function == callee.id)?;
    let given = given(code, setter, *node)?;
    let file = code.source(call.file);
    // What is passed is still what it was, and is needed by nothing else there.
    let between = set.block.spans[set.at + 1..].iter().take(at - set.at).map(|span| file.slice(*span));
    let rest = [file.slice(own)];
    if between.chain(rest).any(|text| mentions(text, given.0)) {
        return None;
    }
    let open = code.expr(callee).span.end + 1;
    let replacement = format!("{}{}", given.1, if args.is_empty() { "" } else { ", " });
    Some(Edit { place: Place { file: call.file, span: Span::new(open, open) }, replacement })
}

/// The local that a call sets, and what that sets, as source text.
fn given<'p>(code: &Code<'p>, setter: &Setter<'p>, call: Node) -> Option<(&'p str, String)> {
    let ExprKind::Call { args, .. } = &code.expr(call).kind else { return None };
    let [arg] = args.as_slice() else { return None };
    let arg = Node { id: *arg, ..call };
    // A borrowed local is one as well: what is made of it borrows by itself.
    let local = match &code.expr(arg).kind {
        ExprKind::Ref(inner) => Node { id: *inner, ..arg },
        _ => arg,
    };
    let ExprKind::Path(path) = &code.expr(local).kind else { return None };
    let name = path.as_ident()?.as_str();
    let written = if setter.stored.len() == setter.param.len() { code.text(arg) } else { name };
    Some((name, setter.stored.replacen(setter.param, written, 1)))
}
