//! `forking-host-global`: an extension of a host that forks keeps a runtime, pool or client for all processes.

use super::{
    Check, Rule, guard, inherited,
    story::{article, shared},
};
use crate::finding::{Confidence, Finding, Guard, Level, Step, Verdict};
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
    check: Check::Cells(judge),
};

fn judge(program: &Program<'_>, cell: &Cell) -> Verdict {
    let host = program
        .forking_host(cell)
        .ok_or_else(|| Guard::new("no host that forks loads the crate of this cell"))?;
    guard::not_example(cell)?;
    if program.is_for_tests(cell) {
        return Err(Guard::new("only tests, and a module that is called like one for tests, use it"));
    }
    if program.is_fork_guarded(cell) {
        return Err(Guard::new("who fills or reads it asks which process it is in, or runs in each child"));
    }
    let hazard = program.hazard_in(cell).ok_or_else(|| nothing_alive(program, cell))?;
    let hazard = program.hazard(hazard);
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
    Ok(finding)
}

/// Why what a cell holds comes along into a child.
fn nothing_alive(program: &Program<'_>, cell: &Cell) -> Guard {
    let hazards = program.hazards_in(cell);
    let steps = hazards.iter().map(|id| program.hazard(*id)).map(|hazard| {
        let label = format!("`{}` is made here", hazard.name);
        Step { place: hazard.place, label }
    });
    match hazards.len() {
        0 => Guard::new("it holds no runtime, pool or client that is known to run or to be connected"),
        _ => Guard::at("what it holds starts nothing before it is used", steps.collect()),
    }
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
