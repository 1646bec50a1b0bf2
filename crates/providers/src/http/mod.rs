//! What every adapter over HTTP shares: one client per provider, addresses that are checked, bodies
//! and events that are bounded, and errors that name a cause and no key. An adapter adds its dialect.

mod base_url;
mod body;
mod client;
mod excerpt;
mod frames;
mod hosts;
mod key;
mod ndjson;
mod opening;
mod rate_headers;
mod report;
mod retry_after;
mod secrets;
mod sse;
#[cfg(test)]
mod transcripts;

pub use base_url::BaseUrlProblem;
pub(crate) use base_url::{BaseUrl, without_credentials};
pub(crate) use body::{MAX_BODY, read_body, read_prefix};
pub(crate) use client::{HttpClient, bears_key};
pub(crate) use excerpt::excerpt;
pub(crate) use frames::{Frame, FrameStream};
pub use hosts::AllowedHostProblem;
pub(crate) use hosts::AllowedHosts;
pub(crate) use key::ApiKey;
pub(crate) use opening::Opening;
pub(crate) use rate_headers::rate_limits;
pub(crate) use report::Reporter;
pub(crate) use retry_after::{LONGEST, retry_after, should_retry};
pub(crate) use secrets::Secrets;

pub(crate) use crate::scrub::scrub;
