//! Model-backed workers, synthesizers and executives for Ziggurat
#![warn(missing_docs)]
#![forbid(unsafe_code)]
