//! Suggestions for a mistyped name.

/// How alike two names must be to be worth suggesting, from 0 to 1.
const LIKENESS: f64 = 0.8;

/// Up to three of the names that look like this one, nearest first.
pub(crate) fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    // Whoever writes `OPENAI` means `openai`.
    let name = &name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = names
        .map(|known| (strsim::jaro_winkler(name, &known.to_lowercase()), known))
        .filter(|(likeness, _)| *likeness >= LIKENESS)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    scored.into_iter().take(3).map(|(_, known)| known.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let names = ["openai", "ollama", "lmstudio"];
        assert_eq!(nearest("opnai", names.into_iter())[0], "openai");
        assert_eq!(nearest("OPENAI", names.into_iter()), ["openai"]);
        for nonsense in ["zzz", "nope"] {
            assert!(nearest(nonsense, names.into_iter()).is_empty(), "{nonsense}");
        }
    }

    #[test]
    fn no_more_than_three_are_named() {
        let names = ["gpt-1", "gpt-2", "gpt-3", "gpt-4"];
        assert_eq!(nearest("gpt-5", names.into_iter()).len(), 3);
    }
}
