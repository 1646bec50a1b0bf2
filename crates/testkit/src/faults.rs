//! Faults that come by chance. Which call they hit is drawn from a seed, so that a run that failed can be
//! run again; and a fault may be kept from hitting a call twice, so that a test of retries can promise
//! that every call succeeds in the end.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use ziggurat_core::ChatRequest;
use ziggurat_core::chat::RequestHash;

use crate::{Turn, lock};

type Make = Arc<dyn Fn(&ChatRequest) -> Turn + Send + Sync>;

/// Turns that are played in place of a call's own, each at a rate of its own. A fault uses up no turn of
/// the script: the model was never asked. Clones share what they remember of calls.
///
/// ```
/// use std::time::Duration;
/// use ziggurat_testkit::{Faults, ScriptedProvider, Turn};
///
/// let provider = ScriptedProvider::new().echo().with_seed(7).with_faults(
///     Faults::new()
///         .at_rate(0.02, Turn::http_error(429, "slow down").retry_after(Duration::from_millis(200)))
///         .at_rate(0.01, Turn::reset())
///         .never_twice(),
/// );
/// ```
#[derive(Clone, Default)]
pub struct Faults {
    kinds: Vec<(f64, Make)>,
    most: Option<u32>,
    struck: Arc<Mutex<HashMap<Identity, u32>>>,
}

/// What makes two requests the same call.
#[derive(PartialEq, Eq, Hash)]
enum Identity {
    Hash(RequestHash),
    Named(String),
}

impl Faults {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// This turn for a share of all calls, from 0 to 1. The shares of all faults add up; beyond 1, later ones
    /// never come.
    pub fn at_rate(self, rate: f64, turn: Turn) -> Self {
        self.at_rate_with(rate, move |_| turn.clone())
    }

    /// The same with a turn that depends on the request: a [`Reply`](crate::Reply) that is cut, say.
    pub fn at_rate_with(
        mut self,
        rate: f64,
        turn: impl Fn(&ChatRequest) -> Turn + Send + Sync + 'static,
    ) -> Self {
        self.kinds.push((rate, Arc::new(turn)));
        self
    }

    /// The same faults, but a call that was hit is served when it is made again.
    ///
    /// A call is known by the [hash](ChatRequest::canonical_hash) of its request, so make requests differ
    /// that are not the same call; over HTTP, a header may name it instead.
    pub fn never_twice(self) -> Self {
        self.at_most(1)
    }

    /// The same faults, but none hits a call that was hit this often. Default: no limit.
    pub fn at_most(mut self, times: u32) -> Self {
        self.most = Some(times);
        self
    }

    /// The fault that hits this call, if one does.
    pub(crate) fn strike(
        &self,
        request: &ChatRequest,
        name: Option<&str>,
        rng: &Mutex<Rng>,
    ) -> Option<Turn> {
        if self.kinds.is_empty() {
            return None;
        }
        let mut drawn = lock(rng).f64();
        let make = self.kinds.iter().find_map(|(rate, make)| {
            drawn -= rate;
            (drawn < 0.0).then_some(make)
        })?;
        self.may_hit(request, name).then(|| make(request))
    }

    /// Whether the call has not been hit too often. Only calls that a fault would hit are looked at, since
    /// a hash takes longer than all the rest.
    fn may_hit(&self, request: &ChatRequest, name: Option<&str>) -> bool {
        let Some(most) = self.most else { return true };
        let call = name.map_or_else(
            || Identity::Hash(request.canonical_hash()),
            |name| Identity::Named(name.to_owned()),
        );
        let mut struck = lock(&self.struck);
        let times = struck.entry(call).or_default();
        let may = *times < most;
        *times += u32::from(may);
        may
    }

    /// Forgets which calls were hit.
    #[cfg(feature = "server")]
    pub(crate) fn forget(&self) {
        lock(&self.struck).clear();
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rates: Vec<_> = self.kinds.iter().map(|(rate, _)| rate).collect();
        f.debug_struct("Faults").field("rates", &rates).field("most", &self.most).finish()
    }
}
