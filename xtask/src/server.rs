//! A server that lives as long as the guard that started it.
//!
//! It must not outlive us however we end: a return, a panic, Ctrl-C, or a kill
//! that runs no destructor. So the server watches its stdin, whose other end
//! is ours: when we are gone, the system closes it. Dropping the guard does
//! the same at once and waits. A deadline of its own is the last resort.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::context::Context;
use crate::counterparties::Counterparty;
use crate::error::Error;
use crate::health;
use crate::process;

const STARTS: u32 = 3;
const READY_WITHIN: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(100);
const LIVES_AT_MOST: Duration = Duration::from_secs(1800);

#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    port: u16,
    path: &'static str,
}

impl Server {
    /// Starts the server and waits until it answers. The free port is found by
    /// asking the system, then given back for the server to take: somebody
    /// else may be faster, so it is tried more than once.
    pub(crate) fn start(cx: &Context, party: &Counterparty) -> Result<Self, Error> {
        for _ in 0..STARTS {
            let mut server = Self::spawn(cx, party, free_port()?)?;
            if server.is_ready()? {
                println!("{} answers at {}", party.name, server.url());
                return Ok(server);
            }
        }
        Err(Error::Found(format!("{} did not start: see {}", party.name, party.log.display())))
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}{}", self.port, self.path)
    }

    fn spawn(cx: &Context, party: &Counterparty, port: u16) -> Result<Self, Error> {
        let log = || File::options().create(true).append(true).open(&party.log);
        let what = party.log.display().to_string();
        let mut command = party.command(&cx.root, port, LIVES_AT_MOST.as_secs());
        command
            .stdin(Stdio::piped())
            .stdout(log().map_err(Error::io(&what))?)
            .stderr(log().map_err(Error::io(&what))?);
        own_group(&mut command);
        let child = command.spawn().map_err(process::start(&command))?;
        Ok(Self { child, port, path: party.path })
    }

    /// False if it ended by itself or stayed silent for too long.
    fn is_ready(&mut self) -> Result<bool, Error> {
        let until = Instant::now() + READY_WITHIN;
        while Instant::now() < until {
            if self.child.try_wait().map_err(Error::io("the server"))?.is_some() {
                return Ok(false);
            }
            if health::is_well(self.port) {
                return Ok(true);
            }
            std::thread::sleep(POLL);
        }
        Ok(false)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // Both fail only if it is gone already, which is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A Ctrl-C meant for the tests must not take their server away under them.
fn own_group(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(not(unix))]
    let _ = command;
}

fn free_port() -> Result<u16, Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(Error::io("a free port"))?;
    let address = listener.local_addr().map_err(Error::io("a free port"))?;
    Ok(address.port())
}
