//! Clients, runtimes and pools that a call makes: what is built into them, and what of them a fork does not copy.

use smol_str::SmolStr;

use super::{Frame, shown};
use crate::catalog::schema::{Action, DrivenBy, FnEntry, Starts, TypeRole};
use crate::link::{
    event::Event,
    ty::Ty,
    value::{Build, Certainty, Hazard, HazardKind, Mark, TraceEvent, Value, What, marks_of, step},
};
use crate::source::Place;

impl Frame<'_, '_> {
    /// Credentials that reach a client are built into it.
    pub(super) fn finish_client(&mut self, value: Value, ty: &Ty, place: Place) -> Value {
        let is_raw = |what: &What| matches!(what, What::Credential(_) | What::Open(_) | What::Secret(..));
        if !value.marks.iter().any(|mark| is_raw(&mark.what)) {
            return value;
        }
        let Some(certainty) = self.certainty(ty) else { return value };
        let Some(path) = ty.path() else { return value };
        let client = shown(path);
        let build = self.e.tables.builds.intern(Build { place, client: client.clone(), certainty });
        self.note_builder(build, &value, ty);
        let marks = value.marks.iter().map(|mark| {
            let what = match &mark.what {
                What::Credential(credential) => What::Built(*credential, build),
                What::Open(param) => What::BuiltOpen(*param, build),
                What::Secret(param, wanted) => What::BuiltSecret(*param, build, *wanted),
                other => return Mark { what: *other, trace: mark.trace.clone() },
            };
            Mark { what, trace: step(&mark.trace, place, TraceEvent::Built(client.clone())) }
        });
        Value { marks: marks_of(marks.collect()), ..value }
    }

    /// Whether a type is a client, and how well that is known.
    pub(super) fn certainty(&self, ty: &Ty) -> Option<Certainty> {
        let path = ty.path()?;
        match ty.role(self.catalog()) {
            Some(TypeRole::Client | TypeRole::Pool | TypeRole::Connection) => Some(Certainty::Known),
            Some(_) => None,
            None if path.starts_with("std::") => None,
            None => {
                let name = path.rsplit("::").next().unwrap_or_default();
                self.e.says(name).is_client.then_some(Certainty::Named)
            }
        }
    }

    /// A new value of a type: its credentials are built in, and what it starts is a hazard.
    pub(super) fn finish_made(&mut self, value: Value, ty: &Ty, place: Place) -> Value {
        let value = self.finish_client(value, ty, place);
        let Some((entry, path)) = ty.entry(self.catalog()).zip(ty.path()) else { return value };
        let kind = match entry.is {
            TypeRole::Runtime => HazardKind::Runtime,
            TypeRole::Pool => HazardKind::Pool,
            TypeRole::Client | TypeRole::Connection => HazardKind::Client,
            TypeRole::Workers => HazardKind::Workers,
            TypeRole::Thread => HazardKind::Threads,
            TypeRole::Task => HazardKind::Tasks,
            _ => return value,
        };
        let starts = if kind == HazardKind::Pool && entry.starts == Starts::Nothing {
            Starts::Connections
        } else {
            entry.starts
        };
        let by_default = if starts == Starts::Tasks { DrivenBy::Maker } else { DrivenBy::Itself };
        let driven_by = entry.driven_by.unwrap_or(by_default);
        self.make_hazard(value, Hazard { place, kind, starts, driven_by, name: shown(path) })
    }

    fn make_hazard(&mut self, mut value: Value, hazard: Hazard) -> Value {
        let id = self.e.tables.hazards.intern(hazard);
        self.events.push(Event::Create(id));
        value.add_mark(What::Hazard(id), None);
        value
    }

    /// Threads, tasks and workers that a call starts by itself.
    pub(super) fn started_by_call(
        &mut self,
        entry: &FnEntry,
        value: Value,
        path: &SmolStr,
        place: Place,
    ) -> Value {
        let (kind, starts) = match (entry.does, entry.starts) {
            (Some(Action::SpawnThread), _) => (HazardKind::Threads, Starts::Threads),
            (Some(Action::SpawnTask), _) => (HazardKind::Tasks, Starts::Tasks),
            (Some(Action::StartWorkers), _) => (HazardKind::Workers, Starts::Threads),
            (None, Starts::Threads) if entry.gives.is_none() => (HazardKind::Workers, Starts::Threads),
            _ => return value,
        };
        if kind == HazardKind::Tasks {
            self.events.push(Event::UseRuntime(place));
        }
        let driven_by = DrivenBy::Itself;
        self.make_hazard(value, Hazard { place, kind, starts, driven_by, name: shown(path) })
    }
}
