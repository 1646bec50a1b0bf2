//! What the provider and the recorder remember.

use std::time::Duration;

use futures::StreamExt;
use futures::future::{self, FutureExt};
use ziggurat_core::{CallContext, Cost, Delivery, ErrorKind, Price, Provider, Usage};
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn};

use crate::ask;

#[tokio::test(start_paused = true)]
async fn calls_at_once_are_counted() {
    let provider =
        ScriptedProvider::new().otherwise(Turn::text("ok").after(Duration::from_secs(1)));
    let cx = CallContext::default();
    provider.chat(&cx, &ask("alone")).await.unwrap();
    assert_eq!(provider.max_in_flight(), 1);
    let requests = ["a", "b", "c"].map(ask);
    future::join_all(requests.iter().map(|request| provider.chat(&cx, request))).await;
    assert_eq!((provider.max_in_flight(), provider.in_flight()), (3, 0));
    let asked: Vec<_> =
        provider.calls().iter().map(|call| call.request.messages[0].text()).collect();
    assert_eq!(asked, ["alone", "a", "b", "c"]);
}

#[tokio::test]
async fn a_dropped_call_is_counted_as_cancelled() {
    let provider = ScriptedProvider::new().turn(Turn::hang());
    assert!(provider.chat(&CallContext::default(), &ask("x")).now_or_never().is_none());
    assert_eq!((provider.cancelled(), provider.in_flight()), (1, 0));
}

#[tokio::test]
async fn a_stream_counts_as_under_way_until_it_is_read_or_dropped() {
    let provider = ScriptedProvider::new().otherwise(Turn::text("a text of three pieces"));
    let cx = CallContext::default();
    let mut stream = provider.stream(&cx, &ask("x")).await.unwrap();
    stream.next().await.unwrap().unwrap();
    assert_eq!((provider.in_flight(), provider.cancelled()), (1, 0));
    drop(stream);
    assert_eq!((provider.in_flight(), provider.cancelled()), (0, 1));
    let read = provider.stream(&cx, &ask("x")).await.unwrap().count().await;
    assert_eq!((read, provider.in_flight(), provider.cancelled()), (4, 0, 1));
    assert!(provider.calls()[0].streamed);
}

#[tokio::test]
async fn a_handle_knows_what_the_test_says_of_the_model() {
    let price = Price::per_token("0.001".parse().unwrap(), "0.01".parse().unwrap());
    let provider = ScriptedProvider::new().with_info(move |info| info.price = Some(price)).turns([
        Turn::text("ok").with_usage(Usage::new(2, 3)),
        Turn::error(ErrorKind::Server, "down"),
    ]);
    let (model, recorder) = (provider.handle("m"), Recorder::new());
    let cx = recorder.context();
    model.call(&cx, ask("x"), Delivery::Streamed).await.unwrap();
    assert_eq!(recorder.cost(), Cost::known("0.032".parse().unwrap()));
    assert_eq!((recorder.text(), recorder.usage()), ("ok".into(), Usage::new(2, 3)));
    model.call(&cx, ask("x"), Delivery::Whole).await.unwrap_err();
    assert_eq!((recorder.calls().len(), recorder.cost().unknown_calls), (2, 1));
    assert_eq!(recorder.usage().input_tokens, None);
}
