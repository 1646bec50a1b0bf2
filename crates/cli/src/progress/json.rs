//! One JSON object a line on stdout. State events are never dropped; text deltas may be, and come
//! between them.

use std::io::{self, Write};

use serde::Serialize;
use tokio::sync::broadcast::Receiver;
use ziggurat::EventReader;
use ziggurat::core::TextDelta;

use super::next_delta;

pub(super) async fn watch(mut events: EventReader, mut deltas: Option<Receiver<TextDelta>>) {
    loop {
        // Text first: it was written before the event that ends its agent.
        let written = tokio::select! {
            biased;
            Some(delta) = next_delta(&mut deltas) => write(&delta),
            event = events.next() => match event {
                Some(event) => write(&*event),
                None => return,
            },
        };
        if written.is_err() {
            return; // Nobody reads any more.
        }
    }
}

fn write(object: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(object)?;
    line.push(b'\n');
    let mut stdout = io::stdout().lock();
    stdout.write_all(&line)?;
    stdout.flush()
}
