//! What all model APIs over HTTP have in common: one provider over any [`Protocol`], one way from events
//! to deltas, one table of errors. An adapter adds its shapes on the wire and their translation, as pure
//! functions.

mod check;
mod error_body;
mod failure;
mod finish;
mod known;
mod lenient;
mod listing;
mod protocol;
mod provider;
mod stream;

pub(crate) use error_body::ErrorBody;
#[cfg(feature = "ollama")]
pub(crate) use failure::read_answer;
pub(crate) use finish::Cut;
pub(crate) use lenient::lenient;
#[cfg(feature = "openai")]
pub(crate) use lenient::lenient_object;
#[cfg(feature = "gemini")]
pub(crate) use listing::Listed;
pub(crate) use listing::{Listing, first_chat_model};
#[cfg(feature = "openai")]
pub(crate) use protocol::merge;
#[cfg(any(feature = "anthropic", feature = "openai"))]
pub(crate) use protocol::within_bounds;
pub(crate) use protocol::{Assemble, Fault, Framing, Protocol, Step, encode};
pub use provider::{AUTO_MODEL, HttpProvider};
