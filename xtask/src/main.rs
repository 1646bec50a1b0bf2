//! Developer tasks of the Ziggurat workspace.
#![forbid(unsafe_code)]
fn main() {}
