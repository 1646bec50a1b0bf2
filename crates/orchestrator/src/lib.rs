//! Hierarchical multi-agent orchestration: decompose a task, run workers in parallel, synthesize upwards, report
#![warn(missing_docs)]
#![forbid(unsafe_code)]

pub mod hierarchy;
