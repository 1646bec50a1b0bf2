//! How much a model thinks, and what that leaves of the other settings: thoughts count towards the bound
//! on tokens, and the API refuses most sampling beside them.

use ziggurat_core::ChatRequest;
use ziggurat_core::chat::ReasoningEffort;

use crate::anthropic::models::{Model, Off};
use crate::anthropic::wire::Thinking;

/// The bound on an answer where a request sets none, in tokens; the API has no default of its own. Where a
/// request asks for thinking, the tokens for that are added.
pub const DEFAULT_MAX_TOKENS: u32 = 4096;

/// The smallest budget that the API takes, in tokens.
const SMALLEST_BUDGET: u32 = 1024;

/// The settings around a model's thoughts, as they are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plan {
    pub(super) max_tokens: u32,
    pub(super) thinking: Option<Thinking>,
    pub(super) effort: Option<&'static str>,
    pub(super) temperature: Option<f32>,
    pub(super) top_p: Option<f32>,
}

impl Plan {
    pub(super) fn of(request: &ChatRequest) -> Self {
        let model = Model::of(&request.model);
        let effort = request.reasoning.map(without_tiny_budget);
        let room = effort.map_or(0, tokens);
        let max_tokens = request.max_tokens;
        let max_tokens = max_tokens.unwrap_or(DEFAULT_MAX_TOKENS.saturating_add(room));
        let (thinking, level) = match effort {
            Some(effort) => thinking(&model, effort, max_tokens),
            None => (None, None),
        };
        let thinks = matches!(thinking, Some(Thinking::Adaptive | Thinking::Enabled { .. }));
        let free = model.takes_sampling && !thinks;
        Self {
            max_tokens,
            thinking,
            effort: level,
            // 1 is the default, and the one value that is taken beside thoughts.
            temperature: request.temperature.filter(|t| free || *t == 1.0),
            top_p: request.top_p.filter(|p| free || model.takes_sampling && *p >= 0.95),
        }
    }
}

/// A budget is an upper bound: one below what the API takes leaves nothing but no thoughts at all.
fn without_tiny_budget(effort: ReasoningEffort) -> ReasoningEffort {
    match effort {
        ReasoningEffort::Budget(..SMALLEST_BUDGET) => ReasoningEffort::None,
        other => other,
    }
}

/// The tokens that a level stands for where it must be a number. The most leaves room for an answer
/// within the output of every model that thinks by budget.
fn tokens(effort: ReasoningEffort) -> u32 {
    match effort {
        ReasoningEffort::None => 0,
        ReasoningEffort::Minimal => SMALLEST_BUDGET,
        ReasoningEffort::Low => 2048,
        ReasoningEffort::High => 16_384,
        ReasoningEffort::XHigh | ReasoningEffort::Max => 24_576,
        ReasoningEffort::Budget(tokens) => tokens,
        _ => 8192,
    }
}

/// The level that a budget stands for where it must be one: the one with the nearest budget above.
fn level(effort: ReasoningEffort) -> ReasoningEffort {
    use ReasoningEffort::{High, Low, Max, Medium, XHigh};
    match effort {
        ReasoningEffort::Budget(budget) => match budget {
            0..=2048 => Low,
            2049..=8192 => Medium,
            8193..=16_384 => High,
            16_385..=24_576 => XHigh,
            _ => Max,
        },
        level => level,
    }
}

fn thinking(
    model: &Model,
    effort: ReasoningEffort,
    max_tokens: u32,
) -> (Option<Thinking>, Option<&'static str>) {
    let named = model.efforts.nearest(level(effort));
    match effort {
        ReasoningEffort::None => match model.off {
            Off::Disabled => (Some(Thinking::Disabled), None),
            Off::BetweenTools => (Some(Thinking::BetweenTools), None),
            Off::Never => (Some(Thinking::Adaptive), named),
        },
        ReasoningEffort::Budget(_) if model.budgets => (budget(effort, max_tokens), None),
        _ if model.adaptive => (Some(Thinking::Adaptive), named),
        _ => (budget(effort, max_tokens), named),
    }
}

/// A budget must be smaller than the bound on tokens. Of a bound that is too small for any, nothing is
/// said of thinking: these models do not think unasked.
fn budget(effort: ReasoningEffort, max_tokens: u32) -> Option<Thinking> {
    let most = match effort {
        ReasoningEffort::Budget(_) => max_tokens.saturating_sub(1),
        // A level says nothing of the answer: some tokens are kept for it, at most a quarter.
        _ => max_tokens - (max_tokens / 4).min(DEFAULT_MAX_TOKENS),
    };
    let budget_tokens = tokens(effort).min(most);
    (budget_tokens >= SMALLEST_BUDGET).then_some(Thinking::Enabled { budget_tokens })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReasoningEffort::{Budget, High, Low, Max, Medium, Minimal, XHigh};
    use ziggurat_core::Message;

    fn request(model: &str, effort: ReasoningEffort) -> ChatRequest {
        ChatRequest::new(model, [Message::user("hi")]).with_reasoning(effort)
    }

    fn plan(model: &str, effort: ReasoningEffort) -> (Option<Thinking>, Option<&'static str>, u32) {
        let plan = Plan::of(&request(model, effort));
        (plan.thinking, plan.effort, plan.max_tokens)
    }

    #[test]
    fn levels_become_what_the_model_takes() {
        use Thinking::Adaptive;
        let budget = |budget_tokens| Some(Thinking::Enabled { budget_tokens });
        let rows = [
            ("claude-haiku-4-5", High, (budget(16_384), None, 20_480)),
            ("claude-haiku-4-5", Minimal, (budget(1024), None, 5120)),
            ("claude-opus-4-5", Max, (budget(24_576), Some("high"), 28_672)),
            ("claude-sonnet-4-6", XHigh, (Some(Adaptive), Some("high"), 28_672)),
            ("claude-opus-4-8", Medium, (Some(Adaptive), Some("medium"), 12_288)),
            ("claude-sonnet-5-5", Max, (Some(Adaptive), Some("max"), 28_672)),
            ("tiny", Low, (Some(Adaptive), Some("low"), 6144)),
        ];
        for (model, effort, expected) in rows {
            assert_eq!(plan(model, effort), expected, "{model} {effort:?}");
        }
    }

    #[test]
    fn budgets_are_kept_where_they_are_taken() {
        let budget = |budget_tokens| Some(Thinking::Enabled { budget_tokens });
        assert_eq!(plan("claude-sonnet-4-6", Budget(2000)), (budget(2000), None, 6096));
        assert_eq!(plan("tiny", Budget(5000)), (budget(5000), None, 9096));
        let adaptive = (Some(Thinking::Adaptive), Some("medium"), 9096);
        assert_eq!(plan("claude-opus-5-5", Budget(5000)), adaptive);
        let disabled = (Some(Thinking::Disabled), None, DEFAULT_MAX_TOKENS);
        assert_eq!(plan("claude-haiku-4-5", Budget(1023)), disabled);
    }

    #[test]
    fn no_thinking_is_said_as_the_model_understands_it() {
        let none = ReasoningEffort::None;
        let rows = [
            ("claude-opus-4-8", Thinking::Disabled, None),
            ("claude-sonnet-5-5", Thinking::BetweenTools, None),
            ("claude-opus-5-5", Thinking::Adaptive, Some("low")),
        ];
        for (model, thinking, effort) in rows {
            assert_eq!(plan(model, none), (Some(thinking), effort, DEFAULT_MAX_TOKENS), "{model}");
        }
    }

    #[test]
    fn thoughts_stay_below_the_bound_on_tokens() {
        let bounded = |effort, bound: u32| {
            let request = request("claude-haiku-4-5", effort).with_max_tokens(bound);
            let plan = Plan::of(&request);
            assert_eq!(plan.max_tokens, bound);
            plan.thinking
        };
        let budget = |budget_tokens| Some(Thinking::Enabled { budget_tokens });
        assert_eq!(bounded(Budget(1024), 1025), budget(1024));
        assert_eq!(bounded(Budget(9000), 2000), budget(1999));
        assert_eq!(bounded(High, 2000), budget(1500));
        assert_eq!(bounded(High, 1000), None);
        assert_eq!(bounded(Budget(9000), 0), None);
    }

    #[test]
    fn sampling_that_is_refused_is_left_out() {
        let sampled = |model: &str, effort: Option<ReasoningEffort>, temperature, top_p| {
            let request = ChatRequest::new(model, [Message::user("hi")])
                .with_reasoning(effort)
                .with_temperature(temperature)
                .with_top_p(top_p);
            let plan = Plan::of(&request);
            (plan.temperature, plan.top_p)
        };
        assert_eq!(sampled("claude-haiku-4-5", None, 0.2, 0.5), (Some(0.2), Some(0.5)));
        assert_eq!(sampled("claude-haiku-4-5", Some(Low), 0.2, 0.5), (None, None));
        assert_eq!(sampled("claude-haiku-4-5", Some(Low), 1.0, 0.95), (Some(1.0), Some(0.95)));
        let none = Some(ReasoningEffort::None);
        assert_eq!(sampled("claude-haiku-4-5", none, 0.2, 0.5), (Some(0.2), Some(0.5)));
        assert_eq!(sampled("claude-opus-4-8", None, 0.2, 0.99), (None, None));
        assert_eq!(sampled("claude-opus-4-8", none, 1.0, 0.5), (Some(1.0), None));
    }
}
