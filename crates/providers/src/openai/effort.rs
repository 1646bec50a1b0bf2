//! How much to think, in the levels that a server has. A level it lacks becomes the nearest one; a
//! budget in tokens is a number and no level, so where it cannot be said it is not guessed at.

use ziggurat_core::chat::ReasoningEffort;

use super::families;
use crate::Quirks;
use crate::api::Fault;

use ReasoningEffort::{High, Low, Max, Medium, Minimal, None as NotAtAll, XHigh};

/// All levels, least first.
const LEVELS: [ReasoningEffort; 7] = [NotAtAll, Minimal, Low, Medium, High, XHigh, Max];

/// The name of the level that is sent for the one asked for.
pub(crate) fn level(
    asked: ReasoningEffort,
    model: &str,
    quirks: &Quirks,
    official: bool,
) -> Result<&'static str, Fault> {
    let by_model = || if official { families::efforts(model) } else { None };
    let known = quirks.efforts.as_deref().or_else(by_model).unwrap_or(&LEVELS);
    let place = |level: ReasoningEffort| LEVELS.iter().position(|known| *known == level);
    let Some(wanted) = place(asked) else {
        return Err(Fault::unsupported("it takes no budget for reasoning, only levels of effort"));
    };
    let ranked = known.iter().filter_map(|level| Some((place(*level)?, level.name()?)));
    // Of two that are equally near, the lower one: more thinking costs more.
    let nearest = ranked.min_by_key(|(rank, _)| (rank.abs_diff(wanted), *rank));
    let none = || Fault::unsupported("it cannot be told how much to think");
    nearest.map(|(_, name)| name).ok_or_else(none)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(asked: ReasoningEffort, model: &str, efforts: Option<&[ReasoningEffort]>) -> String {
        let quirks = Quirks { efforts: efforts.map(<[_]>::to_vec), ..Quirks::default() };
        match level(asked, model, &quirks, true) {
            Ok(name) => name.to_owned(),
            Err(Fault::Refused(kind, _)) => kind.to_string(),
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_level_that_is_lacking_becomes_the_nearest() {
        assert_eq!(sent(Max, "any", None), "max");
        assert_eq!(sent(Max, "o3", None), "high");
        assert_eq!(sent(NotAtAll, "o3", None), "low");
        assert_eq!(sent(Minimal, "gpt-5.1", None), "none");
        assert_eq!(sent(NotAtAll, "gpt-5-mini", None), "minimal");
        assert_eq!(sent(Low, "o3", Some(&[Minimal, High])), "minimal");
        assert_eq!(sent(Medium, "o3", Some(&[High, Low])), "low");
    }

    #[test]
    fn a_budget_and_a_server_without_levels_are_unsupported() {
        let unsupported = ziggurat_core::ErrorKind::Unsupported.to_string();
        assert_eq!(sent(ReasoningEffort::Budget(9), "any", None), unsupported);
        assert_eq!(sent(Low, "any", Some(&[])), unsupported);
    }
}
