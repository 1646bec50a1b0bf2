//! What a call through the handle of a model tells its observer: each attempt once, with what it cost. A layer
//! that makes attempts meters each; one that makes none keeps out of it.

use futures::future::join_all;
use ziggurat_core::{
    CallRecord, Cost, Delivery, ErrorKind, Model, Price, ProviderError, Usage, Usd,
};

use super::subject::{MODEL, ask};
use super::{Inner, LayerSubject};
use crate::conformance::waiting::{in_time, until};
use crate::{Recorder, ScriptedProvider, Turn};

const PRICE: Price = Price::per_token(Usd::from_picos(3), Usd::from_picos(7));

/// The provider within and a model of the layer around it.
fn model(subject: &LayerSubject, script: ScriptedProvider) -> (Inner, Model) {
    let inner = Inner::playing(script.with_info(|info| info.price = Some(PRICE)));
    let model = Model::known(subject.around(&inner), MODEL);
    (inner, model)
}

/// What is reported of one call, which must be one record for each attempt; and how the call ended.
async fn reported(
    subject: &LayerSubject,
    turn: Turn,
    delivery: Delivery,
) -> (Vec<CallRecord>, Result<String, ProviderError>) {
    let (inner, model) = model(subject, ScriptedProvider::new().otherwise(turn));
    let recorder = Recorder::new();
    let cx = recorder.context();
    let call = in_time("the end of the call", model.call(&cx, ask("What happened?"), delivery));
    let result = call.await.map(|answer| answer.text());
    let records = recorder.calls();
    assert_records(&records, &inner);
    if let (Ok(text), Delivery::Streamed) = (&result, delivery) {
        assert_eq!(&recorder.text(), text, "the pieces that the observer saw");
    }
    (records, result)
}

fn assert_records(records: &[CallRecord], inner: &Inner) {
    let attempts = inner.heard().len();
    assert!(attempts > 0, "the call did not reach the inner provider");
    assert_eq!(records.len(), attempts, "records of {attempts} attempts: {records:?}");
    let names: Vec<_> = records.iter().map(|record| record.model.as_str()).collect();
    assert_eq!(names, vec!["scripted/suite-large"; attempts]);
}

const BOTH: [Delivery; 2] = [Delivery::Whole, Delivery::Streamed];

/// An answer, with its tokens and its cost.
pub async fn an_answer_is_reported_once(subject: &LayerSubject) {
    let usage = Usage::new(30, 12);
    for delivery in BOTH {
        let turn = Turn::text("An answer of several pieces.").with_usage(usage);
        let (records, result) = reported(subject, turn, delivery).await;
        assert_eq!(result.ok().as_deref(), Some("An answer of several pieces."));
        assert_eq!(records.len(), 1, "{delivery:?}: {records:?}");
        let cost = Cost::known(Usd::from_picos(30 * 3 + 12 * 7));
        assert_eq!((records[0].usage, records[0].cost), (usage, cost), "{delivery:?}");
    }
}

/// A failure of which it is certain that it cost nothing.
pub async fn a_refused_attempt_is_reported_once_and_free(subject: &LayerSubject) {
    for delivery in BOTH {
        for kind in [ErrorKind::InvalidRequest, ErrorKind::RateLimit] {
            let (records, result) = reported(subject, Turn::error(kind, "no"), delivery).await;
            assert_eq!(result.err().map(|error| error.kind()), Some(kind));
            assert!(records.iter().all(|record| record.usage == Usage::ZERO), "{records:?}");
            assert!(records.iter().all(|record| record.cost == Cost::ZERO), "{records:?}");
        }
    }
}

/// A failure that may have cost something: how much is unknown, and not nothing.
pub async fn a_failed_attempt_is_reported_once_and_unknown(subject: &LayerSubject) {
    for delivery in BOTH {
        for turn in [Turn::error(ErrorKind::Server, "overloaded"), Turn::cut("half an answer")] {
            let (records, result) = reported(subject, turn, delivery).await;
            assert!(result.is_err(), "{result:?}");
            assert!(records.iter().all(|record| record.usage == Usage::UNKNOWN), "{records:?}");
        }
    }
}

/// A call that is given up before its end: it was sent, so it may have cost something.
pub async fn a_dropped_attempt_is_reported_once_and_unknown(subject: &LayerSubject) {
    for delivery in BOTH {
        for turn in [Turn::hang(), Turn::stall("The beginning")] {
            let (inner, model) = model(subject, ScriptedProvider::new().otherwise(turn));
            let recorder = Recorder::new();
            let cx = recorder.context();
            tokio::select! {
                answer = model.call(&cx, ask("What happened?"), delivery) => {
                    panic!("there is no answer: {answer:?}")
                }
                () = until("the call reaches the model", || inner.script.in_flight() > 0) => {}
            }
            assert_records(&recorder.calls(), &inner);
            assert_eq!(recorder.usage(), Usage::UNKNOWN, "{delivery:?}");
        }
    }
}

/// Calls at once are each reported to their own observer.
pub async fn calls_at_once_are_reported_each_to_its_own(subject: &LayerSubject) {
    let usage = |request: &ziggurat_core::ChatRequest| {
        let number = request.messages[0].text().len() as u64;
        Turn::text("fine").with_usage(Usage::new(number, 1))
    };
    let (_, model) = model(subject, ScriptedProvider::new().otherwise_with(usage));
    let calls = (1..=16_usize).map(|length| {
        let model = &model;
        async move {
            let (recorder, delivery) = (Recorder::new(), BOTH[length % 2]);
            let question = ask(&"?".repeat(length));
            let answer = model.call(&recorder.context(), question, delivery).await;
            (length as u64, answer.map(|answer| answer.text()), recorder)
        }
    });
    // All have ended before anything is looked at.
    for (length, answer, recorder) in in_time("the answers", join_all(calls)).await {
        assert_eq!(answer.ok().as_deref(), Some("fine"));
        let records = recorder.calls();
        let tokens: Vec<_> = records.iter().map(|record| record.usage.input_tokens).collect();
        assert_eq!(tokens, [Some(length)], "{records:?}");
    }
}
