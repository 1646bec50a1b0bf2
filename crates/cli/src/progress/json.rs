//! One JSON object a line on stdout. State events are never dropped; text deltas may be, and come
//! between them.
//!
//! Lines are written on a thread of their own: a reader that stalls must not block the runtime, whose
//! only worker may be the one that drives the run.

use std::io::{self, Write};

use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::mpsc;
use ziggurat::EventReader;
use ziggurat::core::TextDelta;

use super::next_delta;

/// How many lines may wait for a slow reader. Events then wait in the run's log, and deltas get lost.
const WAITING: usize = 256;

/// Writes all events. A reader that has gone is no error: it has read enough.
pub(super) async fn watch(
    events: EventReader,
    deltas: Option<Receiver<TextDelta>>,
) -> io::Result<()> {
    let (lines, waiting) = mpsc::channel(WAITING);
    let writer = tokio::task::spawn_blocking(move || write_all(waiting));
    // The only error is that the writer has ended; why, it says itself.
    let encoded = encode(events, deltas, lines).await;
    match writer.await? {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(error),
        Ok(()) => encoded,
    }
}

async fn encode(
    mut events: EventReader,
    mut deltas: Option<Receiver<TextDelta>>,
    lines: mpsc::Sender<Vec<u8>>,
) -> io::Result<()> {
    let gone = |_| io::Error::from(io::ErrorKind::BrokenPipe);
    loop {
        // Events first, so that no amount of text can hold them up.
        tokio::select! {
            biased;
            event = events.next() => {
                for delta in written(&mut deltas) {
                    lines.send(line(&delta)?).await.map_err(gone)?;
                }
                let Some(event) = event else { return Ok(()) };
                lines.send(line(&*event)?).await.map_err(gone)?;
            },
            Some(delta) = next_delta(&mut deltas) => {
                lines.send(line(&delta)?).await.map_err(gone)?;
            },
        }
    }
}

/// The text that is there already: it was written before the event that ends its agent. What comes
/// while this goes on is left for later, so it ends.
fn written(deltas: &mut Option<Receiver<TextDelta>>) -> Vec<TextDelta> {
    let Some(receiver) = deltas else { return Vec::new() };
    (0..receiver.len()).filter_map(|_| receiver.try_recv().ok()).collect()
}

fn line(object: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(object)?;
    line.push(b'\n');
    Ok(line)
}

fn write_all(mut lines: mpsc::Receiver<Vec<u8>>) -> io::Result<()> {
    while let Some(line) = lines.blocking_recv() {
        let mut stdout = io::stdout().lock();
        stdout.write_all(&line)?;
        stdout.flush()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::sync::broadcast;
    use ziggurat::providers::{ProviderOptions, Registry};
    use ziggurat::{Document, Orchestrator, RunId, Task};

    use super::*;

    fn delta(text: &str) -> TextDelta {
        TextDelta { run_id: RunId::new("r"), node: "W1".to_owned(), text: text.to_owned() }
    }

    #[test]
    fn before_an_event_comes_the_text_that_is_there_and_no_more() {
        let (sender, receiver) = broadcast::channel(4);
        let mut receiver = Some(receiver);
        assert_eq!(written(&mut receiver), []);
        for text in ["a", "b", "c"] {
            sender.send(delta(text)).unwrap();
        }
        let texts: Vec<_> = written(&mut receiver).into_iter().map(|delta| delta.text).collect();
        assert_eq!(texts, ["a", "b", "c"]);
    }

    /// A run that has ended, all of whose events wait to be read.
    async fn events() -> EventReader {
        let options = ProviderOptions::new(&|_| None);
        let model = Registry::builtin().create(&"extractive".parse().unwrap(), &options).unwrap();
        let orchestrator = Orchestrator::builder().model(model).build().unwrap();
        let task = Task::new("Why did the pump fail?").unwrap();
        let run =
            orchestrator.start(task.with_documents([Document::new("a.md", "The pump failed.")]));
        let events = run.events();
        run.await;
        events
    }

    #[tokio::test]
    async fn no_amount_of_text_holds_up_an_event() {
        let (sender, deltas) = broadcast::channel(16);
        for _ in 0..8 {
            sender.send(delta("x")).unwrap();
        }
        let (lines, mut waiting) = mpsc::channel(1);
        let encoding = tokio::spawn(encode(events().await, Some(deltas), lines));
        let mut count = 0;
        while let Some(line) = waiting.recv().await {
            count += 1;
            assert!(count < 10_000, "the run has ended, and its end is not told");
            if String::from_utf8(line).unwrap().contains("run_finished") {
                break;
            }
            // There is always some, and never so much that some is lost.
            sender.send(delta("x")).unwrap();
        }
        encoding.abort();
        assert!(count > 8, "text came in between: {count}");
    }
}
