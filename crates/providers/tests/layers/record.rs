//! The layer `record` through its public face.
