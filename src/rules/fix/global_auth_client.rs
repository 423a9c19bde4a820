//! `global-auth-client`: the client is made anew after a while, with the credential of that time, and shared until then.

use super::{
    aged::{self, Shared},
    code::Code,
};
use crate::finding::{Finding, Fix, Level};

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    // What the process started with is the same whenever it is asked for.
    if finding.level != Level::Deny {
        return None;
    }
    aged::fix(code, finding.primary.place, &Shared { called: "CLIENT", is_one: true })
}
