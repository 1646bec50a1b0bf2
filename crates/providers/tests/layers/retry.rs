//! The layer `retry` through its public face.
