//! Of alike calls at the same time one leads, and the others wait for its end. They do not queue
//! for a lock: one that is handed to a caller which is not polled just then would hold up all
//! behind it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::store::Key;

type UnderWay = HashMap<Key, watch::Receiver<()>>;

/// The calls under way. Clones share them.
#[derive(Clone, Default)]
pub(super) struct Flights(Arc<Mutex<UnderWay>>);

/// A call's place among those like it.
pub(super) enum Place {
    Lead(Lead),
    Follow(Landing),
}

/// The call that is made for all. Dropping it, for whatever reason, tells the others.
pub(super) struct Lead {
    flights: Flights,
    key: Key,
    // Dropped after the key is taken out: whoever is woken by that finds the place free.
    _landed: watch::Sender<()>,
}

/// The end of another call.
pub(super) struct Landing(watch::Receiver<()>);

impl Flights {
    pub(super) fn join(&self, key: &Key) -> Place {
        match self.under_way().entry(key.clone()) {
            Entry::Occupied(leader) => Place::Follow(Landing(leader.get().clone())),
            Entry::Vacant(place) => {
                let (landed, landing) = watch::channel(());
                place.insert(landing);
                Place::Lead(Lead { flights: self.clone(), key: key.clone(), _landed: landed })
            }
        }
    }

    fn under_way(&self) -> MutexGuard<'_, UnderWay> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Landing {
    pub(super) async fn wait(&mut self) {
        // Nothing is ever sent: the channel closes.
        while self.0.changed().await.is_ok() {}
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        self.flights.under_way().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use ziggurat_core::{ChatRequest, Message};

    fn key(text: &str) -> Key {
        let request = ChatRequest::new("m", [Message::user(text)]);
        Key { provider: "p".into(), request: request.canonical_hash() }
    }

    #[test]
    fn a_leader_that_ends_wakes_all_and_leaves_nothing_behind() {
        let flights = Flights::default();
        let Place::Lead(lead) = flights.join(&key("a")) else { panic!("nobody else leads") };
        assert!(matches!(flights.join(&key("b")), Place::Lead(_)), "another question");
        let mut followers: Vec<_> = (0..3)
            .map(|_| match flights.join(&key("a")) {
                Place::Follow(landing) => landing,
                Place::Lead(_) => panic!("there is a leader"),
            })
            .collect();
        assert!(followers.iter_mut().all(|landing| landing.wait().now_or_never().is_none()));
        drop(lead);
        assert!(followers.iter_mut().all(|landing| landing.wait().now_or_never().is_some()));
        assert!(flights.under_way().is_empty());
    }
}
