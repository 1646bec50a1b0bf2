//! The suites, on subjects that keep their promises and on others that break one each.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod decomposers;
mod executors;
mod faults;
mod faulty_decomposers;
mod faulty_executors;
mod faulty_layers;
mod layers;
mod minimal;

use std::sync::Arc;

use ziggurat_core::Provider;
use ziggurat_testkit::conformance::Subject;
use ziggurat_testkit::provider_conformance;

provider_conformance! { scripted, Subject::in_process(|script| script), except {
    no_key_is_shown: "it has no key",
    the_id_of_the_request_is_kept: "its requests have no ids",
    a_deadline_ends_a_call: "it does what the script says, however long",
    a_deadline_ends_a_stream: "it does what the script says, however long",
} }

provider_conformance! { erased, Subject::in_process(|script| Arc::new(script) as Arc<dyn Provider>), except {
    no_key_is_shown: "it has no key",
    the_id_of_the_request_is_kept: "its requests have no ids",
    a_deadline_ends_a_call: "it does what the script says, however long",
    a_deadline_ends_a_stream: "it does what the script says, however long",
} }
