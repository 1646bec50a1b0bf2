//! Requests and tokens per minute, shared by all callers of a key.
