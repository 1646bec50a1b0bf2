//! The list for people: a line a model, in columns, without anything that only a terminal understands.

use ziggurat::Usd;

use super::Offer;

const HEAD: [&str; 7] = ["MODEL", "READS", "WRITES", "INPUT", "OUTPUT", "CACHED", "CAN"];

/// The table; empty without models.
pub(super) fn render(offers: &[Offer<'_>]) -> String {
    if offers.is_empty() {
        return String::new();
    }
    let rows: Vec<[String; 7]> =
        std::iter::once(HEAD.map(str::to_owned)).chain(offers.iter().map(row)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths: [usize; 7] = std::array::from_fn(|column| width(column).unwrap_or(0));
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn row(offer: &Offer<'_>) -> [String; 7] {
    let entry = offer.entry;
    let rates = entry.price.map(|price| price.rates);
    [
        format!("{}/{}", offer.provider, offer.model),
        or_unknown(entry.max_input_tokens),
        or_unknown(entry.max_output_tokens),
        or_unknown(rates.map(|rates| per_million(rates.input))),
        or_unknown(rates.map(|rates| per_million(rates.output))),
        or_unknown(rates.and_then(|rates| rates.cached_input).map(per_million)),
        can(offer),
    ]
}

/// What it is known to be able to do, and what it costs at length.
fn can(offer: &Offer<'_>) -> String {
    let entry = offer.entry;
    let abilities = [
        ("tools", entry.tools),
        ("vision", entry.vision),
        ("schema", entry.json_schema),
        ("reasoning", entry.reasoning),
        ("temperature", entry.temperature),
    ];
    let known = abilities.iter().filter(|(_, can)| *can == Some(true)).map(|(name, _)| *name);
    let mut words: Vec<String> = known.map(str::to_owned).collect();
    if let Some(long) = entry.price.and_then(|price| price.long_context) {
        let (input, output) = (per_million(long.rates.input), per_million(long.rates.output));
        words.push(format!("(above {} tokens: {input} in, {output} out)", long.above));
    }
    words.join(" ")
}

/// Names to the left, numbers to the right.
fn line(row: &[String; 7], widths: &[usize; 7]) -> String {
    let mut line = String::new();
    for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
        match column {
            0 => line.push_str(&format!("{cell:<width$}")),
            6 => line.push_str(&format!("  {cell}")),
            _ => line.push_str(&format!("  {cell:>width$}")),
        }
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

fn or_unknown(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "?".to_owned(), |value| value.to_string())
}

/// What a million tokens cost.
fn per_million(rate: Usd) -> String {
    (rate * 1_000_000).to_string()
}
