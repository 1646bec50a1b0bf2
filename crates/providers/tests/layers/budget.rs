//! The layer `budget` through its public face.
