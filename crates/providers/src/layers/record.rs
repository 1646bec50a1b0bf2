//! Records what a provider answers, and replays it.
