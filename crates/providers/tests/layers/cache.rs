//! The layer `cache` through its public face.
