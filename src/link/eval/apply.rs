//! Calls that the catalog describes.

use smol_str::SmolStr;

use super::{Frame, carried, place::content_of_fallible};
use crate::catalog::{
    NameClass,
    schema::{Action, ClosureEntry, ClosureRuns, CredentialKind, FnEntry, Lifetime, TypeRole},
};
use crate::facts::ExprId;
use crate::link::{
    cells::{Cell, CellKey, FillKind, Renewal},
    event::Event,
    naming,
    ty::{self, Ty},
    value::{Callable, Origin, Source, TraceEvent, Value, What, step},
};
use crate::source::Place;

impl Frame<'_, '_> {
    /// Does what the catalog says a call does.
    pub(super) fn apply(
        &mut self,
        entry: &FnEntry,
        path: &SmolStr,
        receiver: Option<&Value>,
        args: &[Value],
        exprs: &[ExprId],
        place: Place,
    ) -> Value {
        if let Some(receiver) = receiver {
            self.note_use(receiver, place);
        }
        for value in args {
            self.note_use(value, place);
        }
        if let Some(fork) = &entry.fork {
            return self.apply_fork(entry, fork, path, args, place);
        }
        if matches!(entry.does, Some(Action::BlockOn | Action::SpawnTask)) {
            self.note_drive(receiver, args, exprs, place);
        }
        let mut value = self.result(entry, receiver, args);
        self.fill_arguments(entry, args, exprs, place);
        value = self.apply_closures(entry, value, receiver, args, place);
        self.note_described(entry, path, receiver, args, place);
        self.keep_addresses(entry, &mut value, args);
        value.add(&self.credentials(entry, receiver, args, exprs, place));
        value = self.act(entry, value, path, receiver, args, place);
        if entry.refreshes {
            value.add_mark(What::Refreshing, None);
        }
        if entry.renews {
            self.note_renewal(&value, place, Renewal::TimeToLive);
        }
        if value.ty.entry(self.catalog()).is_some_and(|entry| entry.refreshes) {
            value.add_mark(What::Refreshing, None);
        }
        let ty = value.ty.clone();
        let is_made = entry.gives.is_some()
            && receiver
                .is_none_or(|receiver| receiver.ty.innermost(self.catalog()) != ty.innermost(self.catalog()));
        let value =
            if is_made { self.finish_made(value, &ty, place) } else { self.finish_client(value, &ty, place) };
        self.started_by_call(entry, value, path, place)
    }

    /// The type of the result, and what of the arguments it is a view of.
    fn result(&mut self, entry: &FnEntry, receiver: Option<&Value>, args: &[Value]) -> Value {
        let mut value = Value::default();
        if entry.passes_self
            && let Some(receiver) = receiver
        {
            value = receiver.clone();
        }
        for at in &entry.passes {
            if let Some(arg) = args.get(*at) {
                value = value.join(arg);
            }
        }
        // A builder's marks stay with it and go on to what it builds.
        if let Some(receiver) = receiver
            && !entry.per_request
            && self.hands_on(&receiver.ty)
            && entry.gives.is_some()
        {
            value.add(&carried(receiver));
        }
        if let Some(gives) = &entry.gives {
            value.ty = self.given(gives, &value);
            value.callable = None;
        }
        value
    }

    /// What the other arguments bring to one that is filled.
    fn fill_arguments(&mut self, entry: &FnEntry, args: &[Value], exprs: &[ExprId], place: Place) {
        for &to in &entry.fills {
            let (Some(target), Some(e)) = (args.get(to), exprs.get(to)) else { continue };
            for (_, value) in args.iter().enumerate().filter(|(at, _)| *at != to) {
                if !self.store_in_cells(target, value, place, FillKind::Store) {
                    self.absorb(*e, &carried(value));
                }
            }
        }
    }

    /// Whether what a type holds is also in what its methods give.
    fn hands_on(&self, ty: &Ty) -> bool {
        matches!(
            ty.innermost(self.catalog()).role(self.catalog()),
            Some(
                TypeRole::Builder
                    | TypeRole::Config
                    | TypeRole::Credentials
                    | TypeRole::Provider
                    | TypeRole::Client
                    | TypeRole::Pool
            )
        )
    }

    fn given(&self, gives: &str, content: &Value) -> Ty {
        let is_wrapper = self
            .catalog()
            .ty(gives)
            .is_some_and(|entry| matches!(entry.is, TypeRole::Wrapper | TypeRole::Cell | TypeRole::Secret));
        let args = if is_wrapper { ty::args(vec![content.ty.clone()]) } else { None };
        Ty::External(SmolStr::new(gives), args)
    }

    fn apply_fork(
        &mut self,
        entry: &FnEntry,
        fork: &crate::catalog::schema::ForkEntry,
        path: &SmolStr,
        args: &[Value],
        place: Place,
    ) -> Value {
        let value = self.fork(fork, path, place);
        for closure in &entry.closure {
            let Some(arg) = args.get(closure.arg).cloned() else { continue };
            self.run_argument(closure.runs, &arg, &[], place);
        }
        value
    }

    fn apply_closures(
        &mut self,
        entry: &FnEntry,
        mut value: Value,
        receiver: Option<&Value>,
        args: &[Value],
        place: Place,
    ) -> Value {
        // What is driven later runs there; what is driven here and now is as good as called.
        let future =
            entry.closure.iter().find(|it| args.get(it.arg).is_some_and(|arg| arg.callable.is_none()));
        if let Some(future) = future.filter(|it| matches!(it.runs, ClosureRuns::Task | ClosureRuns::Thread)) {
            self.run_futures(future.runs);
        }
        for (at, arg) in args.iter().enumerate() {
            if arg.callable.is_none() {
                continue;
            }
            let described = entry.closure.iter().find(|closure| closure.arg == at);
            let runs = described.map_or(ClosureRuns::Later, |closure| closure.runs);
            let content =
                if described.is_some_and(|closure| closure.takes_content) { receiver.cloned() } else { None };
            let content: Vec<Value> = content.map(content_of_fallible).into_iter().collect();
            let result = self.run_argument(runs, arg, &content, place);
            if described.is_some_and(|closure: &ClosureEntry| closure.gives) {
                value = self.with_content(entry, &value, &result);
            }
        }
        value
    }

    /// The closure's result is the content of what the call gives.
    fn with_content(&self, entry: &FnEntry, value: &Value, result: &Value) -> Value {
        let ty = match &entry.gives {
            Some(gives) => self.given(gives, result),
            None => result.ty.clone(),
        };
        Value { ty, ..value.join(result) }
    }

    pub(super) fn origin(
        &mut self,
        place: Place,
        source: Source,
        name: &str,
    ) -> crate::link::value::OriginId {
        self.e.tables.origins.intern(Origin { place, source, name: SmolStr::new(name) })
    }

    /// What a call does beside giving a value.
    fn act(
        &mut self,
        entry: &FnEntry,
        value: Value,
        path: &SmolStr,
        receiver: Option<&Value>,
        args: &[Value],
        place: Place,
    ) -> Value {
        let Some(action) = entry.does else { return value };
        match action {
            Action::ReadEnv => self.read_env(value, args, place),
            Action::ReadFile => self.read_outside(value, Source::File, args, place),
            Action::ReadSecret => self.read_outside(value, Source::SecretStore, args, place),
            Action::ReadArgument => self.read_outside(value, Source::Argument, &[], place),
            Action::ReadResponse => self.read_outside(value, Source::Response, &[], place),
            Action::ReadRequest => self.read_outside(value, Source::Request, args, place),
            Action::Login | Action::Refresh => self.login(value, path, place),
            Action::Exec => self.with_event(value, Event::Exec(place)),
            Action::Exit => {
                self.ends += 1;
                self.with_event(value, Event::Exit(place))
            }
            Action::Serve => {
                self.note_serving(path, place);
                self.with_event(value, Event::Serve(place))
            }
            Action::BlockOn => self.block_on(value, args, place),
            Action::Sleep => {
                self.e.tables.sleeping.insert(self.def);
                self.with_event(value, Event::Sleep(place))
            }
            Action::ProcessId => {
                self.e.tables.asking_pid.insert(self.def);
                let mut value = value;
                value.add_mark(What::ProcessId, None);
                value
            }
            Action::Drop => {
                let touched = args.first().or(receiver).map_or_else(super::nothing_touched, super::touched);
                self.with_event(value, Event::Drop(touched, place))
            }
            Action::Leak => {
                args.iter().chain(receiver).for_each(|value| self.note_escape(value));
                value
            }
            Action::CellInit | Action::CellSet => {
                self.fill_global(action, &value, path, receiver, args, place)
            }
            Action::Clock
            | Action::CellGet
            | Action::CellForce
            | Action::SpawnThread
            | Action::SpawnTask
            | Action::StartWorkers
            | Action::SetEnv
            | Action::Send
            | Action::SpawnProcess => value,
            Action::AtFork => self.register(value, args),
            Action::Compare => {
                if let Some((first, second)) = receiver.or(args.first()).zip(args.last()) {
                    self.note_compared(first, second);
                }
                value
            }
        }
    }

    /// What is to run in a child after a fork.
    fn register(&mut self, value: Value, args: &[Value]) -> Value {
        let registered = args.iter().filter_map(|arg| match arg.callable {
            Some(Callable::Def(def)) => Some(def),
            _ => None,
        });
        self.e.tables.at_fork.extend(registered.chain([self.def]).collect::<Vec<_>>());
        value
    }

    fn with_event(&mut self, value: Value, event: Event) -> Value {
        self.events.push(event);
        value
    }

    fn block_on(&mut self, value: Value, args: &[Value], place: Place) -> Value {
        self.events.push(Event::UseRuntime(place));
        let Some(future) = args.first() else { return value };
        let result = if future.callable.is_some() { self.run(future, &[], place) } else { future.clone() };
        Value { ty: result.ty.clone(), ..value.join(&result) }
    }

    /// Something read from outside, named by its first argument where that is a constant.
    fn read_outside(&mut self, mut value: Value, source: Source, args: &[Value], place: Place) -> Value {
        let name = args.first().and_then(|arg| arg.text.clone()).map(|it| it.text).unwrap_or_default();
        self.add_input(&mut value, source, &name, place);
        value
    }

    pub(super) fn add_input(&mut self, value: &mut Value, source: Source, name: &str, place: Place) {
        let origin = self.origin(place, source, name);
        // A file is told by the name of what it is read into: `token.txt` may be anything.
        let by_name = if source == Source::SecretStore {
            naming::credential_by_name(self.e, origin, name)
        } else {
            None
        };
        let what = by_name.map_or(What::Input(origin), What::Credential);
        value.add_mark(what, step(&None, place, TraceEvent::Enters));
        if value.ty.is_unknown() && source == Source::File {
            value.ty = Ty::external("std::string::String");
        }
    }

    fn login(&mut self, mut value: Value, path: &SmolStr, place: Place) -> Value {
        let origin = self.origin(place, Source::Login, path.rsplit("::").next().unwrap_or_default());
        let class = NameClass {
            kind: CredentialKind::AccessToken,
            lifetime: Lifetime::Expiring,
            is_own_signing: false,
        };
        let credential = naming::credential(self.e, origin, class);
        value.add_mark(What::Credential(credential), step(&None, place, TraceEvent::Enters));
        value
    }

    /// A library's own global is a cell as well.
    fn fill_global(
        &mut self,
        action: Action,
        value: &Value,
        path: &SmolStr,
        receiver: Option<&Value>,
        args: &[Value],
        place: Place,
    ) -> Value {
        let how = if action == Action::CellInit { FillKind::FirstCaller } else { FillKind::Store };
        let content = args.first().cloned().unwrap_or_default();
        let content = if content.callable.is_some() { self.run(&content, &[], place) } else { content };
        if let Some(receiver) = receiver {
            self.store_in_cells(receiver, &content, place, how);
            return Value { ty: value.ty.clone(), ..value.join(&content).join(receiver) };
        }
        let id = self.global(path, place, &content);
        self.fill_cell(id, &content, place, how);
        Value { ty: value.ty.clone(), ..value.join(&content) }
    }

    fn global(&mut self, path: &SmolStr, place: Place, content: &Value) -> crate::link::value::CellId {
        let def = self.def;
        let is_example = self.e.types.world.is_example(def);
        let ty = content.ty.clone();
        self.e.cell(CellKey::Global(path.clone()), |key| Cell {
            key,
            place,
            name: shown(path),
            kind: None,
            is_writable: true,
            ty,
            content: Value::default(),
            fills: std::collections::BTreeMap::new(),
            reads: std::collections::BTreeMap::new(),
            renewals: std::collections::BTreeMap::new(),
            is_example,
        })
    }
}

/// A canonical path as people know it: `reqwest::Client`, not `reqwest::async_impl::client::legacy::Client`.
pub(in crate::link) fn shown(path: &str) -> SmolStr {
    let segments: Vec<&str> = path.split("::").collect();
    match segments.as_slice() {
        short if short.len() <= 4 => SmolStr::new(path.strip_prefix("std::").unwrap_or(path)),
        [krate, .., owner, name] if owner.chars().next().is_some_and(char::is_uppercase) => {
            SmolStr::from(format!("{krate}::{owner}::{name}"))
        }
        [krate, .., name] => SmolStr::from(format!("{krate}::{name}")),
        _ => SmolStr::new(path),
    }
}
