//! Why the rules about forks are silent about what no child goes on with.

use std::collections::BTreeSet;

use super::subject;
use crate::finding::{Guard, Step};
use crate::link::{
    Program,
    order::{Spare, Spared},
    value::{HazardId, HazardKind},
};

/// Everything of the kinds that a rule asks about, as a subject, with the reason why forks do no harm to it.
pub(super) fn guards(program: &Program<'_>, is_asked: fn(Option<HazardKind>) -> bool) -> Vec<(Step, Guard)> {
    let of = |id: HazardId| subject::hazard(program.hazard(id));
    let is_ours = |id: HazardId| is_asked(Some(program.hazard(id).kind));
    let spared = program.spared().iter().filter(|it| is_ours(it.hazard));
    let mut guards: Vec<_> = spared.map(|it| (of(it.hazard), guard(program, it))).collect();
    let spared = program.spared().iter().map(|it| it.hazard);
    let known: BTreeSet<HazardId> =
        spared.chain(program.inherited().iter().filter_map(|it| it.hazard)).collect();
    for (id, _) in program.hazards().filter(|(id, _)| is_ours(*id) && !known.contains(id)) {
        guards.push((of(id), out_of_reach(program)));
    }
    guards
}

fn guard(program: &Program<'_>, it: &Spared) -> Guard {
    let fork = program.fork(it.fork);
    let mut steps =
        vec![Step { place: fork.place, label: format!("the process forks here (`{}`)", fork.name) }];
    let reason = match it.why {
        Spare::Untouched => "the child is not seen to use it",
        Spare::ChildGone => "the child becomes another program, ends, or does nothing of its own",
        Spare::Dropped(place) => {
            steps.insert(0, Step { place, label: "it ends here".to_owned() });
            "it ends before the fork"
        }
        Spare::NotThere => "it is made after the fork, or on another way than that of the fork",
    };
    Guard::at(reason, steps)
}

fn out_of_reach(program: &Program<'_>) -> Guard {
    let is_forking = program.forks().next().is_some();
    Guard::new(if is_forking { "no fork in sight comes after it is made" } else { "nothing in sight forks" })
}
