//! What a trace shows of the attempts.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use tracing_subscriber::fmt::format::FmtSpan;
use ziggurat_core::CallContext;
use ziggurat_providers::layers::RetryLayer;
use ziggurat_testkit::{ScriptedProvider, Turn};

use super::{around, ask, busy};
use crate::listening::listen;

/// What this thread traces while it lives: a line for each span that opens or closes.
struct Trace {
    written: Arc<Mutex<Vec<u8>>>,
    _guard: tracing::subscriber::DefaultGuard,
}

struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Trace {
    fn start() -> Self {
        let written = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&written);
        let subscriber = tracing_subscriber::fmt()
            .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
            .with_ansi(false)
            .without_time()
            .with_writer(move || Sink(Arc::clone(&sink)))
            .finish();
        Self { written, _guard: listen(subscriber) }
    }

    /// The attempts that have opened and closed, in order.
    fn attempts(&self) -> Vec<String> {
        let text = String::from_utf8(self.written.lock().unwrap().clone()).unwrap();
        let lines = text.lines().filter_map(|line| {
            let (_, line) = line.split_once("attempt{http.request.resend_count=")?;
            let (resends, rest) = line.split_once('}')?;
            let what = if rest.contains("close") { "closes" } else { "opens" };
            Some(format!("{resends} {what}"))
        });
        lines.collect()
    }
}

#[tokio::test(start_paused = true)]
async fn each_attempt_is_a_span_that_counts_the_resends() {
    let trace = Trace::start();
    let script = ScriptedProvider::new().otherwise(busy());
    let provider = around(&RetryLayer::new(), &script);
    provider.chat(&CallContext::default(), &ask()).await.unwrap_err();
    let expected = ["0 opens", "0 closes", "1 opens", "1 closes", "2 opens", "2 closes"];
    assert_eq!(trace.attempts(), expected);
}

#[tokio::test(start_paused = true)]
async fn the_span_of_a_stream_lasts_as_long_as_it_does() {
    let trace = Trace::start();
    let slow = Turn::text("one two three").paced(Duration::from_secs(1));
    let script = ScriptedProvider::new().turns([busy(), slow]);
    let provider = around(&RetryLayer::new(), &script);
    let mut stream = provider.stream(&CallContext::default(), &ask()).await.unwrap();
    assert!(stream.next().await.unwrap().is_ok());
    assert_eq!(trace.attempts(), ["0 opens", "0 closes", "1 opens"]);
    drop(stream);
    assert_eq!(trace.attempts(), ["0 opens", "0 closes", "1 opens", "1 closes"]);
}
