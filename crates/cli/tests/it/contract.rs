//! The contract that scripts rely on: events, their order and their fields.

use serde_json::{Value, json};

use crate::support::server::{Reply, Server};
use crate::support::{events, of_type, run, samples, stderr};

fn sample_events() -> Vec<Value> {
    let output =
        run().args(["--json", "--input"]).arg(samples()).arg("What caused the outages?").output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    events(&output)
}

#[test]
fn state_events_are_numbered_without_gaps_and_bear_run_and_time() {
    let events = sample_events();
    for (number, event) in (1..).zip(&events) {
        assert_eq!(event["seq"], number);
        assert_eq!(event["run_id"], events[0]["run_id"]);
        assert!(event["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{event}");
    }
    assert_eq!(events[0]["type"], "run_started");
    assert_eq!(events.last().unwrap()["type"], "run_finished");
}

#[test]
fn nodes_are_told_with_their_place_and_their_end() {
    let events = sample_events();
    let nodes = of_type(&events, "plan_ready")[0]["nodes"].as_array().unwrap();
    let ids: Vec<_> = nodes.iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert!(ids.starts_with(&["W1", "W2"]) && ids.ends_with(&["E1"]), "{ids:?}");
    for id in ids {
        let started = of_type(&events, "node_started");
        let started = started.iter().find(|event| event["node"]["id"] == id).expect(id);
        let node = &started["node"];
        let tier = match &id[..1] {
            "W" => "worker",
            "S" => "synthesizer",
            _ => "executive",
        };
        assert_eq!(node["tier"], tier);
        assert!(node["step"].is_u64() && node["index"].is_u64(), "{node}");
        assert_eq!(node["inputs"].as_array().unwrap().is_empty(), tier == "worker", "{node}");
        let completed = of_type(&events, "node_completed");
        let completed = completed.iter().find(|event| event["node"]["id"] == id).expect(id);
        assert_eq!(completed["usage"], json!({"input_tokens": 0, "output_tokens": 0}));
        assert_eq!(completed["model"], "extractive/bm25");
        assert!(completed["elapsed_ms"].is_u64());
    }
}

#[test]
fn the_last_event_tells_everything() {
    let events = sample_events();
    let end = events.last().unwrap();
    assert_eq!((&end["outcome"], &end["reason"]), (&json!("complete"), &Value::Null));
    let workers = end["coverage"]["workers_total"].as_u64().unwrap();
    assert!(workers >= 10, "{end}");
    assert_eq!(end["coverage"], json!({"workers_ok": workers, "workers_total": workers}));
    assert_eq!(end["cost_usd"], "0");
    assert!(end["elapsed_ms"].is_u64() && end["report"].is_string(), "{end}");
}

#[test]
fn unknown_is_null_and_not_zero() {
    let server = Server::chat(|_| {
        let message = json!({"role": "assistant", "content": "It was the pump."});
        Reply::Json(200, json!({"choices": [{"finish_reason": "stop", "message": message}]}))
    });
    let output = run()
        .args(["--json", "--no-stream", "--workers", "1", "--base-url", &server.url])
        .args(["--model", "openai/fake", "--input"])
        .arg(samples())
        .arg("What was it?")
        .output()
        .unwrap();
    let events = events(&output);
    let end = events.last().unwrap();
    assert_eq!(end["usage"], json!({"input_tokens": null, "output_tokens": null}));
    assert_eq!((&end["cost_usd"], &end["outcome"]), (&Value::Null, &json!("complete")));
}

#[test]
fn text_deltas_have_no_number() {
    let server = Server::chat(|_| Reply::text("It was the pump."));
    let output = run()
        .args(["--json", "--deltas", "--workers", "2", "--base-url", &server.url])
        .args(["--model", "openai/fake", "--input"])
        .arg(samples())
        .arg("What was it?")
        .output()
        .unwrap();
    let events = events(&output);
    let deltas = of_type(&events, "text_delta");
    assert!(!deltas.is_empty());
    for delta in deltas {
        assert_eq!(delta.get("seq"), None);
        assert!(delta["node"].is_string() && delta["text"].is_string(), "{delta}");
    }
    let numbered = events.iter().filter_map(|event| event["seq"].as_u64());
    assert!(numbered.clone().eq(1..=numbered.count() as u64));
}
