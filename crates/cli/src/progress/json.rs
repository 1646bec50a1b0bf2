//! One JSON object a line on stdout. State events are never dropped; text deltas may be, and come
//! between them.

use std::io::{self, Write};

use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use ziggurat::EventReader;
use ziggurat::core::TextDelta;

pub(super) async fn watch(mut events: EventReader, mut deltas: Option<Receiver<TextDelta>>) {
    loop {
        let written = tokio::select! {
            event = events.next() => match event {
                Some(event) => write(&*event),
                None => return,
            },
            Some(delta) = next(&mut deltas) => write(&delta),
        };
        if written.is_err() {
            return; // Nobody reads any more.
        }
    }
}

/// The next delta; `None` for those that were lost, for ever nothing once the run has ended.
async fn next(deltas: &mut Option<Receiver<TextDelta>>) -> Option<TextDelta> {
    match deltas {
        None => std::future::pending().await,
        Some(receiver) => match receiver.recv().await {
            Ok(delta) => Some(delta),
            Err(RecvError::Lagged(_)) => None,
            Err(RecvError::Closed) => std::future::pending().await,
        },
    }
}

fn write(object: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(object)?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}
