//! One run of a world, in a runtime and a time of its own.

use std::sync::{Arc, Once};
use std::time::Duration;

use futures::future::{Either, select};
use tokio::time::{sleep, timeout};
use ziggurat::lifecycle::RunState;
use ziggurat::{Event, EventReader, Run, RunResult, Task};

use crate::clock::VirtualClock;
use crate::world::{Fate, World};

/// In virtual time: whatever takes this long would wait for ever.
const FOR_EVER: Duration = Duration::from_secs(1_000_000);

/// What a run left.
pub(crate) struct History {
    /// Nothing, if the run was dropped.
    pub(crate) result: Option<RunResult>,
    pub(crate) events: Vec<Arc<Event>>,
    /// All events, folded.
    pub(crate) state: RunState,
    /// Calls that were still under way afterwards.
    pub(crate) orphans: usize,
    /// Events that were written afterwards.
    pub(crate) stragglers: u64,
}

impl History {
    /// The events, one a line.
    pub(crate) fn json(&self) -> String {
        let lines = self.events.iter().map(|event| serde_json::to_string(event).unwrap());
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Runs it.
pub(crate) fn play(world: &World) -> History {
    silence_scripted_panics();
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_time().start_paused(true).build().unwrap();
    runtime.block_on(history(world))
}

async fn history(world: &World) -> History {
    let (provider, clock) = (world.provider(), Arc::new(VirtualClock::new()));
    let orchestrator = world.builder(&provider, clock.clone()).build().unwrap();
    let run = orchestrator.start(Task::new("What caused the outages?").unwrap());
    let reader = run.events();
    let ended = timeout(FOR_EVER, meet(world.fate, run)).await;
    let result = ended.unwrap_or_else(|_| panic!("it never ends: {world:?}"));
    let (orphans, asked) = (provider.in_flight(), clock.asked());
    sleep(FOR_EVER).await;
    let events = all(reader).await;
    let mut state = RunState::new();
    for event in &events {
        state.apply(event).unwrap_or_else(|error| panic!("{error:?}: {event:?}"));
    }
    History { result, events, state, orphans, stragglers: clock.asked() - asked }
}

async fn meet(fate: Fate, run: Run) -> Option<RunResult> {
    match fate {
        Fate::Left => Some(run.await),
        Fate::Dropped(at) => timeout(at, run).await.ok(),
        Fate::Cancelled(at) => {
            let canceller = run.canceller();
            match select(run, Box::pin(sleep(at))).await {
                Either::Left((result, _)) => Some(result),
                Either::Right(((), run)) => {
                    canceller.cancel();
                    Some(run.await)
                }
            }
        }
    }
}

async fn all(mut reader: EventReader) -> Vec<Arc<Event>> {
    let mut events = Vec::new();
    while let Some(event) = reader.next().await {
        events.push(event);
    }
    events
}

/// The script's own panics are thousands, and no news.
fn silence_scripted_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let told = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let words = panic.payload().downcast_ref::<&str>();
            if words != Some(&"the script asks for a panic") {
                told(panic);
            }
        }));
    });
}
