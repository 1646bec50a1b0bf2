//! The layer `telemetry` through its public face.
