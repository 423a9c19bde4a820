//! Macro calls.

use super::Frame;
use crate::catalog::schema::{ClosureRuns, MacroRole};
use crate::facts::expr::{MacroBody, MacroCall};
use crate::link::{
    event::Event,
    naming,
    resolve::Res,
    ty::Ty,
    value::{Callable, Origin, Source, TraceEvent, Value, What, step},
};
use crate::source::Span;

impl<'a> Frame<'_, 'a> {
    pub(super) fn eval_macro(&mut self, call: &'a MacroCall, span: Span) -> Value {
        match self.macro_role(call) {
            Some(MacroRole::Format) => self.eval_format(call),
            Some(MacroRole::CompileTimeEnv) => self.eval_compile_time(call, span, false),
            Some(MacroRole::CompileTimeFile) => self.eval_compile_time(call, span, true),
            Some(MacroRole::Futures) => {
                let place = self.place(span);
                self.events.push(Event::UseRuntime(place));
                self.eval_body(call)
            }
            Some(MacroRole::Panic) => {
                self.ends += 1;
                self.eval_last(call, Event::Exit(self.place(span)))
            }
            Some(MacroRole::Bail) => self.eval_last(call, Event::Return),
            Some(MacroRole::Matches) => {
                self.eval_body(call);
                super::fork::truth(self.side_of_matches(&call.body))
            }
            Some(MacroRole::Assert | MacroRole::Print) => {
                self.eval_body(call);
                Value::default()
            }
            Some(MacroRole::Collection | MacroRole::LazyStatics | MacroRole::ThreadLocals) => {
                self.eval_body(call)
            }
            None => {
                let value = self.eval_body(call);
                self.without_literals(value)
            }
        }
    }

    /// What a macro does before the way ends there.
    fn eval_last(&mut self, call: &'a MacroCall, end: Event) -> Value {
        self.eval_body(call);
        self.events.push(end);
        Value::default()
    }

    fn macro_role(&self, call: &MacroCall) -> Option<MacroRole> {
        match self.e.types.resolver.resolve_value(self.scope.module, &call.path)? {
            Res::External(path) => self.catalog().macro_role(&path),
            _ => None,
        }
    }

    /// What a macro's tokens say when nothing more is known of it.
    fn eval_body(&mut self, call: &'a MacroCall) -> Value {
        match &call.body {
            MacroBody::Args(args) => {
                let mut all = Value::default();
                for (_, e) in args {
                    let value = self.eval(*e);
                    if value.callable.is_some() {
                        let place = self.place_of(*e);
                        // A function that a macro of somebody else's is given is most often a handler: `routes![…]`.
                        let is_handler = self.macro_role(call).is_none()
                            && matches!(value.callable, Some(Callable::Def(_)));
                        let runs = if is_handler { ClosureRuns::Request } else { ClosureRuns::Later };
                        self.run_argument(runs, &value, &[], place);
                    }
                    all = all.join(&value);
                }
                Value { ty: Ty::Unknown, text: None, callable: None, ..all }
            }
            MacroBody::Arms { futures, arms } => {
                let values: Vec<Value> = futures.iter().map(|e| self.eval(*e)).collect();
                let value = values.first().cloned().unwrap_or_default();
                self.eval_arms(&value, arms)
            }
            MacroBody::Block(e) => self.eval(*e),
            MacroBody::Fragments(list) => {
                for e in list {
                    self.eval(*e);
                }
                Value::default()
            }
        }
    }

    /// A text made of its arguments holds what they hold.
    fn eval_format(&mut self, call: &'a MacroCall) -> Value {
        let MacroBody::Args(args) = &call.body else { return self.eval_body(call) };
        let mut text = Value::of(Ty::external("std::string::String"));
        for (_, e) in args.iter().skip(1) {
            let value = self.eval(*e);
            text.add(&super::made_of(&value));
            if self.is_gathering() {
                text.add(&super::copied(&value));
            }
        }
        self.keep_template(args, &mut text);
        text
    }

    /// An address with holes is known by where it begins.
    fn keep_template(
        &mut self,
        args: &'a [(Option<crate::facts::Name>, crate::facts::ExprId)],
        text: &mut Value,
    ) {
        let Some((_, first)) = args.first().filter(|_| self.is_gathering()) else { return };
        let template = self.eval(*first);
        let is_address = template.text.as_ref().is_some_and(|it| it.text.contains("://"));
        if is_address {
            text.add(&template.marks);
        }
    }

    fn eval_compile_time(&mut self, call: &'a MacroCall, span: Span, is_file: bool) -> Value {
        let MacroBody::Args(args) = &call.body else { return Value::default() };
        let name = args
            .first()
            .map(|(_, e)| self.eval(*e))
            .and_then(|value| value.text)
            .map(|it| it.text.clone())
            .unwrap_or_default();
        let place = self.place(span);
        let origin =
            self.e.tables.origins.intern(Origin { place, source: Source::CompileTime, name: name.clone() });
        self.e.tables.compiled.insert(origin, (self.def, is_file));
        let what = match naming::credential_by_name(self.e, origin, &name) {
            Some(credential) => What::Credential(credential),
            None => What::Input(origin),
        };
        Value::marked(Ty::external("std::primitive::str"), what, step(&None, place, TraceEvent::Enters))
    }
}
