//! Clocks over one attempt.
