//! A layer around another of its kind: what it does to calls, it must be able to do to its own.

use super::LayerSubject;
use crate::conformance::provider;

/// The basics hold with two layers as with one: answers and streams, errors, requests, and dropping.
pub async fn a_layer_around_its_like_keeps_the_basics(subject: &LayerSubject) {
    let twice = subject.twice();
    provider::an_answer_is_what_the_model_said(&twice).await;
    provider::usage_is_what_was_reported(&twice).await;
    provider::a_stream_ends_once_and_last(&twice).await;
    provider::pieces_arrive_before_the_answer_is_over(&twice).await;
    provider::an_error_before_the_first_piece_is_returned(&twice).await;
    provider::an_error_after_the_first_piece_is_the_last_item(&twice).await;
    provider::the_model_that_is_named_is_asked(&twice).await;
    provider::models_are_listed(&twice).await;
    provider::calls_at_once_do_not_mix(&twice).await;
    provider::dropping_a_call_ends_it(&twice).await;
    provider::dropping_a_half_read_stream_ends_it(&twice).await;
}
