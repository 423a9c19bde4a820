//! Calls that the catalog describes.

use std::rc::Rc;

use smol_str::SmolStr;

use super::{Frame, carried, place::content_of_fallible};
use crate::catalog::{
    NameClass,
    schema::{
        Action, ClosureEntry, ClosureRuns, CredentialKind, DrivenBy, FnEntry, KeyValue, Lifetime, Starts,
        TypeRole,
    },
};
use crate::facts::ExprId;
use crate::link::{
    cells::{Cell, CellKey, FillKind, Renewal},
    event::Event,
    flows::Target,
    naming,
    subst::with_step,
    ty::{self, Ty},
    value::{
        Build, Callable, Certainty, Hazard, HazardKind, Mark, Marks, Origin, Source, TraceEvent, Value,
        Wanted, What, marks_of, no_marks, step, union,
    },
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

    /// The credentials that a call builds into its result or receiver.
    fn credentials(
        &mut self,
        entry: &FnEntry,
        receiver: Option<&Value>,
        args: &[Value],
        exprs: &[ExprId],
        place: Place,
    ) -> Marks {
        let mut marks = no_marks();
        for at in &entry.credential {
            let Some(arg) = args.get(*at) else { continue };
            let at_arg = exprs.get(*at).map_or(place, |e| self.place_of(*e));
            marks = union(&marks, &self.as_credential(arg, entry.kind, entry.lifetime, at_arg));
        }
        for at in &entry.carries {
            let Some(arg) = args.get(*at) else { continue };
            // What says where to connect may say who connects.
            let is_address = entry.kind == Some(CredentialKind::ConnectionString)
                && arg.any(|what| matches!(what, What::Input(_) | What::Param(_)));
            let carried = if is_address {
                self.as_credential(arg, entry.kind, entry.lifetime, place)
            } else {
                carried(arg)
            };
            marks = union(&marks, &carried);
        }
        for at in &entry.signs {
            if let Some(arg) = args.get(*at) {
                self.note_signing(arg);
            }
        }
        if let Some(header) = &entry.header {
            marks = union(&marks, &self.header(header, args, place));
        }
        if let Some(setting) = &entry.setting {
            marks = union(&marks, &self.setting(entry, setting, args, place));
        }
        if let Some(name) = entry.reads_env.first() {
            let origin = self.origin(place, Source::Env, name);
            if let Some(gather) = &mut self.e.gather {
                gather.implicit.insert(origin);
            }
            self.note_read(origin);
            let class = self.class(entry.kind, entry.lifetime, name);
            let credential = naming::credential(self.e, origin, class);
            marks = union(
                &marks,
                &marks_of(vec![Mark {
                    what: What::Credential(credential),
                    trace: step(&None, place, TraceEvent::Enters),
                }]),
            );
        }
        if !marks.is_empty() {
            self.note_sink(place, &marks);
        }
        if entry.per_request || (receiver.is_none() && entry.gives.is_none()) {
            return no_marks();
        }
        marks
    }

    /// What this process signs or checks its own tokens by is its own.
    fn note_signing(&mut self, value: &Value) {
        self.e.leave(Target::Signing, value, self.def);
    }

    fn note_sink(&mut self, place: Place, marks: &Marks) {
        let value = Value { marks: Rc::clone(marks), ..Value::default() };
        self.note_lasting(&value, place);
        self.e.tables.senders.insert(place, self.def);
        self.e.leave(Target::Sink(place), &value, self.def);
    }

    /// What a header's value carries, if its name says that it does.
    fn header(&mut self, at: &KeyValue, args: &[Value], place: Place) -> Marks {
        let (Some(key), Some(value)) = (args.get(at.key), args.get(at.value)) else { return no_marks() };
        let name = key.text.as_ref().map(|it| it.text.clone()).unwrap_or_default();
        let words = self.catalog().words();
        if !words.is_auth_header_constant(&name) && !words.is_auth_header(&name) {
            return no_marks();
        }
        let marks = self.as_credential(value, None, None, place);
        let value = Value { marks, ..Value::default() };
        with_step(&value, place, &TraceEvent::Header(name)).marks
    }

    fn setting(&mut self, entry: &FnEntry, at: &KeyValue, args: &[Value], place: Place) -> Marks {
        let (Some(key), Some(value)) = (args.get(at.key), args.get(at.value)) else { return no_marks() };
        let name = key.text.as_ref().map(|it| it.text.clone()).unwrap_or_default();
        if !at.keys.iter().any(|known| *known == name) {
            return no_marks();
        }
        self.as_credential(value, entry.kind, entry.lifetime, place)
    }

    /// What a value carries at a place where only a credential goes.
    pub(super) fn as_credential(
        &mut self,
        value: &Value,
        kind: Option<CredentialKind>,
        lifetime: Option<Lifetime>,
        place: Place,
    ) -> Marks {
        let all = value.all_marks();
        let mut marks = Vec::new();
        for mark in all.iter() {
            let what = match &mark.what {
                What::Cell(id) | What::Copied(id) => {
                    self.e.tables.sent_cells.entry(*id).or_insert(Wanted { kind, lifetime });
                    continue;
                }
                What::Input(origin) => {
                    What::Credential(naming::credential_wanted(self.e, *origin, Wanted { kind, lifetime }))
                }
                What::Param(param) => What::Secret(*param, Wanted { kind, lifetime }),
                What::Credential(id) => What::Credential(self.sent_elsewhere(*id)),
                What::Refreshing | What::Secret(..) => mark.what,
                what if what.is_built() => *what,
                _ => continue,
            };
            marks.push(Mark { what, trace: mark.trace.clone() });
        }
        if marks.is_empty() {
            marks.extend(self.credential_of_nowhere(value, kind, lifetime, place));
        }
        marks_of(marks)
    }

    /// What is given to somebody else's client is not what this process signs by, whatever it is called.
    fn sent_elsewhere(&mut self, id: crate::link::value::CredentialId) -> crate::link::value::CredentialId {
        let entry = self.e.tables.credentials.get(id.0);
        if !entry.is_own_signing {
            return id;
        }
        let entry = crate::link::value::Credential { is_own_signing: false, ..entry.clone() };
        self.e.tables.credentials.intern(entry)
    }

    /// A credential whose way here is not known: a literal, or a value that could not be followed.
    fn credential_of_nowhere(
        &mut self,
        value: &Value,
        kind: Option<CredentialKind>,
        lifetime: Option<Lifetime>,
        place: Place,
    ) -> Option<Mark> {
        let (source, place, name) = match &value.text {
            Some(text) if self.catalog().words().is_placeholder(&text.text) => return None,
            Some(text) => (Source::Literal, text.place, SmolStr::default()),
            None if value.callable.is_some() => return None,
            None => (Source::Unknown, place, SmolStr::default()),
        };
        let origin = self.origin(place, source, &name);
        let class = self.class(kind, lifetime, "");
        let credential = naming::credential(self.e, origin, class);
        Some(Mark { what: What::Credential(credential), trace: step(&None, place, TraceEvent::Enters) })
    }

    fn class(&mut self, kind: Option<CredentialKind>, lifetime: Option<Lifetime>, name: &str) -> NameClass {
        let named = self.e.says(name).class;
        NameClass {
            kind: kind.or(named.map(|it| it.kind)).unwrap_or(CredentialKind::ApiKey),
            lifetime: lifetime.or(named.map(|it| it.lifetime)).unwrap_or(Lifetime::Rotatable),
            is_own_signing: false,
        }
    }

    pub(super) fn origin(
        &mut self,
        place: Place,
        source: Source,
        name: &str,
    ) -> crate::link::value::OriginId {
        self.e.tables.origins.intern(Origin { place, source, name: SmolStr::new(name) })
    }

    /// Credentials that reach a client are built into it.
    pub(super) fn finish_client(&mut self, value: Value, ty: &Ty, place: Place) -> Value {
        let Some(certainty) = self.certainty(ty) else { return value };
        let Some(path) = ty.path() else { return value };
        let client = shown(path);
        let is_raw = |what: &What| matches!(what, What::Credential(_) | What::Param(_) | What::Secret(..));
        if !value.marks.iter().any(|mark| is_raw(&mark.what)) {
            return value;
        }
        let build = self.e.tables.builds.intern(Build { place, client: client.clone(), certainty });
        self.note_builder(build, &value, ty);
        let marks = value.marks.iter().map(|mark| {
            let what = match &mark.what {
                What::Credential(credential) => What::Built(*credential, build),
                What::Param(param) => What::BuiltParam(*param, build),
                What::Secret(param, wanted) => What::BuiltSecret(*param, build, *wanted),
                other => return Mark { what: *other, trace: mark.trace.clone() },
            };
            Mark { what, trace: step(&mark.trace, place, TraceEvent::Built(client.clone())) }
        });
        Value { marks: marks_of(marks.collect()), ..value }
    }

    /// Whether a type is a client, and how well that is known.
    pub(super) fn certainty(&self, ty: &Ty) -> Option<Certainty> {
        let path = ty.path()?;
        match ty.role(self.catalog()) {
            Some(TypeRole::Client | TypeRole::Pool | TypeRole::Connection) => Some(Certainty::Known),
            Some(_) => None,
            None if path.starts_with("std::") => None,
            None => self
                .catalog()
                .words()
                .is_client_type(path.rsplit("::").next().unwrap_or_default())
                .then_some(Certainty::Named),
        }
    }

    /// A new value of a type: its credentials are built in, and what it starts is a hazard.
    pub(super) fn finish_made(&mut self, value: Value, ty: &Ty, place: Place) -> Value {
        let value = self.finish_client(value, ty, place);
        let Some((entry, path)) = ty.entry(self.catalog()).zip(ty.path()) else { return value };
        let kind = match entry.is {
            TypeRole::Runtime => HazardKind::Runtime,
            TypeRole::Pool => HazardKind::Pool,
            TypeRole::Client | TypeRole::Connection => HazardKind::Client,
            TypeRole::Workers => HazardKind::Workers,
            TypeRole::Thread => HazardKind::Threads,
            TypeRole::Task => HazardKind::Tasks,
            _ => return value,
        };
        let starts = if kind == HazardKind::Pool && entry.starts == Starts::Nothing {
            Starts::Connections
        } else {
            entry.starts
        };
        let by_default = if starts == Starts::Tasks { DrivenBy::Maker } else { DrivenBy::Itself };
        let driven_by = entry.driven_by.unwrap_or(by_default);
        self.make_hazard(value, Hazard { place, kind, starts, driven_by, name: shown(path) })
    }

    fn make_hazard(&mut self, mut value: Value, hazard: Hazard) -> Value {
        let id = self.e.tables.hazards.intern(hazard);
        self.events.push(Event::Create(id));
        value.add_mark(What::Hazard(id), None);
        value
    }

    /// Threads, tasks and workers that a call starts by itself.
    fn started_by_call(&mut self, entry: &FnEntry, value: Value, path: &SmolStr, place: Place) -> Value {
        let (kind, starts) = match (entry.does, entry.starts) {
            (Some(Action::SpawnThread), _) => (HazardKind::Threads, Starts::Threads),
            (Some(Action::SpawnTask), _) => (HazardKind::Tasks, Starts::Tasks),
            (Some(Action::StartWorkers), _) => (HazardKind::Workers, Starts::Threads),
            (None, Starts::Threads) if entry.gives.is_none() => (HazardKind::Workers, Starts::Threads),
            _ => return value,
        };
        if kind == HazardKind::Tasks {
            self.events.push(Event::UseRuntime(place));
        }
        let driven_by = DrivenBy::Itself;
        self.make_hazard(value, Hazard { place, kind, starts, driven_by, name: shown(path) })
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
                self.sleeps = true;
                self.with_event(value, Event::Sleep(place))
            }
            Action::ProcessId => {
                self.asks_pid = true;
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
