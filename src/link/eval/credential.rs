//! Credentials that the catalog says a call takes, sends or sets.

use std::rc::Rc;

use smol_str::SmolStr;

use super::{Frame, carried};
use crate::catalog::{
    NameClass,
    schema::{CredentialKind, FnEntry, KeyValue, Lifetime},
};
use crate::facts::ExprId;
use crate::link::{
    flows::Target,
    naming,
    subst::with_step,
    value::{Mark, Marks, Source, TraceEvent, Value, Wanted, What, marks_of, no_marks, step, union},
};
use crate::source::{Place, Span};

impl Frame<'_, '_> {
    /// The credentials that a call builds into its result or receiver.
    pub(super) fn credentials(
        &mut self,
        entry: &FnEntry,
        receiver: Option<&Value>,
        args: &[Value],
        exprs: &[ExprId],
        place: Place,
    ) -> Marks {
        let mut marks = no_marks();
        for at in &entry.credential {
            let Some(arg) = args.get(*at) else { continue };
            let at_arg = exprs.get(*at).map_or(place, |e| self.place_of(*e));
            marks = union(&marks, &self.as_credential(arg, entry.kind, entry.lifetime, at_arg));
        }
        for at in &entry.carries {
            let Some(arg) = args.get(*at) else { continue };
            // What says where to connect may say who connects.
            let is_address = entry.kind == Some(CredentialKind::ConnectionString)
                && arg.any(|what| matches!(what, What::Input(_) | What::Open(_)));
            let carried = if is_address {
                self.as_credential(arg, entry.kind, entry.lifetime, place)
            } else {
                carried(arg)
            };
            marks = union(&marks, &carried);
        }
        for at in &entry.signs {
            if let Some(arg) = args.get(*at) {
                self.note_signing(arg);
            }
        }
        if let Some(header) = &entry.header {
            marks = union(&marks, &self.header(header, args, place));
        }
        if let Some(setting) = &entry.setting {
            marks = union(&marks, &self.setting(entry, setting, args, place));
        }
        if let Some(name) = entry.reads_env.first() {
            let origin = self.origin(place, Source::Env, name);
            if let Some(gather) = &mut self.e.gather {
                gather.implicit.insert(origin);
            }
            self.note_read(origin);
            let class = self.class(entry.kind, entry.lifetime, name);
            let credential = naming::credential(self.e, origin, class);
            marks = union(
                &marks,
                &marks_of(vec![Mark {
                    what: What::Credential(credential),
                    trace: step(&None, place, TraceEvent::Enters),
                }]),
            );
        }
        if !marks.is_empty() {
            self.note_sink(place, &marks);
        }
        if entry.per_request || (receiver.is_none() && entry.gives.is_none()) {
            return no_marks();
        }
        marks
    }

    /// What this process signs or checks its own tokens by is its own.
    fn note_signing(&mut self, value: &Value) {
        self.e.leave(Target::Signing, value, self.def);
    }

    fn note_sink(&mut self, place: Place, marks: &Marks) {
        let value = Value { marks: Rc::clone(marks), ..Value::default() };
        self.note_lasting(&value, place);
        self.e.tables.senders.insert(place, self.def);
        self.e.leave(Target::Sink(place), &value, self.def);
    }

    /// What a header's value carries, if its name says that it does.
    fn header(&mut self, at: &KeyValue, args: &[Value], place: Place) -> Marks {
        let (Some(key), Some(value)) = (args.get(at.key), args.get(at.value)) else { return no_marks() };
        let name = key.text.as_ref().map(|it| it.text.clone()).unwrap_or_default();
        let words = self.catalog().words();
        if !words.is_auth_header_constant(&name) && !words.is_auth_header(&name) {
            return no_marks();
        }
        let marks = self.as_credential(value, None, None, place);
        let value = Value { marks, ..Value::default() };
        with_step(&value, place, &TraceEvent::Header(name)).marks
    }

    fn setting(&mut self, entry: &FnEntry, at: &KeyValue, args: &[Value], place: Place) -> Marks {
        let (Some(key), Some(value)) = (args.get(at.key), args.get(at.value)) else { return no_marks() };
        let name = key.text.as_ref().map(|it| it.text.clone()).unwrap_or_default();
        if !at.keys.iter().any(|known| *known == name) {
            return no_marks();
        }
        self.as_credential(value, entry.kind, entry.lifetime, place)
    }

    /// What a value carries at a place where only a credential goes.
    pub(super) fn as_credential(
        &mut self,
        value: &Value,
        kind: Option<CredentialKind>,
        lifetime: Option<Lifetime>,
        place: Place,
    ) -> Marks {
        let wanted = Wanted { kind, lifetime, is_own_signing: false, unseen: None };
        let all = value.all_marks();
        let mut marks = Vec::new();
        for mark in all.iter() {
            let what = match &mark.what {
                What::Cell(id) | What::Copied(id) => {
                    self.e.tables.sent_cells.entry(*id).or_insert(wanted);
                    continue;
                }
                What::Input(origin) => What::Credential(naming::credential_wanted(self.e, *origin, wanted)),
                What::Open(param) => What::Secret(*param, wanted),
                What::Credential(id) => What::Credential(self.sent_elsewhere(*id)),
                What::Secret(path, wanted) => {
                    What::Secret(*path, Wanted { is_own_signing: false, ..*wanted })
                }
                What::Refreshing => mark.what,
                what if what.is_built() => *what,
                _ => continue,
            };
            marks.push(Mark { what, trace: mark.trace.clone() });
        }
        if marks.iter().all(|mark| mark.what.field().is_some())
            && let Some(nowhere) = self.credential_of_nowhere(value, kind, lifetime, place)
        {
            self.add_nowhere(&mut marks, nowhere, value);
        }
        marks_of(marks)
    }

    /// Adds a credential whose way here is not known: where fields are read, in case nobody sees what is in them.
    fn add_nowhere(&mut self, marks: &mut Vec<Mark>, nowhere: Mark, value: &Value) {
        let What::Credential(id) = nowhere.what else { return };
        if marks.is_empty() || value.text.is_some() {
            return marks.push(nowhere);
        }
        let unseen = Some(self.e.tables.credentials.get(id.0).origin);
        for mark in marks {
            if let What::Secret(path, wanted) = mark.what {
                mark.what = What::Secret(path, Wanted { unseen, ..wanted });
            }
        }
    }

    /// What is given to somebody else's client is not what this process signs by, whatever it is called.
    fn sent_elsewhere(&mut self, id: crate::link::value::CredentialId) -> crate::link::value::CredentialId {
        let entry = self.e.tables.credentials.get(id.0);
        if !entry.is_own_signing {
            return id;
        }
        let entry = crate::link::value::Credential { is_own_signing: false, ..entry.clone() };
        self.e.tables.credentials.intern(entry)
    }

    /// A credential whose way here is not known: a literal, or a value that could not be followed.
    fn credential_of_nowhere(
        &mut self,
        value: &Value,
        kind: Option<CredentialKind>,
        lifetime: Option<Lifetime>,
        place: Place,
    ) -> Option<Mark> {
        let (source, place, name) = match &value.text {
            Some(text) if self.catalog().words().is_placeholder(&text.text) => return None,
            // The name of another package's constant, whose text is not in sight.
            Some(text) if text.place.span == Span::default() => (Source::Unknown, place, SmolStr::default()),
            Some(text) => (Source::Literal, text.place, SmolStr::default()),
            None if value.callable.is_some() => return None,
            None => (Source::Unknown, place, SmolStr::default()),
        };
        let origin = self.origin(place, source, &name);
        let class = self.class(kind, lifetime, "");
        let credential = naming::credential(self.e, origin, class);
        Some(Mark { what: What::Credential(credential), trace: step(&None, place, TraceEvent::Enters) })
    }

    fn class(&mut self, kind: Option<CredentialKind>, lifetime: Option<Lifetime>, name: &str) -> NameClass {
        let named = self.e.says(name).class;
        NameClass {
            kind: kind.or(named.map(|it| it.kind)).unwrap_or(CredentialKind::ApiKey),
            lifetime: lifetime.or(named.map(|it| it.lifetime)).unwrap_or(Lifetime::Rotatable),
            is_own_signing: false,
        }
    }
}
