//! Tokens that end before what uses them does.

use std::collections::BTreeMap;

use super::{
    engine::{Engine, Tables},
    naming,
    ty::Ty,
    value::{CredentialId, Mark, Source, Trace, TraceEvent, Value, What, steps},
    world::DefId,
};
use crate::catalog::schema::Lifetime;
use crate::facts::Name;
use crate::source::Place;

/// A token that is older than a loop without an end, and used in it.
#[derive(Clone, Debug)]
pub struct Outlived {
    /// The token.
    pub credential: CredentialId,
    /// The loop.
    pub endless: Place,
    /// Where it is used in the loop.
    pub used: Place,
    /// The function that loops.
    pub def: DefId,
    /// The type of what is used.
    pub ty: Ty,
    /// How the token came there.
    pub trace: Trace,
}

/// The tokens that a field of a struct is filled with, each with its way.
pub type Kept = BTreeMap<CredentialId, Trace>;

impl Tables {
    /// The credential of a mark that a server gave, and that ends by itself.
    pub(super) fn given_by_server(&self, mark: &Mark) -> Option<CredentialId> {
        let (What::Credential(id) | What::Built(id, _)) = mark.what else { return None };
        let entry = self.credentials.get(id.0);
        let source = self.origins.get(entry.origin.0).source;
        let is_given = matches!(source, Source::Login | Source::Response);
        (entry.lifetime == Lifetime::Expiring && is_given).then_some(id)
    }
}

/// A loop without an end, and what is used in it.
#[derive(Clone, Debug)]
pub(super) struct Stale {
    pub endless: Place,
    pub used: Place,
    pub def: DefId,
    pub ty: Ty,
}

impl Engine<'_> {
    /// Notes who fills a field with something that may be a token.
    pub(super) fn note_filler(&mut self, def: DefId, name: &Name, value: &Value, filler: DefId) {
        let may_be = |what: &What| {
            matches!(what, What::Credential(_) | What::Built(..) | What::Input(_)) || what.is_open()
        };
        if value.any(may_be) {
            self.tables.fillers.entry((def, name.clone())).or_default().insert(filler);
        }
    }

    /// Notes the tokens that flow into a field.
    pub(super) fn note_kept(&mut self, def: DefId, name: &Name, value: &Value) {
        let may_be = |what: &What| matches!(what, What::Credential(_) | What::Built(..) | What::Input(_));
        if !value.any(may_be) {
            return;
        }
        let value = naming::named(self, value.clone(), name);
        for mark in value.all_marks().iter() {
            let key = (def, name.clone());
            if let Some(id) = self.tables.given_by_server(mark) {
                self.tables.kept.entry(key).or_default().entry(id).or_insert_with(|| mark.trace.clone());
            } else if let What::Credential(id) = mark.what {
                self.tables.filled.entry(key).or_default().insert(id);
            }
        }
    }

    /// Whether a mark is that of a token which a server gave inside a loop.
    pub(super) fn is_obtained_in(&self, mark: &Mark, endless: Place) -> bool {
        let Some(id) = self.tables.given_by_server(mark) else { return false };
        let origin = self.tables.credentials.get(id.0).origin;
        let is_in = |place: Place| place.file == endless.file && endless.span.contains(place.span);
        is_in(self.tables.origins.get(origin.0).place)
            || steps(&mark.trace).iter().any(|step| {
                is_in(step.place) && matches!(step.event, TraceEvent::Enters | TraceEvent::Returned(_))
            })
    }

    /// Notes whether a value brings a loop without an end a new token.
    pub(super) fn pour_into_renewed(&mut self, endless: Place, value: &Value) {
        if value.all_marks().iter().any(|mark| self.is_obtained_in(mark, endless)) {
            self.tables.renewed.insert(endless);
        }
    }

    /// Notes the tokens that are used in a loop without an end, and older than it.
    pub(super) fn pour_into_endless(&mut self, stale: &Stale, value: &Value) {
        for mark in value.all_marks().iter() {
            let Some(credential) = self.tables.given_by_server(mark) else { continue };
            let Stale { endless, used, def, ref ty } = *stale;
            self.tables.outlived.entry((credential, endless)).or_insert_with(|| Outlived {
                credential,
                endless,
                used,
                def,
                ty: ty.clone(),
                trace: mark.trace.clone(),
            });
        }
    }
}
