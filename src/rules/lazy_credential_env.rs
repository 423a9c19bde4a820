//! `lazy-credential-env`: a credential that the program needs is first read when it is at work.

use super::{Check, Rule, story::kind_name};
use crate::finding::{Confidence, Finding, Findings, Level, Step};
use crate::link::{
    DefId, Program,
    phases::{LateRead, Phase},
};
use crate::source::Place;

/// How many further places of one variable a finding names.
const OTHERS: usize = 5;

/// How many calls from the entry point to the read a finding names.
const CALLS: usize = 6;

pub(super) static RULE: Rule = Rule {
    id: "lazy-credential-env",
    summary: "a credential that the program needs is first read from the environment when it is at work",
    level: Level::Warn,
    since: "0.1.0",
    page: include_str!("../../rules/lazy-credential-env.md"),
    check: Check::Program(check),
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    for late in program.late_reads() {
        if let Some(finding) = ask(program, &late) {
            findings.push(finding);
        }
    }
}

fn ask(program: &Program<'_>, late: &LateRead) -> Option<Finding> {
    let &(origin, phase, def) = late.reads.first()?;
    if !program.names_credential(&late.name) {
        return None;
    }
    let kind = kind_name(program.credential(late.credential).kind);
    let place = program.origin(origin).place;
    let label = format!("the {kind} is read here, and the program panics where it is not set");
    let message = format!("`{}` is first read {}, and the program panics without it", late.name, when(phase));
    let is_known = program.phases().reach(def, phase).is_some_and(|reach| reach.is_known);
    let confidence = if is_known { Confidence::High } else { Confidence::Medium };
    let mut finding = Finding::new(RULE.id, Level::Warn, confidence, message, Step { place, label });
    finding.steps = steps(program, late, def, phase);
    finding.help = help(program, def, phase, kind);
    Some(finding)
}

fn when(phase: Phase) -> &'static str {
    match phase {
        Phase::Worker => "in a worker's loop",
        Phase::Library => "deep in a call of this library",
        _ => "when a request comes in",
    }
}

/// The way from the entry point to the read, then the other places that read the same.
fn steps(program: &Program<'_>, late: &LateRead, def: DefId, phase: Phase) -> Vec<Step> {
    let way = program.phases().way(def, phase);
    let mut steps: Vec<Step> = Vec::new();
    if let Some((first, handed)) = way.first() {
        let handed = handed.filter(|_| program.cell_of(*first).is_none());
        let place = handed.unwrap_or_else(|| program.name_place(*first));
        push(&mut steps, place, entered(program, *first, phase));
    }
    for (to, place) in way.iter().skip(1).take(CALLS) {
        let label = match program.cell_of(*to) {
            Some(cell) => format!("whoever comes first to `{}` runs its initialiser", cell.name),
            None => "this call leads to it".to_owned(),
        };
        if let Some(place) = place {
            push(&mut steps, *place, label);
        }
    }
    for (origin, ..) in late.reads.iter().skip(1).take(OTHERS) {
        push(&mut steps, program.origin(*origin).place, "it is read here as well".to_owned());
    }
    steps
}

fn push(steps: &mut Vec<Step>, place: Place, label: String) {
    if !steps.iter().any(|known| known.place == place) {
        steps.push(Step { place, label });
    }
}

fn entered(program: &Program<'_>, def: DefId, phase: Phase) -> String {
    let name = program.name(def);
    match phase {
        Phase::Worker => format!("`{name}` runs in a loop beside `main`"),
        Phase::Library => format!("`{name}` is called from outside"),
        _ => format!("`{name}` runs when a request comes in"),
    }
}

fn help(program: &Program<'_>, def: DefId, phase: Phase, kind: &str) -> Vec<String> {
    if phase == Phase::Library {
        return vec![format!("take the {kind} in the constructor, and give an error where it is not set")];
    }
    let force = program.cell_of(def).map(|cell| {
        format!(
            "or force the cell in `main` before the program starts to serve: `LazyLock::force(&{})`",
            cell.name
        )
    });
    let read = format!("read the {kind} in `main` before the program starts to serve, and pass it on");
    std::iter::once(read).chain(force).collect()
}
