//! `shared-mutable-auth`: whoever comes last decides as whom everybody goes on.

use super::{
    Check, Rule, guard,
    story::{kind_name, shared, way},
};
use crate::catalog::schema::CellKind;
use crate::finding::{Confidence, Finding, Guard, Level, Step, Verdict};
use crate::link::{
    Caller, Program,
    cells::{Cell, CellKey, FillKind},
    value::{CredentialId, Mark, What},
};
use crate::source::Place;

pub(super) static RULE: Rule = Rule {
    id: "shared-mutable-auth",
    summary: "a caller's own credential is set on what all callers share",
    level: Level::Deny,
    since: "0.1.0",
    page: include_str!("../../rules/shared-mutable-auth.md"),
    check: Check::Cells(judge),
};

fn judge(program: &Program<'_>, cell: &Cell) -> Verdict {
    guard::not_example(cell)?;
    one_for_all(program, cell)?;
    let by_method = || {
        let (setter, id) = program.set_by_users(cell).into_iter().next()?;
        Some((program.name_place(setter), id, Caller::User))
    };
    let set = stored(program, cell).or_else(by_method);
    let (place, id, caller) = set.ok_or_else(|| nobodys(program, cell))?;
    Ok(tell(program, cell, place, id, caller))
}

/// Refuses a cell that is not one for all, or cannot be set again.
fn one_for_all(program: &Program<'_>, cell: &Cell) -> Result<(), Guard> {
    if cell.kind == Some(CellKind::ThreadLocal) {
        return Err(Guard::new("each thread has its own"));
    }
    let is_settable = matches!(cell.kind, None | Some(CellKind::Lock | CellKind::Swap | CellKind::Lazy));
    if !matches!(cell.key, CellKey::Static(_)) || !is_settable || !cell.is_writable {
        return Err(Guard::new("it cannot be set again once it is filled"));
    }
    if program.is_store_of_many(cell) {
        return Err(Guard::new("it keeps those of many, each by a key"));
    }
    if program.is_held_against(cell) {
        return Err(Guard::new(guard::HELD_AGAINST));
    }
    Ok(())
}

/// The credential of somebody else that is stored, and where; requests' come first.
fn stored(program: &Program<'_>, cell: &Cell) -> Option<(Place, CredentialId, Caller)> {
    let place = store(cell)?;
    let theirs = held(program, cell).into_iter().filter_map(|id| Some((place, id, program.caller(id)?)));
    theirs.min_by_key(|(.., caller)| *caller == Caller::User)
}

/// Where what a cell holds is first replaced.
fn store(cell: &Cell) -> Option<Place> {
    cell.fills.iter().find(|(_, fill)| fill.how == FillKind::Store).map(|(place, _)| *place)
}

/// The credentials that a cell goes on with as somebody.
fn held(program: &Program<'_>, cell: &Cell) -> Vec<CredentialId> {
    let marks = cell.content.all_marks();
    let ids = marks.iter().filter_map(|mark| match mark.what {
        What::Built(id, _) => Some(id),
        // What is made with a credential, and is no client, does not go on as anybody.
        What::Credential(id) => program.may_hold_token(cell).then_some(id),
        _ => None,
    });
    ids.collect()
}

/// Why what a cell holds is nobody else's.
fn nobodys(program: &Program<'_>, cell: &Cell) -> Guard {
    let Some(place) = store(cell) else {
        return Guard::new("nothing in sight takes the place of what it holds");
    };
    let step = Step { place, label: "it is set here".to_owned() };
    if held(program, cell).is_empty() {
        return Guard::at("nothing that it is set to is seen to go on as somebody", vec![step]);
    }
    Guard::at("the credential that it is set to is the process's own, not a caller's", vec![step])
}

fn tell(program: &Program<'_>, cell: &Cell, place: Place, id: CredentialId, caller: Caller) -> Finding {
    let kind = kind_name(program.credential(id).kind);
    let name = &cell.name;
    let (message, confidence) = match caller {
        Caller::Request => (
            format!("a request's own {kind} is kept in `{name}`, and every other request goes on with it"),
            Confidence::High,
        ),
        Caller::User => (
            format!("whoever sets the {kind} in `{name}` last decides as whom the whole process goes on"),
            Confidence::Medium,
        ),
    };
    let primary = Step { place: cell.place, label: "all callers in the process share this one".to_owned() };
    let mut finding = Finding::new(RULE.id, Level::Deny, confidence, message, primary);
    let is_it = |mark: &&Mark| matches!(mark.what, What::Credential(it) | What::Built(it, _) if it == id);
    let marks = cell.content.all_marks();
    finding.steps = marks.iter().find(is_it).map(|mark| way(program, id, &mark.trace)).unwrap_or_default();
    if !finding.steps.iter().any(|step| step.place == place) {
        finding.steps.push(Step { place, label: "it takes the place of the one before here".to_owned() });
    }
    for step in shared(program, cell) {
        if !finding.steps.iter().any(|known| known.place == step.place) {
            finding.steps.push(step);
        }
    }
    finding.help = vec![
        format!("give each caller an object of its own with its {kind}, around a transport that all share"),
        format!("or pass the {kind} along with each call"),
    ];
    finding
}
