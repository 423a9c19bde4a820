//! The fixed point: every function is read until nothing new is learned of what flows where.

mod fields;
mod pour;
mod tables;

use std::collections::BTreeSet;
use std::hash::Hash;
use std::rc::Rc;

pub(super) use fields::{Fields, is_untold};
use rustc_hash::{FxHashMap, FxHashSet};
use tables::is_covered;
pub(super) use tables::{Summary, Table, Tables};

use super::{
    cells::{Cell, CellKey},
    eval::Frame,
    flows::Flows,
    naming::Names,
    signature::Signature,
    sinks::Gather,
    ty::Types,
    value::{CellId, FieldId, Value, What, no_marks, union},
    world::{DefId, Inputs, index},
};
use crate::catalog::Says;
use crate::facts::{ItemKind, Name};

/// How often one function is read at most. The lattice is finite; this bounds what hostile input costs.
const ROUNDS: u32 = 12;

/// What a reading depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Summary(DefId),
    Field(FieldId),
    Cell(CellId),
}

pub(super) struct Engine<'a> {
    pub types: Types<'a>,
    pub tables: Tables,
    pub(super) cell_ids: FxHashMap<CellKey, CellId>,
    pub(super) fields: Fields,
    pub(super) flows: Flows,
    readers: FxHashMap<Key, Vec<DefId>>,
    /// Who fills a field.
    writers: FxHashMap<(DefId, Name), BTreeSet<DefId>>,
    /// Functions with a place where a credential may arrive, or with a literal that looks like one.
    pub seeds: BTreeSet<DefId>,
    /// What is seen while sinks are looked for; nothing is learned then.
    pub gather: Option<Gather>,
    queue: BTreeSet<(u32, DefId)>,
    /// The functions in the order in which their first reading ended: callees before callers, as far as there is one.
    order: FxHashMap<DefId, u32>,
    open: FxHashSet<DefId>,
    rounds: FxHashMap<DefId, u32>,
    names: Names,
    signatures: FxHashMap<DefId, Rc<Signature>>,
    /// How many expressions were read: what tests count in place of time.
    pub steps: u64,
    pub nest: u32,
}

impl<'a> Engine<'a> {
    pub(super) fn new(types: Types<'a>) -> Self {
        Self {
            types,
            tables: Tables::default(),
            cell_ids: FxHashMap::default(),
            fields: Fields::default(),
            flows: Flows::default(),
            readers: FxHashMap::default(),
            writers: FxHashMap::default(),
            seeds: BTreeSet::new(),
            gather: None,
            queue: BTreeSet::new(),
            order: FxHashMap::default(),
            open: FxHashSet::default(),
            rounds: FxHashMap::default(),
            names: Names::default(),
            signatures: FxHashMap::default(),
            steps: 0,
            nest: 0,
        }
    }

    pub(super) fn inputs(&self) -> Inputs<'a> {
        self.types.inputs
    }

    /// The types of a function.
    pub(super) fn signature(&mut self, def: DefId) -> Rc<Signature> {
        let types = self.types;
        Rc::clone(self.signatures.entry(def).or_insert_with(|| Signature::of(types, def)))
    }

    /// What a name says.
    pub(super) fn says(&self, name: &str) -> Says {
        self.names.says(name, self.types.inputs.catalog.words())
    }

    /// Reads everything until nothing new is learned.
    pub(super) fn run(&mut self) {
        let world = self.types.world;
        let all = world.def_ids().filter(|def| self.is_readable(*def));
        // What makes values is read before what is called on them: by then it is known what their fields are.
        let (methods, makers): (Vec<DefId>, Vec<DefId>) = all.partition(|def| self.has_receiver(*def));
        for group in [makers, methods] {
            for def in group {
                self.summary(def);
            }
            self.close_flows();
            while !self.queue.is_empty() {
                self.wave();
                self.close_flows();
            }
        }
        self.close_fields();
        self.tables.sleeping = self.with_callers(&self.tables.sleeping);
        self.tables.asking_pid = self.with_callers(&self.tables.asking_pid);
        super::renew::complete(self);
    }

    /// Functions, and all that call one of them, at whatever distance.
    fn with_callers(&self, defs: &FxHashSet<DefId>) -> FxHashSet<DefId> {
        let mut found = FxHashSet::default();
        let mut open: Vec<DefId> = defs.iter().copied().collect();
        while let Some(def) = open.pop() {
            if found.insert(def) {
                open.extend(self.readers.get(&Key::Summary(def)).into_iter().flatten());
            }
        }
        found
    }

    /// Reads what is due once, callees before callers.
    fn wave(&mut self) {
        let mut from = 0;
        while let Some(&next) = self.queue.range((from, DefId(0))..).next() {
            self.queue.remove(&next);
            self.read(next.1);
            from = next.0;
        }
    }

    fn enqueue(&mut self, def: DefId) {
        let order = self.order.get(&def).copied().unwrap_or(u32::MAX);
        self.queue.insert((order, def));
    }

    fn has_receiver(&self, def: DefId) -> bool {
        self.types.function(def).is_some_and(|item| item.receiver.is_some())
    }

    fn is_readable(&self, def: DefId) -> bool {
        // What only tests do says nothing about the program.
        if self.types.world.is_example(def) {
            return false;
        }
        let at = self.types.world.def(def);
        match &self.inputs().item(at.file, at.item).kind {
            ItemKind::Fn(item) => item.body.is_some(),
            ItemKind::Static(_) | ItemKind::Const(_) => true,
            _ => false,
        }
    }

    /// What a function does; read now if it was not yet, empty while it is being read.
    pub(super) fn summary(&mut self, def: DefId) -> Rc<Summary> {
        if self.gather.is_some() {
            return super::sinks::summary(self, def);
        }
        if let Some(summary) = self.tables.summaries.get(&def) {
            return Rc::clone(summary);
        }
        if self.open.contains(&def) {
            return Rc::default();
        }
        if self.nest > 2_000 {
            self.enqueue(def);
            return Rc::default();
        }
        self.read(def);
        self.tables.summaries.get(&def).cloned().unwrap_or_default()
    }

    /// What a function does, for a reader who is to be told when that changes.
    pub(super) fn summary_for(&mut self, def: DefId, reader: DefId) -> Rc<Summary> {
        let summary = self.summary(def);
        self.depend(Key::Summary(def), reader);
        summary
    }

    fn read(&mut self, def: DefId) {
        let rounds = self.rounds.entry(def).or_default();
        *rounds += 1;
        if *rounds > ROUNDS || !self.open.insert(def) {
            return;
        }
        self.flows.forget(def);
        let mut summary = Frame::read(self, def);
        self.open.remove(&def);
        let next = index(self.order.len());
        self.order.entry(def).or_insert(next);
        // What was once given back stays: bounds on what is kept must not make it come and go.
        if let Some(old) = self.tables.summaries.get(&def) {
            summary.ret = old.ret.join(&summary.ret).light();
            for (at, marks) in &old.absorbs {
                let known = summary.absorbs.entry(*at).or_insert_with(no_marks);
                *known = union(marks, known);
            }
            for (at, args) in &old.called_with {
                let known = summary.called_with.entry(*at).or_default();
                *known = args.join(known);
            }
        }
        // Who asked while this was being read was told of nothing.
        let old = self.tables.summaries.remove(&def).unwrap_or_default();
        let is_new = !is_covered(&old, &summary);
        self.tables.summaries.insert(def, Rc::new(summary));
        if is_new {
            self.changed(&Key::Summary(def));
        }
    }

    /// Who was told of a function's summary: its callers.
    pub(super) fn callers(&self, def: DefId) -> Vec<DefId> {
        let mut callers = self.readers.get(&Key::Summary(def)).cloned().unwrap_or_default();
        callers.sort_unstable();
        callers.dedup();
        callers
    }

    /// Who fills a field.
    pub(super) fn writers(&self, def: DefId, name: &Name) -> Vec<DefId> {
        self.writers.get(&(def, name.clone())).into_iter().flatten().copied().collect()
    }

    pub(super) fn depend(&mut self, key: Key, reader: DefId) {
        if self.gather.is_some() {
            return;
        }
        let readers = self.readers.entry(key).or_default();
        if readers.last() != Some(&reader) {
            readers.push(reader);
        }
    }

    fn changed(&mut self, key: &Key) {
        let Some(readers) = self.readers.get(key) else { return };
        let due = readers.iter().map(|def| (self.order.get(def).copied().unwrap_or(u32::MAX), *def));
        self.queue.extend(due);
    }

    /// The cell of a key, made by `make` when it is new.
    pub(super) fn cell(&mut self, key: CellKey, make: impl FnOnce(CellKey) -> Cell) -> CellId {
        if let Some(id) = self.cell_ids.get(&key) {
            return *id;
        }
        let id = CellId(index(self.tables.cells.len()));
        self.tables.cells.push(make(key.clone()));
        self.cell_ids.insert(key, id);
        id
    }

    /// The content of a cell.
    pub(super) fn cell_content(&mut self, id: CellId, reader: DefId) -> Value {
        self.depend(Key::Cell(id), reader);
        self.tables.cells[id.0 as usize].content.clone()
    }

    /// The value with every parameter of `reader` replaced by what callers in sight pass for it.
    pub(super) fn closed(&mut self, value: &Value, reader: DefId) -> Value {
        if self.gather.is_some() || !value.any(What::is_passed) {
            return value.clone();
        }
        super::subst::close(self, value, reader)
    }
}
