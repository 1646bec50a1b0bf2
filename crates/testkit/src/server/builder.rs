//! How a server is set up. A test takes it as it is; a server under load keeps nothing of what it hears.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket};

use super::received::Log;
use super::{FakeServer, Shared, connection};
use crate::ScriptedProvider;

/// Connections that may wait to be accepted. The usual 128 are fewer than a load test opens at once, and
/// what does not fit comes again a second later.
const BACKLOG: u32 = 4096;

/// A server that is not yet started.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use ziggurat_testkit::server::FakeServer;
/// use ziggurat_testkit::{Reply, ScriptedProvider};
///
/// let script = ScriptedProvider::new().generating(Reply::bytes(400)).keeping(0);
/// let server = FakeServer::builder(script).keeping(0).calls_named_by("x-call-id").start().await?;
/// # drop(server);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "it is not yet started"]
pub struct FakeServerBuilder {
    script: ScriptedProvider,
    address: SocketAddr,
    keeping: usize,
    call_header: Option<String>,
}

impl FakeServerBuilder {
    pub(super) fn new(script: ScriptedProvider) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { script, address, keeping: usize::MAX, call_header: None }
    }

    /// The same server at this address. Default: 127.0.0.1, at a port that is free.
    pub fn at(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// The same server; it keeps this many requests, the last ones, for
    /// [`received`](FakeServer::received). Default: all. What the script itself keeps is
    /// [its own affair](ScriptedProvider::keeping).
    pub fn keeping(mut self, requests: usize) -> Self {
        self.keeping = requests;
        self
    }

    /// The same server; requests with the same value in this header are the same call to faults that
    /// [strike but once](crate::Faults::never_twice). Default: those that ask the same.
    pub fn calls_named_by(mut self, header: impl Into<String>) -> Self {
        self.call_header = Some(header.into());
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// If the address cannot be listened at.
    pub async fn start(self) -> io::Result<FakeServer> {
        let listener = listen(self.address)?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            script: self.script,
            counters: Arc::default(),
            log: Log::new(self.keeping),
            call_header: self.call_header,
        });
        let accepting = tokio::spawn(connection::accept(listener, Arc::clone(&shared)));
        Ok(FakeServer { address, shared, accepting })
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // What a server left behind that has just ended must not be in the way; on Windows it would let two
    // servers listen at one port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
