//! What travels with a call beside the request: whose call it is and who watches. The watcher is a
//! trait, so that agents and layers can report without knowing the run loop.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::{AgentOutput, Budget, Cost, ModelInfo, NodeInfo, Provider, RateLimits, Reason, Usage};

/// One model call that has ended, well or not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallRecord {
    /// `provider/model`.
    pub model: String,
    /// Its tokens, as far as known.
    pub usage: Usage,
    /// Its cost, as far as known.
    pub cost: Cost,
}

impl CallRecord {
    /// A record of a call.
    pub fn new(model: impl Into<String>, usage: Usage, cost: Cost) -> Self {
        Self { model: model.into(), usage, cost }
    }
}

/// What an agent tells while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Signal {
    /// A piece of its answer has arrived.
    Text(String),
    /// An attempt at a model has ended. Sent for failed and abandoned ones too: they may have cost
    /// money.
    Call(CallRecord),
    /// An attempt failed and the agent tries again.
    Retrying {
        /// The attempt that begins, counted from 1; the first retry is 2.
        attempt: u32,
        /// Why the last one failed.
        reason: Reason,
    },
    /// What the agent has so far, should it be stopped now: a text that is not whole, and is paid for.
    Draft(AgentOutput),
    /// The call waits for room under a limit; nothing has been sent.
    Queued,
    /// There is room, and the call goes on.
    Dequeued,
    /// The call takes longer than most, and the same is asked a second time; the first answer is taken,
    /// both are paid.
    Hedged {
        /// How long the first attempt had taken by then.
        after: Duration,
    },
    /// A server said how much its key may still ask of it.
    RateLimits(RateLimits),
}

/// Watches the calls of a context.
///
/// # Contract
/// - `signal` is quick and does not block: it is called between the pieces of a stream.
/// - It is called from the task that polls the agent, in the order things happen.
/// - It must not panic.
///
/// A closure is an observer:
///
/// ```
/// use std::sync::Arc;
/// use ziggurat_core::{CallContext, Signal};
/// let context = CallContext::default().with_observer(Arc::new(|signal: Signal| drop(signal)));
/// ```
#[cfg_attr(any(test, feature = "testing"), mockall::automock)]
pub trait Observer: Send + Sync {
    /// Something happened.
    fn signal(&self, signal: Signal);
}

impl<F: Fn(Signal) + Send + Sync> Observer for F {
    fn signal(&self, signal: Signal) {
        self(signal);
    }
}

/// Whose call it is and who watches it. `default()` is all that a user of a provider alone needs.
/// Cheap to clone.
#[derive(Clone, Default)]
pub struct CallContext {
    node: Option<Arc<NodeInfo>>,
    observer: Option<Arc<dyn Observer>>,
    deadline: Option<Instant>,
    model: Option<Arc<ModelInfo>>,
    budget: Option<Arc<dyn Budget>>,
}

impl CallContext {
    /// The same context with a moment at which its calls must have ended, streams included. An adapter
    /// ends a call that has not with [`ErrorKind::Timeout`](crate::ErrorKind::Timeout). Where tokio's time is
    /// paused, take it from tokio's clock: `tokio::time::Instant::into_std`.
    pub fn with_deadline(mut self, deadline: impl Into<Option<Instant>>) -> Self {
        self.deadline = deadline.into();
        self
    }

    /// When its calls must have ended.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// The same context, for this node of a run.
    pub fn with_node(mut self, node: impl Into<Arc<NodeInfo>>) -> Self {
        self.node = Some(node.into());
        self
    }

    /// The same context with this observer in place of any other.
    pub fn with_observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// The same context; this sees every signal before its observer does.
    pub fn tapped(&self, tap: impl Fn(&Signal) + Send + Sync + 'static) -> Self {
        let outer = self.clone();
        let observer = move |signal: Signal| {
            tap(&signal);
            outer.signal(signal);
        };
        self.clone().with_observer(Arc::new(observer))
    }

    /// The same context, for calls to a model of which this is known.
    pub fn with_model(mut self, model: impl Into<Arc<ModelInfo>>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// The same context with this observer in place of any other, for calls to this model.
    pub(crate) fn within(&self, observer: Arc<dyn Observer>, model: Arc<ModelInfo>) -> Self {
        Self {
            node: self.node.clone(),
            observer: Some(observer),
            deadline: self.deadline,
            model: Some(model),
            budget: self.budget.clone(),
        }
    }

    /// Whether anybody watches.
    pub(crate) fn is_watched(&self) -> bool {
        self.observer.is_some()
    }

    /// What is known of this model: as it was [resolved](Self::with_model) for the call, if it is the same
    /// one, else as the provider knows it without asking.
    pub fn model_of(&self, provider: &dyn Provider, model: &str) -> Arc<ModelInfo> {
        let resolved = self.model.as_ref();
        let same = |info: &&Arc<ModelInfo>| info.id == model && info.provider == provider.name();
        resolved.filter(same).map_or_else(|| Arc::new(provider.known(model)), Arc::clone)
    }

    /// The same context, its attempts paid from this budget.
    pub fn with_budget(mut self, budget: Arc<dyn Budget>) -> Self {
        self.budget = Some(budget);
        self
    }

    /// The budget that its attempts are paid from, if there is one.
    pub fn budget(&self) -> Option<&Arc<dyn Budget>> {
        self.budget.as_ref()
    }

    /// The node that calls, if it is part of a run.
    pub fn node(&self) -> Option<&NodeInfo> {
        self.node.as_deref()
    }

    /// Tells the observer, if there is one.
    pub fn signal(&self, signal: Signal) {
        if let Some(observer) = &self.observer {
            observer.signal(signal);
        }
    }
}

impl fmt::Debug for CallContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallContext")
            .field("node", &self.node)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
