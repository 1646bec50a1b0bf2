//! Vocabulary and contracts of Ziggurat: tasks, plans, chat requests, events, and the traits of every tier
#![warn(missing_docs)]
#![forbid(unsafe_code)]
