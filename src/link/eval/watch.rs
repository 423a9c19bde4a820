//! What a function watches for: a server that refuses a credential, and callers that bring one to be compared.

use super::Frame;
use crate::facts::{
    ExprId, ExprKind, PatId, PatKind,
    expr::{Arm, BinaryOp, Literal, MacroBody, UnaryOp},
};
use crate::link::{
    cells::Renewal,
    flows::Target,
    value::{CellId, Value, What},
};
use crate::source::Place;

/// Methods that leave a shared place empty.
const FORGETS: [&str; 6] = ["take", "clear", "remove", "invalidate", "invalidate_all", "reset"];

/// How deep a condition is looked into.
const NEST: u32 = 16;

impl Frame<'_, '_> {
    /// Whether a condition holds where a server refused (`Some(true)`) or where it did not (`Some(false)`).
    pub(super) fn refusal(&self, cond: ExprId) -> Option<bool> {
        self.refusal_at(cond, 0)
    }

    fn refusal_at(&self, cond: ExprId, depth: u32) -> Option<bool> {
        if depth > NEST {
            return None;
        }
        let inner = |e: ExprId| self.refusal_at(e, depth + 1);
        match &self.facts().expr(cond).kind {
            ExprKind::Binary(BinaryOp::Eq, a, b) => self.either_refuses(*a, *b).then_some(true),
            ExprKind::Binary(BinaryOp::Ne, a, b) => self.either_refuses(*a, *b).then_some(false),
            ExprKind::Binary(BinaryOp::And | BinaryOp::Or, a, b) => inner(*a).or_else(|| inner(*b)),
            ExprKind::Unary(UnaryOp::Not, e) => inner(*e).map(|is_refused| !is_refused),
            ExprKind::Let(pat, _) => self.pat_refuses(*pat).then_some(true),
            ExprKind::MethodCall { receiver, method, args, .. } => {
                let says_so = matches!(method.as_str(), "is_unauthorized" | "is_unauthenticated");
                (says_so || args.iter().any(|e| self.refuses(*e)))
                    .then_some(true)
                    .or_else(|| if args.is_empty() { inner(*receiver) } else { None })
            }
            ExprKind::Macro(call) => match &call.body {
                MacroBody::Arms { arms, .. } => arms.iter().any(|arm| self.arm_refuses(arm)).then_some(true),
                _ => None,
            },
            _ => None,
        }
    }

    fn either_refuses(&self, a: ExprId, b: ExprId) -> bool {
        self.refuses(a) || self.refuses(b)
    }

    /// Whether an expression is the answer itself.
    fn refuses(&self, e: ExprId) -> bool {
        match &self.facts().expr(e).kind {
            ExprKind::Path(path) => self.catalog().words().is_refusal(path.last_name()),
            ExprKind::Literal(Literal::Int(digits)) => self.catalog().words().is_refusal(digits),
            ExprKind::Literal(Literal::Str(text)) => self.catalog().words().speaks_of_refusal(text),
            ExprKind::Ref(e) | ExprKind::Deref(e) => self.refuses(*e),
            ExprKind::Call { args, .. } => args.iter().any(|e| self.refuses(*e)),
            _ => false,
        }
    }

    /// Whether an arm of a match is taken where a server refused.
    pub(super) fn arm_refuses(&self, arm: &Arm) -> bool {
        self.pat_refuses(arm.pat) || arm.guard.is_some_and(|guard| self.refusal(guard) == Some(true))
    }

    fn pat_refuses(&self, pat: PatId) -> bool {
        match &self.facts().pat(pat).kind {
            PatKind::Path(path) | PatKind::Struct(path, _) => {
                self.catalog().words().is_refusal(path.last_name())
            }
            PatKind::TupleStruct(path, inner) => {
                self.catalog().words().is_refusal(path.last_name())
                    || inner.iter().any(|pat| self.pat_refuses(*pat))
            }
            PatKind::Ident(name, None) => self.catalog().words().is_refusal(name),
            PatKind::Literal(e) => self.refuses(*e),
            PatKind::Tuple(pats) | PatKind::Or(pats) => pats.iter().any(|pat| self.pat_refuses(*pat)),
            PatKind::Ref(inner) => self.pat_refuses(*inner),
            _ => false,
        }
    }

    /// Notes that a cell gets something new, if that is because a server refused what it held.
    pub(super) fn note_refused(&mut self, id: CellId, place: Place) {
        if self.refused > 0 {
            self.e.tables.cells[id.0 as usize].renewals.insert(place, Renewal::AfterRefusal);
        }
    }

    /// Notes that a method empties the cell it is called on.
    pub(super) fn note_forgotten(&mut self, on: &Value, method: &str, place: Place) {
        if !FORGETS.contains(&method) {
            return;
        }
        for mark in on.marks.iter() {
            if let What::Cell(id) = mark.what {
                self.e.tables.forgotten.insert((id, self.def));
                self.note_refused(id, place);
            }
        }
    }

    /// Notes that two values are compared: what a caller brings is held against what this process expects.
    pub(super) fn note_compared(&mut self, a: &Value, b: &Value) {
        for (expected, given) in [(a, b), (b, a)] {
            let is_constant =
                given.text.is_some() || given.ty.path().is_some_and(|path| path.ends_with("::int"));
            let may_be = |what: &What| matches!(what, What::Credential(_) | What::Open(_) | What::Secret(..));
            if is_constant || !expected.any(may_be) {
                continue;
            }
            self.e.leave(Target::Compared, expected, self.def);
        }
        for (held, given) in [(a, b), (b, a)] {
            if given.any(What::is_passed) {
                self.note_held_against(held);
            }
        }
    }

    fn note_held_against(&mut self, held: &Value) {
        for mark in held.marks.iter() {
            if let What::Cell(id) | What::Copied(id) = mark.what {
                self.e.tables.held_against.insert((id, self.def));
            }
        }
    }
}
