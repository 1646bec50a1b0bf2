//! Which turn answers which call.

use ziggurat_core::{CallContext, ErrorKind, NodeInfo, Provider, Tier};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::ask;

async fn text(provider: &ScriptedProvider, cx: &CallContext, question: &str) -> String {
    provider.chat(cx, &ask(question)).await.unwrap().text()
}

fn node(id: &str, tier: Tier) -> CallContext {
    let node = NodeInfo { id: id.into(), tier, step: 0, index: 0, inputs: vec![] };
    CallContext::default().with_node(node)
}

#[tokio::test]
async fn rules_come_before_the_queue_and_the_queue_before_the_fallback() {
    let provider = ScriptedProvider::new()
        .turns([Turn::text("queue 1"), Turn::text("queue 2")])
        .when_text_contains("disk", Turn::text("rule"))
        .echo();
    let cx = CallContext::default();
    assert_eq!(text(&provider, &cx, "the pool").await, "queue 1");
    assert_eq!(text(&provider, &cx, "the disk").await, "rule");
    assert_eq!(text(&provider, &cx, "the disk").await, "queue 2", "a used-up rule steps aside");
    assert_eq!(text(&provider, &cx, "the disk").await, "the disk");
    provider.assert_done();
}

#[tokio::test]
async fn a_used_up_rule_makes_room_for_the_next_that_fits() {
    let provider = ScriptedProvider::new()
        .when_text_contains("disk", Turn::text("first"))
        .when_text_contains("the", Turn::text("second"))
        .turn(Turn::text("queue"));
    for expected in ["first", "second", "queue"] {
        assert_eq!(text(&provider, &CallContext::default(), "the disk").await, expected);
    }
}

#[tokio::test]
async fn a_lasting_rule_never_runs_out() {
    let provider = ScriptedProvider::new().whenever(|_| true, Turn::text("again"));
    for _ in 0..3 {
        assert_eq!(text(&provider, &CallContext::default(), "x").await, "again");
    }
    provider.assert_done();
}

#[tokio::test]
async fn rules_see_the_node_the_tier_and_the_system() {
    let provider = ScriptedProvider::new()
        .when_node("W2", Turn::text("second"))
        .when_tier(Tier::Worker, Turn::text("a worker"))
        .when_system_contains("merge", Turn::text("a merge"));
    assert_eq!(text(&provider, &node("W1", Tier::Worker), "x").await, "a worker");
    assert_eq!(text(&provider, &node("W2", Tier::Worker), "x").await, "second");
    let request = ask("x").with_system("You merge results.");
    let answer = provider.chat(&CallContext::default(), &request).await.unwrap();
    assert_eq!(answer.text(), "a merge");
}

#[tokio::test]
async fn a_call_without_a_turn_is_a_final_error_that_names_it() {
    let provider = ScriptedProvider::new().named("fake");
    let cx = node("W7", Tier::Worker);
    let error = provider.chat(&cx, &ask("Why did the courier fail?")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(!error.is_retryable());
    let words = error.to_string();
    assert!(words.contains("fake") && words.contains("W7") && words.contains("courier"), "{words}");
    assert_eq!(provider.unmatched().len(), 1);
    assert_eq!((provider.in_flight(), provider.cancelled()), (0, 0));
}

#[tokio::test]
#[should_panic(expected = "never played")]
async fn a_turn_left_over_fails_the_test() {
    ScriptedProvider::new().turn(Turn::text("never played")).assert_done();
}

#[tokio::test]
#[should_panic(expected = "asked in vain")]
async fn a_call_without_a_turn_fails_the_test_even_if_its_error_was_swallowed() {
    let provider = ScriptedProvider::new();
    let _ = provider.chat(&CallContext::default(), &ask("asked in vain")).await;
    provider.assert_done();
}
