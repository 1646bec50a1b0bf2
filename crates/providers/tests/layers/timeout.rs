//! The layer `timeout` through its public face.
