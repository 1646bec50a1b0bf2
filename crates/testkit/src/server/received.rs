//! What arrived at the server, for tests that look at the wire itself.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Mutex;

use hyper::http::request::Parts;
use serde_json::Value;

use crate::lock;

/// Headers whose values are nobody's business.
const CREDENTIALS: [&str; 4] = ["authorization", "x-api-key", "x-goog-api-key", "api-key"];

/// A request as it arrived. `Debug` shows no credentials.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Received {
    /// `GET` or `POST`.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body; `Null` if there was none, a string if it was no JSON.
    pub body: Value,
    /// The id that the answer bears in a header, if this API sends one.
    pub request_id: Option<String>,
}

impl Received {
    /// The first header of this name, in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.as_str())
    }

    /// The credentials it bears, as they were sent: a test looks whether they turn up elsewhere.
    pub fn credentials(&self) -> Vec<&str> {
        let named = CREDENTIALS.iter().filter_map(|name| self.header(name));
        let bare = |value: &'_ str| value.trim_start_matches("Bearer ").len();
        let headers = named.map(|value| &value[value.len() - bare(value)..]);
        headers.chain(self.query_key()).collect()
    }

    /// Gemini's key may stand in the query.
    fn query_key(&self) -> Option<&str> {
        let (_, query) = self.path.split_once('?')?;
        query.split('&').find_map(|pair| pair.strip_prefix("key="))
    }
}

/// A request that is about to be answered.
pub(super) struct Arrived {
    pub(super) head: Parts,
    pub(super) body: Value,
}

impl Arrived {
    /// The first header of this name.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// A copy to keep.
    pub(super) fn received(&self) -> Received {
        let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
        let headers = self.head.headers.iter();
        let headers = headers.map(|(name, value)| (name.to_string(), text(value.as_bytes())));
        Received {
            method: self.head.method.to_string(),
            path: self.head.uri.to_string(),
            headers: headers.collect(),
            body: self.body.clone(),
            request_id: None,
        }
    }
}

/// The requests so far: all of them, or the last few.
#[derive(Debug)]
pub(super) struct Log {
    requests: Mutex<VecDeque<Received>>,
    most: usize,
}

impl Log {
    pub(super) fn new(most: usize) -> Self {
        Self { requests: Mutex::default(), most }
    }

    /// Whether it keeps any at all.
    pub(super) fn wants(&self) -> bool {
        self.most > 0
    }

    pub(super) fn push(&self, received: Received) {
        let mut requests = lock(&self.requests);
        if requests.len() >= self.most {
            requests.pop_front();
        }
        requests.push_back(received);
    }

    pub(super) fn all(&self) -> Vec<Received> {
        lock(&self.requests).iter().cloned().collect()
    }
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = match self.query_key() {
            Some(key) => self.path.replace(key, "…"),
            None => self.path.clone(),
        };
        let shown = |(name, value): &(String, String)| {
            let hidden = CREDENTIALS.contains(&name.as_str());
            (name.clone(), if hidden { "…".to_owned() } else { value.clone() })
        };
        f.debug_struct("Received")
            .field("method", &self.method)
            .field("path", &path)
            .field("headers", &self.headers.iter().map(shown).collect::<Vec<_>>())
            .field("body", &self.body)
            .field("request_id", &self.request_id)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_found_and_not_shown() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let received = Received {
            method: "POST".to_owned(),
            path: "/v1beta/models?key=query-secret".to_owned(),
            headers: vec![
                header("authorization", "Bearer bearer-secret"),
                header("x-api-key", "header-secret"),
                header("accept", "*/*"),
            ],
            body: Value::Null,
            request_id: None,
        };
        let all = ["bearer-secret", "header-secret", "query-secret"];
        assert_eq!(received.credentials(), all);
        let shown = format!("{received:?}");
        assert!(shown.contains("*/*") && !shown.contains("secret"), "{shown}");
    }
}
