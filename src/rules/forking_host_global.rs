//! `forking-host-global`: an extension of a host that forks keeps a runtime, pool or client for all processes.

use super::{
    Rule, inherited,
    story::{article, shared},
};
use crate::finding::{Confidence, Finding, Findings, Level, Step};
use crate::link::{
    Program,
    cells::Cell,
    hosts::Host,
    value::{Hazard, HazardKind},
};

pub(super) static RULE: Rule = Rule {
    id: "forking-host-global",
    summary: "an extension of a host that forks keeps a runtime, pool or client that no child can use",
    level: Level::Warn,
    since: "0.1.0",
    page: include_str!("../../rules/forking-host-global.md"),
    check,
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    for cell in program.cells() {
        if let Some(finding) = ask(program, cell) {
            findings.push(finding);
        }
    }
}

fn ask(program: &Program<'_>, cell: &Cell) -> Option<Finding> {
    let host = program.forking_host(cell)?;
    if cell.is_example || program.is_fork_guarded(cell) {
        return None;
    }
    let hazard = program.hazard(program.hazard_in(cell)?);
    let name = &hazard.name;
    let label = format!("every process that {} forks gets the same", host.name);
    let primary = Step { place: cell.place, label };
    let message = format!(
        "`{}` keeps {} `{name}` in an extension of {}, whose forked processes cannot use it",
        cell.name,
        article(name),
        host.name
    );
    let mut finding = Finding::new(RULE.id, Level::Warn, confidence(hazard), message, primary);
    finding.steps = vec![Step { place: hazard.place, label: "it is made here".to_owned() }];
    finding.steps.extend(shared(program, cell));
    finding.help = help(hazard, host);
    Some(finding)
}

fn confidence(hazard: &Hazard) -> Confidence {
    match hazard.kind {
        HazardKind::Runtime | HazardKind::Pool => Confidence::High,
        _ => Confidence::Medium,
    }
}

fn help(hazard: &Hazard, host: &Host) -> Vec<String> {
    vec![
        format!(
            "keep the process id beside it, and make a new one where `std::process::id()` has changed ({} loads `{}` before it forks): {}",
            host.name,
            host.extension,
            inherited::why(hazard)
        ),
        "leave the old one where it is: dropping it waits for threads that the child does not have"
            .to_owned(),
    ]
}
