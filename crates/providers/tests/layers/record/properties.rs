//! Any order of calls: each request gets its answers in their order, exactly as often as it was asked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

use futures::executor::block_on;
use proptest::collection::vec;
use proptest::prelude::*;
use ziggurat_core::CallContext;
use ziggurat_providers::layers::MissCause;
use ziggurat_testkit::{ScriptedProvider, Turn};

use super::{ask, node, recorded, replay, streamed, whole};

/// Who asks what: a node, or nobody, and the number of a request.
type Asking = (Option<u8>, u8);

fn context((id, _): Asking) -> CallContext {
    id.map_or_else(CallContext::default, |id| node(&format!("W{id}")))
}

fn askings() -> impl Strategy<Value = (Vec<Asking>, Vec<Asking>)> {
    let asking = (prop::option::of(0..3_u8), 0..4_u8);
    vec(asking, 1..40).prop_flat_map(|asked| (Just(asked.clone()), Just(asked).prop_shuffle()))
}

proptest! {
    #[test]
    fn any_interleaving_replays_each_list_in_order_and_exhausts_it((asked, again) in askings()) {
        block_on(async {
            let turns = (0..asked.len()).map(|n| Turn::text(n.to_string()));
            let (layer, provider) = recorded(ScriptedProvider::new().turns(turns));
            let mut expected = BTreeMap::<Asking, Vec<usize>>::new();
            for (n, asking) in asked.iter().enumerate() {
                let text = format!("question {}", asking.1);
                provider.chat(&context(*asking), &ask(&text)).await.unwrap();
                expected.entry(*asking).or_default().insert(0, n);
            }
            let (replay, provider) = replay(&layer);
            for asking in &again {
                let text = format!("question {}", asking.1);
                let answer = provider.chat(&context(*asking), &ask(&text)).await.unwrap();
                let next = expected.get_mut(asking).unwrap().pop().unwrap();
                prop_assert_eq!(answer.text(), next.to_string());
            }
            prop_assert!(replay.unused().is_empty() && replay.misses().is_empty());
            for asking in &again {
                let text = format!("question {}", asking.1);
                provider.chat(&context(*asking), &ask(&text)).await.unwrap_err();
            }
            let used_up = |cause: &MissCause| matches!(cause, MissCause::UsedUp { .. });
            prop_assert!(replay.misses().iter().all(|miss| used_up(&miss.cause)));
            prop_assert_eq!(replay.misses().len(), again.len());
            Ok(())
        })?;
    }

    #[test]
    fn whoever_asks_the_answers_of_a_request_are_given_once_each(ids in vec(0..9_u8, 1..20)) {
        block_on(async {
            let turns = (0..ids.len()).map(|n| Turn::text(n.to_string()));
            let (layer, provider) = recorded(ScriptedProvider::new().turns(turns));
            for id in &ids {
                provider.chat(&context((Some(id % 3), 0)), &ask("Why?")).await.unwrap();
            }
            let (replay, provider) = replay(&layer);
            let mut given = Vec::new();
            for id in &ids {
                let answer = provider.chat(&context((Some(*id), 0)), &ask("Why?")).await.unwrap();
                given.push(answer.text().parse::<usize>().unwrap());
            }
            given.sort_unstable();
            prop_assert_eq!(given, (0..ids.len()).collect::<Vec<_>>());
            prop_assert!(replay.unused().is_empty());
            Ok(())
        })?;
    }
}

#[test]
fn threads_that_record_and_replay_at_once_lose_nothing() {
    const EACH: usize = 200;
    let (layer, provider) = recorded(ScriptedProvider::new().echo());
    let ask_all = |provider: Arc<dyn ziggurat_core::Provider>| {
        let ask_half = |half: usize| {
            let provider = Arc::clone(&provider);
            thread::spawn(move || {
                for n in 0..EACH {
                    let text = format!("question {}", n % 7);
                    let answer = match half % 2 {
                        0 => block_on(whole(&*provider, &text)),
                        _ => block_on(streamed(&*provider, &text)),
                    };
                    assert_eq!(answer.unwrap().text(), text);
                }
            })
        };
        let threads: Vec<_> = (0..4).map(ask_half).collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
    };
    ask_all(provider);
    let (replay, provider) = replay(&layer);
    let seqs: Vec<_> = replay.recording().exchanges().iter().map(|call| call.seq).collect();
    assert_eq!(seqs, (1..=4 * EACH as u64).collect::<Vec<_>>());
    ask_all(provider);
    assert!(replay.unused().is_empty() && replay.misses().is_empty(), "{replay:?}");
}
