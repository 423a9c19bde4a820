//! What fields of structs hold.
//!
//! Who reads a field is told what it may be, and of credentials only that they are whatever the field holds: an access
//! path. So no function is read again because another credential reaches a field; what fields hold is followed from
//! field to field once, at the end.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::{Engine, Key, pour::FieldKind};
use crate::facts::Name;
use crate::link::{
    subst::{self, Unseen},
    ty::Ty,
    value::{AccessPath, FieldId, FieldValues, Marks, Value, What, marks_of, no_marks},
    world::{DefId, index},
};

/// Every field that was filled or read.
#[derive(Debug, Default)]
pub(in crate::link) struct Fields {
    ids: FxHashMap<DefId, FxHashMap<Name, FieldId>>,
    list: Vec<Field>,
}

/// A field of a struct.
#[derive(Debug)]
pub(in crate::link) struct Field {
    /// The struct and the field's name.
    pub key: (DefId, Name),
    /// What it holds.
    pub content: Value,
    /// What of that is told to those who read it.
    told: Value,
    /// What of all its marks they are not told.
    pub untold: Marks,
    /// How much there is to know about it, once somebody asked.
    kind: Option<FieldKind>,
}

impl Fields {
    /// The number of a field.
    pub(super) fn id(&mut self, def: DefId, name: &Name) -> FieldId {
        let ids = self.ids.entry(def).or_default();
        if let Some(id) = ids.get(name) {
            return *id;
        }
        let id = FieldId(index(self.list.len()));
        ids.insert(name.clone(), id);
        self.list.push(Field {
            key: (def, name.clone()),
            kind: None,
            content: Value::default(),
            told: Value::default(),
            untold: no_marks(),
        });
        id
    }

    /// A field.
    pub(in crate::link) fn get(&self, id: FieldId) -> &Field {
        &self.list[id.0 as usize]
    }
}

impl Field {
    /// Leaves what is in terms of nothing; gives what there was in terms of fields.
    fn take_held(&mut self) -> Option<Value> {
        let held = self.content.any(What::is_held).then(|| self.content.clone());
        if held.is_some() {
            self.content = self.content.clone().without(What::is_held);
        }
        self.untold = untold(&self.content);
        held
    }
}

impl Engine<'_> {
    /// What a field of a struct may hold, over the whole program.
    pub(in crate::link) fn field(&mut self, def: DefId, name: &Name, reader: DefId) -> Value {
        let id = self.fields.id(def, name);
        if self.gather.is_some() {
            return self.fields.get(id).content.clone();
        }
        if self.field_kind(id) == FieldKind::Inert {
            return Value::default();
        }
        self.depend(Key::Field(id), reader);
        let mut value = self.fields.get(id).told.clone();
        value.add_mark(What::Open(AccessPath::of_field(id)), None);
        value
    }

    /// The type that a field is declared to have, where that says what it is.
    pub(in crate::link) fn declared(&mut self, id: FieldId) -> Option<Ty> {
        match self.field_kind(id) {
            FieldKind::Typed(ty) => Some(ty),
            _ => None,
        }
    }

    /// How much there is to know about a field.
    pub(super) fn field_kind(&mut self, id: FieldId) -> FieldKind {
        let field = self.fields.get(id);
        if let Some(known) = &field.kind {
            return known.clone();
        }
        let kind = self.kind_of_field(field.key.0, &field.key.1);
        self.fields.list[id.0 as usize].kind = Some(kind.clone());
        kind
    }

    /// What flows from field to field, when all else is known: every field holds what it is said to hold, and no field's
    /// name any more.
    pub(super) fn close_fields(&mut self) {
        let held: Vec<Option<Value>> = self.fields.list.iter_mut().map(Field::take_held).collect();
        let mut readers: FxHashMap<FieldId, BTreeSet<usize>> = FxHashMap::default();
        for (at, value) in held.iter().enumerate() {
            let _ = value.as_ref().is_some_and(|value| {
                value.any(|what| {
                    if let Some(from) = what.field() {
                        readers.entry(from).or_default().insert(at);
                    }
                    false
                })
            });
        }
        self.close_held(&held, &readers, Unseen::Waits);
        self.close_held(&held, &readers, Unseen::Counts);
        self.close_cells();
        for (target, value) in std::mem::take(&mut self.flows.pending) {
            let value = subst::close_fields(self, &value, Unseen::Counts);
            self.pour(&target, value);
        }
    }

    fn close_held(
        &mut self,
        held: &[Option<Value>],
        readers: &FxHashMap<FieldId, BTreeSet<usize>>,
        unseen: Unseen,
    ) {
        let mut due: BTreeSet<usize> = (0..held.len()).filter(|at| held[*at].is_some()).collect();
        while !due.is_empty() {
            for at in std::mem::take(&mut due) {
                let Some(value) = &held[at] else { continue };
                let id = FieldId(index(at));
                self.steps += 1;
                if self.hold(id, value, unseen) {
                    due.extend(readers.get(&id).into_iter().flatten());
                }
            }
        }
    }

    /// Adds what fields lead to a field; whether that is new.
    fn hold(&mut self, id: FieldId, value: &Value, unseen: Unseen) -> bool {
        let (def, name) = self.fields.get(id).key.clone();
        let value = subst::close_fields(self, value, unseen).cut(2);
        let value = match self.field_kind(id) {
            FieldKind::Typed(ty) => self.settled(value, &ty),
            _ => value,
        };
        let value = if self.says(&name).class.is_some() { value } else { self.without_unnamed(value) };
        self.note_kept(def, &name, &value);
        let field = &mut self.fields.list[id.0 as usize];
        if field.content.covers(&value) {
            return false;
        }
        let joined = field.content.join(&value).cut(2);
        if field.content.covers(&joined) {
            return false;
        }
        field.content = joined;
        field.untold = untold(&field.content);
        true
    }

    fn close_cells(&mut self) {
        for at in 0..self.tables.cells.len() {
            let content = self.tables.cells[at].content.clone();
            if content.any(What::is_held) {
                self.tables.cells[at].content = subst::close_fields(self, &content, Unseen::Counts);
            }
        }
    }

    /// Lets more flow into a field; `is_struct` where it is declared to be a struct of this run.
    pub(super) fn widen_field(&mut self, id: FieldId, value: &Value, is_struct: bool) {
        let field = &mut self.fields.list[id.0 as usize];
        if field.content.covers(value) {
            return;
        }
        let joined = field.content.join(value).cut(2);
        if field.content.covers(&joined) {
            return;
        }
        let told = told(&joined, is_struct);
        let is_news = !field.told.covers(&told);
        field.content = joined;
        field.told = told;
        if is_news {
            self.changed(&Key::Field(id));
        }
    }
}

/// Whether it is a credential, built into a client or not, or may be one.
pub(in crate::link) fn is_untold(what: &What) -> bool {
    match what {
        What::Credential(_) | What::Built(..) | What::Refreshing | What::Input(_) | What::MixedInputs => true,
        _ => what.is_held(),
    }
}

/// All that a field's readers are not told.
fn untold(content: &Value) -> Marks {
    marks_of(content.all_marks().iter().filter(|mark| is_untold(&mark.what)).cloned().collect())
}

/// What of a field's content its readers are told: all but the credentials, and what may be one.
fn told(content: &Value, is_struct: bool) -> Value {
    let marks = content.marks.iter().filter(|mark| !is_untold(&mark.what)).cloned().collect();
    let fields = content.fields.as_ref().map(|fields| {
        let told = fields.iter().map(|(name, field)| {
            let is_struct = matches!(field.ty, Ty::Def(..));
            (name.clone(), told(field, is_struct))
        });
        // What type a struct's own field has is known from where it is declared, and its text from the field itself.
        let is_news = |field: &Value| {
            !field.marks.is_empty()
                || field.callable.is_some()
                || field.fields.is_some()
                || !(is_struct || (field.text.is_none() && field.ty.is_unknown()))
        };
        told.filter(|(_, field)| is_news(field)).collect::<FieldValues>()
    });
    let fields = fields.filter(|fields| !fields.is_empty()).map(Rc::new);
    Value { marks: marks_of(marks), fields, ..content.clone() }
}
