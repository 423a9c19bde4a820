//! What rules ask of the sinks of a program.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Arrival, Arriving, Gather, Literal, Reached, Sink, follow};
use crate::catalog::secret::Verdict;
use crate::facts::{
    ExprId, ExprKind, FileFacts, Name,
    expr::{self, BinaryOp},
};
use crate::link::{
    Program,
    engine::{Engine, Table},
    value::{LiteralId, Origin, OriginId},
    world::index,
};
use crate::source::{FileId, Place};

/// The sinks of a program, and what rules need to know of what arrives there.
#[derive(Debug, Default)]
pub(in crate::link) struct Sinks {
    reached: Vec<Reached>,
    literals: Table<Literal, LiteralId>,
    implicit: FxHashSet<OriginId>,
    /// Names of variables and fields that are asked whether they are empty, each with the files where, once a rule wants
    /// to know.
    asked: OnceCell<FxHashMap<Name, FxHashSet<FileId>>>,
}

impl Sinks {
    /// Looks for them, once everything else is known.
    pub(in crate::link) fn find(engine: &mut Engine<'_>) -> Self {
        let (reached, gather) = follow::arrivals(engine);
        let Gather { literals, implicit, .. } = gather;
        Self { reached, literals, implicit, asked: OnceCell::new() }
    }
}

/// What the files ask whether it is empty.
fn asked(facts: &[FileFacts]) -> FxHashMap<Name, FxHashSet<FileId>> {
    let mut all: FxHashMap<Name, FxHashSet<FileId>> = FxHashMap::default();
    for (at, file) in facts.iter().enumerate() {
        for name in asked_in(file) {
            all.entry(name).or_default().insert(FileId(index(at)));
        }
    }
    all
}

/// The names of what a file asks whether it is empty.
fn asked_in(facts: &FileFacts) -> Vec<Name> {
    let asked = facts.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::MethodCall { receiver, method, .. } if method == "is_empty" || method == "len" => {
            name_of(facts, *receiver, 0)
        }
        ExprKind::Binary(BinaryOp::Eq | BinaryOp::Ne, a, b) => {
            let is_empty = |id: ExprId| {
                matches!(&facts.expr(id).kind, ExprKind::Literal(expr::Literal::Str(text)) if text.is_empty())
            };
            if is_empty(*b) { name_of(facts, *a, 0) } else { None }
        }
        _ => None,
    });
    asked.collect()
}

/// The last name of what an expression names, seen through references and methods that look at it.
fn name_of(facts: &FileFacts, id: ExprId, depth: u32) -> Option<Name> {
    if depth > 8 {
        return None;
    }
    match &facts.expr(id).kind {
        ExprKind::Path(path) => path.segments.last().map(|segment| segment.name.clone()),
        ExprKind::Field { name, .. } => Some(name.clone()),
        ExprKind::MethodCall { receiver, .. } => name_of(facts, *receiver, depth + 1),
        ExprKind::Ref(inner) | ExprKind::Deref(inner) => name_of(facts, *inner, depth + 1),
        _ => None,
    }
}

impl Program<'_> {
    /// The places where a credential arrives, with what arrives there, in order.
    #[must_use]
    pub fn sinks(&self) -> &[Reached] {
        &self.learned.sinks.reached
    }

    /// A literal that arrives somewhere.
    #[must_use]
    pub fn literal(&self, id: LiteralId) -> &Literal {
        self.learned.sinks.literals.get(id.0)
    }

    /// Whether a constructor reads a variable by itself.
    #[must_use]
    pub fn is_implicit(&self, origin: OriginId) -> bool {
        self.learned.sinks.implicit.contains(&origin)
    }

    /// What macros read when the program is compiled, outside of tests and examples, in order.
    #[must_use]
    pub fn compiled(&self) -> Vec<(OriginId, &Origin)> {
        let all = self.learned.tables.compiled.iter().filter(|(_, (def, _))| !self.is_example(*def));
        let mut all: Vec<_> = all.map(|(id, _)| (*id, self.origin(*id))).collect();
        all.sort_by_key(|(_, origin)| origin.place);
        all
    }

    /// Whether what is compiled in is a file.
    #[must_use]
    pub fn is_compiled_file(&self, id: OriginId) -> bool {
        self.learned.tables.compiled.get(&id).is_some_and(|(_, is_file)| *is_file)
    }

    /// Whether somebody asks whether something is empty that has one of the names a literal passed under: a field or cell
    /// anywhere, a variable in a file on its way.
    #[must_use]
    pub fn is_asked_for_emptiness(&self, literal: &Literal, arrival: &Arrival, sink: &Sink) -> bool {
        let asked = self.learned.sinks.asked.get_or_init(|| asked(self.facts));
        let hops = arrival.hops.iter();
        let on_way = hops.map(|hop| hop.place.file).chain([literal.place.file, sink.place.file]);
        let on_way: FxHashSet<FileId> = on_way.collect();
        let is_for_all = |name: &Name| arrival.hops.iter().any(|hop| hop.into.is_shared_as(name));
        let names = arrival.names.iter().chain([&literal.name]).filter(|name| !name.is_empty());
        names
            .filter_map(|name| Some((name, asked.get(name)?)))
            .any(|(name, files)| is_for_all(name) || files.iter().any(|file| on_way.contains(file)))
    }

    /// The literals that arrive at a sink and are secrets.
    pub(in crate::link) fn literal_secrets(&self) -> Vec<Place> {
        let mut places = Vec::new();
        for Reached { sink, arrivals } in &self.learned.sinks.reached {
            for arrival in arrivals {
                let Arriving::Literal(id) = arrival.what else { continue };
                let literal = self.literal(id);
                if matches!(self.catalog().judge(&literal.text, sink.credential), Verdict::Secret { .. }) {
                    places.push(literal.place);
                }
            }
        }
        places
    }
}
