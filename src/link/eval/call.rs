//! Calls of paths: functions of this run, constructors, functions of other packages.

use std::borrow::Cow;
use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::{Frame, closure::giving, touched, touched_by, tuple_field};
use crate::catalog::schema::{ClosureRuns, TypeRole};
use crate::facts::{ExprId, ExprKind, ItemKind, Name, path::Path};
use crate::link::{
    engine::Summary,
    event::{Event, Touched},
    naming,
    order::visit,
    resolve::{Owner, Res},
    subst::{self, with_step},
    ty::Ty,
    value::{Callable, Marks, TraceEvent, Value, What},
    world::DefId,
};
use crate::source::Place;

/// How many arguments of a function that is passed are looked at.
const CALLED: usize = 4;

/// How many implementations of one method are followed.
const IMPLS: usize = 6;

impl<'a> Frame<'_, 'a> {
    pub(super) fn eval_call(&mut self, id: ExprId, callee: ExprId, args: &'a [ExprId]) -> Value {
        let place = self.place_of(id);
        let ExprKind::Path(path) = &self.facts().expr(callee).kind else {
            let function = self.eval(callee);
            let values = self.eval_all(args);
            return self.call_value(&function, &values, place);
        };
        if let Some(at) = path.as_ident().and_then(|name| self.local_at(name)) {
            let function = self.locals[at].value.clone();
            let values = self.eval_all(args);
            return self.call_value(&function, &values, place);
        }
        match self.resolve_path(path) {
            Some(Res::Def(def)) => self.call_res(def, path, args, place),
            Some(Res::Variant(def, name)) => self.construct(def, Some(&name), args),
            Some(Res::External(external)) => {
                let values = self.eval_all(args);
                self.note_handed_client(&external, &values, place);
                self.note_external_call(&external, &values, place);
                let value = self.call_external(&external, &values, None, args, place);
                self.with_turbofish(value, path)
            }
            _ => self.call_unknown(path, args, place),
        }
    }

    pub(super) fn eval_all(&mut self, args: &'a [ExprId]) -> Vec<Value> {
        let from = self.events.len();
        let values = args.iter().map(|e| self.eval(*e)).collect();
        self.args_from = from;
        values
    }

    fn call_value(&mut self, function: &Value, args: &[Value], place: Place) -> Value {
        self.note_use(function, place);
        if function.callable.is_none() {
            self.run_closures(args, place);
        }
        self.run(function, args, place)
    }

    /// A call of something that is nowhere in sight.
    fn call_unknown(&mut self, path: &'a Path, args: &'a [ExprId], place: Place) -> Value {
        let values = self.eval_all(args);
        self.run_closures(&values, place);
        for value in &values {
            self.note_use(value, place);
        }
        let name = path.last_name();
        self.note_shapes(name, &values, place);
        if let Some(value) = self.call_derived(path, name) {
            return value;
        }
        // `T::default()` of a generic, `From::from(x)`: what comes out is made of what goes in.
        if matches!(name, "from" | "new" | "clone") {
            values.into_iter().next().unwrap_or_default()
        } else {
            Value::default()
        }
    }

    /// `Args::parse()`, which a derive writes: a value of the type in front.
    fn call_derived(&self, path: &'a Path, name: &str) -> Option<Value> {
        const PARSING: [&str; 7] =
            ["parse", "try_parse", "parse_from", "try_parse_from", "from_args", "init_from_env", "from_env"];
        if !PARSING.contains(&name) || path.segments.len() < 2 {
            return None;
        }
        let segments = path.segments[..path.segments.len() - 1].to_vec();
        let owner = Path { segments, ..path.clone() };
        let ty = self.e.types.named(self.scope, &owner);
        matches!(ty, Ty::Def(..)).then(|| Value::of(ty))
    }

    fn with_turbofish(&self, value: Value, path: &'a Path) -> Value {
        let Some(last) = path.segments.last().and_then(|segment| segment.args.first()) else { return value };
        // What is read from a text is no text.
        if !value.ty.is_unknown() && !value.ty.is_text() {
            return value;
        }
        Value { ty: self.e.types.lower(self.scope, last), ..value }
    }

    fn call_res(&mut self, def: DefId, path: &'a Path, args: &'a [ExprId], place: Place) -> Value {
        let at = self.e.types.world.def(def);
        let name = self.name_of(def);
        let item = match &self.e.inputs().item(at.file, at.item).kind {
            ItemKind::Fn(item) => item,
            ItemKind::Static(_) | ItemKind::Const(_) => {
                let function = self.eval_def(def, path.span);
                let values = self.eval_all(args);
                return self.call_value(&function, &values, place);
            }
            _ => return self.construct(def, None, args),
        };
        let mut values = self.eval_all(args);
        self.convert_args(def, args, &mut values);
        let value = if let [only] = values.as_slice()
            && matches!(name.as_str(), "from" | "try_from")
        {
            let found = self.overloads(def, &only.ty);
            self.call_all(&found, &values, place)
        } else if item.body.is_some() {
            self.call_def(def, &values, place)
        } else {
            self.call_trait_fn(def, &values, place)
        };
        self.absorb_into_args(def, &values, args);
        self.with_turbofish(value, path)
    }

    /// A tuple struct or tuple variant is put together.
    fn construct(&mut self, def: DefId, variant: Option<&Name>, args: &'a [ExprId]) -> Value {
        let mut value = Value::of(Ty::Def(def, None));
        for (at, e) in args.iter().enumerate() {
            let name = match variant {
                Some(variant) => smol_str::format_smolstr!("{variant}.{at}"),
                None => tuple_field(at),
            };
            let field = self.eval(*e);
            let field =
                if args.len() == 1 { naming::named(self.e, field, &self.name_of(def)) } else { field };
            let at = self.place_of(*e);
            if let Some(gather) = &mut self.e.gather {
                gather.at = Some(at);
            }
            self.e.fill_field(def, &name, &field, self.def);
            self.note_escape(&field);
            value.set_field(name, field);
        }
        value
    }

    /// Calls a function of this run.
    pub(super) fn call_def(&mut self, def: DefId, args: &[Value], place: Place) -> Value {
        self.note_shapes_passed(def, args, place);
        if let Some(gather) = &mut self.e.gather {
            gather.at = Some(place);
        }
        let signature = self.e.signature(def);
        for ((param, value), at) in signature.params.iter().zip(args).zip(0..) {
            let part = if self.is_gathering() { param.all_of(value) } else { param.part_of(value) };
            if let Some(part) = part {
                self.e.fill_param(def, at, &part, self.def);
            }
        }
        if self.refused > 0 {
            self.e.tables.on_refusal.insert(def);
        }
        let summary = self.e.summary_for(def, self.def);
        // What a function is given to run it runs somewhere inside, most often behind what it does first.
        let original = args;
        let ((args, runs), ran) = if args.iter().any(|arg| arg.callable.is_some()) {
            self.events_of(|frame| frame.run_passed(&summary, original, place))
        } else {
            ((Cow::Borrowed(original), Vec::new()), Vec::new())
        };
        self.events.push(Event::Call(def, passed_by(original, &touched_in(&ran)), place));
        self.events.extend(ran);
        self.read_named(&summary.reads_env, original, place);
        let mut value = subst::at_call(self.e, &summary.ret, &args);
        if value.ty.is_unknown() {
            value.ty = signature.output.clone();
        }
        generic_output(&args, &mut value);
        for result in &runs {
            if value.ty.is_unknown() {
                value = if value.marks.is_empty() {
                    result.clone()
                } else {
                    Value { ty: result.ty.clone(), ..value }
                };
            }
        }
        let name = self.name_of(def);
        self.note_renewing_call(&name);
        let value = with_step(&value, place, &TraceEvent::Returned(name));
        self.note_given(&value);
        value
    }

    /// What is done, with its events by themselves.
    fn events_of<T>(&mut self, body: impl FnOnce(&mut Self) -> T) -> (T, Vec<Event>) {
        let outer = std::mem::take(&mut self.events);
        let value = body(self);
        (value, std::mem::replace(&mut self.events, outer))
    }

    /// Runs the functions among the arguments with what they are called with inside; the arguments with what they give.
    fn run_passed<'v>(
        &mut self,
        summary: &Summary,
        args: &[Value],
        place: Place,
    ) -> (Cow<'v, [Value]>, Vec<Value>) {
        let mut runs = Vec::new();
        let mut known = Vec::with_capacity(args.len());
        for (at, arg) in args.iter().enumerate() {
            let with = u16::try_from(at).ok().and_then(|at| summary.called_with.get(&at));
            let is_closure = matches!(arg.callable, Some(Callable::Closure(..)));
            if arg.callable.is_none() || (with.is_none() && !is_closure) {
                known.push(arg.clone());
                continue;
            }
            let with = with.map(|with| subst::at_call(self.e, with, args)).unwrap_or_default();
            let with: Vec<Value> = (0..CALLED).map(|at| part(&with, at)).collect();
            let count = with.iter().rposition(|value| value.any(|_| true)).map_or(0, |last| last + 1);
            let with = &with[..count];
            let result = self.run_argument(ClosureRuns::Later, arg, with, place);
            known.push(giving(arg.clone(), result.clone()));
            runs.push(result);
        }
        (Cow::Owned(known), runs)
    }

    pub(super) fn name_of(&self, def: DefId) -> Name {
        let at = self.e.types.world.def(def);
        self.e.inputs().item(at.file, at.item).name.clone()
    }

    /// Closures among the arguments of a function of this run, or of one that nobody knows, run during the call.
    pub(super) fn run_closures(&mut self, args: &[Value], place: Place) -> Vec<Value> {
        let closures: Vec<Value> = args
            .iter()
            .filter(|value| matches!(value.callable, Some(Callable::Closure(..))))
            .cloned()
            .collect();
        closures.iter().map(|value| self.run_argument(ClosureRuns::Later, value, &[], place)).collect()
    }

    /// What flows into the arguments from inside the function.
    pub(super) fn absorb_into_args(&mut self, def: DefId, values: &[Value], args: &'a [ExprId]) {
        let summary = self.e.summary_for(def, self.def);
        let shift = values.len().saturating_sub(args.len());
        for (at, marks) in &summary.absorbs {
            let Some(e) = usize::from(*at).checked_sub(shift).and_then(|at| args.get(at)) else { continue };
            let marks = self.passed(marks, values);
            self.absorb(*e, &marks);
        }
    }

    /// Marks of a summary at a call.
    pub(super) fn passed(&mut self, marks: &Marks, values: &[Value]) -> Marks {
        let inner = Value { marks: marks.clone(), ..Value::default() };
        subst::at_call(self.e, &inner, values).marks
    }

    /// A trait's function without a body: every implementation in sight may run.
    pub(super) fn call_trait_fn(&mut self, def: DefId, args: &[Value], place: Place) -> Value {
        let name = self.name_of(def);
        let Some(of) = self.e.types.world.def(def).parent else { return Value::default() };
        let found = self.implementations(of, &name);
        self.call_all(&found, args, place)
    }

    /// The functions of this name in the impls of a trait, as far as they are followed.
    pub(super) fn implementations(&self, of: DefId, name: &Name) -> Vec<DefId> {
        let resolver = self.e.types.resolver;
        // What stands in for the real one in tests is not there in the program.
        let world = self.e.types.world;
        let is_there = |def: &DefId| !world.is_example(*def) || world.is_example(self.def);
        let own = resolver.implementations(of, name).iter().copied().filter(is_there);
        let default = resolver.assoc(&Owner::Def(of), name).iter().copied();
        let default =
            default.filter(|def| self.e.types.function(*def).is_some_and(|item| item.body.is_some()));
        own.chain(default).take(IMPLS).collect()
    }

    pub(super) fn call_all(&mut self, found: &[DefId], args: &[Value], place: Place) -> Value {
        let mut all: Option<Value> = None;
        for &def in found.iter().take(IMPLS) {
            let value = self.call_def(def, args, place);
            all = Some(all.map_or_else(|| value.clone(), |known| known.join(&value)));
        }
        all.unwrap_or_default()
    }

    /// Calls a function of another package.
    pub(super) fn call_external(
        &mut self,
        path: &SmolStr,
        args: &[Value],
        receiver: Option<&Value>,
        exprs: &[ExprId],
        place: Place,
    ) -> Value {
        match path.as_str() {
            "std::option::Option::Some" | "std::result::Result::Ok" => return wrap(path, args),
            "std::result::Result::Err" | "std::option::Option::None" => return Value::default(),
            _ => {}
        }
        let catalog = self.catalog();
        if let Some(entry) = catalog.function(path) {
            let mut value = self.apply(entry, path, receiver, args, exprs, place);
            if is_empty_text(path) {
                self.note_nothing(&mut value, place);
            }
            return value;
        }
        self.run_closures(args, place);
        for value in args {
            self.note_use(value, place);
        }
        self.guess(path, args, place)
    }

    /// A text whose form says that it is a secret, given to another package's function that does not only hand it on.
    fn note_external_call(&mut self, path: &SmolStr, values: &[Value], place: Place) {
        if !self.is_gathering() {
            return;
        }
        let hands_on = self.catalog().function(path).is_some_and(|entry| !entry.passes.is_empty());
        let last = path.rsplit("::").next().unwrap_or_default();
        if last == "set_var"
            && let [key, value] = values
            && let Some(key) = &key.text
        {
            self.note_setting(&key.text.clone(), value, place);
        }
        if !hands_on && !path.starts_with("std::") {
            self.note_shapes(last, values, place);
        }
    }

    /// An associated function that the catalog does not know: by convention a constructor, if its name is one.
    fn guess(&mut self, path: &SmolStr, args: &[Value], place: Place) -> Value {
        let Some((owner, name)) = path.rsplit_once("::") else { return Value::default() };
        let last = owner.rsplit("::").next().unwrap_or_default();
        let is_type = last.chars().next().is_some_and(char::is_uppercase);
        if !is_type || !is_constructor(name) {
            return Value::default();
        }
        let owner = if name.ends_with("builder") {
            SmolStr::from(format!("{owner}Builder"))
        } else {
            SmolStr::new(owner)
        };
        let mut value = Value::of(Ty::External(owner, None));
        if is_empty_text(path) {
            self.note_nothing(&mut value, place);
        }
        self.note_constructor(&value.ty.clone(), args, place);
        if value.ty.role(self.catalog()) == Some(TypeRole::Plain) {
            return value;
        }
        for arg in args {
            value.add(&super::carried(arg));
            self.note_escape(arg);
        }
        let ty = value.ty.clone();
        self.finish_client(value, &ty, place)
    }
}

/// What the arguments of a call touch, each: a closure, what it touches when it runs.
fn passed_by(args: &[Value], inside: &BTreeSet<What>) -> Vec<Touched> {
    if inside.is_empty() {
        return touched_by(args);
    }
    let passed = |arg: &Value| match arg.callable {
        Some(Callable::Closure(..)) => inside.iter().copied().chain(touched(arg).iter().copied()).collect(),
        _ => touched(arg),
    };
    args.iter().map(passed).collect()
}

/// What closures touch when they run.
fn touched_in(events: &[Event]) -> BTreeSet<What> {
    let mut found = BTreeSet::new();
    visit(events, &mut |event| {
        if let Event::Use(touched, _) = event {
            found.extend(touched.iter().copied());
        }
    });
    found
}

fn part(tuple: &Value, at: usize) -> Value {
    tuple.field(&tuple_field(at)).cloned().unwrap_or_default()
}

/// `fn f<T>(x: T) -> T` gives what it takes.
fn generic_output(args: &[Value], value: &mut Value) {
    if value.ty.is_unknown()
        && let [only] = args
        && value.any(|what| matches!(what, What::Built(..)))
    {
        value.ty = only.ty.clone();
    }
}

/// Whether a function gives an empty text.
fn is_empty_text(path: &str) -> bool {
    matches!(
        path,
        "std::string::String::new" | "std::string::String::default" | "std::default::Default::default"
    )
}

/// Names of associated functions that make a value of their type.
fn is_constructor(name: &str) -> bool {
    const STARTS: [&str; 12] = [
        "new", "from", "with", "builder", "default", "connect", "init", "create", "build", "open", "login",
        "try_",
    ];
    STARTS.iter().any(|start| name.starts_with(start)) || name.ends_with("builder")
}

/// `Some(x)`, `Ok(x)`.
fn wrap(path: &SmolStr, args: &[Value]) -> Value {
    let Some(value) = args.first().cloned() else { return Value::default() };
    let wrapper = path.rsplit_once("::").map_or("", |(owner, _)| owner);
    let ty = Ty::External(SmolStr::new(wrapper), crate::link::ty::args(vec![value.ty.clone()]));
    Value { ty, ..value }
}
