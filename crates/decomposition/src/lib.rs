//! Decomposers for Ziggurat: document partition, static plans, model-based and template plans
#![warn(missing_docs)]
#![forbid(unsafe_code)]
