//! Method calls: looked up layer by layer through wrappers, then by name alone.

use smol_str::SmolStr;

use super::{Frame, carried, pattern::pair, place::content_of_fallible};
use crate::catalog::{
    MethodRole, MethodRoles,
    schema::{CellKind, TypeRole},
};
use crate::facts::{ExprId, Name, path::TypeRef};
use crate::link::{
    cells::{FillKind, Renewal},
    event::Event,
    resolve::Owner,
    ty::{Ty, args},
    value::{Callable, Mark, Value, What},
    world::DefId,
};
use crate::source::Place;

impl<'a> Frame<'_, 'a> {
    pub(super) fn eval_method(
        &mut self,
        id: ExprId,
        receiver: ExprId,
        method: &'a Name,
        turbofish: &'a [TypeRef],
        args: &'a [ExprId],
    ) -> Value {
        let all = self.eval_receiver_and_args(receiver, args);
        let Some((on, values)) = all.split_first() else { return Value::default() };
        let place = self.place_of(id);
        let roles = self.catalog().roles_of_method(method);
        let call = MethodCall { receiver, method, roles, args, place };
        self.note_base_address(method);
        self.note_renewing(on, method, place);
        self.note_forgotten(on, method, place);
        if let [other] = values
            && roles.has(MethodRole::Compares)
        {
            self.note_compared(on, other);
        }
        self.note_renewing_call(method);
        self.note_lasting(on, place);
        self.note_asked(on, method, place);
        if roles.has(MethodRole::Demands) {
            self.note_demand(on, place);
        }
        let value = self.call_method(&call, &all);
        let value = self.or_nothing(&call, on, value);
        match turbofish.first() {
            Some(ty) if value.ty.is_unknown() => Value { ty: self.e.types.lower(self.scope, ty), ..value },
            _ => value,
        }
    }

    /// What a method is called on, then its arguments.
    fn eval_receiver_and_args(&mut self, receiver: ExprId, args: &'a [ExprId]) -> Vec<Value> {
        let mut all = Vec::with_capacity(1 + args.len());
        all.push(self.eval(receiver));
        let from = self.events.len();
        all.extend(args.iter().map(|e| self.eval(*e)));
        self.args_from = from;
        all
    }

    /// `is_expired()` and `refresh()` on what a cell holds keep it from growing old.
    fn note_renewing(&mut self, on: &Value, method: &str, place: Place) {
        let is_kept = on.marks.iter().any(|mark| matches!(mark.what, What::Cell(_) | What::Copied(_)));
        if is_kept && self.e.says(method).renews {
            self.note_renewal(on, place, Renewal::ExpiryCheck);
        }
    }

    /// What `unwrap_or_default` puts where nothing is.
    fn or_nothing(&mut self, call: &MethodCall<'a>, on: &Value, value: Value) -> Value {
        if call.method != "unwrap_or_default" || !self.is_gathering() {
            return value;
        }
        let mut nothing = Value::default();
        self.note_nothing(&mut nothing, call.place);
        let nothing = self.fallen_back(on, nothing);
        value.join(&nothing)
    }

    /// Calls a method; of `all` the first is what it is called on.
    fn call_method(&mut self, call: &MethodCall<'a>, all: &[Value]) -> Value {
        let (on, values) = (&all[0], &all[1..]);
        let mut ty = on.ty.clone();
        for _ in 0..12 {
            if let Some(value) = self.call_on_layer(call, &ty, all) {
                return value;
            }
            match ty.content(self.catalog()) {
                Some(_) if self.fills(call, &ty) => break,
                Some(inner) if inner != ty => ty = inner,
                _ => break,
            }
        }
        self.call_by_name(call, &ty, on, values)
    }

    /// Whether a method fills a cell, whatever its content calls by the same name: `set` of a cell of a connection.
    fn fills(&self, call: &MethodCall<'a>, ty: &Ty) -> bool {
        ty.entry(self.catalog()).is_some_and(|entry| entry.cell == Some(CellKind::Once))
            && call.args.len() == 1
            && call.roles.has(MethodRole::Stores)
    }

    fn call_on_layer(&mut self, call: &MethodCall<'a>, ty: &Ty, all: &[Value]) -> Option<Value> {
        match ty {
            Ty::External(path, _) => self.call_on_external(call, path, all),
            Ty::Def(def, _) => {
                let found = self.methods(&Owner::Def(*def), call.method);
                (!found.is_empty()).then(|| self.call_defs(call, &found, all))
            }
            Ty::Trait(of) => {
                let found = self.implementations(*of, call.method);
                (!found.is_empty()).then(|| self.call_defs(call, &found, all))
            }
            Ty::Slice(_) if matches!(call.method.as_str(), "join" | "concat" | "get") => {
                let ty = ty.content(self.catalog()).unwrap_or_default();
                Some(Value { ty, text: None, ..all[0].clone() })
            }
            _ => None,
        }
    }

    fn methods(&self, owner: &Owner, name: &str) -> Vec<DefId> {
        let all = self.e.types.resolver.assoc(owner, name).iter().copied();
        all.filter(|def| {
            self.e.types.function(*def).is_some_and(|item| item.receiver.is_some() && item.body.is_some())
        })
        .collect()
    }

    fn call_defs(&mut self, call: &MethodCall<'a>, found: &[DefId], all: &[Value]) -> Value {
        let value = self.call_all(found, all, call.place);
        for &def in found {
            self.absorb_into_args(def, all, call.args);
            let summary = self.e.summary(def);
            if let Some(marks) = summary.absorbs.get(&0) {
                let marks = self.passed(marks, all);
                self.absorb(call.receiver, &marks);
            }
        }
        value
    }

    fn call_on_external(&mut self, call: &MethodCall<'a>, path: &SmolStr, all: &[Value]) -> Option<Value> {
        let (on, values) = (&all[0], &all[1..]);
        let catalog = self.catalog();
        if let Some(entry) = catalog.method(path, call.method) {
            let value = self.apply(entry, &full(path, call.method), Some(on), values, call.args, call.place);
            self.absorb_credentials(call, &value, on);
            return Some(value);
        }
        let own = self.methods(&Owner::External(path.clone()), call.method);
        if !own.is_empty() {
            return Some(self.call_defs(call, &own, all));
        }
        self.note_method_once(call, on, values);
        match catalog.ty(path).map(|entry| entry.is) {
            Some(TypeRole::Builder) => Some(self.call_on_builder(call, path, on, values)),
            Some(TypeRole::Plain) if !is_known_by_name(call.roles) => {
                self.run_closures(values, call.place);
                Some(Value::default())
            }
            None if looks_like_builder(path) && !is_std(path) => {
                Some(self.call_on_unknown_builder(call, path, on, values))
            }
            _ => None,
        }
    }

    /// A setter by reference leaves its credential in the receiver.
    fn absorb_credentials(&mut self, call: &MethodCall<'a>, value: &Value, on: &Value) {
        let new: Vec<_> = value
            .marks
            .iter()
            .filter(|mark| {
                matches!(
                    mark.what,
                    What::Credential(_)
                        | What::Built(..)
                        | What::BuiltOpen(..)
                        | What::BuiltSecret(..)
                        | What::Secret(..)
                        | What::Refreshing
                        | What::Open(_)
                )
            })
            .filter(|mark| !on.marks.iter().any(|known| known.what == mark.what))
            .cloned()
            .collect();
        let entry =
            on.ty.innermost(self.catalog()).path().and_then(|path| self.catalog().method(path, call.method));
        let sets = entry.is_some_and(|entry| {
            !entry.per_request
                && (!entry.credential.is_empty()
                    || !entry.carries.is_empty()
                    || entry.header.is_some()
                    || entry.setting.is_some())
        });
        if sets && !new.is_empty() {
            self.absorb(call.receiver, &crate::link::value::marks_of(new));
        }
    }

    /// A builder's method that the catalog does not name: it builds, or it sets something and gives the builder back.
    fn call_on_builder(
        &mut self,
        call: &MethodCall<'a>,
        path: &SmolStr,
        on: &Value,
        values: &[Value],
    ) -> Value {
        self.run_closures(values, call.place);
        let Some(entry) = self.catalog().ty(path) else { return on.clone() };
        let is_build = if entry.build.is_empty() {
            call.method == "build"
        } else {
            entry.build.iter().any(|name| name == call.method.as_str())
        };
        if is_build && let Some(builds) = &entry.builds {
            let ty = Ty::external(builds);
            let value = Value { ty: ty.clone(), text: None, callable: None, ..on.clone() };
            return self.finish_made(value, &ty, call.place);
        }
        let mut value = on.clone();
        value.add(&self.credentials_of_setter(call, values));
        value
    }

    /// A builder that the catalog does not know: every method gives it back, one that builds gives what it is named for.
    fn call_on_unknown_builder(
        &mut self,
        call: &MethodCall<'a>,
        path: &SmolStr,
        on: &Value,
        values: &[Value],
    ) -> Value {
        self.run_closures(values, call.place);
        let mut value = on.clone();
        for arg in values {
            value.add(&carried(arg));
        }
        let name = call.method.as_str();
        let is_build = name.starts_with("build")
            || matches!(name, "finish" | "connect" | "init" | "create" | "done" | "start");
        if !is_build {
            let marks = value.marks.clone();
            self.absorb(call.receiver, &marks);
            return value;
        }
        let built = path.strip_suffix("Builder").unwrap_or(path);
        let ty = Ty::external(built);
        self.finish_client(Value { ty: ty.clone(), ..value }, &ty, call.place)
    }

    /// What a setter whose name speaks of a credential is given.
    fn credentials_of_setter(
        &mut self,
        call: &MethodCall<'a>,
        values: &[Value],
    ) -> crate::link::value::Marks {
        let says_so = self.e.says(call.method).class.is_some()
            || call.method.contains("auth")
            || call.method.contains("credential");
        let mut marks = crate::link::value::no_marks();
        if says_so {
            for value in values {
                marks = crate::link::value::union(&marks, &carried(value));
            }
        }
        marks
    }

    /// The method's name alone: what std's own types do under this name.
    fn call_by_name(&mut self, call: &MethodCall<'a>, inner: &Ty, on: &Value, values: &[Value]) -> Value {
        let has = |role| call.roles.has(role);
        self.note_method_once(call, on, values);
        self.note_use(on, call.place);
        for value in values {
            self.note_use(value, call.place);
        }
        let is_cell = on.marks.iter().any(|mark| matches!(mark.what, What::Cell(_)));
        if has(MethodRole::Inits) {
            return self.init(call, on, values);
        }
        if has(MethodRole::Stores) && (is_cell || !has(MethodRole::Passes)) {
            return self.store(call, on, values);
        }
        if has(MethodRole::Maps) {
            return self.map(on, values, call.place);
        }
        if has(MethodRole::FallsBack) {
            let other = self.fall_back(on, values, call.place);
            let other = self.fallen_back(on, other);
            return content_of_fallible(on.clone()).join(&other);
        }
        if has(MethodRole::Inspects) {
            self.first_result(values, std::slice::from_ref(on), call.place);
            return on.clone();
        }
        if has(MethodRole::Either) {
            let other = values.first().cloned().unwrap_or_default();
            let other = self.fallen_back(on, other);
            return content_of_fallible(on.clone()).join(&other);
        }
        if has(MethodRole::Absorbs) {
            // A key is not what a map holds.
            let keys = usize::from(self.is_gathering() && values.len() == 2);
            for value in &values[keys..] {
                let marks = carried(value);
                self.absorb(call.receiver, &marks);
                self.note_escape(value);
            }
            self.store_args_in_cells(on, values, call.place);
            self.run_closures(values, call.place);
            return on.clone();
        }
        if let Some(paired) = self.paired(call, on, values) {
            return paired;
        }
        if has(MethodRole::Passes) {
            self.run_closures(values, call.place);
            return passed_on(call.method, on);
        }
        self.run_closures(values, call.place);
        self.unknown_method(call, inner, on, values)
    }

    /// Notes the arguments of a method that the catalog does not describe, when it is first looked up.
    fn note_method_once(&mut self, call: &MethodCall<'a>, on: &Value, values: &[Value]) {
        let has_sinks = !self.is_gathering() && self.e.seeds.contains(&self.def);
        if self.noted == Some(call.place) || values.is_empty() || has_sinks {
            return;
        }
        self.noted = Some(call.place);
        self.note_method(call.method, on, values, call.place);
        let key = values.first().and_then(|key| key.text.as_ref());
        let is_example = key.is_some_and(|key| self.catalog().words().speaks_of_something_else(&key.text));
        if !is_example {
            self.note_shapes(call.method, values, call.place);
        }
    }

    /// `zip` and `enumerate` give pairs.
    fn paired(&self, call: &MethodCall<'a>, on: &Value, values: &[Value]) -> Option<Value> {
        let own = || content_of_fallible(self.content_of(on.clone()));
        let (first, second) = match (call.method.as_str(), values) {
            ("zip", [other]) => (own(), content_of_fallible(self.content_of(other.clone()))),
            ("enumerate", []) => (Value::default(), own()),
            _ => return None,
        };
        let pair = pair(first, second);
        let ty = match &on.ty {
            Ty::External(path, _) => Ty::External(path.clone(), args(vec![pair.ty.clone()])),
            _ => Ty::Slice(args(vec![pair.ty.clone()])),
        };
        Some(Value { ty, ..pair })
    }

    fn store_args_in_cells(&mut self, on: &Value, values: &[Value], place: Place) {
        if let Some(last) = values.last() {
            self.store_in_cells(on, last, place, FillKind::Store);
        }
    }

    fn init(&mut self, call: &MethodCall<'a>, on: &Value, values: &[Value]) -> Value {
        let made = match values.last() {
            Some(_) if values.iter().any(|value| value.callable.is_some()) => {
                self.first_result(values, &[], call.place)
            }
            Some(value) => value.clone(),
            None => Value::default(),
        };
        let made = content_of_fallible(made);
        let is_cell = self.store_in_cells(on, &made, call.place, FillKind::FirstCaller);
        if !is_cell {
            let marks = carried(&made);
            self.absorb(call.receiver, &marks);
        }
        let content = match on.ty.content(self.catalog()) {
            Some(ty) => Value { ty, ..on.clone() },
            None => on.clone(),
        };
        content.join(&made)
    }

    fn store(&mut self, call: &MethodCall<'a>, on: &Value, values: &[Value]) -> Value {
        let Some(last) = values.last() else { return on.clone() };
        let last = match &last.callable {
            // What is stored is made of what was there; a closure given to any other method is stored itself.
            Some(Callable::Closure(..)) if call.method == "rcu" => {
                self.first_result(values, std::slice::from_ref(on), call.place)
            }
            _ => last.clone(),
        };
        self.note_escape(&last);
        if !self.store_in_cells(on, &last, call.place, FillKind::Store) {
            let marks = carried(&last);
            self.absorb(call.receiver, &marks);
        }
        on.clone()
    }

    fn map(&mut self, on: &Value, values: &[Value], place: Place) -> Value {
        let content = content_of_fallible(on.clone());
        match values.iter().find(|value| value.callable.is_some()) {
            Some(value) => {
                let value = value.clone();
                let result = self.run_maybe(&value, &[content], place);
                // `map_or(default, f)`
                match values {
                    [default, _] if self.is_gathering() && default.callable.is_none() => {
                        let default = self.fallen_back(on, default.clone());
                        result.join(&default)
                    }
                    _ => result,
                }
            }
            None => on.clone(),
        }
    }

    pub(super) fn first_result(&mut self, values: &[Value], args: &[Value], place: Place) -> Value {
        match values.iter().find(|value| value.callable.is_some()) {
            Some(value) => {
                let value = value.clone();
                self.run_maybe(&value, args, place)
            }
            None => Value::default(),
        }
    }

    /// A method that nobody knows, of a value that nobody knows better.
    fn unknown_method(&mut self, call: &MethodCall<'a>, inner: &Ty, on: &Value, values: &[Value]) -> Value {
        if call.method == "join" {
            let touched = super::touched(on);
            self.events.push(Event::Drop(touched, call.place));
        }
        let is_client = on.any(|what| matches!(what, What::Built(..) | What::BuiltSecret(..)));
        let setter = self.credentials_of_setter(call, values);
        // `client.with_token(t)` of an SDK that nobody described.
        if matches!(inner, Ty::External(..)) && !setter.is_empty() && !is_client && !inner.is_text() {
            let mut value = Value { ty: inner.clone(), ..on.clone() };
            value.add(&setter);
            let value = self.finish_client(value, inner, call.place);
            // By convention `with_…` gives another value, and leaves its receiver as it is.
            if !call.method.starts_with("with_") {
                let marks = value.marks.clone();
                self.absorb(call.receiver, &marks);
            }
            return value;
        }
        let passes_input = on
            .marks
            .iter()
            .filter(|mark| match mark.what {
                What::Open(path) => path.param().is_some(),
                // What a client is asked for is an answer, and no part of what the cell holds.
                What::Cell(_) | What::Copied(_) => !is_client && self.certainty(inner).is_none(),
                What::ForkResult(_) => call.method == "cmp",
                _ => false,
            })
            .cloned()
            .collect();
        copied(&Value { marks: crate::link::value::marks_of(passes_input), ..Value::default() })
    }
}

/// What a method that hands its receiver on gives.
fn passed_on(method: &str, on: &Value) -> Value {
    match method {
        "unwrap" | "expect" | "unwrap_or_default" | "ok" | "await" => content_of_fallible(on.clone()),
        "clone" | "cloned" | "copied" | "to_owned" | "to_string" | "into_owned"
            if !on.ty.is_shared_by_clones() =>
        {
            copied(on)
        }
        "len" => Value { text: None, ..on.clone() },
        _ => on.clone(),
    }
}

/// A copy: what is done to it is not done to the cell that it comes from.
fn copied(value: &Value) -> Value {
    value.map_marks(&|what| matches!(what, What::Cell(_)), &mut |mark, out| {
        let what = match mark.what {
            What::Cell(id) => What::Copied(id),
            other => other,
        };
        out.push(Mark { what, trace: mark.trace.clone() });
    })
}

/// A method call as it is written.
pub(super) struct MethodCall<'a> {
    receiver: ExprId,
    method: &'a Name,
    /// What its name says by itself.
    roles: MethodRoles,
    args: &'a [ExprId],
    place: Place,
}

/// Whether std's own types have a method of this name, which a `Result` around the value may be meant by.
fn is_known_by_name(roles: MethodRoles) -> bool {
    let by_value = [
        MethodRole::Passes,
        MethodRole::Maps,
        MethodRole::FallsBack,
        MethodRole::Inspects,
        MethodRole::Either,
    ];
    by_value.into_iter().any(|role| roles.has(role))
}

fn full(path: &str, method: &str) -> SmolStr {
    SmolStr::from(format!("{path}::{method}"))
}

fn is_std(path: &str) -> bool {
    path.starts_with("std::")
}

/// Whether a type that nobody described is one that is set up step by step.
fn looks_like_builder(path: &str) -> bool {
    let last = path.rsplit("::").next().unwrap_or_default();
    ["Builder", "Config", "Configuration", "Options", "Settings", "Conf"]
        .iter()
        .any(|end| last.ends_with(end))
}
