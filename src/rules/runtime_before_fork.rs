//! `runtime-before-fork`: an async runtime, threads or workers started before a fork are what the survivor goes on with.

use super::{Check, Rule, inherited};
use crate::finding::{Confidence, Finding, Level, Step, Verdict};
use crate::link::{
    Program,
    order::Inherited,
    value::{Hazard, HazardKind},
};

pub(super) static RULE: Rule = Rule {
    id: "runtime-before-fork",
    summary: "a runtime, threads or workers are started before a fork, and the process that goes on needs them",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/runtime-before-fork.md"),
    check: Check::Inherited { of: is_ours, judge },
};

fn is_ours(kind: Option<HazardKind>) -> bool {
    !matches!(kind, Some(HazardKind::Client | HazardKind::Pool))
}

fn judge(program: &Program<'_>, it: &Inherited) -> Verdict {
    inherited::not_example(program, it)?;
    let Some(id) = it.hazard else { return Ok(out_of_sight(program, it)) };
    let hazard = program.hazard(id);
    let (label, message) = told(hazard);
    let primary = Step { place: hazard.place, label };
    let mut finding = Finding::new(RULE.id, Level::Deny, Confidence::High, message, primary);
    finding.steps = inherited::steps(program, it);
    finding.help = help(inherited::why(hazard));
    Ok(finding)
}

/// The label of the primary place, and the message.
fn told(hazard: &Hazard) -> (String, String) {
    let name = &hazard.name;
    match hazard.kind {
        HazardKind::Runtime => (
            format!("`{name}` starts an async runtime before the fork"),
            format!("the runtime of `{name}` is started before the fork, and the child goes on with it"),
        ),
        HazardKind::Tasks => (
            format!("`{name}` starts a task before the fork"),
            "a task is started before the fork, and nobody drives it in the child".to_owned(),
        ),
        _ => (
            format!("`{name}` starts a thread before the fork"),
            format!("the thread that `{name}` starts before the fork does not exist in the child"),
        ),
    }
}

/// The fork stands in an `async fn`, so whatever drives that is inherited.
fn out_of_sight(program: &Program<'_>, it: &Inherited) -> Finding {
    let name = program.name(it.def);
    let place = program.name_place(it.def);
    let message =
        format!("the async function `{name}` forks, and the child goes on under the runtime that drives it");
    let primary = Step { place, label: "runs on a runtime that was started before".to_owned() };
    let mut finding = Finding::new(RULE.id, Level::Deny, Confidence::Medium, message, primary);
    finding.steps = inherited::steps(program, it);
    finding.help = help("the runtime's worker threads and its reactor do not come along");
    finding
}

fn help(why: &str) -> Vec<String> {
    vec![
        format!("fork first, in a plain `fn main`, and start the runtime and threads afterwards: {why}"),
        "or start the program again after daemonizing instead of going on".to_owned(),
    ]
}
