//! The macros that make a test of each behaviour.

/// Makes a module of tests: the conformance suite of providers, for one
/// [`Subject`](crate::conformance::Subject).
///
/// ```text
/// provider_conformance!(mine, subject());
/// provider_conformance!(mine, subject(), except { a_refusal_is_told_apart: "it has no word for it" });
/// provider_conformance!(mine, subject(), only { models_are_listed } "it answers from documents alone");
/// ```
///
/// What a subject cannot do stands in `except`, with the reason; where that would be most of the suite,
/// what it can do stands in `only`, with the reason why not the rest. Such tests are listed as ignored,
/// with the reason; run all the same (`--ignored`), they fail if the provider can do it after all.
#[macro_export]
macro_rules! provider_conformance {
    ($name:ident, $subject:expr $(,)?) => {
        $crate::provider_conformance!($name, $subject, except {});
    };
    ($name:ident, $subject:expr, except { $($behaviour:ident: $reason:literal),* $(,)? }) => {
        mod $name {
            #[allow(unused_imports, reason = "the subject may stand in full")]
            use super::*;
            use $crate::conformance::provider::{$($behaviour as _),*};

            $crate::__provider_behaviours! {
                ($) $subject, test; $(($behaviour: except $reason))*
            }
        }
    };
    ($name:ident, $subject:expr, only { $($behaviour:ident),+ $(,)? } $reason:literal) => {
        mod $name {
            #[allow(unused_imports, reason = "the subject may stand in full")]
            use super::*;
            use $crate::conformance::provider::{$($behaviour as _),*};

            $crate::__provider_behaviours! {
                ($) $subject, except $reason; $(($behaviour: test))*
            }
        }
    };
}

/// The list of all behaviours. The inner macro is what tells the exceptions from the others by name.
#[doc(hidden)]
#[macro_export]
macro_rules! __provider_behaviours {
    (($d:tt) $subject:expr, $usual:ident $($reason:literal)?; $(($behaviour:ident: $($how:tt)+))*) => {
        macro_rules! behaviour {
            $(($behaviour) => {
                $crate::__provider_behaviour! { $behaviour, $subject, $($how)+ }
            };)*
            ($d name:ident) => {
                $crate::__provider_behaviour! { $d name, $subject, $usual $($reason)? }
            };
        }
        $crate::__for_each_provider_behaviour! { behaviour }
    };
}

/// One test.
#[doc(hidden)]
#[macro_export]
macro_rules! __provider_behaviour {
    ($behaviour:ident, $subject:expr, test) => {
        #[test]
        fn $behaviour() {
            let subject: $crate::conformance::Subject = $subject;
            $crate::conformance::run($crate::conformance::provider::$behaviour(&subject));
        }
    };
    ($behaviour:ident, $subject:expr, except $reason:literal) => {
        #[test]
        #[ignore = $reason]
        #[should_panic]
        fn $behaviour() {
            let subject: $crate::conformance::Subject = $subject;
            $crate::conformance::run($crate::conformance::provider::$behaviour(&subject));
        }
    };
}

/// The suite's table of contents.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_provider_behaviour {
    ($each:ident) => {
        $each! { an_answer_is_what_the_model_said }
        $each! { an_empty_answer_is_empty }
        $each! { a_stream_adds_up_to_the_whole_answer }
        $each! { tool_calls_keep_ids_order_and_arguments }
        $each! { text_before_tool_calls_is_kept }
        $each! { thoughts_are_told_apart_from_the_text }
        $each! { usage_is_what_was_reported }
        $each! { cached_and_reasoning_tokens_are_told }
        $each! { usage_that_was_not_reported_is_unknown }
        $each! { a_truncated_answer_says_so }
        $each! { a_filtered_answer_says_so }
        $each! { a_refusal_is_told_apart }
        $each! { an_unknown_reason_for_the_end_survives }

        $each! { a_stream_ends_once_and_last }
        $each! { pieces_arrive_before_the_answer_is_over }
        $each! { streamed_tool_calls_are_numbered_and_named }

        $each! { errors_are_classified }
        $each! { a_hint_when_to_try_again_is_kept }
        $each! { an_error_tells_what_the_vendor_said }
        $each! { the_id_of_the_request_is_kept }
        $each! { an_error_before_the_first_piece_is_returned }
        $each! { an_error_after_the_first_piece_is_the_last_item }
        $each! { a_cut_before_any_text_is_interrupted }
        $each! { a_cut_after_some_text_is_interrupted }
        $each! { a_cut_within_a_tool_call_is_interrupted }
        $each! { a_call_is_one_attempt }
        $each! { the_call_after_a_failure_is_served }
        $each! { no_key_is_shown }

        $each! { dropping_a_call_ends_it }
        $each! { dropping_a_stream_before_its_first_piece_ends_it }
        $each! { dropping_a_half_read_stream_ends_it }
        $each! { a_deadline_ends_a_call }
        $each! { a_deadline_ends_a_stream }

        $each! { instructions_go_to_the_system_s_place }
        $each! { no_instructions_are_made_up }
        $each! { the_model_that_is_named_is_asked }
        $each! { a_conversation_keeps_its_order }
        $each! { documents_are_fenced_and_the_user_s }
        $each! { a_document_cannot_close_its_fence }
        $each! { results_answer_their_calls }
        $each! { tools_are_offered }
        $each! { a_schema_for_the_answer_is_sent }
        $each! { pictures_reach_the_model }
        $each! { a_bound_on_the_answer_is_sent }
        $each! { no_bound_is_sent_unless_it_is_set }
        $each! { a_temperature_is_sent }
        $each! { no_temperature_is_sent_unless_it_is_set }
        $each! { texts_to_stop_at_are_sent }
        $each! { extra_fields_are_sent }

        $each! { its_name_can_stand_before_a_slash }
        $each! { what_is_known_is_known_without_io }
        $each! { models_are_listed }
        $each! { a_model_that_is_there_is_found }
        $each! { a_model_that_is_not_there_is_not_found }
        $each! { no_list_of_models_is_unsupported }
        $each! { a_model_is_taken_on_trust_without_a_list }
        $each! { a_refused_key_shows_before_any_call }
        $each! { looking_around_costs_nothing }
        $each! { tokens_are_counted }
        $each! { tokens_are_never_estimated }

        $each! { calls_at_once_do_not_mix }
        $each! { an_arc_of_it_is_the_same_provider }
    };
}
