//! A scripted server, recordings, and shortcuts.

pub(crate) mod captured;
pub(crate) mod oracle;
pub(crate) mod recording;
pub(crate) mod server;

use std::time::Duration;

use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, Message, Provider, ProviderError, chat,
};
use ziggurat_providers::{OpenAi, ServerConfig};

use server::Server;

/// The key of all tests: wherever it turns up, it leaked.
pub(crate) const CANARY: &str = "sk-canary-4f9c2e";

/// How long anything may take that ought to happen soon.
pub(crate) const SOON: Duration = Duration::from_secs(10);

pub(crate) fn config(server: &Server) -> ServerConfig {
    ServerConfig::openai()
        .with_base_url(server.base_url())
        .with_key(secrecy::SecretString::from(CANARY))
        .with_key_variable("TEST_KEY")
}

pub(crate) fn provider(server: &Server) -> OpenAi {
    OpenAi::new(config(server)).unwrap()
}

pub(crate) fn request() -> ChatRequest {
    ChatRequest::new("tiny", [Message::user("hello there")])
}

pub(crate) async fn whole(provider: &OpenAi) -> Result<ChatResponse, ProviderError> {
    provider.chat(&CallContext::default(), &request()).await
}

pub(crate) async fn streamed(provider: &OpenAi) -> Result<ChatResponse, ProviderError> {
    let stream = provider.stream(&CallContext::default(), &request()).await?;
    chat::collect("test", stream, |_| {}).await
}
