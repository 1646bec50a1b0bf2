//! A model server on loopback. It plays the script of a [`ScriptedProvider`] in the words of each
//! vendor's API, so that one script serves the code that calls a provider and the adapter below it.
//!
//! What a request asks is read back into a [`ChatRequest`](ziggurat_core::ChatRequest), whichever API it
//! came through: rules of the script see it, and [`calls`](ScriptedProvider::calls) tell it afterwards.

mod api;
mod body;
mod builder;
mod connection;
mod control;
mod counts;
mod formats;
mod limits;
mod link;
mod received;
mod reply;
mod requests;
mod route;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::timeout;

pub use api::Api;
pub use builder::FakeServerBuilder;
pub use counts::Counts;
pub use received::Received;

use crate::ScriptedProvider;
use counts::Counters;
use received::Log;

/// How long [`FakeServer::until`] waits: far longer than anything on loopback takes.
const SOON: Duration = Duration::from_secs(10);

/// A model server on a port of its own, which answers every [`Api`] at its usual paths. Dropping it
/// closes all of its connections.
///
/// It tells its counts to other processes too: `GET /__fake/counts` is [`Counts`] in JSON. `POST
/// /__fake/reset` begins anew: nothing counted, no limit used, the same latencies and faults drawn again, and
/// no call known that they have hit. Turns that were played stay so.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use ziggurat_testkit::{ScriptedProvider, Turn, server::FakeServer};
///
/// let script = ScriptedProvider::new().otherwise(Turn::text("The pool ran out."));
/// let server = FakeServer::start(script).await?;
/// let base_url = format!("{}/v1", server.url()); // for OpenAI's APIs
/// assert_eq!(server.counts().connections, 0);
/// # assert!(base_url.starts_with("http://127.0.0.1:"));
/// # Ok(())
/// # }
/// ```
pub struct FakeServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

/// What all connections share.
struct Shared {
    script: ScriptedProvider,
    counters: Arc<Counters>,
    log: Log,
    /// The header that names a call.
    call_header: Option<String>,
}

impl FakeServer {
    /// Starts a server whose models play this script. Clones of the script remain what a test asks.
    ///
    /// # Errors
    /// If no port can be opened on 127.0.0.1.
    pub async fn start(script: ScriptedProvider) -> io::Result<Self> {
        Self::builder(script).start().await
    }

    /// A server whose models play this script, to be set up further.
    pub fn builder(script: ScriptedProvider) -> FakeServerBuilder {
        FakeServerBuilder::new(script)
    }

    /// Its address without any path: `http://127.0.0.1:49152`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests so far, in the order they arrived; the last ones, if it
    /// [keeps](FakeServerBuilder::keeping) no more.
    pub fn received(&self) -> Vec<Received> {
        self.shared.log.all()
    }

    /// What has happened so far.
    pub fn counts(&self) -> Counts {
        self.shared.counters.now()
    }

    /// Waits until the counts are so.
    ///
    /// # Panics
    /// If they are not within ten seconds.
    pub async fn until(&self, reached: impl Fn(&Counts) -> bool) {
        let in_time = timeout(SOON, self.shared.counters.until(reached)).await.is_ok();
        assert!(in_time, "waited in vain; so far: {:?}", self.counts());
    }
}

impl Drop for FakeServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl fmt::Debug for FakeServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeServer")
            .field("address", &self.address)
            .field("counts", &self.counts())
            .field("received", &self.received())
            .finish()
    }
}
