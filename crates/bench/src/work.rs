//! One program does one workload in a process of its own, and tells what it took.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::ValueEnum;
use tokio::runtime::{Builder, Runtime};
use ziggurat::Provider;

use crate::Error;
use crate::delays::Delays;
use crate::hyper_loop::Hyper;
use crate::measured::Measured;
use crate::reqwest_loop::Reqwest;
use crate::workload::{Composition, Workload};
use crate::{library, meter, stack, swarm};

/// Who does the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum)]
pub enum Program {
    /// The loop over hyper.
    Hyper,
    /// The loop over reqwest.
    Reqwest,
    /// The library.
    Ziggurat,
}

impl Program {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Hyper, Self::Reqwest, Self::Ziggurat];

    /// Its name on the command line and in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hyper => "hyper",
            Self::Reqwest => "reqwest",
            Self::Ziggurat => "ziggurat",
        }
    }
}

/// Which of tokio's runtimes does the work.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Flavor {
    /// What `#[tokio::main]` gives: a thread for each core.
    #[default]
    Multi,
    /// One thread.
    Current,
}

impl Flavor {
    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Multi => "multi",
            Self::Current => "current",
        }
    }

    fn runtime(self) -> std::io::Result<Runtime> {
        match self {
            Self::Multi => Builder::new_multi_thread().enable_all().build(),
            Self::Current => Builder::new_current_thread().enable_all().build(),
        }
    }
}

/// What a program has done.
#[derive(Debug, Default)]
pub struct Done {
    /// Calls that the work took.
    pub calls: u64,
    /// Those that failed for good.
    pub failed: u64,
    /// How late streamed text was.
    pub delays: Delays,
}

/// Does the work, and measures it.
///
/// # Errors
/// If the program cannot be set up.
pub fn measure(
    program: Program,
    workload: &Workload,
    flavor: Flavor,
    server: SocketAddr,
) -> Result<Measured, Error> {
    let runtime = flavor.runtime().map_err(Error::io("the runtime"))?;
    runtime.block_on(async {
        // A task of its own, so that on several threads all programs stand on the same ground.
        let able = Able::new(program, server)?;
        let (start_cpu, base, begun) = (meter::cpu(), meter::memory().now, Instant::now());
        let done = able.work(workload, flavor).await?;
        let (wall, cpu) = (begun.elapsed(), meter::cpu().saturating_sub(start_cpu));
        Ok(Measured {
            wall: micros(wall),
            cpu: micros(cpu),
            start_cpu: micros(start_cpu),
            base,
            peak: meter::memory().peak,
            calls: done.calls,
            failed: done.failed,
            delays: done.delays.summary(),
            ..Measured::default()
        })
    })
}

/// A program that is set up.
enum Able {
    Hyper(Hyper),
    Reqwest(Reqwest),
    Ziggurat(Arc<dyn Provider>),
}

impl Able {
    fn new(program: Program, server: SocketAddr) -> Result<Self, Error> {
        Ok(match program {
            Program::Hyper => Self::Hyper(Hyper::new(server)),
            Program::Reqwest => Self::Reqwest(Reqwest::new(server)?),
            Program::Ziggurat => Self::Ziggurat(library::provider(server)?),
        })
    }

    async fn work(self, workload: &Workload, flavor: Flavor) -> Result<Done, Error> {
        let no_pyramid = || Error::Found("the workload is no pyramid".to_owned());
        match self {
            Self::Hyper(client) => {
                swarm::run(client, workload, flavor).await.ok_or_else(no_pyramid)
            }
            Self::Reqwest(client) => {
                swarm::run(client, workload, flavor).await.ok_or_else(no_pyramid)
            }
            Self::Ziggurat(provider) if workload.composition == Composition::Stack => {
                Ok(stack::run(provider, workload, flavor).await)
            }
            Self::Ziggurat(provider) => {
                let workload = workload.clone();
                let run = async move { library::run(provider, &workload).await };
                tokio::spawn(run).await.map_err(Error::found)?
            }
        }
    }
}

fn micros(span: Duration) -> u64 {
    u64::try_from(span.as_micros()).unwrap_or(u64::MAX)
}
