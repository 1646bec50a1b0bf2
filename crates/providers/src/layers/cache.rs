//! Answers alike questions once.
