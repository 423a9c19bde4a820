//! Events in call order, branches and closures indented.

use super::{Dump, word};
use crate::link::event::{Event, ForkSide, Touched};

impl Dump<'_, '_> {
    pub(super) fn events(&mut self, events: &[Event]) {
        for event in events {
            self.event(event);
        }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Branch(arms) => {
                self.line("branch");
                self.inside(|dump| {
                    for arm in arms {
                        let side = arm.side.map(|side| dump.side(side)).unwrap_or_default();
                        dump.line(format_args!("arm{side}"));
                        dump.inside(|dump| dump.events(&arm.events));
                    }
                });
            }
            Event::Loop(inner) => {
                self.line("loop");
                self.inside(|dump| dump.events(inner));
            }
            Event::Closure(runs, inner) => {
                self.line(format_args!("closure {}", word(runs)));
                self.inside(|dump| dump.events(inner));
            }
            other => {
                let line = self.plain(other);
                self.line(line);
            }
        }
    }

    /// An event without others in it.
    fn plain(&self, event: &Event) -> String {
        let what = word(event);
        let program = self.program;
        match event {
            Event::Create(hazard) => {
                let hazard = program.hazard(*hazard);
                format!("{what} {} {} @{}", word(hazard.kind), hazard.name, self.place(hazard.place))
            }
            Event::Use(touched, place) | Event::Drop(touched, place) => {
                format!("{what} @{}{}", self.place(*place), self.touched(touched))
            }
            Event::Call(def, args, place) => {
                let args: Vec<String> = args.iter().map(|arg| self.touched(arg)).collect();
                format!("{what} {} @{}{}", self.path(*def), self.place(*place), args.concat())
            }
            Event::Fork(id) => {
                let fork = program.fork(*id);
                format!("{what} {} @{} returns {}", fork.name, self.place(fork.place), word(fork.returns))
            }
            Event::Force(cell, place) => {
                let cell = &program.learned.tables.cells[cell.0 as usize];
                format!("{what} {} @{}", cell.name, self.place(*place))
            }
            Event::Verify(of, place) => format!("{what} {of} @{}", self.place(*place)),
            Event::UseRuntime(place)
            | Event::Exec(place)
            | Event::Exit(place)
            | Event::Serve(place)
            | Event::Sleep(place) => format!("{what} @{}", self.place(*place)),
            _ => what,
        }
    }

    fn side(&self, side: ForkSide) -> String {
        let who = if side.is_child { "child" } else { "parent" };
        format!(" {who} of fork @{}", self.place(self.program.fork(side.fork).place))
    }

    /// What is touched, in brackets; nothing where nothing is.
    fn touched(&self, touched: &Touched) -> String {
        let list: Vec<String> = touched.iter().map(|what| self.what(what)).collect();
        if list.is_empty() { String::new() } else { format!(" [{}]", list.join(", ")) }
    }
}
