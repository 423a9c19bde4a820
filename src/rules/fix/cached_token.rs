//! `cached-token`: a cell that holds the token and the time, and fetches a new one before the old one ends.

use super::{
    aged::{self, Shared},
    code::Code,
};
use crate::finding::{Finding, Fix, Level};

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    // What stays as it is for as long as the process lives is not fetched by anything.
    if finding.level == Level::Note {
        return None;
    }
    aged::fix(code, finding.primary.place, &Shared { called: "TOKEN", is_one: false })
}
