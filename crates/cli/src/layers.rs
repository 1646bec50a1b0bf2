//! How models are called: the default layers around every provider, set to what flags and settings say.

use std::sync::Arc;

use ziggurat::providers::layers::{Place, RetryLayer, Stack};
use ziggurat::providers::{PerMinute, Registry};
use ziggurat::{Layer, ziggurat_core};

use crate::args::CallArgs;
use crate::recording::Tape;

/// Puts the layers around whatever the registry makes.
pub(crate) fn around(registry: &mut Registry, args: &CallArgs, tape: &Tape) {
    let flags = PerMinute::new(args.rpm, args.tpm);
    let attempts = args.retries.map(|retries| retries + 1);
    let rows = registry.clone();
    let tape = tape.clone();
    registry.set_layers(move |provider| {
        let mut stack = Stack::new().with_per_minute(flags.or(rows.per_minute(provider)));
        let mut retry = RetryLayer::new();
        if let Some(attempts) = attempts {
            retry = retry.with_attempts(attempts);
        }
        stack = stack.with(retry);
        Arc::new(tape.within(stack)) as Arc<dyn Layer>
    });
}
