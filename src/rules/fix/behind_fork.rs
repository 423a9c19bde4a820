//! `client-before-fork`, and the part of `runtime-before-fork` that is a statement: what is made before a fork is made
//! directly behind it, where nothing in between needs it.

use super::{
    code::Code,
    statement::{Parts, Statement, bound, lines, mentions, place, without_gap},
};
use crate::catalog::schema::ForkReturns;
use crate::facts::expr::Stmt;
use crate::finding::{Applicability, Edit, Finding, Fix};
use crate::source::Span;

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let it = code.inherited(finding.primary.place)?;
    let fork = code.program.fork(it.fork);
    // Made in the function that is seen to fork, by which only the child comes back.
    if !it.made_by.is_empty() || fork.returns != ForkReturns::Child {
        return None;
    }
    let made = Statement::around(code, code.at(finding.primary.place)?);
    let forks = Statement::around(code, code.at(*it.calls.first().unwrap_or(&fork.place))?);
    let pair = made.iter().find_map(|made| {
        let fork = forks.iter().find(|fork| fork.around == made.around && made.at < fork.at)?;
        Some((*made, *fork))
    });
    let (made, fork) = pair?;
    let grade = grade(code, &made, &fork)?;
    if is_followed(code, &made, &fork) {
        return None;
    }
    let file = code.source(made.around.file);
    let (own, behind) = (lines(file, made.span())?, lines(file, fork.span())?);
    let moved = file.slice(own).to_owned();
    let edits = vec![
        Edit { place: place(made.around, without_gap(file, own)), replacement: String::new() },
        Edit { place: place(made.around, Span::new(behind.end, behind.end)), replacement: moved },
    ];
    Fix::new("make it behind the fork".to_owned(), grade, edits)
}

/// Whether another statement in between is to be moved as well. The last goes first, so that they keep their order.
fn is_followed(code: &Code<'_>, made: &Statement<'_>, fork: &Statement<'_>) -> bool {
    let between = Span::new(made.span().end, fork.span().start);
    code.inherited_in(place(made.around, between)).any(|at| {
        let all = code.at(at).map(|node| Statement::around(code, node)).unwrap_or_default();
        let own = all.into_iter().find(|it| it.around == made.around);
        own.is_some_and(|it| it.at > made.at && it.at < fork.at && grade(code, &it, fork).is_some())
    })
}

/// How far the move can be trusted; nothing where something in between needs what is moved, or changes what it needs.
fn grade(code: &Code<'_>, made: &Statement<'_>, fork: &Statement<'_>) -> Option<Applicability> {
    let facts = code.facts(made.around.file)?;
    let Stmt::Let { pat, init: Some(init), otherwise: None, .. } = made.stmt() else { return None };
    let is_gated = made.block.gated.iter().any(|at| *at as usize == made.at);
    let name = bound(facts, *pat).filter(|_| !is_gated)?;
    let parts = Parts::of(facts, *init);
    let between = &made.block.spans[made.at + 1..=fork.at];
    let file = code.source(made.around.file);
    let is_free = |word: &str| between.iter().all(|span| !mentions(file.slice(*span), word));
    let is_local = |name: &&String| name.starts_with(|c: char| c.is_lowercase() || c == '_');
    if !is_free(name) || !parts.names.iter().filter(is_local).all(|name| is_free(name)) {
        return None;
    }
    // A daemon stands in another directory, and may be another user: what names a file is not the same there.
    let is_plain = !parts.jumps && !parts.has_texts;
    Some(if is_plain { Applicability::MachineApplicable } else { Applicability::MaybeIncorrect })
}
