//! The conformance suites: one function for each line of a contract, and a macro that makes a test of each.
//!
//! | macro | what it holds to its contract | the behaviours |
//! |---|---|---|
//! | [`provider_conformance!`](crate::provider_conformance) | a [`Provider`](ziggurat_core::Provider), in process or over HTTP | [`provider`] |
//! | [`layer_conformance!`](crate::layer_conformance) | a [`Layer`](ziggurat_core::Layer): the suite of providers around it, and what a wrapper owes | [`provider`], [`layer`] |
//! | [`decomposer_conformance!`](crate::decomposer_conformance) | a [`Decomposer`](ziggurat_core::Decomposer), with a model or without | [`decomposer`] |
//! | [`executor_conformance!`](crate::executor_conformance) | whatever runs jobs under a limit, through a [`BatchExecutor`] | [`executor`] |
//!
//! What a subject **cannot** do it says by name and with the reason. Its test is then listed as ignored, with
//! the reason; run with `--ignored`, it asserts that the exception is still needed.
//!
//! # A provider
//! What it plays comes from a script:
//!
//! ```
//! use ziggurat_testkit::{ScriptedProvider, conformance::Subject};
//!
//! fn subject() -> Subject {
//!     Subject::in_process(|script: ScriptedProvider| script)
//! }
//!
//! ziggurat_testkit::provider_conformance!(scripted, subject(), except {
//!     no_key_is_shown: "it has no key",
//!     the_id_of_the_request_is_kept: "its requests have no ids",
//!     a_deadline_ends_a_call: "it does what the script says, however long",
//!     a_deadline_ends_a_stream: "it does what the script says, however long",
//! });
//! # fn main() {}
//! ```
//!
//! Over HTTP it is tested against a `FakeServer` (feature `server`):
//! `Subject::http(Api::ChatCompletions, |url| MyProvider::new(format!("{url}/v1")))`.
//!
//! # A layer
//! The expression makes it; the suite puts it around a provider of its own, in paused time:
//!
//! ```
//! use std::sync::Arc;
//! use async_trait::async_trait;
//! use tokio::sync::Semaphore;
//! use ziggurat_core::{
//!     CallContext, ChatRequest, ChatResponse, ChatStream, Layer, ModelInfo, Provider, ProviderError,
//! };
//! # use futures::StreamExt;
//!
//! /// At most so many calls at once, over all wrappers.
//! struct AtOnce(Arc<Semaphore>);
//!
//! struct Limited {
//!     permits: Arc<Semaphore>,
//!     inner: Arc<dyn Provider>,
//! }
//!
//! impl Layer for AtOnce {
//!     fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
//!         Arc::new(Limited { permits: Arc::clone(&self.0), inner })
//!     }
//! }
//!
//! #[deny(clippy::missing_trait_methods)]
//! #[async_trait]
//! impl Provider for Limited {
//!     fn name(&self) -> &str {
//!         self.inner.name()
//!     }
//!     // … every other method likewise, and:
//! #   fn known(&self, model: &str) -> ModelInfo {
//! #       self.inner.known(model)
//! #   }
//! #   async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
//! #       self.inner.model(cx, model).await
//! #   }
//! #   async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
//! #       self.inner.models(cx).await
//! #   }
//! #   async fn count_tokens(&self, cx: &CallContext, request: &ChatRequest) -> Result<Option<u64>, ProviderError> {
//! #       self.inner.count_tokens(cx, request).await
//! #   }
//!     async fn chat(&self, cx: &CallContext, request: &ChatRequest) -> Result<ChatResponse, ProviderError> {
//!         let _permit = self.permits.acquire().await;
//!         self.inner.chat(cx, request).await
//!     }
//! #   async fn stream(&self, cx: &CallContext, request: &ChatRequest) -> Result<ChatStream, ProviderError> {
//! #       let permit = Arc::clone(&self.permits).acquire_owned().await;
//! #       let stream = self.inner.stream(cx, request).await?;
//! #       Ok(stream.inspect(move |_| { let _ = &permit; }).boxed())
//! #   }
//! }
//!
//! ziggurat_testkit::layer_conformance!(at_once, AtOnce(Arc::new(Semaphore::new(4))));
//! # fn main() {}
//! ```
//!
//! The same layer around an adapter over HTTP is a provider like any other:
//! `provider_conformance!(over_http, Subject::http(api, |url| layer.layer(Arc::new(MyProvider::new(url)))))`.
//!
//! # A decomposer
//! One that asks no model leaves those behaviours out by name; one that does says what a model answers to a
//! request for a plan:
//!
//! ```
//! use async_trait::async_trait;
//! use ziggurat_core::{CallContext, DecomposeError, Decomposer, Plan, Subtask, Task, WorkerCount};
//! use ziggurat_testkit::conformance::DecomposerSubject;
//!
//! /// One worker does it all.
//! struct Whole;
//!
//! #[async_trait]
//! impl Decomposer for Whole {
//!     async fn decompose(
//!         &self,
//!         _: &CallContext,
//!         task: &Task,
//!         workers: WorkerCount,
//!     ) -> Result<Plan, DecomposeError> {
//!         let all = Subtask::new(task.text()).with_documents(task.documents().iter().cloned());
//!         let plan = Plan::new("whole", [all]);
//!         Ok(match workers {
//!             WorkerCount::Exactly(asked) if asked.get() > 1 => plan.noting("one worker is enough"),
//!             _ => plan,
//!         })
//!     }
//! }
//!
//! ziggurat_testkit::decomposer_conformance!(whole, DecomposerSubject::new(|| Whole), except {
//!     a_model_that_fails_is_told_of: "it asks no model",
//!     a_model_that_says_nothing_is_told_of: "it asks no model",
//!     a_model_is_asked_in_the_call_s_context: "it asks no model",
//! });
//! # fn main() {}
//! ```
//!
//! With a model: `DecomposerSubject::with_model(|request| Turn::text("1. Look at …"), MyDecomposer::new)`.
//!
//! # An executor
//! It is adapted by the trait [`BatchExecutor`], whose documentation has an example of a few lines.

mod decomposers;
mod executors;
mod layers;
mod lists;
mod macros;
mod providers;
#[doc(hidden)]
pub mod run;
mod waiting;

pub use decomposers::DecomposerSubject;
pub use executors::{BatchExecutor, BatchJob, JobEnd};
pub use layers::LayerSubject;
pub use providers::{Stage, Subject};

/// The behaviours of a provider, each an assertion about a [`Subject`].
///
/// # Panics
/// Each panics if the provider behaves otherwise.
pub mod provider {
    pub use super::providers::answers::*;
    pub use super::providers::cancelling::*;
    pub use super::providers::failures::*;
    pub use super::providers::models::*;
    pub use super::providers::requests::*;
    pub use super::providers::sharing::*;
    pub use super::providers::streams::*;
}

/// The behaviours of a layer beyond those of the provider that it makes, each an assertion about a
/// [`LayerSubject`]. They wait for what does not come, so run them in paused time.
///
/// # Panics
/// Each panics if the layer behaves otherwise.
pub mod layer {
    pub use super::layers::context::*;
    pub use super::layers::failures::*;
    pub use super::layers::forwarding::*;
    pub use super::layers::reports::*;
    pub use super::layers::sharing::*;
    pub use super::layers::twice::*;
}

/// The behaviours of a decomposer, each an assertion about a [`DecomposerSubject`].
///
/// # Panics
/// Each panics if the decomposer behaves otherwise.
pub mod decomposer {
    pub use super::decomposers::counts::*;
    pub use super::decomposers::ending::*;
    pub use super::decomposers::material::*;
    pub use super::decomposers::model::*;
    pub use super::decomposers::plans::*;
}

/// The behaviours of an executor, each an assertion about a [`BatchExecutor`]. They measure time, so run them
/// in paused time.
///
/// # Panics
/// Each panics if the executor behaves otherwise.
pub mod executor {
    pub use super::executors::batches::*;
    pub use super::executors::endings::*;
    pub use super::executors::limits::*;
    pub use super::executors::ordering::*;
    pub use super::executors::siblings::*;
}
