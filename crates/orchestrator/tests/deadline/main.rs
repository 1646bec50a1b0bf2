//! Deadlines that are kept: workers that are too slow are cut while there is time to merge the others, and
//! named as missing. In paused time.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic")]

mod crew;
#[path = "../common/dice.rs"]
mod dice;
mod exact;
mod seeds;
