//! Recorded exchanges, and the ways in which the same bytes can arrive.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::server::{Act, Script, chunk, chunked_head, last_chunk};

#[derive(Debug, Deserialize)]
pub(crate) struct Recording {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) api: String,
    pub(crate) request: Request,
    pub(crate) response: Response,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Request {
    #[serde(default)]
    pub(crate) path: String,
    pub(crate) body: Value,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Response {
    pub(crate) status: u16,
    #[serde(default)]
    pub(crate) headers: std::collections::BTreeMap<String, String>,
    chunks: Option<Vec<String>>,
    raw: Option<String>,
    body: Option<Value>,
}

/// How the bytes of an answer arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Split {
    /// At once.
    Whole,
    /// One by one.
    Bytes,
    /// One by one, each line ended by CRLF.
    BytesCrlf,
}

impl Split {
    pub(crate) const ALL: [Self; 3] = [Self::Whole, Self::Bytes, Self::BytesCrlf];
}

impl Recording {
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// Whether the answer is a stream of events.
    pub(crate) fn is_streamed(&self) -> bool {
        let content_type = self.response.headers.get("content-type");
        let streams = |t: &String| t.contains("event-stream") || t.contains("ndjson");
        self.response.raw.is_some() || content_type.is_some_and(streams)
    }

    /// The body of the answer.
    pub(crate) fn text(&self) -> String {
        let Response { chunks, raw, body, .. } = &self.response;
        let chunks = chunks.as_ref().map(|chunks| chunks.concat());
        let body = body.as_ref().map(Value::to_string);
        chunks.or_else(|| raw.clone()).or(body).unwrap_or_default()
    }

    /// The answer as a server's script.
    pub(crate) fn script(&self, split: Split) -> Script {
        self.script_of(&self.text(), split)
    }

    /// The answer with another body.
    pub(crate) fn script_of(&self, text: &str, split: Split) -> Script {
        let headers = self.response.headers.iter();
        let framing = ["content-length", "transfer-encoding", "content-encoding", "connection"];
        let headers = headers.filter(|(name, _)| !framing.contains(&name.as_str()));
        let headers: Vec<_> = headers.map(|(n, v)| (n.as_str(), v.as_str())).collect();
        let mut text = text.to_owned();
        if split == Split::BytesCrlf && self.is_streamed() {
            text = text.replace('\n', "\r\n");
        }
        let body = match split {
            Split::Whole => vec![chunk(text.as_bytes())],
            // One write, but each byte a chunk of its own: that is how they reach the parser.
            Split::Bytes | Split::BytesCrlf => {
                let bytes = text.as_bytes().iter().flat_map(|byte| match chunk(&[*byte]) {
                    Act::Send(bytes) => bytes,
                    other => panic!("{other:?}"),
                });
                vec![Act::Send(bytes.collect())]
            }
        };
        let mut script = vec![chunked_head(self.response.status, &headers)];
        script.extend(body);
        script.push(last_chunk());
        script
    }
}
