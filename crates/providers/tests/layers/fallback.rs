//! The layer `fallback` through its public face.
