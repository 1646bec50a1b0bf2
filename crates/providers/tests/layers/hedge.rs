//! The layer `hedge` through its public face.
