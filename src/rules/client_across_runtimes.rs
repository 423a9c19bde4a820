//! `client-across-runtimes`: a cell keeps what one runtime drives, and code uses it under another.

use super::{Check, Rule, guard, story::article};
use crate::catalog::schema::{CellKind, DrivenBy};
use crate::finding::{Confidence, Finding, Guard, Level, Step, Verdict};
use crate::link::{
    Program,
    cells::Cell,
    event::Driver,
    runtimes::{Crossing, Life, Process},
    value::Hazard,
};

pub(super) static RULE: Rule = Rule {
    id: "client-across-runtimes",
    summary: "a client, channel or pool that one runtime drives is kept in a cell and used under another",
    level: Level::Warn,
    since: "0.1.0",
    page: include_str!("../../rules/client-across-runtimes.md"),
    check: Check::Cells(judge),
};

fn judge(program: &Program<'_>, cell: &Cell) -> Verdict {
    guard::not_example(cell)?;
    if cell.kind == Some(CellKind::ThreadLocal) {
        return Err(Guard::new("each thread has its own"));
    }
    if !program.is_bound_to_runtime(cell) {
        return Err(Guard::new("nothing that a runtime drives is seen in it"));
    }
    let crossing = program.crossing(cell).ok_or_else(|| {
        Guard::new("no second runtime is seen to come to it, and none that ends before it is used")
    })?;
    Ok(finding(program, cell, crossing))
}

fn finding(program: &Program<'_>, cell: &Cell, crossing: &Crossing) -> Finding {
    let hazard = program.hazard(crossing.hazard);
    let name = &hazard.name;
    let message = format!(
        "`{}` keeps {} `{name}` that one runtime drives, and {}",
        cell.name,
        article(name),
        story(crossing)
    );
    let primary = Step { place: cell.place, label: "it stays when the runtime ends".to_owned() };
    let confidence = confidence(hazard, crossing);
    let mut finding = Finding::new(RULE.id, Level::Warn, confidence, message, primary);
    finding.steps = vec![Step { place: hazard.place, label: "it is made here".to_owned() }];
    let second = crossing.second.iter().filter(|it| it.enters != crossing.first.enters);
    for life in std::iter::once(&crossing.first).chain(second) {
        for step in steps(program, life) {
            if !finding.steps.iter().any(|known| known.place == step.place) {
                finding.steps.push(step);
            }
        }
    }
    finding.help = help(hazard);
    finding
}

/// Who comes to it, and how.
fn story(crossing: &Crossing) -> &'static str {
    let Some(second) = crossing.second.as_ref().filter(|_| crossing.first.is_user) else {
        return "that runtime ends before it is used";
    };
    match crossing.process {
        Process::Tests => "each test has a runtime of its own",
        _ if second.enters == crossing.first.enters => "each call uses it under a new runtime",
        _ => "uses it under another when that has ended",
    }
}

fn steps(program: &Program<'_>, life: &Life) -> Vec<Step> {
    let enters = match life.driver {
        Some(Driver::Test(_)) => "this test runs on a runtime of its own",
        Some(Driver::Made(_)) if life.is_over => "a runtime that ends with its work is entered here",
        Some(Driver::Made(_) | Driver::Cell(_)) => "a runtime is entered here",
        None => "this runs on the runtime of its caller",
    };
    let made = match life.driver {
        Some(Driver::Made(hazard)) => Some(program.hazard(hazard).place),
        _ => None,
    };
    let mut steps: Vec<Step> = Vec::new();
    if let Some(place) = made.filter(|place| *place != life.enters) {
        steps.push(Step { place, label: "the runtime is made here".to_owned() });
    }
    steps.push(Step { place: life.enters, label: enters.to_owned() });
    let touches =
        if life.is_user { "it is used under that runtime here" } else { "it is made on that runtime" };
    steps.push(Step { place: life.touches, label: touches.to_owned() });
    steps
}

/// A connection of a client that opens them as it needs them is most often thrown away when its runtime has ended, and what
/// is under way is lost; what has a task behind it is dead.
fn confidence(hazard: &Hazard, crossing: &Crossing) -> Confidence {
    match hazard.driven_by {
        DrivenBy::Maker if crossing.process != Process::Tests => Confidence::High,
        _ => Confidence::Medium,
    }
}

fn help(hazard: &Hazard) -> Vec<String> {
    let why = match hazard.driven_by {
        DrivenBy::Maker => "the tasks that drive it are on the runtime that it was made on",
        DrivenBy::User | DrivenBy::Itself => {
            "a connection is driven by the runtime on which a request opened it"
        }
    };
    vec![
        format!("keep one runtime for the life of the process, beside it, and run all work on that: {why}"),
        "or make it where the runtime is made, and pass it to what runs there".to_owned(),
    ]
}
