//! `client-before-fork`: a client, pool or connection made before a fork is used by the process that goes on.

use super::{Rule, inherited, story::article};
use crate::catalog::schema::Starts;
use crate::finding::{Confidence, Finding, Findings, Level, Step};
use crate::link::{
    Program,
    order::{Inherited, Touch},
    value::{Hazard, HazardKind},
};

pub(super) static RULE: Rule = Rule {
    id: "client-before-fork",
    summary: "a client, pool or connection made before a fork is used by the process that goes on",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/client-before-fork.md"),
    check,
};

fn check(program: &Program<'_>, findings: &mut Findings) {
    for it in inherited::nearest(program) {
        if let Some(finding) = ask(program, it) {
            findings.push(finding);
        }
    }
}

fn ask(program: &Program<'_>, it: &Inherited) -> Option<Finding> {
    let hazard = program.hazard(it.hazard?);
    let is_ours = matches!(hazard.kind, HazardKind::Client | HazardKind::Pool);
    if !is_ours || it.how != Touch::Uses {
        return None;
    }
    let name = &hazard.name;
    let primary = Step { place: hazard.place, label: format!("`{name}` is made before the fork") };
    let message = format!("{} `{name}` made before the fork is used by the child", article(name));
    let mut finding = Finding::new(RULE.id, Level::Deny, confidence(hazard, it), message, primary);
    finding.steps = inherited::steps(program, it);
    finding.help = vec![
        format!("make it after the fork, in the process that uses it: {}", inherited::why(hazard)),
        "or make it in the closure or branch that only the child runs".to_owned(),
    ];
    Some(finding)
}

/// What starts nothing and was not used before has nothing that a fork could break.
fn confidence(hazard: &Hazard, it: &Inherited) -> Confidence {
    match hazard.starts {
        Starts::Threads | Starts::Tasks | Starts::Connections => Confidence::High,
        Starts::Nothing if it.used_before => Confidence::Medium,
        Starts::Nothing => Confidence::Low,
    }
}
