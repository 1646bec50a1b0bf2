//! Tries again what may succeed a moment later.
