//! What a program tells of its work: one line of JSON on its stdout.

use serde::{Deserialize, Serialize};

use crate::delays::Summary;

/// One run of one program. Times are in microseconds, memory in KiB.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// From the first job to the result.
    pub wall: u64,
    /// User and system time of the same span.
    pub cpu: u64,
    /// User and system time before it: the start of the process, the runtime, the client.
    pub start_cpu: u64,
    /// Resident memory before the first job was made.
    pub base: u64,
    /// Resident memory at most.
    pub peak: u64,
    /// Calls that the work takes, without repetitions.
    pub calls: u64,
    /// Calls that failed for good.
    pub failed: u64,
    /// Of streamed text.
    pub delays: Option<Summary>,
    /// Calls that the server saw; told by the server.
    #[serde(default)]
    pub attempts: u64,
    /// Faults that it served; told by the server.
    #[serde(default)]
    pub faults: u64,
    /// Connections that it accepted; told by the server.
    #[serde(default)]
    pub connections: u64,
}
