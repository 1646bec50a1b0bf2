//! How models are called: the default layers around every provider, set to what flags and settings say.

use std::sync::Arc;

use ziggurat::providers::layers::{Place, RetryLayer, Stack};
use ziggurat::providers::{PerMinute, Registry};

use crate::args::CallArgs;
use crate::recording::Tape;

/// Puts the layers around whatever the registry makes from now on. Each provider has its own: one that is
/// down must not take limits and retries from another.
pub(crate) fn around(registry: &mut Registry, args: &CallArgs, tape: &Tape) {
    let attempts = args.retries.map(|retries| retries.saturating_add(1));
    let (flags, rows, tape) = (PerMinute::new(args.rpm, args.tpm), registry.clone(), tape.clone());
    registry.set_layers(move |provider| {
        let retry = match attempts {
            Some(attempts) => RetryLayer::new().with_attempts(attempts),
            None => RetryLayer::new(),
        };
        let limited = || Stack::new().with_per_minute(flags.or(rows.per_minute(provider)));
        Arc::new(match &tape {
            Tape::None => limited().with(retry),
            Tape::Record(record) => limited().with(retry).with(record.layer.clone()),
            // What is played has neither limits nor a clock.
            Tape::Replay(_) => Stack::new()
                .with(retry.without_delays())
                .without(Place::Timeout)
                .without(Place::RateLimit)
                .without(Place::Concurrency),
        })
    });
}
