//! The walk of a function: under which runtimes it touches each cell.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Asked, Life};
use crate::catalog::schema::{ClosureRuns, DrivenBy};
use crate::link::{
    event::{Drive, Driver, Event, EventArm},
    order::visit,
    value::{CellId, HazardId, What},
    world::DefId,
};
use crate::source::Place;

/// How many lives are told apart: two are a crossing, and one more shows which of them uses the cell.
const LIVES: usize = 4;

/// The runtimes that come to a cell on one way through a function.
#[derive(Clone, Debug, Default)]
pub(super) struct Touches {
    /// Where it is touched under whatever runtime the function runs on, and whether more than made.
    pub ambient: Option<(Place, bool)>,
    /// The runtimes that are made or named below.
    pub lives: Vec<Seen>,
}

/// A life, while the function that it may be of is still open.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub life: Life,
    /// Whether the runtime is one of this function, which may give it more to do.
    is_own: bool,
    /// Whether the runtime has ended.
    is_dropped: bool,
}

/// What a function does to cells.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    pub cells: BTreeMap<CellId, Touches>,
    /// The runtimes that are made in it or below.
    made: BTreeSet<HazardId>,
    /// Whether it may stay for as long as the process lives: it serves or loops.
    is_long: bool,
}

/// Where a walk is.
#[derive(Clone, Default)]
struct Way {
    cells: BTreeMap<CellId, Touches>,
    is_over: bool,
    in_thread: bool,
}

pub(super) struct Walker<'w, 'e, 'a> {
    pub asked: &'w Asked<'e, 'a>,
    tallies: FxHashMap<DefId, Rc<Tally>>,
    drivers: FxHashMap<DefId, Option<(u16, Driver)>>,
    open: FxHashSet<DefId>,
}

/// A function being walked.
struct Frame {
    def: DefId,
    drives: Vec<Drive>,
    /// Whether it is synchronous, and gives runtimes their work: what it touches beside that is touched on none.
    is_giver: bool,
    /// The cells that it comes to, itself or by its callees: what it uses of such a cell's kind is that cell's.
    comes_to: BTreeSet<CellId>,
    made: BTreeSet<HazardId>,
    is_long: bool,
    /// Ways that ended in a `return`.
    returned: Vec<BTreeMap<CellId, Touches>>,
}

impl<'w, 'e, 'a> Walker<'w, 'e, 'a> {
    pub(super) fn new(asked: &'w Asked<'e, 'a>) -> Self {
        Self {
            asked,
            tallies: FxHashMap::default(),
            drivers: FxHashMap::default(),
            open: FxHashSet::default(),
        }
    }

    /// What a function does to cells; nothing while it is being walked.
    pub(super) fn tally(&mut self, def: DefId) -> Rc<Tally> {
        if let Some(known) = self.tallies.get(&def) {
            return Rc::clone(known);
        }
        let summary = self.asked.engine.tables.summaries.get(&def).cloned();
        let Some(summary) = summary.filter(|_| self.open.insert(def)) else { return Rc::default() };
        let mut frame = self.frame(def, &summary.events, &summary.drives);
        let mut way = Way::default();
        self.events(&summary.events, &mut way, &mut frame);
        let ways = frame.returned.drain(..).chain([way.cells]).collect();
        let cells = best_of(ways);
        let tally = Rc::new(Tally { cells, made: frame.made, is_long: frame.is_long });
        self.open.remove(&def);
        self.tallies.insert(def, Rc::clone(&tally));
        tally
    }

    fn frame(&mut self, def: DefId, events: &[Event], drives: &[Drive]) -> Frame {
        let mut drives = drives.to_vec();
        let mut comes_to = BTreeSet::new();
        let mut calls = Vec::new();
        visit(events, &mut |event| match event {
            Event::Force(cell, _) if self.asked.bound.contains_key(cell) => {
                comes_to.insert(*cell);
            }
            Event::Call(callee, _, place) if *callee != def => calls.push((*callee, *place)),
            _ => {}
        });
        for (callee, place) in calls {
            if self.asked.reach.contains(&callee) {
                comes_to.extend(self.tally(callee).cells.keys());
            }
            if let Some((_, runtime)) = self.driver(callee) {
                drives.push(Drive { place, span: place.span, runtime, future: None });
            }
        }
        // The innermost comes first.
        drives.sort_by_key(|it| it.span.end - it.span.start);
        let is_async = self.asked.engine.types.function(def).is_some_and(|item| item.is_async);
        let is_giver = !is_async && !drives.is_empty();
        let (made, is_long, returned) = (BTreeSet::new(), false, Vec::new());
        Frame { def, drives, is_giver, comes_to, made, is_long, returned }
    }

    /// The runtime that a function drives one of its parameters on.
    fn driver(&mut self, def: DefId) -> Option<(u16, Driver)> {
        if let Some(known) = self.drivers.get(&def) {
            return *known;
        }
        self.drivers.insert(def, None);
        let summary = self.asked.engine.tables.summaries.get(&def).cloned()?;
        let own = summary.drives.iter().find_map(|it| Some((it.future?, it.runtime)));
        let found = own.or_else(|| self.driver_below(&summary.events));
        self.drivers.insert(def, found);
        found
    }

    fn driver_below(&mut self, events: &[Event]) -> Option<(u16, Driver)> {
        let mut calls = Vec::new();
        visit(events, &mut |event| {
            if let Event::Call(callee, args, _) = event {
                calls.push((*callee, args.clone()));
            }
        });
        calls.into_iter().find_map(|(callee, args)| {
            let (at, runtime) = self.driver(callee)?;
            let passed = args.get(usize::from(at))?.iter().find_map(What::whole_param);
            Some((passed?, runtime))
        })
    }

    fn events(&mut self, events: &[Event], way: &mut Way, frame: &mut Frame) {
        for event in events {
            if way.is_over {
                return;
            }
            self.event(event, way, frame);
        }
    }

    fn event(&mut self, event: &Event, way: &mut Way, frame: &mut Frame) {
        match event {
            Event::Create(hazard) => self.create(*hazard, way, frame),
            Event::Force(cell, place) if self.asked.bound.contains_key(cell) => {
                touch(way, frame, *cell, *place, true);
            }
            Event::Use(touched, place) => {
                for what in touched.iter() {
                    self.used(what, *place, way, frame);
                }
            }
            Event::Drop(touched, _) => touched.iter().for_each(|what| ended(way, what)),
            Event::Call(callee, args, place) => {
                for what in args.iter().flat_map(|arg| arg.iter()) {
                    self.used(what, *place, way, frame);
                }
                self.call(*callee, *place, way, frame);
            }
            Event::Serve(_) => frame.is_long = true,
            Event::Return => {
                way.is_over = true;
                frame.returned.push(std::mem::take(&mut way.cells));
            }
            Event::Exit(_) | Event::Exec(_) => way.is_over = true,
            Event::Branch(arms) => self.branch(arms, way, frame),
            Event::Loop(inner) => {
                frame.is_long = true;
                self.again(inner, way, frame);
            }
            Event::Closure(runs, inner) => self.closure(*runs, inner, way, frame),
            Event::Handed(inner) => self.closure(ClosureRuns::Later, inner, way, frame),
            Event::Force(..)
            | Event::UseRuntime(_)
            | Event::Fork(_)
            | Event::Sleep(_)
            | Event::Endless(_)
            | Event::ReadEnv(_)
            | Event::Verify(..) => {}
        }
    }

    fn create(&mut self, hazard: HazardId, way: &mut Way, frame: &mut Frame) {
        let entry = self.asked.engine.tables.hazards.get(hazard.0);
        if let Some(cells) = self.asked.cells.get(&hazard).filter(|_| entry.driven_by == DrivenBy::Maker) {
            for cell in cells {
                touch(way, frame, *cell, entry.place, false);
            }
        } else {
            frame.made.insert(hazard);
        }
    }

    /// What a cell holds is used, by another name.
    fn used(&mut self, what: &What, place: Place, way: &mut Way, frame: &mut Frame) {
        let What::Hazard(hazard) = what else { return };
        let Some(cells) = self.asked.cells.get(hazard) else { return };
        for cell in cells {
            if frame.comes_to.contains(cell) && drive_at(frame, way, place).is_some() {
                touch(way, frame, *cell, place, true);
            }
        }
    }

    /// A callee's runtimes are over when it returns; what it did on its caller's is done here.
    fn call(&mut self, callee: DefId, place: Place, way: &mut Way, frame: &mut Frame) {
        if callee == frame.def {
            return;
        }
        let tally = self.tally(callee);
        frame.made.extend(&tally.made);
        frame.is_long |= tally.is_long;
        for (cell, touches) in &tally.cells {
            for seen in &touches.lives {
                add(way.cells.entry(*cell).or_default(), closed(seen));
            }
            if let Some((at, is_user)) = touches.ambient {
                match drive_at(frame, way, place) {
                    Some(_) => touch_at(way, frame, *cell, place, at, is_user),
                    None => touch(way, frame, *cell, at, is_user),
                }
            }
        }
    }

    /// One of several ways: for each cell the one on which most runtimes come to it.
    fn branch(&mut self, arms: &[EventArm], way: &mut Way, frame: &mut Frame) {
        let mut open = Vec::new();
        for arm in arms {
            let mut own = way.clone();
            self.events(&arm.events, &mut own, frame);
            if !own.is_over {
                open.push(own.cells);
            }
        }
        way.is_over = open.is_empty();
        way.cells = best_of(open);
    }

    /// What is done again and again makes its runtimes again, unless they were made before.
    fn again(&mut self, events: &[Event], way: &mut Way, frame: &mut Frame) {
        let outer_made = std::mem::take(&mut frame.made);
        let mut inner = Way { in_thread: way.in_thread, ..Way::default() };
        self.events(events, &mut inner, frame);
        for (cell, touches) in inner.cells {
            let known = way.cells.entry(cell).or_default();
            known.ambient = known.ambient.or(touches.ambient);
            for seen in touches.lives {
                if is_made_again(&seen, &frame.made) {
                    let again = closed(&seen);
                    add(known, again.clone());
                    add(known, again);
                } else {
                    add(known, seen);
                }
            }
        }
        frame.made.extend(outer_made);
    }

    fn closure(&mut self, runs: ClosureRuns, events: &[Event], way: &mut Way, frame: &mut Frame) {
        match runs {
            ClosureRuns::Child | ClosureRuns::ChildBeforeExec | ClosureRuns::Parent => {}
            ClosureRuns::Request => self.again(events, way, frame),
            ClosureRuns::Thread => self.thread(events, way, frame),
            ClosureRuns::Now | ClosureRuns::Later | ClosureRuns::Lazily | ClosureRuns::Task => {
                self.events(events, way, frame);
                way.is_over = false;
            }
        }
    }

    /// A thread of its own is on no runtime but those that it makes, and one that loops or serves is there to stay.
    fn thread(&mut self, events: &[Event], way: &mut Way, frame: &mut Frame) {
        let was_long = std::mem::take(&mut frame.is_long);
        let mut own = Way { in_thread: true, ..Way::default() };
        self.events(events, &mut own, frame);
        let stays = frame.is_long;
        frame.is_long |= was_long;
        for (cell, touches) in own.cells {
            for mut seen in touches.lives {
                if stays {
                    seen.life.is_over = false;
                    seen.is_dropped = false;
                } else {
                    seen = closed(&seen);
                }
                seen.is_own = false;
                add(way.cells.entry(cell).or_default(), seen);
            }
        }
    }
}

/// The runtime that drives what stands at a place.
fn drive_at<'f>(frame: &'f Frame, way: &Way, place: Place) -> Option<&'f Drive> {
    let is_around = |it: &&Drive| it.place.file == place.file && it.span.contains(place.span);
    let found = frame.drives.iter().find(is_around)?;
    // An attribute stands before the body that it drives, and drives no threads in it.
    let is_whole = found.place.span.end <= found.span.start;
    (!is_whole || !way.in_thread).then_some(found)
}

fn touch(way: &mut Way, frame: &Frame, cell: CellId, place: Place, is_user: bool) {
    touch_at(way, frame, cell, place, place, is_user);
}

/// A cell is touched at a place, reached by what stands at another.
fn touch_at(way: &mut Way, frame: &Frame, cell: CellId, by: Place, touches: Place, is_user: bool) {
    let drive = drive_at(frame, way, by).map(|it| (it.runtime, it.place));
    let known = way.cells.entry(cell).or_default();
    let Some((driver, enters)) = drive else {
        // On a plain thread there is no runtime that could come to it.
        if !way.in_thread && !frame.is_giver {
            let user = known.ambient.is_some_and(|(_, user)| user);
            known.ambient = Some((known.ambient.map_or(touches, |(at, _)| at), user || is_user));
        }
        return;
    };
    let life = Life { driver: Some(driver), enters, touches, is_user, is_over: false };
    add(known, Seen { life, is_own: true, is_dropped: false });
}

/// One more runtime comes to a cell: those that were dropped before are over.
fn add(touches: &mut Touches, seen: Seen) {
    for known in touches.lives.iter_mut().filter(|known| known.is_dropped) {
        known.life.is_over = true;
    }
    let is_same = |known: &&mut Seen| {
        known.life.driver == seen.life.driver
            && match seen.life.driver {
                Some(Driver::Made(_)) => known.is_own && seen.is_own && known.life.enters == seen.life.enters,
                _ => true,
            }
    };
    let is_one_runtime =
        |known: &&mut Seen| known.life.driver == seen.life.driver && known.is_own && seen.is_own;
    if let Some(known) = touches.lives.iter_mut().find(|known| is_same(known) || is_one_runtime(known)) {
        known.life.is_user |= seen.life.is_user;
    } else if touches.lives.len() < LIVES {
        touches.lives.push(seen);
    }
}

/// A life of a function that has returned.
fn closed(seen: &Seen) -> Seen {
    let is_over = seen.life.is_over || (seen.is_own && !matches!(seen.life.driver, Some(Driver::Cell(_))));
    Seen { life: Life { is_over, ..seen.life.clone() }, is_own: false, is_dropped: false }
}

fn is_made_again(seen: &Seen, made: &BTreeSet<HazardId>) -> bool {
    match seen.life.driver {
        Some(Driver::Made(hazard)) => seen.life.is_user && (!seen.is_own || made.contains(&hazard)),
        _ => false,
    }
}

fn ended(way: &mut Way, what: &What) {
    let What::Hazard(hazard) = what else { return };
    for touches in way.cells.values_mut() {
        for seen in touches.lives.iter_mut().filter(|it| it.is_own) {
            seen.is_dropped |= seen.life.driver == Some(Driver::Made(*hazard));
        }
    }
}

/// For each cell the way on which most runtimes come to it.
fn best_of(ways: Vec<BTreeMap<CellId, Touches>>) -> BTreeMap<CellId, Touches> {
    let mut best: BTreeMap<CellId, Touches> = BTreeMap::new();
    for way in ways {
        for (cell, touches) in way {
            let known = best.entry(cell).or_default();
            if weight(&touches) > weight(known) {
                *known = touches;
            }
        }
    }
    best
}

fn weight(touches: &Touches) -> usize {
    2 * touches.lives.len() + usize::from(touches.ambient.is_some())
}
