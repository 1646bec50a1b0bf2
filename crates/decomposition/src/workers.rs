//! How many workers, where nothing about the task itself says so.

use std::num::NonZeroU32;

use ziggurat_core::WorkerCount;

/// The number of workers of a plan when nobody says how many and there is no material to measure:
/// one full group below one synthesizer at the default fan-in, the smallest pyramid with a step.
pub const DEFAULT_WORKERS: NonZeroU32 = NonZeroU32::new(5).unwrap();

/// The number asked for, or [`DEFAULT_WORKERS`].
pub(crate) fn or_default(workers: WorkerCount) -> usize {
    let number = match workers {
        WorkerCount::Auto => DEFAULT_WORKERS,
        WorkerCount::Exactly(number) => number,
    };
    number.get() as usize
}
