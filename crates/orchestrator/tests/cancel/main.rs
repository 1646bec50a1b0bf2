//! A run that is cancelled or dropped, wherever it is: at every await point in paused time, and over real
//! sockets, where the server sees every connection go.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod points;
mod sockets;
mod stage;
mod steps;
