//! Whole runs with random ends, small ones by the hundred and one of a million nodes.
//!
//! `driver` runs a hierarchy like a run loop would and keeps its journal, `model` tells the rules
//! naively, and `checks` says what must hold of any hierarchy at any time.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod checks;
mod driver;
mod million;
mod model;
mod properties;
