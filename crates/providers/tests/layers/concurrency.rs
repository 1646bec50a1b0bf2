//! The layer `concurrency` through its public face.
