//! `hardcoded-credential`: read a variable when the program runs, by the name that the provider's own client has for it.

use super::{code::Code, run_time::read_instead, stand_in};
use crate::catalog::schema::CredentialKind;
use crate::finding::{Applicability, Finding, Fix};

/// The name that somebody has to fill in.
const PLACEHOLDER: &str = "NAME_OF_THE_VARIABLE";

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let literal = code.literal(finding.primary.place)?;
    if literal.fallback.is_some() {
        return stand_in::fix(code, finding);
    }
    let catalog = code.program.catalog();
    let of_key = catalog.key_shape(&literal.text).map(|key| key.provider.as_str());
    let sink = code.sink_of(finding.primary.place);
    let provider = of_key.or_else(|| sink?.provider.as_deref());
    let kind = sink.and_then(|sink| sink.credential).unwrap_or(CredentialKind::ApiKey);
    let known = provider.and_then(|provider| catalog.variable_of(provider, kind));
    let edit = read_instead(code, code.at(finding.primary.place)?, known.unwrap_or(PLACEHOLDER))?;
    let (title, grade) = match known {
        Some(name) => (format!("read `{name}` when the program runs"), Applicability::MaybeIncorrect),
        None => ("read a variable when the program runs".to_owned(), Applicability::HasPlaceholders),
    };
    Fix::new(title, grade, vec![edit])
}
