//! `hardcoded-credential`: read a variable when the program runs, by the name that the provider's own client has for it.

use super::{
    code::Code,
    constant::{Constant, is_replaced},
    run_time::read_instead,
    stand_in,
};
use crate::catalog::{schema::CredentialKind, secret::host_of};
use crate::finding::{Applicability, Finding, Fix};
use crate::link::sinks::{Literal, Sink};
use crate::rules::arrival::kind_of;

/// The name that somebody has to fill in.
const PLACEHOLDER: &str = "NAME_OF_THE_VARIABLE";

pub(super) fn fix(code: &Code<'_>, finding: &Finding) -> Option<Fix> {
    let literal = code.literal(finding.primary.place)?;
    if literal.fallback.is_some() {
        return stand_in::fix(code, finding);
    }
    let sink = code.sink_of(finding.primary.place)?;
    let known = variable(code, literal, sink);
    let node = code.at(finding.primary.place)?;
    if let Some(constant) = Constant::of(code, node) {
        let name = known.unwrap_or(constant.name());
        let kind = kind_of(code.program, sink, &literal.name);
        let title = format!("read `{name}` when the program runs");
        return Fix::new(
            title,
            Applicability::MaybeIncorrect,
            constant.read_from(code, name, is_replaced(kind))?,
        );
    }
    let edit = read_instead(code, node, known.unwrap_or(PLACEHOLDER))?;
    let (title, grade) = match known {
        Some(name) => (format!("read `{name}` when the program runs"), Applicability::MaybeIncorrect),
        None => ("read a variable when the program runs".to_owned(), Applicability::HasPlaceholders),
    };
    Fix::new(title, grade, vec![edit])
}

/// The variable of the provider whose key it looks like, or to whom it is sent.
fn variable<'p>(code: &Code<'p>, literal: &Literal, sink: &'p Sink) -> Option<&'p str> {
    let catalog = code.program.catalog();
    let of_key = catalog.key_shape(&literal.text).map(|key| key.provider.as_str());
    let of_host = || sink.addresses.iter().find_map(|text| catalog.provider_of_host(host_of(text)?));
    let provider = of_key.or(sink.provider.as_deref()).or_else(of_host)?;
    let kinds = [Some(CredentialKind::ApiKey), sink.credential];
    kinds.into_iter().flatten().find_map(|kind| catalog.variable_of(provider, kind))
}
