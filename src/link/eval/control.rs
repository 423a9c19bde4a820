//! Branches and loops.

use super::{
    Frame,
    fork::{side_of_truth, truth},
    pattern::is_map,
};
use crate::facts::{ExprId, ExprKind, PatId, PatKind, expr::Arm, expr::BinaryOp};
use crate::link::{
    event::{Event, EventArm, ForkSide},
    value::Value,
};
use crate::source::Span;

impl<'a> Frame<'_, 'a> {
    /// Does something that may not happen, and gives its events.
    pub(super) fn branch<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> (T, Vec<Event>) {
        let outer = std::mem::take(&mut self.events);
        let scope = self.locals.len();
        let filled = std::mem::take(&mut self.filled);
        self.depth += 1;
        let value = body(self);
        self.depth -= 1;
        self.filled = filled;
        self.locals.truncate(scope);
        (value, std::mem::replace(&mut self.events, outer))
    }

    /// A branch that may be taken where a server refused.
    fn branch_of<T>(&mut self, is_refused: bool, body: impl FnOnce(&mut Self) -> T) -> (T, Vec<Event>) {
        let outer = self.refused;
        self.refused += u32::from(is_refused);
        let result = self.branch(body);
        self.refused = outer;
        result
    }

    pub(super) fn eval_if(&mut self, cond: ExprId, then: ExprId, otherwise: Option<ExprId>) -> Value {
        let outer = self.locals.len();
        let tested = self.eval_condition(cond);
        let refusal = self.refusal(cond);
        let (value, events) = self.branch_of(refusal == Some(true), |frame| frame.eval(then));
        self.locals.truncate(outer);
        let (other, other_events) = match otherwise {
            Some(otherwise) => self.branch_of(refusal == Some(false), |frame| frame.eval(otherwise)),
            None => (Value::default(), Vec::new()),
        };
        // `if status != 401 { return … }`: what follows is done where the server refused.
        if refusal == Some(false) && matches!(events.last(), Some(Event::Return)) {
            self.refused += 1;
        }
        let arms = vec![
            EventArm { side: tested, events },
            EventArm { side: tested.map(ForkSide::opposite), events: other_events },
        ];
        self.push_branch(arms);
        value.join(&other)
    }

    /// Evaluates a condition, binds what it binds, and tells which process goes on where it holds.
    fn eval_condition(&mut self, cond: ExprId) -> Option<ForkSide> {
        match &self.facts().expr(cond).kind {
            ExprKind::Let(pat, e) => {
                let value = self.eval(*e);
                let side = self.side_of_pat(&value, *pat);
                self.bind(*pat, &value);
                side
            }
            ExprKind::Binary(BinaryOp::And, a, b) => {
                let left = self.eval_condition(*a);
                let right = self.eval_condition(*b);
                left.or(right)
            }
            _ => {
                let side = self.side_of_condition(cond);
                let value = self.eval(cond);
                side.or_else(|| side_of_truth(&value))
            }
        }
    }

    pub(super) fn eval_binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> Value {
        // Left-leaning chains are walked without recursion: `a + b + c + …` may have many thousands of terms.
        let mut rest = vec![b];
        let mut first = a;
        let mut ops = op;
        while let ExprKind::Binary(next, left, right) = &self.facts().expr(first).kind {
            rest.push(*right);
            first = *left;
            ops = *next;
        }
        let is_one = rest.len() == 1;
        let mut value = self.eval(first);
        let left = self.fork_of(&value);
        let mut last = None;
        for e in rest.into_iter().rev() {
            let right = self.eval(e);
            last = self.fork_of(&right);
            if matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
                self.note_compared(&value, &right);
            }
            if matches!(op, BinaryOp::Add) && matches!(ops, BinaryOp::Add) {
                value = Value { text: None, ..value.join(&right) };
            }
        }
        if matches!(op, BinaryOp::Add) {
            return value;
        }
        let side = if is_one { self.side_of_comparison(op, (a, left), (b, last)) } else { None };
        truth(side)
    }

    pub(super) fn eval_match(&mut self, scrutinee: ExprId, arms: &'a [Arm]) -> Value {
        let value = self.eval(scrutinee);
        let before = self.ends;
        let result = self.eval_arms(&value, arms);
        if self.ends > before {
            self.note_demand(&value, self.place_of(scrutinee));
        }
        result
    }

    pub(super) fn eval_arms(&mut self, value: &Value, arms: &'a [Arm]) -> Value {
        let mut joined: Option<Value> = None;
        let mut events = Vec::with_capacity(arms.len());
        for arm in arms {
            let side = self.side_of_pat(value, arm.pat);
            let ((result, guarded), inner) = self.branch_of(self.arm_refuses(arm), |frame| {
                frame.bind(arm.pat, value);
                let guarded = arm.guard.and_then(|guard| frame.eval_condition(guard));
                let result = frame.eval(arm.body);
                let result = if frame.is_absent(arm.pat) { frame.fallen_back(value, result) } else { result };
                (result, guarded)
            });
            events.push(EventArm { side: side.or(guarded), events: inner });
            joined = Some(joined.map_or_else(|| result.clone(), |known| known.join(&result)));
        }
        self.push_branch(Self::complete_sides(events));
        joined.unwrap_or_default()
    }

    /// Whether a pattern means that something is not there: `Err(_)`, `None`, `_`.
    fn is_absent(&self, pat: PatId) -> bool {
        match &self.facts().pat(pat).kind {
            PatKind::Wild => true,
            PatKind::TupleStruct(path, _) => path.last_name() == "Err",
            PatKind::Path(path) => path.last_name() == "None",
            PatKind::Ident(name, _) => name == "None",
            _ => false,
        }
    }

    /// Where one arm is the child's or parent's, the arms that say nothing are the other's.
    fn complete_sides(mut arms: Vec<EventArm>) -> Vec<EventArm> {
        let known: Vec<ForkSide> = arms.iter().filter_map(|arm| arm.side).collect();
        if known.iter().any(|side| side.is_child) && known.iter().any(|side| !side.is_child) {
            // No child came to be: who goes on is who called.
            let parent = ForkSide { is_child: false, ..known[0] };
            for arm in arms.iter_mut().filter(|arm| arm.side.is_none()) {
                arm.side = Some(parent);
            }
        } else if let [only] = known.as_slice() {
            for arm in arms.iter_mut().filter(|arm| arm.side.is_none()) {
                arm.side = Some(only.opposite());
            }
        }
        arms
    }

    pub(super) fn push_branch(&mut self, arms: Vec<EventArm>) {
        if arms.iter().any(|arm| !arm.events.is_empty()) {
            self.events.push(Event::Branch(arms));
        }
    }

    pub(super) fn eval_loop(&mut self, body: impl FnOnce(&mut Self)) {
        self.loops += 1;
        let ((), events) = self.branch(body);
        self.loops -= 1;
        if !events.is_empty() {
            self.events.push(Event::Loop(events));
        }
    }

    pub(super) fn eval_while(&mut self, cond: ExprId, body: ExprId, span: Span) -> Value {
        let read = |frame: &mut Self| {
            frame.eval(cond);
            frame.eval(body);
        };
        if self.is_endless_head(cond) {
            self.eval_endless(span, read);
        } else {
            self.eval_loop(read);
        }
        Value::default()
    }

    pub(super) fn eval_loop_of(&mut self, body: ExprId, span: Span) -> Value {
        let read = |frame: &mut Self| {
            frame.eval(body);
        };
        if self.is_endless_body(body) {
            self.eval_endless(span, read);
        } else {
            self.eval_loop(read);
        }
        Value::default()
    }

    pub(super) fn eval_for(&mut self, pat: PatId, iter: ExprId, body: ExprId) -> Value {
        let is_range = matches!(self.facts().expr(iter).kind, ExprKind::Range(..));
        let iter = self.eval(iter);
        // The entries of a map are told apart where they are taken apart.
        let element = if is_map(&iter.ty) { iter } else { self.content_of(iter) };
        // So many tries and no more: nothing is done again and again.
        let outer = self.loops;
        self.eval_loop(|frame| {
            frame.loops -= u32::from(is_range);
            frame.bind(pat, &element);
            frame.eval(body);
            frame.loops = outer + 1;
        });
        Value::default()
    }
}
