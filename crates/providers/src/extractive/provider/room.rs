//! Room for long computations: as many at a time as the machine can run, on threads of their own. One that has
//! begun cannot be stopped; so those that could not run yet wait where dropping them ends them, and a
//! run that is given up leaves a few behind and not one for every worker.

use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::{AbortHandle, JoinError};

/// Places for computations.
pub(super) struct Room(Arc<Semaphore>);

impl Room {
    /// As many places as the machine has processors for us.
    pub(super) fn of_this_machine() -> Self {
        Self::new(available_parallelism().map_or(1, usize::from))
    }

    fn new(places: usize) -> Self {
        Self(Arc::new(Semaphore::new(places)))
    }

    /// What the computation gives.
    ///
    /// Dropping the future before the computation has begun ends it; afterwards it goes on to its end,
    /// keeps its place until then, and its result is dropped.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        runtime: &Handle,
        compute: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, JoinError> {
        // An error would mean that the room was closed, which nobody does.
        let place = Arc::clone(&self.0).acquire_owned().await;
        let computing = runtime.spawn_blocking(move || {
            let _place = place;
            compute()
        });
        let _queued = Queued(computing.abort_handle());
        computing.await
    }
}

/// Takes a computation out of the runtime's queue when it is dropped; one that has begun goes on.
struct Queued(AbortHandle);

impl Drop for Queued {
    fn drop(&mut self) {
        self.0.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn what_waits_ends_when_it_is_dropped_and_what_runs_gives_its_place_back() {
        let (room, runtime) = (Room::new(1), Handle::current());
        let (began, begun) = tokio::sync::oneshot::channel();
        let (release, released) = mpsc::channel::<()>();
        let mut running = Box::pin(room.run(&runtime, move || {
            began.send(()).unwrap();
            released.recv().unwrap();
        }));
        assert!((&mut running).now_or_never().is_none());
        begun.await.unwrap();

        let (ran, log) = mpsc::channel();
        let mut waiting = Box::pin(room.run(&runtime, move || ran.send(()).unwrap()));
        assert!((&mut waiting).now_or_never().is_none());
        drop((waiting, running));
        assert!(log.recv().is_err(), "it ran though it was dropped");

        assert_eq!(room.0.available_permits(), 0, "what runs keeps its place");
        release.send(()).unwrap();
        room.run(&runtime, || ()).await.unwrap();
    }
}
