//! `global-auth-client`: each request is given the credential where all of them are seen; otherwise the client is made anew
//! after a while, with the credential of that time, and shared until then.

use super::{
    aged::{self, Shared},
    attached,
    code::Code,
    kept_in::KeptIn,
};
use crate::finding::{Applicability, Edit, Finding, Fix, Level};
use crate::rules::global_auth_client::origins;

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    if let Some(fix) = attached(code, finding) {
        return Some(fix);
    }
    // What the process started with is the same whenever it is asked for.
    if finding.level != Level::Deny {
        return None;
    }
    aged::fix(code, finding.primary.place, &Shared { called: "CLIENT", is_one: true })
}

fn attached(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let cell = KeptIn::at(code, finding.primary.place)?;
    let edits = edits(code, &cell)?;
    if is_followed(code, finding) {
        return None;
    }
    // A request is slower where the credential comes from a file, and a client that others made is none of these.
    let title = format!("attach the credential to each request, and keep it out of `{}`", cell.item.name);
    Fix::new(title, Applicability::MaybeIncorrect, edits)
}

fn edits<'p>(code: &Code<'p>, cell: &KeptIn<'p>) -> Option<Vec<Edit>> {
    let def = code.names().def(cell.file, cell.id)?;
    attached::edits(code, cell, &origins(code.program, code.program.cell_of(def)?))
}

/// Whether others in the file are to go as well, and it is the last: it takes imports along once it is alone.
fn is_followed(code: &Code<'_>, finding: &Finding) -> bool {
    let others = code.reported_beside(finding);
    let is_last = others.iter().all(|it| *it < finding.primary.place);
    let is_edited = |at: &_| KeptIn::at(code, *at).is_some_and(|it| edits(code, &it).is_some());
    is_last && others.iter().any(is_edited)
}
