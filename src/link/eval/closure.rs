//! Closures and `async` blocks: read where they run.

use super::Frame;
use crate::catalog::schema::ClosureRuns;
use crate::facts::{ExprId, ExprKind, PatId};
use crate::link::{
    event::Event,
    ty::Ty,
    value::{Callable, Value},
};

impl Frame<'_, '_> {
    /// A closure by itself does nothing; it is read where it is called or passed.
    pub(super) fn closure_value(&mut self, id: ExprId) -> Value {
        Value { callable: Some(Callable::Closure(self.file, id)), ..Value::default() }
    }

    /// Runs what a value calls, with these arguments, here and now.
    pub(super) fn run(&mut self, callable: &Callable, args: &[Value], place: crate::source::Place) -> Value {
        match callable {
            Callable::Def(def) => self.call_def(*def, args, place),
            Callable::External(path) => self.call_external(path, args, None, &[], place),
            Callable::Closure(file, id) if *file == self.file => self.run_closure(*id, args),
            Callable::Closure(..) => Value::default(),
        }
    }

    fn run_closure(&mut self, id: ExprId, args: &[Value]) -> Value {
        let ExprKind::Closure { params, body, .. } = &self.facts().expr(id).kind else {
            return Value::default();
        };
        let outer = self.locals.len();
        self.bind_closure(params, args);
        // A `return` in a closure ends the closure alone.
        let ret = std::mem::take(&mut self.ret);
        let value = self.eval(*body);
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
        let Some(callable) = value.callable.clone() else {
            return Value { ty: Ty::Unknown, ..value.clone() };
        };
        if runs == ClosureRuns::Now {
            return self.run(&callable, args, place);
        }
        let (result, events) = self.branch(|frame| frame.run(&callable, args, place));
        let events: Vec<Event> = events.into_iter().filter(|event| !matches!(event, Event::Return)).collect();
        if !events.is_empty() {
            self.events.push(Event::Closure(runs, events));
        }
        result
    }
}
