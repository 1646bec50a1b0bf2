//! The loops are a measure of the library only if they send what it sends.

use std::collections::BTreeMap;

use serde_json::Value;
use ziggurat::hierarchy::{Hierarchy, NodeId, NodeKind};
use ziggurat_bench::swarm::Client as _;
use ziggurat_bench::work::Flavor;
use ziggurat_bench::workload::{MODEL, Workload};
use ziggurat_bench::{body, hyper_loop::Hyper, library, reqwest_loop::Reqwest, swarm};
use ziggurat_testkit::server::FakeServer;
use ziggurat_testkit::{Reply, ScriptedProvider};

/// Each says something else, so that no two requests are alike.
const REPLY: usize = 300;

async fn server() -> FakeServer {
    let script = ScriptedProvider::new().with_models([MODEL]).generating(Reply::bytes(REPLY));
    FakeServer::start(script).await.unwrap()
}

fn address(server: &FakeServer) -> std::net::SocketAddr {
    server.url().rsplit('/').next().unwrap().parse().unwrap()
}

/// The calls that a server heard, by their message; the fence's mark, which no loop has, is blanked.
fn heard(server: &FakeServer) -> BTreeMap<String, (Value, String)> {
    let calls = server.received().into_iter().filter(|received| received.method == "POST");
    calls
        .map(|received| {
            let length = received.header("content-length").unwrap().to_owned();
            let text = blanked(&received.body.to_string());
            let body: Value = serde_json::from_str(&text).unwrap();
            (body["messages"][1]["content"].as_str().unwrap().to_owned(), (body, length))
        })
        .collect()
}

fn blanked(text: &str) -> String {
    let mut parts = text.split("document-");
    let mut blanked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        blanked += "document-";
        match part.get(..body::TOKEN.len()) {
            Some(mark) if mark.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                blanked += body::TOKEN;
                blanked += &part[mark.len()..];
            }
            _ => blanked += part,
        }
    }
    blanked
}

fn workload(name: &str) -> Workload {
    Workload { workers: 30, concurrency: 4, ..Workload::named(name).unwrap() }
}

/// A worker's reply depends on its request alone, so the merges above read the same in all programs.
#[tokio::test]
async fn the_loops_send_what_the_library_sends() {
    for name in ["swarm-1000", "throughput", "streaming"] {
        let workload = workload(name);
        let theirs = server().await;
        let provider = library::provider(address(&theirs)).unwrap();
        let done = library::run(provider, &workload).await.unwrap();
        assert_eq!(done.failed, 0, "{name}");
        let expected = heard(&theirs);
        assert_eq!(expected.len() as u64, done.calls, "{name}");
        let merges = expected.keys().filter(|text| text.contains("<document-")).count();
        assert_eq!(merges, if name == "swarm-1000" { 7 } else { 0 }, "30 → 6 → 1");

        let ours = server().await;
        let client = Hyper::new(address(&ours));
        swarm::run(client, &workload, Flavor::Current).await.unwrap();
        assert_eq!(heard(&ours), expected, "{name}, hyper");

        let ours = server().await;
        let client = Reqwest::new(address(&ours)).unwrap();
        swarm::run(client, &workload, Flavor::Multi).await.unwrap();
        assert_eq!(heard(&ours), expected, "{name}, reqwest");
    }
}

/// Values may be equal and bytes differ: the order of fields, and how a number is written.
#[tokio::test]
async fn the_bytes_of_a_worker_are_the_adapters() {
    use ziggurat::{CallContext, ChatRequest, Message, Provider as _};
    let server = server().await;
    let workload = workload("swarm-1000");
    let provider = library::provider(address(&server)).unwrap();
    let instruction = workload.instruction(7);
    let message = Message::user(body::worker_message(&instruction));
    let request = ChatRequest::new(MODEL, [message]);
    let request = request.with_system(body::worker_system()).with_max_tokens(2000);
    let request = request.with_temperature(0.7);
    provider.chat(&CallContext::default(), &request).await.unwrap();
    let sent = server.received().pop().unwrap();
    let ours = body::worker(&instruction, false);
    assert_eq!(sent.header("content-length").unwrap(), ours.len().to_string());
    assert_eq!(sent.body, serde_json::from_slice::<Value>(&ours).unwrap());
}

#[tokio::test]
async fn a_refusal_is_told_with_its_hint() {
    let refusal = ziggurat_testkit::Turn::http_error(429, "slow down");
    let refusal = refusal.retry_after(std::time::Duration::from_millis(200));
    let server = FakeServer::start(ScriptedProvider::new().otherwise(refusal)).await.unwrap();
    let body = || bytes::Bytes::from(body::worker("Why?", false));
    let by_hyper = Hyper::new(address(&server)).ask(body()).await.unwrap_err();
    let by_reqwest = Reqwest::new(address(&server)).unwrap().ask(body()).await.unwrap_err();
    for refused in [by_hyper, by_reqwest] {
        assert_eq!(refused.wait, Some(std::time::Duration::from_millis(200)));
    }
}

#[test]
fn workers_come_before_those_who_merge_them() {
    let workload = Workload::named("swarm-1000").unwrap();
    let hierarchy = Hierarchy::new(workload.workers, workload.shape()).unwrap();
    let steps: Vec<_> = (0..hierarchy.len() as u32).map(|id| hierarchy.step(NodeId(id))).collect();
    assert!(steps.is_sorted(), "the loops go step by step through the ids");
    assert_eq!(hierarchy.len(), 1_249);
    assert_eq!(hierarchy.kind(NodeId(1_248)), NodeKind::Executive);
}
