//! The layer `rate_limit` through its public face.
