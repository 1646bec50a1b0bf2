//! The conversion, and that what is committed is its result.

use super::*;

const TABLE: &str = r#"{"sources": [{"name": "a/b", "package": "b==1", "licence": "MIT"}], "models": [
    {"id": "m", "provider": "long_name", "mode": "chat", "max_input_tokens": 10, "max_output_tokens": null,
     "input_per_mtok": 0.30, "output_per_mtok": 1e-05, "cached_input_per_mtok": 3.0e-2,
     "cache_write_per_mtok": 0.0, "input_per_mtok_above_200k": 2.50, "output_per_mtok_above_200k": 12.0,
     "tools": true, "vision": false, "json_schema": true, "reasoning": false,
     "deprecation_date": null, "price_agrees": false},
    {"id": "n", "provider": "other", "mode": "responses", "max_input_tokens": null, "max_output_tokens": 5,
     "input_per_mtok": null, "output_per_mtok": 1.0, "tools": true, "vision": null,
     "deprecation_date": "2027-01-01", "price_agrees": null}
]}"#;

const OVERLAY: &str = r#"
[providers]
long_name = "long"
[[set]]
models = ["long/m"]
unset = ["cache_write"]
temperature = false
vision = false
[[set]]
models = ["other/n"]
unset = ["limits"]
[add."own/o"]
usd_per_million = { input = "0", output = "0" }
"#;

#[test]
fn a_model_becomes_a_line_with_what_is_known_of_it() {
    let catalogue = convert(TABLE, OVERLAY).unwrap();
    let lines: Vec<_> = catalogue.lines().collect();
    assert!(lines[1].contains("a/b (b==1, MIT, Copyright (c)"), "{}", lines[1]);
    let long = r#""long_context":{"above":200000,"input":"2.5","output":"12"}"#;
    let prices = r#"{"input":"0.3","output":"0.00001","cached_input":"0.03","#;
    let flags = r#""tools":true,"vision":false,"json_schema":true,"temperature":false"#;
    let m = format!(
        r#""long/m": {{"max_input_tokens":10,"usd_per_million":{prices}{long}}},{flags},"price_agrees":false}},"#
    );
    let n = r#""other/n": {"tools":true,"responses_only":true,"deprecation_date":"2027-01-01"},"#;
    let o = r#""own/o": {"usd_per_million":{"input":"0","output":"0"}}"#;
    assert_eq!(lines[3..6], [m.as_str(), n, o]);
    assert!(serde_json::from_str::<serde_json::Value>(&catalogue).is_ok());
}

#[test]
fn what_no_longer_fits_together_is_an_error() {
    let refused = |table: &str, overlay: &str| convert(table, overlay).unwrap_err().to_string();
    let gone = OVERLAY.replace("other/n", "other/gone");
    assert!(refused(TABLE, &gone).contains("other/gone is not in the table"));
    let there = OVERLAY.replace("own/o", "other/n");
    assert!(refused(TABLE, &there).contains("other/n is in the table by now"));
    let slip = OVERLAY.replace("temperature", "temprature");
    assert!(refused(TABLE, &slip).contains("overlay.toml"));
    let twice = TABLE.replace(r#""n", "provider": "other""#, r#""m", "provider": "long_name""#);
    assert!(refused(&twice, OVERLAY).contains("long/m is there twice"));
    let half = TABLE.replace(r#""output_per_mtok_above_200k": 12.0"#, r#""x": null"#);
    assert!(refused(&half, OVERLAY).contains("half a price"));
    let tiny = TABLE.replace("1e-05", "1e-07");
    assert!(refused(&tiny, OVERLAY).contains("1e-07 is no price per million tokens"));
}

#[test]
fn the_committed_catalogue_is_the_conversion() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let Some(recordings) = recordings(&root) else {
        println!("skipped: no recordings (ZIGGURAT_RECORDINGS)");
        return;
    };
    let table = read(&recordings.join(super::TABLE)).unwrap();
    let overlay = overlay(&root).unwrap();
    let converted = convert(&table, &overlay).unwrap();
    let committed = read(&root.join(FOLDER).join("models.json")).unwrap();
    assert!(converted == committed, "run `cargo xtask catalog` and commit what it writes");
    assert_eq!(convert(&table, &overlay).unwrap(), converted, "the same bytes each time");
}
