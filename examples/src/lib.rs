//! The runnable examples of Ziggurat.
#![warn(missing_docs)]
#![forbid(unsafe_code)]
