//! The workloads: what is asked, how it is composed, and how the fake server answers.

use std::time::Duration;

use crate::schedule::{Latencies, makespan};
use ziggurat::hierarchy::{ExecutiveMode, Shape};

/// How the answers of the workers are put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Composition {
    /// Merged by calls, step by step, up to one.
    Tree,
    /// Not at all: workers only.
    Flat,
    /// Workers only in the loops; in the library merged up to one by code, without calls.
    CodeTree,
    /// Calls of the provider within its layers, without an orchestrator.
    Stack,
}

/// One workload.
#[derive(Debug, Clone)]
pub struct Workload {
    /// Its name on the command line.
    pub name: &'static str,
    /// How many workers there are.
    pub workers: u32,
    /// What becomes of their answers.
    pub composition: Composition,
    /// Calls at once.
    pub concurrency: usize,
    /// Whether answers are streamed.
    pub streamed: bool,
    /// What `fake-llm` is started with, beside [`SERVER`].
    pub server: &'static [&'static str],
    /// How long its answers take.
    pub latencies: Latencies,
    /// The most repetitions that are worth their time.
    pub most: usize,
    /// Whether it runs without being named.
    pub usual: bool,
}

/// What every server is started with: one that lists the model is asked for it before the first worker,
/// and not by the first worker alone.
pub const SERVER: [&str; 2] = ["--model", MODEL];
/// Bytes of a worker's instruction.
pub const INSTRUCTION: usize = 130;
/// What every program asks for.
pub const TASK: &str = "Find out what the incidents of the year have in common.";
/// The model's name.
pub const MODEL: &str = "bench-1";

const ANY: usize = usize::MAX;

/// All of them.
pub fn all() -> Vec<Workload> {
    use Composition::{CodeTree, Flat, Stack, Tree};
    let fixed = |ms| Latencies::Fixed(Duration::from_millis(ms));
    let base = Workload {
        name: "",
        workers: 1_000,
        composition: Tree,
        concurrency: 100,
        streamed: false,
        server: &[],
        latencies: fixed(0),
        most: ANY,
        usual: true,
    };
    let swarm_10 = Workload {
        name: "swarm-10-c5",
        workers: 10,
        concurrency: 5,
        server: &["--latency", "600ms", "--reply-bytes", "800"],
        latencies: fixed(600),
        ..base.clone()
    };
    let swarm_1000 = Workload {
        name: "swarm-1000",
        server: &["--latency", "50ms", "--reply-bytes", "400"],
        latencies: fixed(50),
        ..base.clone()
    };
    let throughput = Workload {
        name: "throughput",
        workers: 20_000,
        composition: Flat,
        concurrency: 256,
        server: &["--reply-bytes", "2048"],
        ..base.clone()
    };
    let streaming = Workload {
        name: "streaming",
        workers: 200,
        composition: Flat,
        concurrency: 200,
        streamed: true,
        server: &["--reply-bytes", "3400", "--chunks", "200", "--chunk-delay", "5ms", "--stamp"],
        ..base.clone()
    };
    let memory = Workload {
        name: "memory",
        workers: 100_000,
        composition: CodeTree,
        concurrency: 64,
        server: &["--reply-bytes", "200"],
        most: 3,
        ..base.clone()
    };
    vec![
        Workload { name: "swarm-10-c10", concurrency: 10, ..swarm_10.clone() },
        swarm_10,
        Workload { name: "throughput-stack", composition: Stack, ..throughput.clone() },
        throughput,
        Workload { name: "streaming-stack", composition: Stack, ..streaming.clone() },
        streaming,
        Workload { name: "memory-flat", composition: Flat, ..memory.clone() },
        Workload {
            name: "memory-large",
            workers: 1_000_000,
            most: 1,
            usual: false,
            ..memory.clone()
        },
        memory,
        Workload { name: "faults", server: FAULTS, ..swarm_1000.clone() },
        Workload { name: "jitter", server: JITTER, latencies: JITTERED, ..swarm_1000.clone() },
        swarm_1000,
    ]
}

const FAULTS: &[&str] = &[
    "--latency",
    "50ms",
    "--reply-bytes",
    "400",
    "--fault",
    "429:0.02",
    "--fault",
    "500:0.01",
    "--drop-rate",
    "0.01",
    "--retry-after",
    "200ms",
    "--at-most",
    "2",
];
const JITTER: &[&str] =
    &["--latency", "50ms", "--reply-bytes", "400", "--tail", "log-normal:0.5", "--seed", "0"];
const JITTERED: Latencies = Latencies::LogNormal { median: Duration::from_millis(50), sigma: 0.5 };

impl Workload {
    /// The workload of this name.
    pub fn named(name: &str) -> Option<Self> {
        all().into_iter().find(|workload| workload.name == name)
    }

    /// The shape of its pyramid, as the loops and the ideal have it.
    pub fn shape(&self) -> Shape {
        let mut shape = Shape::default();
        if self.composition != Composition::Tree {
            (shape.synthesizers, shape.executive) = (false, ExecutiveMode::Never);
        }
        shape.merge_backlog = u32::try_from(self.concurrency * 8).unwrap_or(u32::MAX);
        shape
    }

    /// The shortest time in which a list scheduler could be done, if all that took time were the answers;
    /// `None` if they take none.
    pub fn ideal(&self) -> Option<Duration> {
        let takes_time = self.latencies != Latencies::Fixed(Duration::ZERO);
        takes_time.then(|| makespan(self.workers, self.shape(), self.concurrency, self.latencies))
    }

    /// A worker's instruction: its own, and of a given size.
    pub fn instruction(&self, worker: u32) -> String {
        // Exactly as large as it is, for it is counted.
        let mut text = String::with_capacity(INSTRUCTION);
        text.push_str(&format!("Look at part {worker:07} of the reports and say what led to it,"));
        let filler = " and what was done about it,".repeat(INSTRUCTION / 28 + 1);
        text.push_str(&filler[..INSTRUCTION - 1 - text.len()]);
        text.push('.');
        text
    }
}
