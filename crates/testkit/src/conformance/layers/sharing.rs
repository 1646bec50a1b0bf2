//! "State that calls share lives in the layer; wrappers are cheap": wrappers of one layer serve at once, layers
//! of one kind share nothing, and what a call held is given back however it ends.

use std::sync::Arc;

use futures::StreamExt;
use futures::future::join_all;
use ziggurat_core::{ErrorKind, Provider};

use super::subject::{ask, plain};
use super::{Inner, LayerSubject};
use crate::conformance::waiting::{in_time, until};
use crate::{ScriptedProvider, Turn};

/// A provider of this name, which is also what it says.
fn named(name: &str) -> Inner {
    Inner::playing(ScriptedProvider::new().named(name).otherwise(Turn::text(name)))
}

async fn answer(provider: &dyn Provider, question: &str) -> String {
    let (cx, request) = (plain(), ask(question));
    let answer = in_time("the answer", provider.chat(&cx, &request)).await;
    answer.unwrap_or_else(|error| panic!("an answer was expected: {error:?}")).text()
}

/// Two wrappers of one layer both work, at once, and each asks its own provider.
pub async fn two_wrappers_of_one_layer_work_at_once(subject: &LayerSubject) {
    let layer = subject.layer();
    let (left, right) = (named("left"), named("right"));
    let wrappers = [&left, &right].map(|inner| layer.layer(Arc::new(inner.clone())));
    let calls = (0..8_usize).map(|number| {
        let wrapper = Arc::clone(&wrappers[number % 2]);
        async move { answer(&*wrapper, &format!("This is question number {number}.")).await }
    });
    let answers = join_all(calls).await;
    assert_eq!(answers, ["left", "right"].repeat(4));
    assert_eq!((left.heard().len(), right.heard().len()), (4, 4));
}

/// A wrapper outlives the layer, and what is dropped beside it.
pub async fn a_wrapper_outlives_the_others(subject: &LayerSubject) {
    let layer = subject.layer();
    let inner = Inner::playing(ScriptedProvider::new().named("left").otherwise(Turn::hang()));
    let (left, right) = (layer.layer(Arc::new(inner.clone())), named("right"));
    let wrapper = layer.layer(Arc::new(right));
    drop(layer);
    let hanging = async { left.chat(&plain(), &ask("Why?")).await };
    tokio::select! {
        answer = hanging => panic!("there is no answer: {answer:?}"),
        () = until("the call reaches the model", || inner.script.in_flight() == 1) => {}
    }
    drop(left);
    assert_eq!(inner.script.in_flight(), 0);
    assert_eq!(answer(&*wrapper, "What happened?").await, "right");
}

/// However much is under way in one layer, another one of its kind is not held up: nothing is shared behind
/// their backs.
pub async fn layers_of_one_kind_share_nothing(subject: &LayerSubject) {
    let inner = Inner::playing(ScriptedProvider::new().otherwise(Turn::hang()));
    let busy = subject.around(&inner);
    let questions: Vec<_> = (0..256).map(|number| ask(&format!("Question {number}?"))).collect();
    let cx = plain();
    let hanging = join_all(questions.iter().map(|question| busy.chat(&cx, question)));
    let other = async {
        until("a call reaches the model", || inner.script.in_flight() > 0).await;
        answer(&*subject.around(&named("other")), "What happened?").await
    };
    tokio::select! {
        answers = hanging => panic!("there are no answers: {answers:?}"),
        answer = other => assert_eq!(answer, "other"),
    }
}

/// Permits, reservations and places: after many calls that were answered, refused, cut or dropped, the next
/// one is served.
pub async fn what_a_call_held_is_given_back(subject: &LayerSubject) {
    let script = WAYS.into_iter().fold(ScriptedProvider::new(), |script, way| {
        script.whenever(move |request| request.messages[0].text().starts_with(way), turn(way))
    });
    let inner = Inner::playing(script.otherwise(Turn::text("the last")));
    let provider = subject.around(&inner);
    for round in 0..8 {
        for way in WAYS {
            for streamed in [false, true] {
                let question = format!("{way} {round} {streamed}");
                play_once(&inner, &*provider, &question, streamed).await;
            }
        }
    }
    until("nothing is under way", || inner.script.in_flight() == 0).await;
    assert_eq!(answer(&*provider, "What happened?").await, "the last");
}

/// The ways in which a call ends.
const WAYS: [&str; 5] = ["hang", "stall", "error", "cut", "answer"];

fn turn(way: &str) -> Turn {
    match way {
        "hang" => Turn::hang(),
        "stall" => Turn::stall("The beginning"),
        "error" => Turn::error(ErrorKind::InvalidRequest, "no"),
        "cut" => Turn::cut("half an answer"),
        _ => Turn::text("fine"),
    }
}

/// Calls and reads on to the end; if there is none, drops the call while it is under way.
async fn play_once(inner: &Inner, provider: &dyn Provider, question: &str, streamed: bool) {
    let (cx, request) = (plain(), ask(question));
    let call = async {
        match streamed {
            true => match provider.stream(&cx, &request).await {
                Ok(stream) => drop(stream.collect::<Vec<_>>().await),
                Err(error) => drop(error),
            },
            false => drop(provider.chat(&cx, &request).await),
        }
    };
    tokio::select! {
        biased;
        () = in_time("the end of the call", call) => {}
        () = until("the call hangs", || inner.script.in_flight() > 0) => {}
    }
}
