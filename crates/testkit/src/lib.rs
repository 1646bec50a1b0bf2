//! Scripted providers and other test tools for Ziggurat
#![warn(missing_docs)]
#![forbid(unsafe_code)]
