//! The provider around the engine; what the engine says is tested with the engine.

use futures::executor::block_on;
use ziggurat_core::NodeInfo;

use super::*;

const TEXT: &str = "The pool ran out at 09:14. The weather was fine.";

fn ask(request: &ChatRequest) -> Result<ChatResponse, ProviderError> {
    block_on(Extractive.chat(&CallContext::default(), request))
}

fn request(documents: impl IntoIterator<Item = Document>) -> ChatRequest {
    let message = Message::user("When did the pool run out?").with_documents(documents);
    ChatRequest::new(MODEL, [message]).with_system("You are a pirate.")
}

#[test]
fn it_answers_from_documents_and_its_usage_is_nothing() {
    let answer = ask(&request([Document::new("a.md", TEXT)])).unwrap();
    assert_eq!(answer.text(), "- The pool ran out at 09:14. [a.md]");
    assert_eq!(answer.usage, Usage::ZERO);
}

#[test]
fn marks_of_workers_and_of_merges_survive() {
    let line = "- The pool ran out at 09:14. [W7] [a.md]";
    let merged = ask(&request([Document::new("S1", line).from_agent()])).unwrap();
    assert_eq!(merged.text(), line);
    let line = "- The pool ran out at 09:14. [a.md]";
    let worked = ask(&request([Document::new("W7", line).from_agent()])).unwrap();
    assert_eq!(worked.text(), "- The pool ran out at 09:14. [W7] [a.md]");
}

#[test]
fn documents_of_earlier_messages_count_and_the_last_question_is_asked() {
    let document = Document::new("a.md", TEXT);
    let messages = [
        Message::user("How was the weather?").with_documents([document]),
        Message::assistant("Fine."),
        Message::user("When did the pool run out?"),
    ];
    let answer = ask(&ChatRequest::new(MODEL, messages)).unwrap();
    assert!(answer.text().contains("09:14"), "{}", answer.text());
}

#[test]
fn without_documents_it_says_what_to_do() {
    let error = ask(&request([])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    assert!(error.message().contains("--input"), "{error}");
}

#[test]
fn there_is_one_model() {
    let cx = CallContext::default();
    let error = block_on(Extractive.model(&cx, "gpt-5")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ModelNotFound);
    let mut other = request([Document::new("a.md", TEXT)]);
    other.model = "gpt-5".into();
    assert_eq!(ask(&other).unwrap_err().kind(), ErrorKind::ModelNotFound);
    let listed = block_on(Extractive.models(&cx)).unwrap();
    assert_eq!(listed, [block_on(Extractive.model(&cx, MODEL)).unwrap()]);
    assert!(listed[0].extractive);
}

#[test]
fn tokens_are_words_at_three_to_four_and_never_more_than_the_tier_may_say() {
    let node = |tier| NodeInfo { id: "X1".into(), tier, step: 0, index: 0, inputs: vec![] };
    let words = |tier, tokens: Option<u32>| {
        limits(&CallContext::default().with_node(node(tier)), &[], tokens).words
    };
    assert_eq!(words(Tier::Worker, Some(100)), 75);
    assert_eq!(words(Tier::Worker, Some(2000)), 300);
    assert_eq!(words(Tier::Synthesizer, None), 600);
    assert_eq!(words(Tier::Executive, Some(u32::MAX)), 1000);
}

#[tokio::test]
async fn large_material_is_read_elsewhere_with_the_same_result() {
    let filler = "The weather was fine. ".repeat(20_000);
    let large = request([Document::new("a.md", format!("{TEXT} {filler}"))]);
    let answer = Extractive.chat(&CallContext::default(), &large).await.unwrap();
    assert_eq!(answer.text(), ask(&large).unwrap().text());
    assert!(answer.text().contains("09:14"), "{}", answer.text());
}
