//! Ctrl-C. Once a handler is installed the system's own is gone for good, so this one must work to the
//! last moment of the process, whatever else is stuck: it has a thread and a runtime of its own. A
//! reader of stdout that stalls, or a terminal that does not scroll, cannot block it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use ziggurat::Canceller;

use crate::exit::INTERRUPTED;

/// What Ctrl-C does to one run: the first cancels it and keeps what is finished; a second one, or any
/// after the run has ended, ends the process.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupts(Arc<State>);

#[derive(Debug, Default)]
struct State {
    happened: AtomicBool,
    run_ended: AtomicBool,
}

impl Interrupts {
    /// Begins to listen, and never stops.
    pub(crate) fn listen(canceller: Canceller) -> io::Result<Self> {
        let interrupts = Self::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
        let listener = interrupts.clone();
        let listen = async move {
            while tokio::signal::ctrl_c().await.is_ok() {
                listener.take(&canceller);
            }
        };
        thread::Builder::new()
            .name("interrupts".to_owned())
            .spawn(move || runtime.block_on(listen))?;
        Ok(interrupts)
    }

    fn take(&self, canceller: &Canceller) {
        let again = self.0.happened.swap(true, Ordering::SeqCst);
        if again || self.0.run_ended.load(Ordering::SeqCst) {
            std::process::exit(INTERRUPTED.number());
        }
        canceller.cancel();
    }

    /// The run has its result: what is left is to print it.
    pub(crate) fn run_ended(&self) {
        self.0.run_ended.store(true, Ordering::SeqCst);
    }

    /// Whether the run was cancelled by Ctrl-C.
    pub(crate) fn happened(&self) -> bool {
        self.0.happened.load(Ordering::SeqCst)
    }
}
