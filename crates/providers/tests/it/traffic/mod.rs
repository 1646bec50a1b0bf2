//! Recorded traffic of many providers against what the vendors' own libraries made of it. The recordings
//! are not part of this repository: the folder is named by `ZIGGURAT_RECORDINGS`.
//!
//! Each API is an [`Api`] in a file of its own: how its recorded requests are said in our words, and how
//! its library's reading is. What is compared is the same for all, and stands here:
//! - our request for the same intent against the recorded one, in a normal form;
//! - our answer or error against the library's, whole, byte by byte, and with CRLF;
//! - the answer cut at many places: an error, or an answer that lacks nothing.

#![allow(clippy::print_stdout, reason = "what is skipped or otherwise must be said")]

#[cfg(feature = "anthropic")]
pub(crate) mod anthropic;
mod gemini;
mod ollama;
mod openai_chat;
mod reading;
mod responses;

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::FutureExt;
use serde_json::Value;
use ziggurat_core::{
    CallContext, ChatRequest, ChatResponse, ErrorKind, Provider, ProviderError, chat,
};
use ziggurat_providers::ServerConfig;

use crate::support::recording::{Recording, Split};
use crate::support::server::Server;
use crate::support::{CANARY, SOON};
use reading::{Oracle, Reading};

/// An API that recordings are of.
pub(crate) struct Api {
    /// The recordings' name for it.
    pub(crate) name: &'static str,
    /// How many recordings there are: none may get lost.
    pub(crate) count: usize,
    /// What the adapter adds to the base URL; recorded paths end in it.
    pub(crate) path: fn(&str) -> &str,
    /// The adapter for a server.
    pub(crate) provider: fn(ServerConfig) -> Arc<dyn Provider>,
    /// The recorded request in our words.
    pub(crate) intent: fn(&Value, &str) -> ChatRequest,
    /// The library's reading of an answer in our words.
    pub(crate) reading: fn(&Value) -> Reading,
    /// A request's body in a form in which the same intent is the same JSON.
    pub(crate) normal: fn(Value) -> Value,
    /// Recordings whose request we say otherwise, and why.
    pub(crate) said_otherwise: &'static [(&'static str, &'static str)],
    /// Recordings whose answer we read otherwise than the library, and why that is right.
    pub(crate) read_otherwise: &'static [(&'static str, &'static str)],
    /// Errors that we retry, or do not, other than the library, and why.
    pub(crate) retried_otherwise: &'static [(&'static str, &'static str)],
}

/// Plays all recordings of an API.
pub(crate) async fn play(api: &Api) {
    let Some(folder) = std::env::var_os("ZIGGURAT_RECORDINGS").map(PathBuf::from) else {
        println!("SKIPPED: set ZIGGURAT_RECORDINGS to the folder of recorded traffic");
        return;
    };
    let paths = recordings(&folder, api);
    assert_eq!(paths.len(), api.count, "recordings of {} in {}", api.name, folder.display());
    let mut different = Vec::new();
    for path in &paths {
        let recording = Recording::read(path);
        let oracle = folder.join("oracle").join(path.file_name().unwrap());
        let oracle: Oracle =
            serde_json::from_str(&std::fs::read_to_string(oracle).unwrap()).unwrap();
        // All that differ are wanted, not just the first: each has told why when it panicked.
        if AssertUnwindSafe(check(api, &recording, &oracle)).catch_unwind().await.is_err() {
            different.push(recording.id);
        }
    }
    assert!(different.is_empty(), "{} differ: {different:?}", different.len());
    for (id, why) in [api.said_otherwise, api.read_otherwise, api.retried_otherwise].concat() {
        assert!(paths.iter().any(|path| path.ends_with(format!("{id}.json"))), "no {id}");
        println!("otherwise on purpose: {id}: {why}");
    }
    println!("{} recordings of {} agree", paths.len(), api.name);
}

/// The recordings of an API that have a library's reading.
fn recordings(folder: &Path, api: &Api) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("oracle")).unwrap();
    let paths = entries.map(|entry| folder.join("traffic").join(entry.unwrap().file_name()));
    let mut paths: Vec<_> = paths.filter(|path| Recording::read(path).api == api.name).collect();
    paths.sort();
    paths
}

fn is_listed(list: &[(&str, &str)], id: &str) -> bool {
    list.iter().any(|(listed, _)| *listed == id)
}

async fn check(api: &Api, recording: &Recording, oracle: &Oracle) {
    let id = recording.id.as_str();
    let mut whole = None;
    for split in Split::ALL {
        let (result, sent) = played(api, recording, &recording.text(), split).await;
        if !is_listed(api.said_otherwise, id) {
            assert_said(api, recording, sent);
        }
        if !is_listed(api.read_otherwise, id) {
            let retried = !is_listed(api.retried_otherwise, id);
            oracle.assert_same(id, &result, api.reading, retried);
        }
        if let (Split::Whole, Ok(answer)) = (split, result) {
            whole = Some(answer);
        }
    }
    if let Some(whole) = whole {
        check_cuts(api, recording, &whole).await;
    }
}

fn assert_said(api: &Api, recording: &Recording, sent: Value) {
    let ours = (api.normal)(sent);
    let theirs = (api.normal)(recording.request.body.clone());
    assert_eq!(ours, theirs, "{}: our request (left) and the recorded one", recording.id);
}

/// Cut anywhere, an answer is an error or lacks nothing of what it says.
async fn check_cuts(api: &Api, recording: &Recording, whole: &ChatResponse) {
    let text = recording.text();
    for end in cuts(&text) {
        let (result, _) = played(api, recording, &text[..end], Split::Whole).await;
        match result {
            Ok(answer) => {
                let said = |answer: &ChatResponse| (answer.content.clone(), answer.finish.clone());
                assert_eq!(said(&answer), said(whole), "{} cut at {end}", recording.id);
            }
            Err(error) => {
                let kinds = [ErrorKind::Interrupted, ErrorKind::Protocol];
                assert!(kinds.contains(&error.kind()), "{} cut at {end}: {error}", recording.id);
            }
        }
    }
}

/// After each of the first and the last lines, and at some places between.
fn cuts(text: &str) -> Vec<usize> {
    let ends: Vec<_> = text.match_indices('\n').map(|(at, _)| at + 1).collect();
    let near = 24.min(ends.len());
    let mut cuts: Vec<_> = ends[..near].iter().chain(&ends[ends.len() - near..]).copied().collect();
    cuts.extend((1..8).map(|part| text.len() * part / 8));
    cuts.retain(|at| *at < text.len() && text.is_char_boundary(*at));
    cuts.sort_unstable();
    cuts.dedup();
    cuts
}

/// What the adapter makes of these bytes, and what it sent for them.
async fn played(
    api: &Api,
    recording: &Recording,
    text: &str,
    split: Split,
) -> (Result<ChatResponse, ProviderError>, Value) {
    let server = Server::start([recording.script_of(text, split)]).await;
    let path = recording.request.path.as_str();
    let suffix = (api.path)(path);
    let base = path.split('?').next().unwrap().strip_suffix(suffix).unwrap_or_else(|| {
        panic!("{}: {path} does not end in {suffix}", recording.id);
    });
    let config = ServerConfig::new("recorded", format!("{}{base}", server.url()))
        .with_key(secrecy::SecretString::from(CANARY));
    let provider = (api.provider)(config);
    let request = (api.intent)(&recording.request.body, path);
    let result = tokio::time::timeout(SOON, call(&*provider, &request, recording)).await.unwrap();
    let received = server.received();
    let sent = received.first().map_or(Value::Null, |request| {
        serde_json::from_str(&request.body).unwrap_or_else(|e| panic!("{}: {e}", recording.id))
    });
    (result, sent)
}

async fn call(
    provider: &dyn Provider,
    request: &ChatRequest,
    recording: &Recording,
) -> Result<ChatResponse, ProviderError> {
    let cx = CallContext::default();
    // A refusal of a streamed request is no stream.
    if recording.is_streamed() || recording.request.body["stream"] == true {
        chat::collect("test", provider.stream(&cx, request).await?, |_| {}).await
    } else {
        provider.chat(&cx, request).await
    }
}

/// All fields that the parser took no notice of, for the request's `extra`.
pub(crate) fn rest(body: &Value, known: &[&str]) -> serde_json::Map<String, Value> {
    let fields = body.as_object().unwrap().iter();
    fields
        .filter(|(name, _)| !known.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The JSON without its nulls.
pub(crate) fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

#[tokio::test]
async fn openai_chat_completions() {
    play(&openai_chat::API).await;
}

#[cfg(feature = "anthropic")]
#[tokio::test]
async fn anthropic_messages() {
    play(&anthropic::API).await;
}

#[tokio::test]
async fn ollama_chat() {
    play(&ollama::API).await;
}

#[tokio::test]
async fn openai_responses() {
    play(&responses::API).await;
}

#[tokio::test]
async fn gemini_generate_content() {
    play(&gemini::API).await;
}
