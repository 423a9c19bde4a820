//! The fixed point: every function is read until nothing new is learned of what flows where.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    cells::{Cell, CellKey, Fill},
    eval::Frame,
    event::{Drive, Event, Fork},
    flows::{Flows, Target},
    holds::Holds,
    naming::{Names, Says},
    outlived::{Kept, Outlived},
    signature::Signature,
    sinks::Gather,
    ty::{Ty, Types},
    value::{
        Build, BuildId, CellId, Credential, CredentialId, ForkId, Hazard, HazardId, Marks, Origin, OriginId,
        Source, Value, Wanted, What, marks_of, no_marks, union,
    },
    world::{DefId, Inputs, index},
};
use crate::facts::{ItemKind, Name};
use crate::source::{FileId, Place};

/// How often one function is read at most. The lattice is finite; this bounds what hostile input costs.
const ROUNDS: u32 = 12;

/// A table of values, each known by its position.
#[derive(Debug)]
pub(super) struct Table<T, Id> {
    list: Vec<T>,
    ids: FxHashMap<T, Id>,
}

impl<T, Id> Default for Table<T, Id> {
    fn default() -> Self {
        Self { list: Vec::new(), ids: FxHashMap::default() }
    }
}

impl<T: Clone + Eq + Hash, Id: Copy + From<u32>> Table<T, Id> {
    pub(super) fn intern(&mut self, value: T) -> Id {
        if let Some(id) = self.ids.get(&value) {
            return *id;
        }
        let id = Id::from(index(self.list.len()));
        self.list.push(value.clone());
        self.ids.insert(value, id);
        id
    }

    pub(super) fn get(&self, at: u32) -> &T {
        &self.list[at as usize]
    }

    /// Every value, in the order they came.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.list.iter()
    }
}

/// What calling a function does, as far as its callers need to know.
#[derive(Debug, Default)]
pub(super) struct Summary {
    /// What it gives back, in terms of its parameters.
    pub ret: Value,
    /// What flows into its parameters from inside, by parameter.
    pub absorbs: BTreeMap<u16, Marks>,
    /// What it calls its parameters with, by parameter.
    pub called_with: BTreeMap<u16, Value>,
    /// Its events.
    pub events: Vec<Event>,
    /// Where it lets a runtime drive something.
    pub drives: Vec<Drive>,
    /// Whether it waits for a time anywhere.
    pub sleeps: bool,
    /// Whether it asks for the process id anywhere.
    pub asks_pid: bool,
    /// The variables of the environment that it reads under a name its callers give, by parameter.
    pub reads_env: Vec<(u16, OriginId)>,
}

/// What a reading depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Summary(DefId),
    Field(DefId, Name),
    Cell(CellId),
}

/// Everything learned.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// Where things enter.
    pub origins: Table<Origin, OriginId>,
    /// Credentials.
    pub credentials: Table<Credential, CredentialId>,
    /// Ways of credentials into clients.
    pub builds: Table<Build, BuildId>,
    /// The functions that build a credential into a client which connects only when it is used.
    pub builders: BTreeMap<BuildId, DefId>,
    /// The credentials that are built into clients, by the build.
    pub built: BTreeSet<(BuildId, CredentialId)>,
    /// What forks do not copy.
    pub hazards: Table<Hazard, HazardId>,
    /// Forks.
    pub forks: Table<Fork, ForkId>,
    /// Cells.
    pub cells: Vec<Cell>,
    /// Functions and initialisers.
    pub summaries: FxHashMap<DefId, Rc<Summary>>,
    /// Places where a credential in the raw is sent: a header, a typed constructor, a request.
    pub sinks: BTreeMap<Place, Marks>,
    /// What this process signs or checks its own tokens by.
    pub signing: BTreeSet<OriginId>,
    /// What macros read when the program is compiled: who does, and whether it is a file.
    pub compiled: BTreeMap<OriginId, (DefId, bool)>,
    /// What callers bring is compared with: the process's own, which it sends to nobody.
    pub compared: BTreeSet<OriginId>,
    /// Cells whose content is given to where only a credential goes, and what that place takes.
    pub sent_cells: BTreeMap<CellId, Wanted>,
    /// Functions that are called where a server refused a credential.
    pub on_refusal: BTreeSet<DefId>,
    /// Cells that are emptied, and by whom.
    pub forgotten: BTreeSet<(CellId, DefId)>,
    /// Functions that look at a time that is kept in a static, by the file of that static.
    pub time_readers: BTreeSet<(FileId, DefId)>,
    /// The cells that a cell is filled from.
    pub copies: BTreeMap<CellId, BTreeSet<CellId>>,
    /// What is registered to run in a child after a fork, and who registers it.
    pub at_fork: BTreeSet<DefId>,
    /// Tokens that are older than a loop without an end that uses them, by token and loop.
    pub outlived: BTreeMap<(CredentialId, Place), Outlived>,
    /// The tokens that fields are filled with.
    pub kept: BTreeMap<(DefId, Name), Kept>,
    /// The credentials that fields of structs are filled with.
    pub filled: BTreeMap<(DefId, Name), BTreeSet<CredentialId>>,
    /// The functions that fill them.
    pub fillers: BTreeMap<(DefId, Name), BTreeSet<DefId>>,
    /// The functions that send a credential in the raw, by the place where they do.
    pub senders: BTreeMap<Place, DefId>,
    /// The structs that somebody asks when their content ends.
    pub asked_age: BTreeSet<DefId>,
    /// What the program ends without, and where it says so.
    pub demanded: BTreeMap<OriginId, Place>,
}

/// How much there is to know about a field.
#[derive(Clone, Debug, PartialEq, Eq)]
enum FieldKind {
    /// Nothing: it holds nothing that could flow anywhere.
    Inert,
    /// What it holds; its type is declared.
    Typed(Ty),
    /// What it holds, and what type that is.
    Open,
}

pub(super) struct Engine<'a> {
    pub types: Types<'a>,
    pub tables: Tables,
    cell_ids: FxHashMap<CellKey, CellId>,
    fields: FxHashMap<(DefId, Name), Value>,
    field_kinds: FxHashMap<(DefId, Name), FieldKind>,
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
            fields: FxHashMap::default(),
            field_kinds: FxHashMap::default(),
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
    pub(super) fn says(&mut self, name: &str) -> Says {
        self.names.says(name, self.types.inputs.catalog.words())
    }

    /// Reads everything until nothing new is learned.
    pub(super) fn run(&mut self) {
        let all: Vec<DefId> = self.types.world.def_ids().filter(|def| self.is_readable(*def)).collect();
        for &def in &all {
            self.summary(def);
        }
        self.close_flows();
        while !self.queue.is_empty() {
            self.wave();
            self.close_flows();
        }
        super::renew::complete(self);
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
        if self.open.contains(&def) || self.nest > 2_000 {
            self.enqueue(def);
            return Rc::default();
        }
        self.read(def);
        self.tables.summaries.get(&def).cloned().unwrap_or_default()
    }

    /// What a function does, for a reader who is to be told when that changes.
    pub(super) fn summary_for(&mut self, def: DefId, reader: DefId) -> Rc<Summary> {
        self.depend(Key::Summary(def), reader);
        self.summary(def)
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
        let is_new = self.tables.summaries.get(&def).is_none_or(|old| !is_covered(old, &summary));
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

    /// What a field of a struct may hold, over the whole program.
    pub(super) fn field(&mut self, def: DefId, name: &Name, reader: DefId) -> Option<Value> {
        self.depend(Key::Field(def, name.clone()), reader);
        self.fields.get(&(def, name.clone())).cloned()
    }

    /// Lets a value flow into a field.
    pub(super) fn fill_field(&mut self, def: DefId, name: &Name, value: &Value, reader: DefId) {
        if let Some(gather) = &mut self.gather {
            return gather.stored(def, name, value, reader);
        }
        self.writers.entry((def, name.clone())).or_default().insert(reader);
        let kind = self.field_kind(def, name);
        if kind == FieldKind::Inert {
            return;
        }
        self.note_filler(def, name, value, reader);
        let target = Target::Field(def, name.clone());
        let FieldKind::Typed(ty) = kind else { return self.leave(target, value, reader) };
        let is_data = matches!(ty.innermost(self.inputs().catalog), Ty::Def(..))
            || self.types.holds(&ty) != Holds::Anything;
        let callable = if is_data { None } else { value.callable.clone() };
        let value = self.settled(Value { ty: Ty::Unknown, callable, ..value.clone() }, &ty);
        self.leave(target, &value, reader);
    }

    /// Lets a value that is in terms of nothing flow to a place that everybody sees.
    pub(super) fn pour(&mut self, target: &Target, value: Value) {
        match target {
            Target::Field(def, name) => self.pour_into_field(*def, name, value.cut(2)),
            Target::Cell(cell) => self.pour_into_cell(*cell, &value),
            Target::Sink(place) => {
                let known = self.tables.sinks.entry(*place).or_insert_with(no_marks);
                *known = union(known, &value.marks);
            }
            Target::Endless(stale) => self.pour_into_endless(stale, &value),
            Target::Signing => {
                for mark in value.all_marks().iter() {
                    if let What::Credential(id) = mark.what {
                        let origin = self.tables.credentials.get(id.0).origin;
                        self.tables.signing.insert(origin);
                    }
                }
            }
        }
    }

    fn pour_into_field(&mut self, def: DefId, name: &Name, value: Value) {
        let kind = self.field_kind(def, name);
        let may_be_a_cell = match &kind {
            FieldKind::Typed(ty) => ty.may_be_a_cell(self.inputs().catalog),
            _ => true,
        };
        let value = match &kind {
            FieldKind::Typed(ty) => self.settled(value, ty),
            _ => value,
        };
        // What is done to a copy away from where it was read is done to no cell.
        let value = value.without(|what| match what {
            What::Copied(_) => true,
            What::Cell(_) => !may_be_a_cell,
            _ => false,
        });
        let says_so = self.says(name).class.is_some();
        let value = if says_so { value } else { self.without_unnamed(value) };
        self.note_kept(def, name, &value);
        let key = (def, name.clone());
        let known = self.fields.get(&key);
        if known.is_none() && value.is_nothing() {
            return;
        }
        if known.is_some_and(|known| known.covers(&value)) {
            return;
        }
        let joined = known.map_or_else(|| value.clone(), |known| known.join(&value)).cut(2);
        if known.is_some_and(|known| known.covers(&joined)) {
            return;
        }
        self.fields.insert(key, joined);
        self.changed(&Key::Field(def, name.clone()));
    }

    /// The value without what functions that nobody in sight calls may be passed, as far as no name speaks of a credential.
    pub(super) fn without_unnamed(&self, value: Value) -> Value {
        let is_unnamed = |what: &What| match what {
            What::Input(origin) => self.tables.origins.get(origin.0).source == Source::Parameter,
            _ => false,
        };
        value.without(is_unnamed)
    }

    /// The value, as far as a type can hold it: numbers hold nothing that flows, texts no client and no thread.
    pub(super) fn settled(&self, value: Value, ty: &Ty) -> Value {
        let is_text = ty.is_textual(self.inputs().catalog);
        let holds = if is_text { Holds::Texts } else { self.types.holds(ty) };
        if holds == Holds::Anything {
            return value;
        }
        let is_inert = holds == Holds::Nothing;
        let is_refused = |what: &What| match what {
            What::Refreshing | What::Hazard(_) => true,
            _ if what.is_built() => true,
            What::Param(_) | What::Input(_) | What::Credential(_) | What::MixedParams | What::MixedInputs => {
                is_inert
            }
            _ => false,
        };
        if holds == Holds::Texts && !is_text {
            return value.without(is_refused);
        }
        if !value.any(is_refused) {
            return value;
        }
        let kept = value.all_marks().iter().filter(|mark| !is_refused(&mark.what)).cloned().collect();
        Value { marks: marks_of(kept), fields: None, ..value }
    }

    /// How much there is to know about a field.
    fn field_kind(&mut self, def: DefId, name: &Name) -> FieldKind {
        let key = (def, name.clone());
        if let Some(known) = self.field_kinds.get(&key) {
            return known.clone();
        }
        let kind = match self.types.field(def, name) {
            Some(ty) if self.types.holds(&ty) == Holds::Nothing => FieldKind::Inert,
            Some(ty) if !matches!(ty.innermost(self.inputs().catalog), Ty::Trait(_) | Ty::Unknown) => {
                FieldKind::Typed(ty)
            }
            _ => FieldKind::Open,
        };
        self.field_kinds.insert(key, kind.clone());
        kind
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

    /// Lets a value flow into a cell.
    pub(super) fn fill_cell(&mut self, id: CellId, value: &Value, place: Place, mut fill: Fill) {
        fill.from_parameter = value.any(What::is_open);
        let others = value.marks.iter().filter_map(|mark| match mark.what {
            What::Cell(other) | What::Copied(other) if other != id => Some(other),
            _ => None,
        });
        for other in others {
            self.tables.copies.entry(id).or_default().insert(other);
        }
        let reader = fill.def;
        let value = arriving(id, value);
        let cell = &mut self.tables.cells[id.0 as usize];
        cell.fills
            .entry(place)
            .and_modify(|known| known.from_parameter |= fill.from_parameter)
            .or_insert(fill);
        self.leave(Target::Cell(id), &value, reader);
    }

    fn pour_into_cell(&mut self, id: CellId, value: &Value) {
        let value = arriving(id, value);
        let ty = self.tables.cells[id.0 as usize].ty.innermost(self.inputs().catalog);
        let value = self.settled(value.cut(3), &ty);
        let cell = &mut self.tables.cells[id.0 as usize];
        if cell.content.covers(&value) {
            return;
        }
        let joined = cell.content.join(&value).cut(3);
        if cell.content.covers(&joined) {
            return;
        }
        cell.content = joined;
        self.changed(&Key::Cell(id));
    }

    /// The value with every parameter of `reader` replaced by what callers in sight pass for it.
    pub(super) fn closed(&mut self, value: &Value, reader: DefId) -> Value {
        if self.gather.is_some() || !value.any(What::is_open) {
            return value.clone();
        }
        super::subst::close(self, value, reader)
    }
}

/// Whether nothing that callers see of `new` is missing in `old`.
fn is_covered(old: &Summary, new: &Summary) -> bool {
    old.sleeps == new.sleeps
        && old.asks_pid == new.asks_pid
        && old.reads_env == new.reads_env
        && old.ret.covers(&new.ret)
        && new
            .called_with
            .iter()
            .all(|(at, args)| old.called_with.get(at).is_some_and(|old| old.covers(args)))
        && new.absorbs.iter().all(|(at, marks)| {
            let known = old.absorbs.get(at).cloned().unwrap_or_else(no_marks);
            Value { marks: known, ..Value::default() }
                .covers(&Value { marks: Rc::clone(marks), ..Value::default() })
        })
}

/// What came out of a cell is in another now, and no longer the first.
fn arriving(id: CellId, value: &Value) -> Value {
    let is_handle = value.ty.is_shared_by_clones();
    let is_left = |what: &What| match what {
        What::Cell(other) => *other == id || !is_handle,
        What::Copied(_) => true,
        _ => false,
    };
    value.clone().without(is_left)
}
