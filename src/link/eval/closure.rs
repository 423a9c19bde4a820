//! Closures and `async` blocks: read where they run.

use super::{Frame, tuple_field};
use crate::catalog::schema::ClosureRuns;
use crate::facts::{ExprId, ExprKind, Name, PatId};
use crate::link::{
    event::{Event, EventArm},
    ty::Ty,
    value::{Callable, GIVEN, Value, What},
};

/// How many closures are run in one reading of a function.
const RUNS: u32 = 2_000;

/// Events without those that end the function: what ends a closure does not end what is around it.
pub(super) fn without_returns(events: Vec<Event>) -> Vec<Event> {
    let keep = |event: Event| match event {
        Event::Return => None,
        Event::Branch(arms) => {
            let arms = arms.into_iter().map(|arm| EventArm { events: without_returns(arm.events), ..arm });
            Some(Event::Branch(arms.collect()))
        }
        Event::Loop(inner) => Some(Event::Loop(without_returns(inner))),
        other => Some(other),
    };
    events.into_iter().filter_map(keep).collect()
}

/// The value with what it gives when it is called.
pub(super) fn giving(mut value: Value, given: Value) -> Value {
    if given.any(|_| true) {
        value.set_field(Name::new_static(GIVEN), given);
    }
    value
}

impl Frame<'_, '_> {
    /// Runs an argument that is a closure, or does not.
    pub(super) fn run_maybe(&mut self, value: &Value, args: &[Value], place: crate::source::Place) -> Value {
        let (result, events) = self.branch(|frame| frame.run_argument(ClosureRuns::Now, value, args, place));
        self.push_branch(vec![EventArm { side: None, events }, EventArm::default()]);
        result
    }

    /// A closure by itself does nothing; it is read where it is called or passed.
    pub(super) fn closure_value(&mut self, id: ExprId) -> Value {
        self.own_closures.insert(id);
        Value { callable: Some(Callable::Closure(self.file, id)), ..Value::default() }
    }

    /// Runs what a value calls, with these arguments, here and now.
    pub(super) fn run(&mut self, function: &Value, args: &[Value], place: crate::source::Place) -> Value {
        match &function.callable {
            Some(Callable::Def(def)) => self.call_def(*def, args, place),
            Some(Callable::External(path)) => self.call_external(path, args, None, &[], place),
            Some(Callable::Closure(_, id)) if self.is_own(function) => self.run_closure(*id, args),
            Some(Callable::Closure(..)) => function.field(GIVEN).cloned().unwrap_or_default(),
            None => self.call_param(function, args),
        }
    }

    fn is_own(&self, function: &Value) -> bool {
        matches!(&function.callable, Some(Callable::Closure(file, id))
            if *file == self.file && self.own_closures.contains(id))
    }

    /// A parameter is called: what it gives is the caller's to say, and what it is called with is told to the caller.
    fn call_param(&mut self, function: &Value, args: &[Value]) -> Value {
        let mut given = Value::default();
        for mark in function.marks.iter() {
            let What::Open(path) = mark.what else { continue };
            if path.param().is_none() {
                continue;
            }
            given.add_mark(What::Open(path.deeper(&[Name::new_static(GIVEN)])), mark.trace.clone());
            if let Some(index) = path.whole_param() {
                self.note_called(index, args);
            }
        }
        given
    }

    fn note_called(&mut self, index: u16, args: &[Value]) {
        let mut all = self.called_with.remove(&index).unwrap_or_default();
        for (at, arg) in args.iter().enumerate().filter(|(_, arg)| arg.any(|_| true)) {
            let known = all.field(&tuple_field(at)).cloned().unwrap_or_default();
            all.set_field(tuple_field(at), known.join(&arg.essence()));
        }
        self.called_with.insert(index, all);
    }

    /// The value with what it gives when it is called, as far as only this function knows its captures.
    pub(super) fn sealed(&mut self, value: Value) -> Value {
        if value.field(GIVEN).is_some() || !self.is_own(&value) {
            return value;
        }
        let Some(Callable::Closure(_, id)) = value.callable else { return value };
        let (given, _) = self.branch(|frame| frame.run_closure(id, &[]));
        giving(value, given)
    }

    fn run_closure(&mut self, id: ExprId, args: &[Value]) -> Value {
        self.closure_runs += 1;
        if self.closure_runs > RUNS || self.open_closures.contains(&id) {
            return Value::default();
        }
        self.open_closures.push(id);
        let value = self.run_body(id, args);
        self.open_closures.pop();
        value
    }

    fn run_body(&mut self, id: ExprId, args: &[Value]) -> Value {
        let ExprKind::Closure { params, body, .. } = &self.facts().expr(id).kind else {
            return Value::default();
        };
        let outer = self.locals.len();
        self.bind_closure(params, args);
        // A `return` in a closure ends the closure alone.
        let ret = std::mem::take(&mut self.ret);
        let outer_events = std::mem::take(&mut self.events);
        let value = self.eval(*body);
        let own = std::mem::replace(&mut self.events, outer_events);
        self.events.extend(without_returns(own));
        let given = std::mem::replace(&mut self.ret, ret);
        self.locals.truncate(outer);
        value.join(&given)
    }

    fn bind_closure(&mut self, params: &[PatId], args: &[Value]) {
        let nothing = Value::default();
        for (at, pat) in params.iter().enumerate() {
            self.bind(*pat, args.get(at).unwrap_or(&nothing));
        }
    }

    /// Runs an argument that is a closure, some time or other: its events stand behind their time.
    pub(super) fn run_argument(
        &mut self,
        runs: ClosureRuns,
        value: &Value,
        args: &[Value],
        place: crate::source::Place,
    ) -> Value {
        if value.callable.is_none() {
            return Value { ty: Ty::Unknown, ..value.clone() };
        }
        if runs == ClosureRuns::Now {
            return self.run(value, args, place);
        }
        let (result, events) = self.branch(|frame| frame.run(value, args, place));
        if events.is_empty() {
            return result;
        }
        let is_named = matches!(value.callable, Some(Callable::Def(_)));
        self.events.push(if is_named && runs == ClosureRuns::Later {
            Event::Handed(events)
        } else {
            Event::Closure(runs, events)
        });
        result
    }

    /// Futures among the arguments of the call being read run where the call runs them: `spawn(async { … })`,
    /// `spawn(serve(state))`.
    pub(super) fn run_futures(&mut self, runs: ClosureRuns) {
        let from = self.args_from.min(self.events.len());
        for event in &mut self.events[from..] {
            match event {
                Event::Closure(known @ ClosureRuns::Later, _) => *known = runs,
                Event::Call(def, ..) if self.e.types.function(*def).is_some_and(|item| item.is_async) => {
                    let call = event.clone();
                    *event = Event::Closure(runs, vec![call]);
                }
                _ => {}
            }
        }
    }
}
