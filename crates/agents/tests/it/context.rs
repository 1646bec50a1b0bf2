//! What fits a model's context, and what becomes of a single input that does not.

use std::sync::Arc;

use futures::executor::block_on;
use proptest::prelude::*;
use ziggurat_agents::{AgentSettings, ModelSynthesizer};
use ziggurat_core::chat::FinishReason;
use ziggurat_core::{
    AgentError, AgentOutput, CallContext, ChatRequest, Contribution, ErrorKind, HeuristicCounter,
    Merge, Missing, ModelInfo, Synthesizer, Task, TokenCounter,
};
use ziggurat_testkit::{Recorder, ScriptedProvider, Turn};

use crate::{input, merge, task};

/// A text of this many paragraphs, each with a mark that names it.
fn long(paragraphs: usize) -> String {
    let paragraph =
        |n| format!("Outage {n} began when the pool ran out of connections [W{n}].\n\n");
    (1..=paragraphs).map(paragraph).collect()
}

fn with(set: impl Fn(&mut ModelInfo) + Send + Sync + 'static) -> ScriptedProvider {
    ScriptedProvider::new().with_info(set)
}

fn of_context(tokens: u64) -> ScriptedProvider {
    with(move |info| info.context_tokens = Some(tokens))
}

fn agent(provider: &ScriptedProvider) -> ModelSynthesizer {
    let settings = AgentSettings::SYNTHESIZER.with_max_tokens(500);
    ModelSynthesizer::synthesizer(provider.handle("m")).with_settings(settings)
}

fn capacity(provider: &ScriptedProvider, max_tokens: impl Into<Option<u32>>) -> Option<u64> {
    let settings = AgentSettings::SYNTHESIZER.with_max_tokens(max_tokens);
    ModelSynthesizer::synthesizer(provider.handle("m")).with_settings(settings).capacity(&task())
}

async fn condensed(provider: &ScriptedProvider, text: &str) -> Result<AgentOutput, AgentError> {
    let merge = Merge::new(task(), [input("W7", text)]);
    agent(provider).synthesize(&CallContext::default(), &merge).await
}

/// The tokens of all that a request says, as the agent counts them.
fn tokens(request: &ChatRequest) -> u64 {
    let documents = request.messages[0].documents();
    let texts = documents.map(|d| HeuristicCounter.count(&d.text)).sum::<u64>();
    texts + HeuristicCounter.count(request.system.as_ref().unwrap())
}

fn is_part(request: &ChatRequest) -> bool {
    request.system.as_ref().unwrap().starts_with("You condense")
}

fn text_of(request: &ChatRequest) -> String {
    request.messages[0].documents().next().unwrap().text.clone()
}

#[test]
fn the_answer_has_its_room_first() {
    let room = |max_tokens: Option<u32>| capacity(&of_context(16_000), max_tokens).unwrap();
    let small = room(Some(2_000));
    assert!((11_000..14_000).contains(&small), "{small}");
    // A twentieth of what the answer leaves is kept free, so 2,000 more take 1,900.
    assert_eq!(small - room(Some(4_000)), 1_900);
    assert_eq!(room(Some(17_000)), 0);
    // Without a bound: the model's own, at most half of the context; else a quarter.
    for (most, as_if) in [(Some(2_000), 2_000), (Some(16_000), 8_000), (None, 4_000)] {
        let provider = with(move |info| {
            info.context_tokens = Some(16_000);
            info.max_output_tokens = most;
        });
        let unbounded = capacity(&provider, None).unwrap();
        // The instructions are shorter then, by the sentence that tells the bound.
        assert!((1..40).contains(&(unbounded - room(Some(as_if)))), "{most:?}: {unbounded}");
    }
}

#[test]
fn a_limit_of_the_input_alone_counts_too_and_without_any_there_is_none() {
    assert_eq!(capacity(&ScriptedProvider::new(), 3_000), None);
    let both = |input: u64| {
        with(move |info| {
            info.context_tokens = Some(16_000);
            info.max_input_tokens = Some(input);
        })
    };
    let free = capacity(&of_context(16_000), 3_000);
    assert_eq!(capacity(&both(13_000), 3_000), free);
    assert!(capacity(&both(10_000), 3_000) < free);
    let alone = with(|info| info.max_input_tokens = Some(10_000));
    assert_eq!(capacity(&alone, 3_000), capacity(&both(10_000), 3_000));
}

#[tokio::test]
async fn a_merge_that_fills_the_capacity_fits_whatever_is_missing() {
    let provider = of_context(8_000).otherwise(Turn::text("merged"));
    let agent = agent(&provider);
    let capacity = agent.capacity(&task()).unwrap();
    let mut inputs = Vec::new();
    while inputs.iter().map(|i| agent.size(i)).sum::<u64>() < capacity - 80 {
        inputs.push(input(&format!("W{}", inputs.len()), "a"));
    }
    let missing = (0..500).map(|n| Missing {
        id: format!("S{}-{n}", "x".repeat(50)),
        kind: ErrorKind::ModelNotFound,
    });
    let merge = Merge::new(task(), inputs).with_missing(missing);
    agent.synthesize(&CallContext::default(), &merge).await.unwrap();
    let request = provider.calls().remove(0).request;
    let system = request.system.as_ref().unwrap();
    assert!(system.contains("and 486 more"), "{system}");
    assert!(tokens(&request) + 500 <= 8_000);
}

#[test]
fn a_task_of_its_own_length_and_a_counter_of_one_s_own_count() {
    struct Bytes;
    impl TokenCounter for Bytes {
        fn count(&self, text: &str) -> u64 {
            text.len() as u64
        }
    }
    let provider = of_context(16_000);
    let task_of = |text: &str| Task::new(text).unwrap();
    let agent = agent(&provider);
    let room = |text: &str| agent.capacity(&task_of(text)).unwrap();
    assert_eq!(room("why") - room("why why why why"), 3);
    let exact = agent.clone().with_counter(Arc::new(Bytes));
    assert!(exact.capacity(&task_of("why")).unwrap() < room("why") - 1_000);
    let input = input("W7", &"a".repeat(2_000));
    assert_eq!(exact.size(&input), 2 + 17 + 2_000 + 64);
    assert_eq!(agent.size(&input), input.size(&HeuristicCounter));
}

#[tokio::test]
async fn what_fits_or_has_no_known_limit_is_merged_in_one_call() {
    for provider in [of_context(4_000), ScriptedProvider::new()] {
        let provider = provider.turn(Turn::text("merged"));
        assert_eq!(condensed(&provider, &long(20)).await.unwrap().text, "merged");
    }
    let provider = ScriptedProvider::new().turn(Turn::text("merged"));
    condensed(&provider, &long(5_000)).await.unwrap();
    // Several inputs are the caller's care.
    let provider = of_context(2_000).turn(Turn::text("merged"));
    let inputs =
        merge().inputs.into_iter().map(|input| Contribution { text: long(500).into(), ..input });
    let merge = Merge::new(task(), inputs);
    agent(&provider).synthesize(&CallContext::default(), &merge).await.unwrap();
    assert_eq!(provider.calls().len(), 1);
}

#[tokio::test]
async fn an_input_that_does_not_fit_is_condensed_in_parts_and_then_merged() {
    let provider = of_context(4_000).otherwise_with(|request| match is_part(request) {
        // A tenth of it, as a model would do it.
        true => {
            let marked: Vec<_> =
                text_of(request).split("\n\n").step_by(10).map(str::to_owned).collect();
            Turn::text(marked.join("\n\n"))
        }
        false => Turn::text("merged [W1]"),
    });
    let text = long(500);
    let missing = [Missing { id: "W9".into(), kind: ErrorKind::Timeout }];
    let merge = Merge::new(task(), [input("W7", &text)]).with_missing(missing);
    let recorder = Recorder::new();
    let output = agent(&provider).synthesize(&recorder.context(), &merge).await.unwrap();
    assert_eq!(output, AgentOutput::new("merged [W1]").by_model("scripted/m"));
    assert_eq!(
        (recorder.text().as_str(), recorder.calls().len()),
        ("merged [W1]", provider.calls().len())
    );

    let requests: Vec<_> = provider.calls().into_iter().map(|call| call.request).collect();
    let (last, parts) = requests.split_last().unwrap();
    assert!(parts.len() > 2 && parts.iter().all(is_part) && !is_part(last));
    assert!(requests.iter().all(|request| tokens(request) + 500 <= 4_000));
    assert_eq!(parts.iter().map(text_of).collect::<String>(), text);
    for (n, part) in (1..).zip(parts) {
        let system = part.system.as_ref().unwrap();
        assert!(system.contains(&format!("part {n} of {} of it", parts.len())), "{system}");
        assert_eq!(part.messages[0].text(), task().text());
        let document = part.messages[0].documents().next().unwrap();
        assert_eq!((document.id.as_str(), document.title.as_str()), ("W7", "What W7 was asked"));
        assert!(document.text.ends_with("].\n\n"), "it ends at a paragraph");
    }
    assert!(text_of(last).contains("[W1]") && text_of(last).len() < text.len() / 5);
    assert!(last.system.as_ref().unwrap().contains("W9 (timeout)"));
}

#[tokio::test]
async fn condensing_goes_on_until_it_fits() {
    let provider = of_context(3_000).otherwise_with(|request| {
        let text = text_of(request);
        let half: Vec<_> = text.split("\n\n").step_by(2).collect();
        Turn::text(half.join("\n\n"))
    });
    condensed(&provider, &long(1_000)).await.unwrap();
    let calls = provider.calls();
    assert!(calls.iter().all(|call| tokens(&call.request) + 500 <= 3_000));
    let firsts = calls.iter().filter(|c| c.request.system.as_ref().unwrap().contains("part 1 of"));
    assert!(firsts.count() >= 3, "several rounds");
}

#[tokio::test]
async fn condensing_that_does_not_shrink_by_a_quarter_ends_as_an_error() {
    // Of ten paragraphs, ten or eight: both too many, though the second shrinks.
    for kept in [10, 8] {
        let provider = of_context(3_000).otherwise_with(move |request| {
            let text = text_of(request);
            let paragraphs = text.split("\n\n").enumerate().filter(|(n, _)| n % 10 < kept);
            Turn::text(paragraphs.map(|(_, text)| text).collect::<Vec<_>>().join("\n\n"))
        });
        let error = condensed(&provider, &long(500)).await.unwrap_err();
        assert!(matches!(error, AgentError::TooLarge { .. }), "{error:?}");
        assert_eq!(error.kind(), ErrorKind::ContextLength);
        assert!(error.to_string().contains("did not shrink"), "{error}");
        let firsts = provider.calls().into_iter();
        let firsts = firsts.filter(|c| c.request.system.as_ref().unwrap().contains("part 1 of"));
        assert_eq!(firsts.count(), 1, "one round");
    }
}

#[tokio::test]
async fn a_text_is_not_read_in_crumbs() {
    let mut read = 0;
    for context in (0..2_500).step_by(20) {
        let provider = of_context(context).otherwise(Turn::text("condensed"));
        let result = condensed(&provider, &long(100)).await;
        let calls = provider.calls();
        let has_room = agent(&provider).capacity(&task()) >= Some(128);
        assert_eq!(!calls.is_empty(), has_room, "{context}");
        let Some(first) = calls.first() else {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ContextLength);
            assert!(error.to_string().contains("no room to read it in parts"), "{error}");
            continue;
        };
        // The room for a part is 128 tokens at least, and a paragraph less than it may stay free.
        assert!(HeuristicCounter.count(&text_of(&first.request)) > 100, "{context}");
        read += 1;
    }
    assert!((10..100).contains(&read), "{read}");
}

#[tokio::test]
async fn a_long_title_takes_room_from_every_part() {
    let provider = of_context(4_000).otherwise(Turn::text("condensed"));
    let title = "Look at the outages of March. ".repeat(100);
    let input = Contribution { title, ..input("W7", &long(500)) };
    let merge = Merge::new(task(), [input]);
    agent(&provider).synthesize(&CallContext::default(), &merge).await.unwrap();
    for call in provider.calls() {
        let title = &call.request.messages[0].documents().next().unwrap().title;
        assert!(tokens(&call.request) + HeuristicCounter.count(title) + 500 <= 4_000);
    }
}

#[tokio::test]
async fn a_part_that_fails_fails_the_whole_by_its_number() {
    let provider =
        of_context(4_000).turns([Turn::text("condensed"), Turn::error(ErrorKind::Server, "down")]);
    let error = condensed(&provider, &long(500)).await.unwrap_err();
    let AgentError::Part { part: 2, parts, .. } = &error else { panic!("{error:?}") };
    let expected = format!("part 2 of {parts}: scripted: down");
    assert_eq!((error.kind(), error.to_string()), (ErrorKind::Server, expected));
    assert_eq!(provider.calls().len(), 2);
}

#[tokio::test]
async fn a_part_cut_before_its_end_marks_the_whole() {
    let cut = Turn::text("half").finish(FinishReason::Length);
    let provider = of_context(4_000).turns([cut.clone(), cut]).otherwise(Turn::text("condensed"));
    let output = condensed(&provider, &long(500)).await.unwrap();
    assert_eq!((output.text.as_str(), output.truncated), ("condensed", true));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_the_sizes_it_ends_and_no_request_is_above_the_limit(
        context in 500_u64..12_000,
        bound in 50_u32..3_000,
        paragraphs in 1_usize..1_500,
        // Of a hundred paragraphs, a model keeps so many.
        kept in 0_usize..120,
    ) {
        let provider = of_context(context).otherwise_with(move |request| {
            let text = text_of(request);
            let all: Vec<_> = text.split_inclusive("\n\n").collect();
            Turn::text(format!("kept: {}", all.iter().cycle().take(all.len() * kept / 100).copied().collect::<String>()))
        });
        let settings = AgentSettings::SYNTHESIZER.with_max_tokens(bound);
        let agent = ModelSynthesizer::synthesizer(provider.handle("m")).with_settings(settings);
        let merge = Merge::new(task(), [input("W7", &long(paragraphs))]);
        let result = block_on(agent.synthesize(&CallContext::default(), &merge));
        let calls = provider.calls();
        for call in &calls {
            prop_assert!(tokens(&call.request) + u64::from(bound) <= context);
        }
        match result {
            Ok(_) => prop_assert!(calls.iter().filter(|call| !is_part(&call.request)).count() == 1),
            Err(error) => prop_assert_eq!(error.kind(), ErrorKind::ContextLength),
        }
    }
}
