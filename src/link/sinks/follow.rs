//! From a sink back to where what arrives there enters: over parameters to the callers, over fields and cells to who fills
//! them.

use rustc_hash::FxHashSet;

use super::{Arrival, Arriving, Flow, Gather, Hop, Literal, Part, Reached, Sink, Target, read};
use crate::facts::{
    Name,
    item::FieldItem,
    path::{Path, Segment},
};
use crate::link::{
    cells::CellKey,
    engine::Engine,
    naming,
    resolve::Res,
    value::{AccessPath, CellId, Mark, Marks, Root, Trace, Value, What},
    world::{DefId, ModuleId},
};
use crate::source::Place;

/// How many places one sink is followed through.
const PLACES: usize = 64;
/// How many functions that fill a place are read for it.
const FILLERS: usize = 24;

/// Every sink with what arrives there, in order of their places.
pub(super) fn arrivals(engine: &mut Engine<'_>) -> (Vec<Reached>, Gather) {
    engine.gather = Some(Gather::default());
    for def in engine.seeds.clone() {
        read_code(engine, def);
    }
    let mut at = 0;
    while let Some(def) = engine.gather.as_ref().and_then(|gather| gather.shapely.get(at).copied()) {
        for user in engine.callers(def).into_iter().take(FILLERS) {
            read_code(engine, user);
        }
        at += 1;
    }
    let mut reached = Vec::new();
    while let Some(sink) = next_sink(engine, reached.len()) {
        let arrivals = Search::new(engine).run(&sink);
        reached.push(Reached { sink, arrivals });
    }
    reached.retain(|it| !it.arrivals.is_empty());
    reached.sort_by_key(|it| (it.sink.place, it.sink.kind));
    (reached, engine.gather.take().unwrap_or_default())
}

fn next_sink(engine: &Engine<'_>, at: usize) -> Option<Sink> {
    engine.gather.as_ref()?.sinks.get(at).cloned()
}

fn read_code(engine: &mut Engine<'_>, def: DefId) {
    if !engine.types.world.is_example(def) {
        read(engine, def);
    }
}

/// A place that a value may come from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Node {
    Param(DefId, AccessPath),
    Field(Part),
    Cell(CellId),
}

/// A search back from one sink.
struct Search<'s, 'a> {
    engine: &'s mut Engine<'a>,
    found: Vec<Arrival>,
    known: FxHashSet<Arriving>,
    seen: FxHashSet<Node>,
    open: Vec<Open>,
}

/// A node to be looked at, and how it was come to.
struct Open {
    node: Node,
    hops: Vec<Hop>,
    names: Vec<Name>,
}

impl<'s, 'a> Search<'s, 'a> {
    fn new(engine: &'s mut Engine<'a>) -> Self {
        Self {
            engine,
            found: Vec::new(),
            known: FxHashSet::default(),
            seen: FxHashSet::default(),
            open: Vec::new(),
        }
    }

    fn run(mut self, sink: &Sink) -> Vec<Arrival> {
        self.take(&sink.value.all_marks(), sink.def, &[], &[]);
        while let Some(open) = self.open.pop() {
            self.expand(&open);
        }
        self.found
    }

    /// Takes what a value is made of: what enters is found, what is open is to be looked at.
    fn take(&mut self, marks: &Marks, def: DefId, hops: &[Hop], names: &[Name]) {
        for mark in marks.iter() {
            let node = match mark.what {
                What::Literal(id) => {
                    self.find(Arriving::Literal(id), &mark.trace, hops, names);
                    continue;
                }
                What::Credential(id) | What::Built(id, _) => {
                    self.find(Arriving::Credential(id), &mark.trace, hops, names);
                    continue;
                }
                What::Input(id) => {
                    self.find(Arriving::Input(id), &mark.trace, hops, names);
                    continue;
                }
                What::Open(path) | What::Secret(path, _) => match path.root() {
                    Root::Param(_) => Node::Param(def, path),
                    Root::Field(id) => {
                        let (of, field) = self.engine.fields.get(id).key.clone();
                        Node::Field(Part { of, field, deeper: path.fields() })
                    }
                },
                What::Part(id) => match &self.engine.gather {
                    Some(gather) => Node::Field(gather.parts.get(id.0).clone()),
                    None => continue,
                },
                What::Cell(id) | What::Copied(id) => Node::Cell(id),
                _ => continue,
            };
            if self.seen.len() < PLACES && self.seen.insert(node.clone()) {
                self.open.push(Open { node, hops: hops.to_vec(), names: names.to_vec() });
            }
        }
    }

    fn find(&mut self, what: Arriving, trace: &Trace, hops: &[Hop], names: &[Name]) {
        if self.known.insert(what) {
            let hops = hops.iter().rev().cloned().collect();
            self.found.push(Arrival { what, hops, trace: trace.clone(), names: names.to_vec() });
        }
    }

    fn expand(&mut self, open: &Open) {
        match &open.node {
            Node::Param(def, param) => self.expand_param(*def, *param, open),
            Node::Field(part) => self.expand_field(part, open),
            Node::Cell(id) => {
                let cell = &self.engine.tables.cells[id.0 as usize];
                let name = cell.name.clone();
                let mut fillers: Vec<DefId> = cell.fills.values().map(|fill| fill.def).collect();
                if let CellKey::Static(def) = cell.key {
                    fillers.push(def);
                }
                for filler in fillers.into_iter().take(FILLERS) {
                    read_code(self.engine, filler);
                }
                let flows = self.flows(|gather| gather.kept.get(id));
                self.take_flows(&flows, &[], Some(name.clone()), &Target::Cell(name), open);
            }
        }
    }

    fn expand_field(&mut self, part: &Part, open: &Open) {
        let Part { of, field, deeper } = part;
        for writer in self.engine.writers(*of, field).into_iter().take(FILLERS) {
            read_code(self.engine, writer);
        }
        if deeper.is_empty() {
            self.take_defaults(*of, field, open);
        }
        let flows = self.flows(|gather| gather.stored.get(&(*of, field.clone())));
        let name = part.name().clone();
        self.take_flows(&flows, deeper, Some(name.clone()), &Target::Field(name), open);
    }

    /// What derives put in a field when nobody else does: `#[arg(default_value = "…")]`, `#[serde(default = "function")]`.
    fn take_defaults(&mut self, def: DefId, name: &Name, open: &Open) {
        let at = self.engine.types.world.def(def);
        let Some(field) =
            self.engine.types.fields(def).and_then(|all| all.iter().find(|field| field.name == *name))
        else {
            return;
        };
        let is_local = self.engine.types.fields(def).into_iter().flatten().any(defaults_to_this_machine);
        for attribute in &field.attributes {
            let is_argument = self.engine.inputs().catalog.words().is_argument_attribute(&attribute.path);
            let value = |key: &str| {
                attribute.args.iter().find(|arg| arg.name == key).and_then(|arg| arg.value.clone())
            };
            if let Some(text) = value("default_value").filter(|_| is_argument && !is_local) {
                let place = Place { file: at.file, span: attribute.span };
                let given = value("env").filter(|variable| !variable.is_empty());
                let fallback = given.map_or_else(|| name.clone(), |variable| variable.as_str().into());
                let is_for_operators = value("env").is_some();
                let literal = Literal {
                    place,
                    text: text.into(),
                    name: name.clone(),
                    fallback: Some(fallback),
                    is_for_operators,
                };
                let Some(gather) = &mut self.engine.gather else { return };
                let id = gather.literals.intern(literal);
                self.find(Arriving::Literal(id), &None, &open.hops, &open.names);
            }
            if let Some(function) = value("default").filter(|_| attribute.path == "serde") {
                self.take_default_of(at.module, &function, open);
            }
        }
    }

    /// What a function gives that is named in an attribute.
    fn take_default_of(&mut self, module: ModuleId, function: &str, open: &Open) {
        let segments = function.split("::").map(|name| Segment { name: name.into(), args: Vec::new() });
        let path = Path { segments: segments.collect(), ..Path::default() };
        let Some(Res::Def(def)) = self.engine.types.resolver.resolve_value(module, &path) else { return };
        let summary = read(self.engine, def);
        self.take(&summary.ret.all_marks(), def, &open.hops, &open.names);
    }

    fn expand_param(&mut self, def: DefId, path: AccessPath, open: &Open) {
        for caller in self.engine.callers(def).into_iter().take(FILLERS) {
            read_code(self.engine, caller);
        }
        let Some(index) = path.param() else { return };
        let flows = self.flows(|gather| gather.passed.get(&(def, index)));
        let name = naming::param_name(self.engine, def, path).map(|(_, name)| name);
        let at = self.engine.types.world.def(def);
        let function = self.engine.inputs().item(at.file, at.item).name.clone();
        self.take_flows(&flows, &path.fields(), name, &Target::Parameter(function), open);
    }

    fn flows(&self, of: impl Fn(&Gather) -> Option<&Vec<Flow>>) -> Vec<Flow> {
        self.engine.gather.as_ref().and_then(of).cloned().unwrap_or_default()
    }

    fn take_flows(
        &mut self,
        flows: &[Flow],
        fields: &[Name],
        name: Option<Name>,
        into: &Target,
        open: &Open,
    ) {
        let mut names = open.names.clone();
        names.extend(name.filter(|name| !name.is_empty()));
        for flow in flows {
            if self.engine.types.world.is_example(flow.by) {
                continue;
            }
            let mut hops = open.hops.clone();
            hops.push(Hop { place: flow.place, into: into.clone() });
            let marks = self.projected(&flow.value, fields);
            self.take(&marks, flow.by, &hops, &names);
        }
    }

    /// The marks of a part of a value.
    fn projected(&mut self, value: &Value, fields: &[Name]) -> Marks {
        let (mut part, mut left) = (value, fields);
        while let Some((name, rest)) = left.split_first() {
            let Some(field) = part.field(name) else { break };
            (part, left) = (field, rest);
        }
        let all = part.all_marks();
        if left.is_empty() {
            return all;
        }
        let deeper = all.iter().filter_map(|mark| {
            let what = match mark.what {
                What::Open(param) => What::Open(param.deeper(left)),
                What::Part(id) => What::Part(self.engine.gather.as_mut()?.deeper(id, left)),
                What::Cell(_) | What::Copied(_) => mark.what,
                _ => return None,
            };
            Some(Mark { what, trace: mark.trace.clone() })
        });
        crate::link::value::marks_of(deeper.collect())
    }
}

/// Whether an argument's default is an address of this machine: what stands beside it is for the developer's own use.
fn defaults_to_this_machine(field: &FieldItem) -> bool {
    let args = field.attributes.iter().flat_map(|attribute| &attribute.args);
    let mut values = args.filter_map(|arg| arg.value.as_deref());
    values.any(|value| value.contains("://localhost") || value.contains("://127.0.0.1"))
}
