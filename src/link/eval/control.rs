//! Branches and loops.

use super::Frame;
use crate::facts::{ExprId, ExprKind, PatId, expr::Arm, expr::BinaryOp};
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
        self.depth += 1;
        let value = body(self);
        self.depth -= 1;
        self.locals.truncate(scope);
        (value, std::mem::replace(&mut self.events, outer))
    }

    pub(super) fn eval_if(&mut self, cond: ExprId, then: ExprId, otherwise: Option<ExprId>) -> Value {
        let outer = self.locals.len();
        let tested = self.eval_condition(cond);
        let (value, events) = self.branch(|frame| frame.eval(then));
        self.locals.truncate(outer);
        let (other, other_events) = match otherwise {
            Some(otherwise) => self.branch(|frame| frame.eval(otherwise)),
            None => (Value::default(), Vec::new()),
        };
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
                self.eval(cond);
                side
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
        let mut value = self.eval(first);
        for e in rest.into_iter().rev() {
            let right = self.eval(e);
            if matches!(op, BinaryOp::Add) && matches!(ops, BinaryOp::Add) {
                value = Value { text: None, ..value.join(&right) };
            }
        }
        if matches!(op, BinaryOp::Add) { value } else { Value::default() }
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
            let (result, inner) = self.branch(|frame| {
                frame.bind(arm.pat, value);
                if let Some(guard) = arm.guard {
                    frame.eval(guard);
                }
                frame.eval(arm.body)
            });
            events.push(EventArm { side, events: inner });
            joined = Some(joined.map_or_else(|| result.clone(), |known| known.join(&result)));
        }
        self.push_branch(Self::complete_sides(events));
        joined.unwrap_or_default()
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
        let iter = self.eval(iter);
        let element = self.content_of(iter);
        self.eval_loop(|frame| {
            frame.bind(pat, &element);
            frame.eval(body);
        });
        Value::default()
    }
}
