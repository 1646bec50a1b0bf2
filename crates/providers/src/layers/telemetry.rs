//! Spans of calls, by the conventions of OpenTelemetry.
