//! `client-before-fork`: a client, pool or connection made before a fork is used by the process that goes on.

use super::{Check, Rule, inherited, story::article};
use crate::catalog::schema::Starts;
use crate::finding::{Confidence, Finding, Guard, Level, Step, Verdict};
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
    check: Check::Inherited { of: is_ours, judge },
};

fn is_ours(kind: Option<HazardKind>) -> bool {
    matches!(kind, Some(HazardKind::Client | HazardKind::Pool))
}

fn judge(program: &Program<'_>, it: &Inherited) -> Verdict {
    inherited::not_example(program, it)?;
    let id = it.hazard.ok_or_else(|| Guard::new("it is no client"))?;
    let hazard = program.hazard(id);
    if it.how != Touch::Uses {
        let steps = inherited::steps(program, it);
        return Err(Guard::at("the child inherits it and does not use it", steps));
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
    Ok(finding)
}

/// What starts nothing and was not used before has nothing that a fork could break.
fn confidence(hazard: &Hazard, it: &Inherited) -> Confidence {
    match hazard.starts {
        Starts::Threads | Starts::Tasks | Starts::Connections => Confidence::High,
        Starts::Nothing if it.used_before => Confidence::Medium,
        Starts::Nothing => Confidence::Low,
    }
}
