//! A provider with the script behind it, and what the behaviours do with it.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use ziggurat_core::chat::{self, ChatDelta};
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ErrorKind, Provider, ProviderError};

use crate::ScriptedProvider;
#[cfg(feature = "server")]
use crate::server::{Api, FakeServer};

/// How long anything may take that ought to happen at once.
const SOON: Duration = Duration::from_secs(5);

/// A provider whose model plays a script.
pub struct Stage {
    /// The provider under test.
    pub provider: Arc<dyn Provider>,
    /// What the model behind it plays, and what it was asked.
    pub script: ScriptedProvider,
    /// The server between the two, if the provider speaks HTTP.
    #[cfg(feature = "server")]
    pub server: Option<(Api, FakeServer)>,
}

impl Stage {
    /// The whole answer.
    pub(super) async fn whole(&self, request: &ChatRequest) -> Result<ChatResponse, ProviderError> {
        let call = async { self.provider.chat(&CallContext::default(), request).await };
        in_time("the whole answer", call).await
    }

    /// The streamed answer, put together.
    pub(super) async fn streamed(
        &self,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let call = async {
            let stream = self.provider.stream(&CallContext::default(), request).await?;
            chat::collect(self.provider.name(), stream, |_| {}).await
        };
        in_time("the streamed answer", call).await
    }

    /// All items of the stream; an error that is returned is not among them.
    pub(super) async fn items(
        &self,
        request: &ChatRequest,
    ) -> Result<Vec<Result<ChatDelta, ProviderError>>, ProviderError> {
        use futures::StreamExt;
        let call = async {
            let stream = self.provider.stream(&CallContext::default(), request).await?;
            Ok(stream.collect().await)
        };
        in_time("the end of the stream", call).await
    }

    /// The last request as the model heard it.
    pub(super) fn heard(&self) -> ChatRequest {
        match self.script.calls().pop() {
            Some(call) => call.request,
            None => panic!("the model behind the provider was not asked at all"),
        }
    }

    /// The kinds of failure that the model behind the provider can express.
    pub(super) fn error_kinds(&self) -> Vec<ErrorKind> {
        #[cfg(feature = "server")]
        if let Some((api, _)) = &self.server {
            return api.error_kinds().to_vec();
        }
        vec![
            ErrorKind::Auth,
            ErrorKind::Permission,
            ErrorKind::Quota,
            ErrorKind::RateLimit,
            ErrorKind::Server,
            ErrorKind::InvalidRequest,
            ErrorKind::ModelNotFound,
            ErrorKind::ContextLength,
            ErrorKind::ContentFilter,
        ]
    }

    /// Waits until this many calls are under way at the model.
    pub(super) async fn until_under_way(&self, calls: usize) {
        self.until(|stage| stage.script.in_flight() >= calls, "the call reaches the model").await;
    }

    /// Waits until the model was told that its calls are not wanted any more, and nothing of them is left.
    pub(super) async fn until_cancelled(&self, calls: usize) {
        let gone = |stage: &Self| {
            stage.script.cancelled() >= calls
                && stage.script.in_flight() == 0
                && stage.open_connections() == 0
        };
        self.until(gone, "the dropped call ends, and its connection with it").await;
    }

    fn open_connections(&self) -> usize {
        #[cfg(feature = "server")]
        if let Some((_, server)) = &self.server {
            return server.counts().open;
        }
        0
    }

    /// Looks again and again until it is so.
    async fn until(&self, is_so: impl Fn(&Self) -> bool, what: &str) {
        let looking = async {
            while !is_so(self) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        in_time(what, looking).await;
    }
}

/// What comes of it.
///
/// # Panics
/// If nothing does, within five seconds.
pub(super) async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    match timeout(SOON, work).await {
        Ok(done) => done,
        Err(_) => panic!("waited {SOON:?} in vain for this: {what}"),
    }
}

/// The answer.
///
/// # Panics
/// If it is an error.
pub(super) fn answered(result: Result<ChatResponse, ProviderError>) -> ChatResponse {
    result.unwrap_or_else(|error| panic!("an answer was expected: {error:?}"))
}

/// The error.
///
/// # Panics
/// If it is an answer.
pub(super) fn failed<T: std::fmt::Debug>(result: Result<T, ProviderError>) -> ProviderError {
    match result {
        Err(error) => error,
        Ok(answer) => panic!("an error was expected: {answer:?}"),
    }
}
