//! The suites' tables of contents. Each is a macro that calls another one with the name of every behaviour.

/// The behaviours of a provider.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_provider_behaviour {
    ($each:ident) => {
        $crate::__for_each_layered_behaviour! { $each }
        $each! { no_key_is_shown }
    };
}

/// Those that a provider has with a layer around it, in the same process: a layer knows no key.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_layered_behaviour {
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

/// The behaviours of a layer beyond those.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_wrapper_behaviour {
    ($each:ident) => {
        $each! { its_name_is_the_one_within }
        $each! { what_is_known_is_what_is_known_within }
        $each! { a_model_is_looked_up_within }
        $each! { models_are_listed_within }
        $each! { tokens_are_counted_within }
        $each! { a_whole_answer_is_passed_on_unchanged }
        $each! { a_stream_is_passed_on_unchanged }

        $each! { the_node_reaches_the_provider_within }
        $each! { the_deadline_reaches_the_provider_within }
        $each! { what_is_known_of_the_model_reaches_the_provider_within }
        $each! { signals_from_within_reach_the_observer }

        $each! { an_error_of_a_whole_answer_keeps_all_it_says }
        $each! { an_error_in_place_of_a_stream_keeps_all_it_says }
        $each! { an_error_within_a_stream_keeps_all_it_says }
        $each! { an_error_about_models_keeps_all_it_says }
        $each! { a_panic_within_leaves_the_next_call_alone }

        $each! { an_answer_is_reported_once }
        $each! { a_refused_attempt_is_reported_once_and_free }
        $each! { a_failed_attempt_is_reported_once_and_unknown }
        $each! { a_dropped_attempt_is_reported_once_and_unknown }
        $each! { calls_at_once_are_reported_each_to_its_own }

        $each! { two_wrappers_of_one_layer_work_at_once }
        $each! { a_wrapper_outlives_the_others }
        $each! { layers_of_one_kind_share_nothing }
        $each! { what_a_call_held_is_given_back }

        $each! { a_layer_around_its_like_keeps_the_basics }
    };
}

/// All that a layer is held to.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_layer_behaviour {
    ($each:ident) => {
        $crate::__for_each_layered_behaviour! { $each }
        $crate::__for_each_wrapper_behaviour! { $each }
    };
}

/// The behaviours of a decomposer.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_decomposer_behaviour {
    ($each:ident) => {
        $each! { a_plan_has_a_subtask }
        $each! { no_instruction_is_blank }
        $each! { a_plan_names_its_method_and_its_notes_are_lines }
        $each! { the_same_task_gives_the_same_plan }
        $each! { tasks_at_once_do_not_mix }

        $each! { no_more_workers_than_asked_for }
        $each! { fewer_workers_than_asked_for_are_noted }
        $each! { one_worker_can_do_it_all }
        $each! { five_hundred_workers_can_be_asked_for }

        $each! { documents_are_those_of_the_task }
        $each! { every_document_is_read_or_named }
        $each! { a_title_means_one_text }
        $each! { a_task_without_material_is_planned_or_refused }

        $each! { dropping_it_leaves_nothing_running }

        $each! { a_model_that_fails_is_told_of }
        $each! { a_model_that_says_nothing_is_told_of }
        $each! { a_model_is_asked_in_the_call_s_context }
    };
}

/// The behaviours of an executor.
#[doc(hidden)]
#[macro_export]
macro_rules! __for_each_executor_behaviour {
    ($each:ident) => {
        $each! { every_job_runs_once }
        $each! { an_empty_batch_ends_at_once }
        $each! { a_single_job_is_a_batch }
        $each! { ten_thousand_jobs_are_a_batch }
        $each! { batches_at_once_do_not_mix }

        $each! { the_limit_is_never_exceeded }
        $each! { the_limit_is_reached }
        $each! { a_free_place_is_taken_at_once }

        $each! { ends_are_in_the_order_of_the_jobs }
        $each! { jobs_begin_in_their_order }

        $each! { a_failed_job_leaves_its_siblings_alone }
        $each! { a_panic_is_the_end_of_one_job }
        $each! { a_job_that_takes_too_long_ends_alone }
        $each! { values_outlive_the_failures_of_others }

        $each! { time_in_the_queue_does_not_count }
        $each! { dropping_a_batch_ends_every_job }
    };
}
