//! The layer `record` through its public face: what is recorded, what its file bears, and how it replays.

mod conformance;
mod file;
mod properties;
mod recording;
mod replaying;
mod secrets;

use std::sync::Arc;

use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, Layer, Message, NodeInfo, Provider, ProviderError,
    Tier, chat,
};
use ziggurat_providers::layers::{RecordLayer, Recording, Replay};
use ziggurat_testkit::ScriptedProvider;

fn ask(text: &str) -> ChatRequest {
    ChatRequest::new("m", [Message::user(text)])
}

/// The context of a call of a run's worker.
fn node(id: &str) -> CallContext {
    CallContext::default().with_node(NodeInfo {
        id: id.to_owned(),
        tier: Tier::Worker,
        step: 0,
        index: 0,
        inputs: Vec::new(),
    })
}

async fn whole(provider: &dyn Provider, text: &str) -> Result<ChatResponse, ProviderError> {
    provider.chat(&CallContext::default(), &ask(text)).await
}

async fn streamed(provider: &dyn Provider, text: &str) -> Result<ChatResponse, ProviderError> {
    let stream = provider.stream(&CallContext::default(), &ask(text)).await?;
    chat::collect(provider.name(), stream, |_| {}).await
}

/// A layer that records in memory, and the script within it.
fn recorded(script: ScriptedProvider) -> (RecordLayer, Arc<dyn Provider>) {
    let layer = RecordLayer::in_memory();
    let provider = layer.layer(Arc::new(script));
    (layer, provider)
}

/// What was recorded, after the way through a file.
fn through_a_file(recording: &Recording) -> Recording {
    let mut bytes = Vec::new();
    recording.write(&mut bytes).unwrap();
    let back = Recording::read(&*bytes).unwrap();
    assert_eq!(&back, recording, "{}", String::from_utf8_lossy(&bytes));
    back
}

/// The recording of a layer, played, after the way through a file.
fn replay(layer: &RecordLayer) -> (Replay, Arc<dyn Provider>) {
    let replay = Replay::new(through_a_file(&layer.recording().unwrap()));
    let provider = replay.providers().into_iter().next().unwrap();
    (replay, provider)
}
