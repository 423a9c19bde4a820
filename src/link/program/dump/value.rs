//! What a value may hold: its type, then a line for each mark with the way it came.

use super::{Dump, word};
use crate::link::value::{
    AccessPath, Callable, Credential, Mark, OriginId, Root, Trace, TraceEvent, Value, What, steps,
};

impl Dump<'_, '_> {
    /// A value: `what` and its type on one line, its marks below, fields below those.
    pub(super) fn value(&mut self, what: &str, value: &Value) {
        let calls = value.callable.as_ref().map(|it| format!(" calls {}", self.callable(it)));
        let text = if value.text.is_some() { " constant-text" } else { "" };
        let ty = self.ty(&value.ty);
        self.line(format_args!("{what}: {ty}{text}{}", calls.unwrap_or_default()));
        self.inside(|dump| {
            for mark in value.marks.iter() {
                dump.mark(mark);
            }
            for (name, field) in value.fields.iter().flat_map(|fields| fields.iter()) {
                dump.value(&format!("field {name}"), field);
            }
        });
    }

    pub(super) fn mark(&mut self, mark: &Mark) {
        let way = self.way(&mark.trace);
        let what = self.what(&mark.what);
        self.line(format_args!("{what}{way}"));
    }

    fn callable(&self, callable: &Callable) -> String {
        match callable {
            Callable::Def(def) => self.path(*def),
            Callable::External(path) => path.to_string(),
            Callable::Closure(..) => "a closure".to_owned(),
        }
    }

    /// One thing that a value may hold, in one line.
    pub(super) fn what(&self, what: &What) -> String {
        let program = self.program;
        match what {
            What::Open(param) => self.access_path(*param),
            What::Input(origin) => format!("input {}", self.origin(*origin)),
            What::Credential(id) => self.credential(program.credential(*id)),
            What::Built(id, build) => {
                let build = program.build(*build);
                let credential = self.credential(program.credential(*id));
                format!("{credential} built-into {} ({})", build.client, word(build.certainty))
            }
            What::Secret(param, _) => format!("credential of {}", self.access_path(*param)),
            What::BuiltOpen(param, build) | What::BuiltSecret(param, build, _) => {
                let build = program.build(*build);
                format!(
                    "{} built-into {} ({})",
                    self.access_path(*param),
                    build.client,
                    word(build.certainty)
                )
            }
            What::Hazard(id) => {
                let hazard = program.hazard(*id);
                let (kind, starts) = (word(hazard.kind), word(hazard.starts));
                format!("{kind} {} starts {starts} @{}", hazard.name, self.place(hazard.place))
            }
            What::Cell(id) => format!("cell {}", program.learned.tables.cells[id.0 as usize].name),
            What::Copied(id) => format!("copy-of-cell {}", program.learned.tables.cells[id.0 as usize].name),
            What::ForkResult(id) => format!("result-of-fork @{}", self.place(program.fork(*id).place)),
            other => word(other),
        }
    }

    fn access_path(&self, path: AccessPath) -> String {
        let mut text = match path.root() {
            Root::Param(index) => format!("param {index}"),
            Root::Field(id) => {
                let (def, name) = &self.program.learned.fields.get(id).key;
                format!("what {}.{name} holds", self.path(*def))
            }
        };
        for field in path.fields().iter() {
            text.push('.');
            text.push_str(field);
        }
        text
    }

    /// `credential api-key rotatable openai from env OPENAI_API_KEY @3:5`.
    fn credential(&self, credential: &Credential) -> String {
        let provider = credential.provider.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
        let signing = if credential.is_own_signing { " own-signing" } else { "" };
        let (kind, lifetime) = (word(credential.kind), word(credential.lifetime));
        format!("credential {kind} {lifetime}{provider}{signing} from {}", self.origin(credential.origin))
    }

    pub(super) fn origin(&self, id: OriginId) -> String {
        let origin = self.program.origin(id);
        let name = if origin.name.is_empty() { String::new() } else { format!(" {}", origin.name) };
        format!("{}{name} @{}", word(origin.source), self.place(origin.place))
    }

    /// ` way: 3:5 returned connect, 7:9 built …`; nothing where there is none.
    fn way(&self, trace: &Trace) -> String {
        let steps: Vec<String> = steps(trace)
            .into_iter()
            .map(|step| {
                let name = match &step.event {
                    TraceEvent::Enters => String::new(),
                    TraceEvent::Returned(name)
                    | TraceEvent::Stored(name)
                    | TraceEvent::Taken(name)
                    | TraceEvent::Passed(name)
                    | TraceEvent::Built(name)
                    | TraceEvent::Header(name) => format!(" {name}"),
                };
                format!("{} {}{name}", self.place(step.place), word(&step.event))
            })
            .collect();
        if steps.is_empty() { String::new() } else { format!(" way {}", steps.join(", ")) }
    }
}
