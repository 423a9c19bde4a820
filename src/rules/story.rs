//! The steps of a finding: how a credential came, where it was built in, who shares it.

use crate::catalog::schema::{CredentialKind, Lifetime};
use crate::finding::Step;
use crate::link::{
    DefId, Program,
    cells::{Cell, FillKind},
    value::{Credential, CredentialId, Source, Trace, TraceEvent, TraceStep},
};
use crate::source::Place;

/// How many of a cell's fills, and how many of its users, a finding names.
const USERS: usize = 2;

/// What people call a credential of this kind.
pub(super) fn kind_name(kind: CredentialKind) -> &'static str {
    match kind {
        CredentialKind::ApiKey => "API key",
        CredentialKind::AccessToken => "access token",
        CredentialKind::BotToken => "bot token",
        CredentialKind::Password => "password",
        CredentialKind::Session => "session",
        CredentialKind::ClientSecret => "client secret",
        CredentialKind::PrivateKey => "private key",
        CredentialKind::ConnectionString => "connection string",
    }
}

/// The article that goes before a name.
pub(super) fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" }
}

/// Whether a credential stays what it is for as long as the process lives, whatever happens outside: what comes from its
/// environment, its arguments or its binary.
pub(super) fn is_constant(program: &Program<'_>, credential: &Credential) -> bool {
    let source = program.origin(credential.origin).source;
    credential.lifetime != Lifetime::Expiring
        && matches!(source, Source::Env | Source::Argument | Source::Literal | Source::CompileTime)
}

/// The way of a credential to where it is kept, a step each.
pub(super) fn way(program: &Program<'_>, id: CredentialId, trace: &Trace) -> Vec<Step> {
    let credential = program.credential(id);
    let origin = program.origin(credential.origin);
    let mut steps: Vec<Step> = Vec::new();
    if origin.source != Source::Unknown {
        steps.push(Step { place: origin.place, label: enters(credential, origin.source, &origin.name) });
    }
    for step in program.way(trace) {
        if let Some(label) = passes(step, kind_name(credential.kind)) {
            push(&mut steps, Step { place: step.place, label });
        }
    }
    steps
}

pub(super) fn push(steps: &mut Vec<Step>, step: Step) {
    if !steps.iter().any(|known| known.place == step.place) {
        steps.push(step);
    }
}

pub(super) fn enters(credential: &Credential, source: Source, name: &str) -> String {
    let kind = kind_name(credential.kind);
    let named = if name.is_empty() { String::new() } else { format!(" `{name}`") };
    match source {
        Source::Env => format!("the {kind}{named} is read from the environment here"),
        Source::Login if name.is_empty() => format!("the {kind} is obtained here"),
        Source::Login => format!("the {kind} is obtained by{named} here"),
        Source::File => format!("the {kind} is read from a file here"),
        Source::SecretStore => format!("the {kind} is read from a secret store here"),
        Source::Argument => format!("the {kind} comes from the command line here"),
        Source::Response => format!("the {kind} is taken from a server's answer here"),
        Source::Request => format!("the {kind} is taken from an incoming request here"),
        Source::Field => format!("the {kind} is the field{named}"),
        Source::Parameter => format!("the {kind} is passed in as{named}"),
        Source::Literal => format!("the {kind} is written here"),
        Source::CompileTime => format!("the {kind}{named} is compiled in here"),
        Source::Unknown => format!("the {kind} enters here"),
    }
}

pub(super) fn passes(step: &TraceStep, kind: &str) -> Option<String> {
    match &step.event {
        TraceEvent::Enters => None,
        TraceEvent::Returned(name) if name.is_empty() => None,
        TraceEvent::Returned(name) => Some(format!("`{name}` gives it back here")),
        TraceEvent::Passed(name) => Some(format!("it is passed to `{name}` here")),
        TraceEvent::Built(client) => Some(format!("the {kind} is built into `{client}` here")),
        TraceEvent::Header(name) if name.is_empty() => Some(format!("the {kind} is put in a header here")),
        TraceEvent::Header(name) => Some(format!("the {kind} is put in the header `{name}` here")),
        TraceEvent::Taken(name) => Some(format!("it is the field `{name}` of the answer")),
        TraceEvent::Stored(name) => Some(format!("it is kept in the field `{name}` here")),
    }
}

/// Where a cell is filled, unless by its own initialiser, and who shares it.
pub(super) fn shared(program: &Program<'_>, cell: &Cell) -> Vec<Step> {
    let mut steps = Vec::new();
    for (place, fill) in &cell.fills {
        let label = match fill.how {
            FillKind::Initialiser => continue,
            FillKind::FirstCaller if fill.from_parameter => {
                "the first caller's value is kept here, and later callers get the same"
            }
            FillKind::FirstCaller => "whoever comes first fills it here",
            FillKind::Store => "it is set here",
        };
        push(&mut steps, Step { place: *place, label: label.to_owned() });
    }
    steps.truncate(USERS);
    for (place, def) in users(program, cell) {
        push(&mut steps, Step { place, label: format!("`{}` shares it here", program.name(def)) });
    }
    steps
}

/// A few places that read a cell, each in a function of its own.
fn users(program: &Program<'_>, cell: &Cell) -> Vec<(Place, DefId)> {
    let mut found: Vec<(Place, DefId)> = Vec::new();
    for (place, def) in &cell.reads {
        let is_in = |fill: &Place| fill.file == place.file && fill.span.contains(place.span);
        let is_fill = cell.fills.keys().any(is_in);
        let is_known = found.iter().any(|(_, known)| known == def);
        if is_fill || is_known || program.name(*def).is_empty() || program.is_example(*def) {
            continue;
        }
        found.push((*place, *def));
        if found.len() == USERS {
            break;
        }
    }
    found
}
