//! What a long run is at, on a line of the terminal that is cleared before anything else is said.

use std::io::Write;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Environment;
use super::args::CheckArgs;
use super::streams::Streams;
use crate::report::Format;

/// How often the line is written anew.
const TICK: Duration = Duration::from_millis(200);
/// Back to the start of the line, and what stands behind it away.
const CLEAR: &str = "\r\u{1b}[K";

/// Whether and when a run tells what it is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Progress {
    started: Instant,
    /// How long after the start it begins to tell; never without.
    after: Option<Duration>,
}

/// Takes what the work is at, in a few words.
pub(super) struct Stages(Option<Sender<String>>);

impl Stages {
    /// Says what the work is at from now on.
    pub(super) fn at(&self, stage: impl Into<String>) {
        if let Some(sender) = &self.0 {
            // Without anybody who draws there is nobody to tell.
            let _ = sender.send(stage.into());
        }
    }
}

impl Progress {
    /// That of a run that starts now: for people who look at a terminal, unless they asked for quiet.
    pub(super) fn new(args: &CheckArgs, environment: &Environment) -> Self {
        let is_for_people = matches!(args.message_format.format, Format::Human | Format::Short);
        let is_wanted = is_for_people && !args.quiet && args.gate.with.is_none();
        Self { started: Instant::now(), after: environment.progress_after.filter(|_| is_wanted) }
    }

    /// When the run started.
    pub(super) fn started(self) -> Instant {
        self.started
    }

    /// Does the work, and tells meanwhile what it is at. Nothing else can be said until that is cleared.
    pub(super) fn during<T>(self, streams: &mut Streams<'_>, work: impl FnOnce(&Stages) -> T) -> T {
        let Some(after) = self.after else { return work(&Stages(None)) };
        let (sender, stages) = channel();
        let err = &mut *streams.err;
        thread::scope(|scope| {
            let draw = move || draw(err, self.started, after, &stages);
            // Where no thread can be had, the work is done without.
            let _ = thread::Builder::new().name("progress".to_owned()).spawn_scoped(scope, draw);
            work(&Stages(Some(sender)))
        })
    }
}

/// Draws until the work is done, which is when nobody is left who could say a stage.
fn draw(err: &mut dyn Write, started: Instant, after: Duration, stages: &Receiver<String>) {
    let mut stage = String::new();
    let mut is_drawn = false;
    loop {
        match stages.recv_timeout(TICK) {
            Ok(next) => stage = next,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        let elapsed = started.elapsed();
        if elapsed >= after && !stage.is_empty() {
            let seconds = elapsed.as_secs();
            let _ = write!(err, "{CLEAR}authlint: {stage} ({seconds} s)").and_then(|()| err.flush());
            is_drawn = true;
        }
    }
    if is_drawn {
        let _ = err.write_all(CLEAR.as_bytes()).and_then(|()| err.flush());
    }
}
