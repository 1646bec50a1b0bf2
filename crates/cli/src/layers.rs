//! How models are called: the default layers around every provider, set to what flags and settings say.

use std::sync::Arc;

use ziggurat::providers::layers::{Place, RetryLayer, Stack};
use ziggurat::providers::{PerMinute, Registry};

use crate::args::CallArgs;
use crate::recording::Tape;

/// Puts the layers around whatever the registry makes from now on.
pub(crate) fn around(registry: &mut Registry, args: &CallArgs, tape: &Tape) {
    let retry = match args.retries {
        Some(retries) => RetryLayer::new().with_attempts(retries.saturating_add(1)),
        None => RetryLayer::new(),
    };
    let stack = match tape {
        Tape::None => Stack::new().with(retry),
        Tape::Record(record) => Stack::new().with(retry).with(record.layer.clone()),
        // What is played has neither limits nor a clock.
        Tape::Replay(_) => Stack::new()
            .with(retry.without_delays())
            .without(Place::RateLimit)
            .without(Place::Concurrency),
    };
    let is_live = !matches!(tape, Tape::Replay(_));
    let (flags, rows) = (PerMinute::new(args.rpm, args.tpm), registry.clone());
    registry.set_layers(move |provider| {
        let stack = stack.clone();
        match is_live {
            true => Arc::new(stack.with_per_minute(flags.or(rows.per_minute(provider)))),
            false => Arc::new(stack),
        }
    });
}
