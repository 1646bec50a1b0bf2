//! A provider with the script behind it, and what the behaviours do with it.

use std::sync::Arc;

use ziggurat_core::chat::{self, ChatDelta};
use ziggurat_core::{CallContext, ChatRequest, ChatResponse, ErrorKind, Provider, ProviderError};

use crate::ScriptedProvider;
use crate::conformance::layers::Inner;
use crate::conformance::waiting::{in_time, until};
#[cfg(feature = "server")]
use crate::server::{Api, FakeServer};

/// A provider whose model plays a script.
pub struct Stage {
    /// The provider under test.
    pub provider: Arc<dyn Provider>,
    /// What the model behind it plays, and what it was asked.
    pub script: ScriptedProvider,
    /// The server between the two, if the provider speaks HTTP.
    #[cfg(feature = "server")]
    pub server: Option<(Api, FakeServer)>,
    /// The provider within, if a layer is under test.
    pub(in crate::conformance) inner: Option<Inner>,
}

impl Stage {
    /// A provider that plays this script in the same process.
    pub(super) fn of(provider: Arc<dyn Provider>, script: ScriptedProvider) -> Self {
        Self {
            provider,
            script,
            #[cfg(feature = "server")]
            server: None,
            inner: None,
        }
    }

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
        until("the call reaches the model", || self.script.in_flight() >= calls).await;
    }

    /// Waits until the model was told that its calls are not wanted any more, and nothing of them is left.
    pub(super) async fn until_cancelled(&self, calls: usize) {
        let gone = || {
            self.script.cancelled() >= calls
                && self.script.in_flight() == 0
                && self.open_connections() == 0
        };
        until("the dropped call ends, and its connection with it", gone).await;
    }

    fn open_connections(&self) -> usize {
        #[cfg(feature = "server")]
        if let Some((_, server)) = &self.server {
            return server.counts().open;
        }
        0
    }

    /// The ids that its requests were given so far, in their order.
    pub(super) fn request_ids(&self) -> Vec<String> {
        #[cfg(feature = "server")]
        if let Some((_, server)) = &self.server {
            let received = server.received().into_iter();
            return received.filter_map(|request| request.request_id).collect();
        }
        self.inner.as_ref().map(Inner::request_ids).unwrap_or_default()
    }
}

/// The answer.
///
/// # Panics
/// If it is an error.
pub(in crate::conformance) fn answered(
    result: Result<ChatResponse, ProviderError>,
) -> ChatResponse {
    result.unwrap_or_else(|error| panic!("an answer was expected: {error:?}"))
}

/// The error.
///
/// # Panics
/// If it is an answer.
pub(in crate::conformance) fn failed<T: std::fmt::Debug>(
    result: Result<T, ProviderError>,
) -> ProviderError {
    match result {
        Err(error) => error,
        Ok(answer) => panic!("an error was expected: {answer:?}"),
    }
}
