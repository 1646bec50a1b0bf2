//! Bounded, prioritised, cancellable and timed execution of any async jobs
#![warn(missing_docs)]
#![forbid(unsafe_code)]
