//! Everything that is logged while a test runs: by `tracing`, at every level, and by `log`, which
//! reqwest speaks.

use std::io::Write;
use std::sync::{Arc, Mutex, Once};

use tracing_subscriber::filter::LevelFilter;

static LOG: Mutex<String> = Mutex::new(String::new());
static ONCE: Once = Once::new();

/// What this thread traces, and what the process logs, from now on.
pub(crate) struct Captured {
    traced: Arc<Mutex<Vec<u8>>>,
    _guard: tracing::subscriber::DefaultGuard,
}

impl Captured {
    pub(crate) fn start() -> Self {
        ONCE.call_once(|| {
            log::set_logger(&Logger).unwrap();
            log::set_max_level(log::LevelFilter::Trace);
        });
        let traced = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&traced);
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(move || Sink(Arc::clone(&sink)))
            .finish();
        Self { traced, _guard: tracing::subscriber::set_default(subscriber) }
    }

    /// All of it. The tests of one process share what is said by `log`.
    pub(crate) fn text(&self) -> String {
        let traced = String::from_utf8(self.traced.lock().unwrap().clone()).unwrap();
        traced + &LOG.lock().unwrap()
    }
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

struct Logger;

impl log::Log for Logger {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        LOG.lock().unwrap().push_str(&line);
    }

    fn flush(&self) {}
}
