//! What the server tells of itself, for those who have it in another process. These requests are not
//! counted.

use hyper::{Response, StatusCode};
use serde_json::json;

use super::Shared;
use super::body::{self, Body};

/// Below this path the server speaks of itself.
const PREFIX: &str = "/__fake/";

/// The answer to a request about the server itself; `None` if it is none.
pub(super) fn answer(shared: &Shared, method: &str, path: &str) -> Option<Response<Body>> {
    let wish = path.strip_prefix(PREFIX)?;
    let (status, value) = match (method, wish) {
        ("GET", "counts") => (StatusCode::OK, shared.counters.now().json()),
        ("POST", "reset") => {
            shared.counters.reset();
            shared.script.begin_anew();
            (StatusCode::OK, shared.counters.now().json())
        }
        _ => {
            let known = "there are GET /__fake/counts and POST /__fake/reset";
            (StatusCode::NOT_FOUND, json!({"error": known}))
        }
    };
    Some(body::json(status, &value))
}
