//! Guards that several rules have: why a cell is no subject, or holds nothing that grows old.

use super::story::{push, way};
use crate::catalog::schema::Lifetime;
use crate::finding::{Guard, Step};
use crate::link::{
    Program,
    cells::{Cell, Renewal},
    value::{CredentialId, Mark, What},
};

/// Refuses what only tests, examples and benches have.
pub(super) fn not_example(cell: &Cell) -> Result<(), Guard> {
    if cell.is_example {
        return Err(Guard::new(
            "only tests, examples or benches have it; `--all-targets` looks at those too",
        ));
    }
    Ok(())
}

/// Why a cell is nobody's trouble that everybody looks at before they go on with what it holds.
pub(super) const HELD_AGAINST: &str = "whoever reads it compares what it holds with what they bring";

/// Refuses a cell whose content is renewed by somebody, or renews itself.
pub(super) fn not_renewed(program: &Program<'_>, cell: &Cell) -> Result<(), Guard> {
    if !cell.renewals.is_empty() {
        let steps =
            cell.renewals.iter().map(|(place, how)| Step { place: *place, label: renewal(*how).to_owned() });
        return Err(Guard::at("what it holds is renewed", steps.collect()));
    }
    if program.is_refreshing(&cell.content) {
        return Err(Guard::new("what it holds renews its credentials by itself"));
    }
    if program.is_held_against(cell) {
        return Err(Guard::new(HELD_AGAINST));
    }
    if program.knows_its_age(&cell.ty) {
        return Err(Guard::new("its type knows when its content ends, or renews it"));
    }
    Ok(())
}

pub(super) fn renewal(how: Renewal) -> &'static str {
    match how {
        Renewal::ExpiryField => "its type holds when it ends",
        Renewal::ExpiryCheck => "its age is looked at here",
        Renewal::RenewingMethod => "it is renewed here",
        Renewal::StoreInLoop => "it is stored again and again here",
        Renewal::TimeToLive => "it ends by itself after a time",
        Renewal::AfterRefusal => "it is fetched again, or forgotten, when a server refuses it",
    }
}

/// Why none of the credentials of a cell, or what else is in it, is one that grows old.
pub(super) fn without_credential(program: &Program<'_>, cell: &Cell, all: &[(Mark, CredentialId)]) -> Guard {
    if all.iter().any(|(_, id)| program.is_own_signing(*id)) {
        return Guard::at("this process signs or checks its own tokens by it", seen(program, all));
    }
    if all.iter().any(|(_, id)| program.credential(*id).lifetime == Lifetime::Refreshing) {
        return Guard::at("a provider renews its credential", seen(program, all));
    }
    if all.iter().any(|(_, id)| program.is_only_compared(*id)) {
        return Guard::at(
            "what callers bring is compared with it, and it is sent to nobody",
            seen(program, all),
        );
    }
    if all.iter().any(|(mark, _)| program.is_copied(cell, &mark.what)) {
        return Guard::at("it comes out of another cell, which is reported itself", seen(program, all));
    }
    let inputs = inputs(program, cell);
    if !inputs.is_empty() {
        return Guard::at("nothing says that what it holds from outside is a credential", inputs);
    }
    Guard::new(nothing_known(program, cell))
}

fn nothing_known(program: &Program<'_>, cell: &Cell) -> String {
    let ty = program.shown_type(&cell.ty);
    if program.is_known_type(&cell.ty) {
        format!("no credential is seen to reach this `{ty}`")
    } else if program.is_external(&cell.ty) {
        format!("no credential is seen to reach this `{ty}`, which the catalog does not know")
    } else {
        "no credential is seen to reach it".to_owned()
    }
}

/// The ways of credentials, as steps.
pub(super) fn seen(program: &Program<'_>, all: &[(Mark, CredentialId)]) -> Vec<Step> {
    let mut steps = Vec::new();
    for step in all.iter().flat_map(|(mark, id)| way(program, *id, &mark.trace)) {
        push(&mut steps, step);
    }
    steps
}

fn inputs(program: &Program<'_>, cell: &Cell) -> Vec<Step> {
    let marks = cell.content.all_marks();
    let entered = marks.iter().filter_map(|mark| match mark.what {
        What::Input(id) => Some(program.origin(id)),
        _ => None,
    });
    entered.map(|origin| Step { place: origin.place, label: "it enters here".to_owned() }).collect()
}
