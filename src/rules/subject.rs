//! What rules are asked of, one subject after the other.

use super::{inherited::nearest, spared};
use crate::finding::{Findings, Step, Verdict};
use crate::link::{
    Program,
    cells::Cell,
    order::Inherited,
    value::{Hazard, HazardKind},
};

/// Asks about each cell.
pub(super) fn cells(
    rule: &'static str,
    judge: fn(&Program<'_>, &Cell) -> Verdict,
    program: &Program<'_>,
    findings: &mut Findings,
) {
    for cell in program.cells() {
        let subject = || Step { place: cell.place, label: format!("`{}`", cell.name) };
        findings.judged(rule, subject, judge(program, cell));
    }
}

/// Asks about everything of these kinds that a child goes on with, each once, by the shortest way to the fork.
pub(super) fn inherited(
    rule: &'static str,
    is_asked: fn(Option<HazardKind>) -> bool,
    judge: fn(&Program<'_>, &Inherited) -> Verdict,
    program: &Program<'_>,
    findings: &mut Findings,
) {
    let kind = |it: &Inherited| it.hazard.map(|id| program.hazard(id).kind);
    for it in nearest(program).into_iter().filter(|it| is_asked(kind(it))) {
        let subject = || match it.hazard {
            Some(id) => hazard(program.hazard(id)),
            None => Step { place: program.name_place(it.def), label: format!("`{}`", program.name(it.def)) },
        };
        findings.judged(rule, subject, judge(program, it));
    }
    if findings.keeps_silences() {
        for (subject, guard) in spared::guards(program, is_asked) {
            findings.judged(rule, || subject, Err(guard));
        }
    }
}

/// Something that a fork does not copy, as a subject.
pub(super) fn hazard(hazard: &Hazard) -> Step {
    Step { place: hazard.place, label: format!("`{}`", hazard.name) }
}
