//! From the task to the workers.

use std::num::NonZeroU32;
use std::sync::Arc;

use ziggurat::hierarchy::ExecutiveMode;
use ziggurat::{
    AgentState, ConfigError, Document, ErrorKind, EventKind, Model, Orchestrator,
    OrchestratorBuilder, Outcome, Preset, Task, Tier, TierOptions, WorkerCount,
};
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::support::{kind_of, node, run, talkative, workers};

fn over(provider: &Arc<ScriptedProvider>) -> OrchestratorBuilder {
    Orchestrator::builder().model(Model::known(provider.clone(), "any"))
}

fn planned(events: &[Arc<ziggurat::Event>]) -> (String, usize, Vec<String>) {
    let plan = events.iter().find_map(|event| match &event.kind {
        EventKind::PlanReady { method, subtasks, notes, .. } => {
            Some((method.clone(), subtasks.len(), notes.clone()))
        }
        _ => None,
    });
    plan.expect("plan_ready")
}

#[tokio::test(start_paused = true)]
async fn without_material_the_model_makes_the_plan() {
    let list = "1. Find the facts of the matter.\n2. Weigh the options there are.\n3. Say what follows from it.";
    let provider = Arc::new(talkative().when_tier(Tier::Decomposer, [Turn::text(list)]));
    let (result, events) = run(over(&provider)).await;
    let (method, count, _) = planned(&events);
    assert_eq!((method.as_str(), count), ("model", 3));
    assert_eq!(result.outcome, Outcome::Complete);
    assert_eq!(node(&result, "D1").state, AgentState::Completed);
    assert_eq!(node(&result, "D1").model.as_deref(), Some("scripted/any"), "who made the plan");
}

#[tokio::test(start_paused = true)]
async fn a_plan_that_fails_is_replaced_and_that_is_said() {
    let fault = Turn::error(ErrorKind::Server, "down");
    let provider = Arc::new(talkative().when_tier(Tier::Decomposer, [fault]));
    let (result, events) = run(over(&provider)).await;
    let (method, count, notes) = planned(&events);
    assert_eq!((method.as_str(), count), ("template", 5));
    assert!(notes.iter().any(|note| note.contains("down")), "{notes:?}");
    assert_eq!(node(&result, "D1").model, None, "no model made this plan");
}

#[tokio::test(start_paused = true)]
async fn a_refused_key_fails_the_run_after_one_call() {
    let refused = Turn::error(ErrorKind::Auth, "the key in OPENAI_API_KEY was refused");
    let provider = Arc::new(ScriptedProvider::new().otherwise(refused));
    let (result, _) = run(over(&provider)).await;
    assert_eq!((result.outcome, kind_of(&result)), (Outcome::Failed, "auth"));
    assert_eq!(provider.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn material_is_partitioned_without_a_call() {
    let provider = Arc::new(talkative());
    let page = "A paragraph of some forty characters or so.\n\n".repeat(50);
    let documents = (1..=6).map(|n| Document::new(format!("d{n}.md"), page.as_str()));
    let task = Task::new("Why?").unwrap().with_documents(documents);
    let result = over(&provider).build().unwrap().run(task).await;
    assert_eq!(result.plan.as_ref().unwrap().method, "document_partition");
    assert_eq!((result.outcome, result.coverage.workers_total), (Outcome::Complete, 6));
    assert_eq!(provider.calls().len(), 6 + 1);
}

#[tokio::test(start_paused = true)]
async fn specializations_are_given_out_in_turn() {
    let builder = workers(&Arc::new(talkative()), 5).specializations(["research", "financial"]);
    let (result, _) = run(builder).await;
    let plan = result.plan.unwrap();
    let given = plan.subtasks.iter().map(|s| s.specialization.clone().unwrap());
    let given: Vec<_> = given.collect();
    assert_eq!(given, ["research", "financial", "research", "financial", "research"]);
}

#[tokio::test(start_paused = true)]
async fn each_tier_has_its_own_model_and_settings() {
    let provider = Arc::new(talkative());
    let cheap = TierOptions::default().model(Model::known(provider.clone(), "cheap"));
    let wise = TierOptions::default().model(Model::known(provider.clone(), "wise")).max_tokens(99);
    let builder = workers(&provider, 10).tier(Tier::Worker, cheap).tier(Tier::Executive, wise);
    let (result, _) = run(builder).await;
    assert_eq!(node(&result, "W1").model.as_deref(), Some("scripted/cheap"));
    assert_eq!(node(&result, "S1").model.as_deref(), Some("scripted/any"));
    let executive = provider
        .calls()
        .into_iter()
        .find(|c| c.node.as_ref().map(|n| n.id.as_str()) == Some("E1"))
        .unwrap();
    assert_eq!(
        (executive.request.model.as_str(), executive.request.max_tokens),
        ("wise", Some(99))
    );
    let temperatures: Vec<_> = ["W1", "S1", "E1"]
        .map(|id| {
            provider
                .calls()
                .into_iter()
                .find(|c| c.node.as_ref().map(|n| n.id.as_str()) == Some(id))
                .unwrap()
        })
        .map(|call| call.request.temperature.unwrap())
        .to_vec();
    assert_eq!(temperatures, [0.7, 0.6, 0.5], "each tier is cooler than the one below");
}

#[tokio::test(start_paused = true)]
async fn presets_have_the_shape_of_the_seed() {
    for (preset, shape) in [
        (Preset::Research, (15, 3, 1)),
        (Preset::Software, (10, 2, 0)),
        (Preset::Analysis, (8, 1, 0)),
    ] {
        let builder = over(&Arc::new(talkative()))
            .preset(preset)
            .decomposer(Arc::new(ziggurat::decomposition::TemplateDecomposer));
        let (result, _) = run(builder).await;
        let count = |tier| result.tier(tier).count();
        let found = (count(Tier::Worker), count(Tier::Synthesizer), count(Tier::Executive));
        assert_eq!(found, shape, "{preset:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_executive_can_be_switched_on_and_off() {
    for (mode, count, expected) in [
        (ExecutiveMode::Never, 10, (2, 0)),
        (ExecutiveMode::Always, 3, (0, 1)),
        (ExecutiveMode::Always, 5, (1, 1)),
    ] {
        let (result, _) = run(workers(&Arc::new(talkative()), count).executive_mode(mode)).await;
        let found = (result.synthesizers().count(), result.tier(Tier::Executive).count());
        assert_eq!((found, result.outcome), (expected, Outcome::Complete), "{mode:?} {count}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused_by_name() {
    let builder = || over(&Arc::new(talkative()));
    let tier = |options| builder().tier(Tier::Worker, options).build().unwrap_err().to_string();
    assert_eq!(Orchestrator::builder().build().unwrap_err(), ConfigError::NoModel(Tier::Worker));
    assert_eq!(builder().fan_in(1).build().unwrap_err(), ConfigError::FanIn(1));
    let five = WorkerCount::Exactly(NonZeroU32::new(5).unwrap());
    let quorum = builder().workers(five).quorum(6).build().unwrap_err();
    assert_eq!(quorum.to_string(), "a quorum of 6 does not fit 5 workers: it must be 1 to 5");
    assert_eq!(builder().quorum(0).build().unwrap_err(), ConfigError::ZeroQuorum);
    let zero = std::time::Duration::ZERO;
    assert_eq!(builder().run_timeout(zero).build().unwrap_err(), ConfigError::RunTimeout);
    let hot = tier(TierOptions::default().temperature(2.1));
    assert_eq!(hot, "the temperature of the worker must be 0.0 to 2.0");
    assert!(tier(TierOptions::default().temperature(f32::NAN)).contains("temperature"));
    assert!(tier(TierOptions::default().max_tokens(0)).contains("bound on tokens"));
    assert!(tier(TierOptions::default().timeout(zero)).contains("timeout"));
    let blank = builder().specializations(["research", " "]).build().unwrap_err();
    assert_eq!(blank, ConfigError::BlankSpecialization(2));
}
