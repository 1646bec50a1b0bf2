//! A policy of your own around any provider: this one puts a house rule in front of every system prompt.
//! It takes a place in the stack beside the built-in layers.
//!
//! `cargo run -p ziggurat-examples --example custom_layer`
#![allow(clippy::print_stdout, reason = "an example speaks to its reader")]

use std::sync::Arc;

use ziggurat::core::chat::ChatStream;
use ziggurat::providers::layers::{RetryLayer, Stack};
use ziggurat::{CallContext, ChatRequest, ChatResponse, ErrorKind, Layer, Message};
use ziggurat::{ModelInfo, Provider, ProviderError};
use ziggurat_testkit::{ScriptedProvider, Turn};

/// What the layer is set to. Calls would share what stands here.
struct HouseRule(Arc<str>);

impl Layer for HouseRule {
    fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
        Arc::new(Ruled { inner, rule: Arc::clone(&self.0) })
    }
}

/// A provider within the rule.
struct Ruled {
    inner: Arc<dyn Provider>,
    rule: Arc<str>,
}

impl Ruled {
    fn ruled(&self, request: &ChatRequest) -> ChatRequest {
        let system = request.system.as_deref().unwrap_or_default();
        request.clone().with_system(format!("{}\n\n{system}", self.rule))
    }
}

// A default of the trait would hide what the inner provider can do.
#[deny(clippy::missing_trait_methods)]
#[async_trait::async_trait]
impl Provider for Ruled {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn known(&self, model: &str) -> ModelInfo {
        self.inner.known(model)
    }

    async fn model(&self, cx: &CallContext, model: &str) -> Result<ModelInfo, ProviderError> {
        self.inner.model(cx, model).await
    }

    async fn models(&self, cx: &CallContext) -> Result<Vec<ModelInfo>, ProviderError> {
        self.inner.models(cx).await
    }

    async fn count_tokens(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<Option<u64>, ProviderError> {
        self.inner.count_tokens(cx, &self.ruled(request)).await
    }

    async fn chat(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        self.inner.chat(cx, &self.ruled(request)).await
    }

    async fn stream(
        &self,
        cx: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatStream, ProviderError> {
        self.inner.stream(cx, &self.ruled(request)).await
    }
}

#[tokio::main]
async fn main() -> Result<(), ProviderError> {
    // Stands for a real provider, and is overloaded at first.
    let script = ScriptedProvider::new()
        .turns([Turn::error(ErrorKind::Server, "overloaded"), Turn::text("The pool ran out.")]);
    let stack = Stack::new().with(RetryLayer::new().without_delays());
    let provider = HouseRule("Answer in one sentence.".into()).layer(Arc::new(script.clone()));
    let provider = stack.layer(provider);

    let request = ChatRequest::new("any", [Message::user("What happened?")]);
    let answer = provider.chat(&CallContext::default(), &request).await?;
    println!("{}", answer.text());
    for (call, number) in script.calls().iter().zip(1..) {
        println!("attempt {number} was told: {:?}", call.request.system);
    }
    Ok(())
}
