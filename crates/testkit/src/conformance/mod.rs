//! The conformance suite of providers: one function for each line of the contract of
//! [`Provider`](ziggurat_core::Provider), and a macro that makes a test of each.
//!
//! A new provider gets the suite with one line; what it plays comes from a script:
//!
//! ```
//! use ziggurat_testkit::{ScriptedProvider, conformance::Subject};
//!
//! fn subject() -> Subject {
//!     Subject::in_process(|script: ScriptedProvider| script)
//! }
//!
//! ziggurat_testkit::provider_conformance!(scripted, subject(), except {
//!     no_key_is_shown: "it has no key",
//!     the_id_of_the_request_is_kept: "its requests have no ids",
//!     a_deadline_ends_a_call: "it does what the script says, however long",
//!     a_deadline_ends_a_stream: "it does what the script says, however long",
//! });
//! # fn main() {}
//! ```
//!
//! - A provider **over HTTP** is tested against a `FakeServer` (feature `server`):
//!   `Subject::http(Api::ChatCompletions, |url| MyProvider::new(format!("{url}/v1")))`.
//! - A **layer** is tested around any provider: `Subject::in_process(|script| layer.layer(Arc::new(script)))`,
//!   or around an adapter over HTTP.
//! - A provider that **cannot** do something says so by name and with the reason. Its test is then listed
//!   as ignored, with the reason; run with `--ignored`, it asserts that the exception is still needed.

mod answers;
mod cancelling;
mod failures;
mod macros;
mod models;
mod requests;
mod sharing;
mod stage;
mod streams;
mod subject;

pub use stage::Stage;
pub use subject::Subject;

/// The behaviours, each an assertion about a [`Subject`].
///
/// # Panics
/// Each panics if the provider behaves otherwise.
pub mod provider {
    pub use super::answers::*;
    pub use super::cancelling::*;
    pub use super::failures::*;
    pub use super::models::*;
    pub use super::requests::*;
    pub use super::sharing::*;
    pub use super::streams::*;
}

/// Runs a behaviour on a runtime of its own. For the macro's use.
#[doc(hidden)]
pub fn run(behaviour: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(behaviour),
        Err(error) => panic!("no runtime can be made: {error}"),
    }
}
