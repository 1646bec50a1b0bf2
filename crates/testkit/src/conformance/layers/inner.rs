//! The provider that the suite puts a layer around. It plays a script, and has what an adapter has and a
//! script has not: ids of requests, codes and causes of errors, deadlines that end a call. What it was asked
//! and what it gave back, it keeps.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};
use ziggurat_core::chat::{ChatDelta, ChatStream};
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ErrorKind, ModelInfo, Provider, ProviderError, Signal,
};

use crate::{ScriptedProvider, lock};

/// Clones share what was heard and said.
#[derive(Clone)]
pub(in crate::conformance) struct Inner {
    pub(super) script: ScriptedProvider,
    signals: Vec<Signal>,
    log: Arc<Mutex<Log>>,
}

#[derive(Default)]
struct Log {
    heard: Vec<Heard>,
    answers: Vec<ChatResponse>,
    items: Vec<ChatDelta>,
    request_ids: Vec<String>,
}

/// One call, as it arrived.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) method: &'static str,
    pub(super) cx: CallContext,
    pub(super) model: Option<String>,
    pub(super) request: Option<ChatRequest>,
}

/// The code that every error bears.
pub(super) const CODE: &str = "suite_code";

impl Inner {
    pub(in crate::conformance) fn playing(script: ScriptedProvider) -> Self {
        Self { script, signals: Vec::new(), log: Arc::default() }
    }

    /// The same; each answer is preceded by these signals.
    pub(super) fn signalling(mut self, signals: impl IntoIterator<Item = Signal>) -> Self {
        self.signals = signals.into_iter().collect();
        self
    }

    /// The calls of any method so far.
    pub(super) fn heard(&self) -> Vec<Heard> {
        lock(&self.log).heard.clone()
    }

    /// The whole answers it gave.
    pub(super) fn answers(&self) -> Vec<ChatResponse> {
        lock(&self.log).answers.clone()
    }

    /// The pieces of its streams.
    pub(super) fn items(&self) -> Vec<ChatDelta> {
        lock(&self.log).items.clone()
    }

    /// The ids of its requests.
    pub(in crate::conformance) fn request_ids(&self) -> Vec<String> {
        lock(&self.log).request_ids.clone()
    }

    /// Keeps what was asked; the id is that of the request.
    fn hears(&self, heard: Heard) -> String {
        let mut log = lock(&self.log);
        log.heard.push(heard);
        let id = format!("req_{}", log.heard.len());
        log.request_ids.push(id.clone());
        id
    }

    fn asked(&self, method: &'static str, cx: &CallContext, request: &ChatRequest) -> String {
        let request = Some(request.clone());
        self.hears(Heard { method, cx: cx.clone(), model: None, request })
    }

    fn looked_up(&self, method: &'static str, cx: &CallContext, model: Option<&str>) -> String {
        let model = model.map(str::to_owned);
        self.hears(Heard { method, cx: cx.clone(), model, request: None })
    }

    fn signal(&self, cx: &CallContext) {
        self.signals.iter().cloned().for_each(|signal| cx.signal(signal));
    }

    /// The stream, ended by the deadline. Then nothing is left of what was under way.
    fn until_deadline(&self, cx: &CallContext, stream: ChatStream) -> ChatStream {
        let cx = cx.clone();
        let provider = self.name().to_owned();
        let steps = stream::unfold(Some(stream), move |stream| {
            let (cx, provider) = (cx.clone(), provider.clone());
            async move {
                let mut stream = stream?;
                let item = in_time(&cx, &provider, async { Ok(stream.next().await) }).await;
                match item {
                    Ok(item) => item.map(|item| (item, Some(stream))),
                    Err(late) => Some((Err(late), None)),
                }
            }
        });
        steps.boxed()
    }
}

/// The end of the work, or of its time.
async fn in_time<T>(
    cx: &CallContext,
    provider: &str,
    work: impl Future<Output = Result<T, ProviderError>>,
) -> Result<T, ProviderError> {
    let Some(deadline) = cx.deadline() else { return work.await };
    match timeout_at(Instant::from_std(deadline), work).await {
        Ok(done) => done,
        Err(_) => Err(ProviderError::new(provider, ErrorKind::Timeout, "the deadline passed")),
    }
}

/// All that an adapter can say of a failure.
fn explained(error: ProviderError, request_id: &str) -> ProviderError {
    error
        .with_code(CODE.to_owned())
        .with_request_id(request_id.to_owned())
        .with_source(Cause::new())
}

#[async_trait]
impl Provider for Inner {
    fn name(&self) -> &str {
        self.script.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.script.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        let id = self.looked_up("model", cx, Some(model));
        let mut info = self.script.model(cx, model).await.map_err(|error| explained(error, &id))?;
        // What only the server can say.
        info.key_checked = Some(true);
        Ok(info)
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        let id = self.looked_up("models", cx, None);
        self.script.models(cx).await.map_err(|error| explained(error, &id))
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.asked("count_tokens", cx, request);
        self.script.count_tokens(cx, request).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let id = self.asked("chat", cx, request);
        self.signal(cx);
        let answer = in_time(cx, self.name(), self.script.chat(cx, request)).await;
        let answer = answer.map_err(|error| explained(error, &id))?;
        let mut answer = answer.with_id(format!("answer to {id}")).with_request_id(id);
        answer.stop_sequence = Some("END".to_owned());
        lock(&self.log).answers.push(answer.clone());
        Ok(answer)
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        let id = self.asked("stream", cx, request);
        self.signal(cx);
        let opened = in_time(cx, self.name(), self.script.stream(cx, request)).await;
        let opened = opened.map_err(|error| explained(error, &id))?;
        let log = Arc::clone(&self.log);
        let items = self.until_deadline(cx, opened).map(move |item| {
            let mut item = item.map_err(|error| explained(error, &id))?;
            if let ChatDelta::End(end) = &mut item {
                (end.id, end.request_id) = (Some(format!("answer to {id}")), Some(id.clone()));
                end.stop_sequence = Some("END".to_owned());
            }
            lock(&log).items.push(item.clone());
            Ok(item)
        });
        Ok(items.boxed())
    }
}

/// A cause that has one itself.
#[derive(Debug)]
struct Cause(&'static str, Option<Box<Cause>>);

impl Cause {
    fn new() -> Self {
        Self("the request failed", Some(Box::new(Self("the wire was cut", None))))
    }
}

/// The causes of every error, outermost first.
pub(super) const CAUSES: [&str; 2] = ["the request failed", "the wire was cut"];

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.1.as_deref().map(|cause| cause as _)
    }
}
