//! What can be set per tier. The defaults are the ones Ziggurat's predecessor ended up with: the higher
//! the tier, the longer the answer and the lower the temperature, since the summit should conclude
//! rather than invent.

use ziggurat_core::{Delivery, ModelInfo};

/// How an agent calls its model.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct AgentSettings {
    /// Upper bound of an answer in tokens; `None` for the provider's own. Lowered to what the model can
    /// write, where that is known.
    pub max_tokens: Option<u32>,
    /// Sampling temperature; `None` for the provider's own. Left out for a model that is known to
    /// refuse it.
    pub temperature: Option<f32>,
    /// How answers are fetched. Default: streamed, so that an observer sees the text grow.
    pub delivery: Delivery,
    /// How often an answer that was cut at the bound is continued: the model is asked to go on from where
    /// it stopped, and the texts are joined. Default: 1, as one more call is cheaper than a result with
    /// its end missing. With 0 a cut answer is only marked. A model that
    /// [only quotes](ModelInfo::extractive) is never asked to go on.
    pub continuations: u32,
}

impl AgentSettings {
    /// A worker's: 2000 tokens, temperature 0.7 (as in the "Dream Cascade", the last of the predecessor's
    /// orchestrators).
    pub const WORKER: Self = Self::new(2000, 0.7);

    /// A synthesizer's: 3000 tokens, temperature 0.6 (from the same source).
    pub const SYNTHESIZER: Self = Self::new(3000, 0.6);

    /// The executive's: 4000 tokens, temperature 0.5 (from the same source).
    pub const EXECUTIVE: Self = Self::new(4000, 0.5);

    const fn new(max_tokens: u32, temperature: f32) -> Self {
        Self {
            max_tokens: Some(max_tokens),
            temperature: Some(temperature),
            delivery: Delivery::Streamed,
            continuations: 1,
        }
    }

    /// The same settings with this bound on an answer, in tokens.
    pub fn with_max_tokens(mut self, max_tokens: impl Into<Option<u32>>) -> Self {
        self.max_tokens = max_tokens.into();
        self
    }

    /// The same settings with this temperature.
    pub fn with_temperature(mut self, temperature: impl Into<Option<f32>>) -> Self {
        self.temperature = temperature.into();
        self
    }

    /// The same settings with answers fetched this way.
    pub fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }

    /// The same settings with a cut answer continued at most this often.
    pub fn with_continuations(mut self, continuations: u32) -> Self {
        self.continuations = continuations;
        self
    }

    /// The bound for this model. Asking a model for more than it can write is an error at some
    /// providers.
    pub(crate) fn bound(&self, info: &ModelInfo) -> Option<u32> {
        let most = info.max_output_tokens.map(|most| u32::try_from(most).unwrap_or(u32::MAX));
        self.max_tokens.map(|wanted| most.map_or(wanted, |most| wanted.min(most)))
    }
}
