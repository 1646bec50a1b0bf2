//! Who works at the nodes of a plan, and how much each may write.
//!
//! What an agent writes must fit the call of the one above it, and two such results at least, or merging
//! would never come to an end. So an agent may write less than half of what the tier above takes; where that is
//! next to nothing, the run ends before it has spent anything on it.

use std::sync::Arc;

use ziggurat_agents::{AgentSettings, ModelSynthesizer, ModelWorker};
use ziggurat_core::{ErrorKind, Model, Reason, Synthesizer, Task, Tier, Worker};

use super::crew::Crew;
use super::fitting::sizing;
use crate::config::{Config, Source};
use crate::hierarchy::{Hierarchy, NodeKind};

/// The smallest bound on a result that is worth a call, in tokens: a short paragraph.
const LEAST_RESULT: u64 = 64;

/// What stands around a result in a call, its title included, in tokens.
const FRAME: u64 = 128;

/// Who does the work of each tier.
pub(crate) struct Agents {
    pub(crate) worker: Arc<dyn Worker>,
    pub(crate) synthesizer: Arc<dyn Synthesizer>,
    pub(crate) executive: Arc<dyn Synthesizer>,
}

impl Agents {
    /// Makes the agents for a pyramid.
    ///
    /// # Errors
    /// If a model's context leaves no room for the results that are to be merged by it.
    pub(crate) fn new(
        config: &Config,
        crew: &Crew,
        task: &Task,
        hierarchy: &Hierarchy,
    ) -> Result<Self, Reason> {
        let makers = Makers { config, crew };
        let mut room = Room::default();
        let executive = makers.synthesizer(Tier::Executive, &config.executive, None);
        if hierarchy
            .nodes()
            .next_back()
            .is_some_and(|top| hierarchy.kind(top) == NodeKind::Executive)
        {
            room.narrow(sizing(|| executive.capacity(task))?, Tier::Executive)?;
        }
        let mut synthesizer =
            makers.synthesizer(Tier::Synthesizer, &config.synthesizer, room.result());
        if has_synthesizers(hierarchy) {
            let bound = makers.own_bound(Tier::Synthesizer, &config.synthesizer, room.result());
            let above_itself = sizing(|| synthesizer.capacity(task))?.zip(bound);
            // The more it may write, the less it can read: what it may write and read together is the same.
            if let Some((reads, writes)) =
                above_itself.filter(|(reads, writes)| *writes > result(*reads))
            {
                let bound = (reads + writes).saturating_sub(2 * FRAME) / 6;
                room.narrow(Some((reads + writes).saturating_sub(bound)), Tier::Synthesizer)?;
                synthesizer =
                    makers.synthesizer(Tier::Synthesizer, &config.synthesizer, Some(bound));
            }
            room.narrow(sizing(|| synthesizer.capacity(task))?, Tier::Synthesizer)?;
        }
        Ok(Self { worker: makers.worker(room.result()), synthesizer, executive })
    }
}

fn has_synthesizers(hierarchy: &Hierarchy) -> bool {
    hierarchy.nodes().any(|node| hierarchy.kind(node) == NodeKind::Synthesizer)
}

/// What one call of the tiers above takes of results, in tokens; `None` without a limit.
#[derive(Default)]
struct Room(Option<u64>);

impl Room {
    fn narrow(&mut self, capacity: Option<u64>, tier: Tier) -> Result<(), Reason> {
        let Some(capacity) = capacity else { return Ok(()) };
        if result(capacity) < LEAST_RESULT {
            let message = format!(
                "the context of the {tier}'s model leaves {capacity} tokens for the results that it merges: \
                 choose a model with a larger one, or a smaller bound on the {tier}'s tokens"
            );
            return Err(Reason::new(ErrorKind::InvalidRequest, message));
        }
        self.0 = Some(self.0.map_or(capacity, |known| known.min(capacity)));
        Ok(())
    }

    /// How much an agent below may write.
    fn result(&self) -> Option<u64> {
        self.0.map(result)
    }
}

/// How much may be written so that two results fit a call that takes so much: half of it, less what stands
/// around a result, less a fifth since counts are guesses, and half of that, for an answer that is cut is
/// continued.
fn result(capacity: u64) -> u64 {
    (capacity / 2).saturating_sub(FRAME) * 4 / 5 / 2
}

/// Makes an agent of a tier, whose result has at most so many tokens.
struct Makers<'a> {
    config: &'a Config,
    crew: &'a Crew,
}

impl Makers<'_> {
    fn worker(&self, most: Option<u64>) -> Arc<dyn Worker> {
        match &self.config.worker {
            Source::Own(own) => Arc::clone(own),
            Source::Model(model) => {
                let settings = self.settings(Tier::Worker, AgentSettings::WORKER, most);
                Arc::new(ModelWorker::new(self.model(model, Tier::Worker)).with_settings(settings))
            }
        }
    }

    fn synthesizer(
        &self,
        tier: Tier,
        source: &Source<dyn Synthesizer>,
        most: Option<u64>,
    ) -> Arc<dyn Synthesizer> {
        let (model, agent, defaults) = match (source, tier) {
            (Source::Own(own), _) => return Arc::clone(own),
            (Source::Model(model), Tier::Executive) => (
                self.model(model, tier),
                ModelSynthesizer::executive as fn(_) -> _,
                AgentSettings::EXECUTIVE,
            ),
            (Source::Model(model), _) => (
                self.model(model, tier),
                ModelSynthesizer::synthesizer as fn(_) -> _,
                AgentSettings::SYNTHESIZER,
            ),
        };
        let agent: ModelSynthesizer = agent(model);
        Arc::new(agent.with_settings(self.settings(tier, defaults, most)))
    }

    /// How much an agent of our own may write; `None` for the user's own, and without a bound.
    fn own_bound(
        &self,
        tier: Tier,
        source: &Source<dyn Synthesizer>,
        most: Option<u64>,
    ) -> Option<u64> {
        source.model()?;
        self.settings(tier, AgentSettings::SYNTHESIZER, most).max_tokens.map(u64::from)
    }

    fn settings(&self, tier: Tier, defaults: AgentSettings, most: Option<u64>) -> AgentSettings {
        let settings = self.config.agent(tier, defaults);
        let most = most.map(|most| u32::try_from(most).unwrap_or(u32::MAX));
        let bound = [settings.max_tokens, most].into_iter().flatten().min();
        settings.with_max_tokens(bound)
    }

    fn model(&self, model: &Model, tier: Tier) -> Model {
        self.crew.model(self.config, model, tier)
    }
}
