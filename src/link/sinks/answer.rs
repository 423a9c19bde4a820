//! What rules ask of the sinks of a program.

use std::cell::OnceCell;

use rustc_hash::FxHashSet;

use super::{Arrival, Arriving, Gather, Literal, Reached, follow};
use crate::catalog::secret::Verdict;
use crate::facts::{
    ExprId, ExprKind, FileFacts, Name,
    expr::{self, BinaryOp},
};
use crate::link::{
    Program,
    engine::{Engine, Table},
    value::{LiteralId, Origin, OriginId},
};
use crate::source::Place;

/// The sinks of a program, and what rules need to know of what arrives there.
#[derive(Debug, Default)]
pub(in crate::link) struct Sinks {
    reached: Vec<Reached>,
    literals: Table<Literal, LiteralId>,
    implicit: FxHashSet<OriginId>,
    /// Names of variables and fields that are asked whether they are empty, once a rule wants to know.
    asked: OnceCell<FxHashSet<Name>>,
}

impl Sinks {
    /// Looks for them, once everything else is known.
    pub(in crate::link) fn find(engine: &mut Engine<'_>) -> Self {
        let (reached, gather) = follow::arrivals(engine);
        let Gather { literals, implicit, .. } = gather;
        Self { reached, literals, implicit, asked: OnceCell::new() }
    }
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

    /// Whether somebody asks whether something is empty that has one of the names a literal passed under.
    #[must_use]
    pub fn is_asked_for_emptiness(&self, literal: &Literal, arrival: &Arrival) -> bool {
        let asked = self.learned.sinks.asked.get_or_init(|| self.facts.iter().flat_map(asked_in).collect());
        let names = arrival.names.iter().chain([&literal.name]);
        names.filter(|name| !name.is_empty()).any(|name| asked.contains(name))
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
