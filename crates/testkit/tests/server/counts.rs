//! What the server counts, and how it breaks connections.

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use ziggurat_testkit::server::FakeServer;
use ziggurat_testkit::{ScriptedProvider, Turn};

use crate::client::{answer, bytes, send};

const PATH: &str = "/v1/chat/completions";

fn body(streamed: bool) -> Value {
    json!({"model": "fake", "stream": streamed, "messages": [{"role": "user", "content": "?"}]})
}

async fn playing(turn: Turn) -> (ScriptedProvider, FakeServer) {
    let script = ScriptedProvider::new().otherwise(turn);
    (script.clone(), FakeServer::start(script).await.unwrap())
}

#[tokio::test]
async fn answers_that_were_read_are_not_abandoned() {
    let (script, server) = playing(Turn::text("an answer of several pieces")).await;
    for streamed in [false, true] {
        answer(&server, PATH, "", Some(&body(streamed))).await;
    }
    server.until(|counts| counts.open == 0).await;
    let counts = server.counts();
    assert_eq!((counts.requests, counts.connections), (2, 2));
    assert_eq!((counts.in_flight, counts.abandoned), (0, 0));
    assert_eq!(script.cancelled(), 0);
}

#[tokio::test]
async fn a_client_that_goes_away_is_counted_and_cancels_the_call() {
    for (turn, streamed) in
        [(Turn::hang(), false), (Turn::hang(), true), (Turn::stall("The beginning"), true)]
    {
        let (script, server) = playing(turn).await;
        let socket = send(&server, PATH, "", Some(&body(streamed))).await.unwrap();
        server.until(|counts| counts.in_flight == 1).await;
        drop(socket);
        server.until(|counts| counts.abandoned == 1 && counts.open == 0).await;
        assert_eq!((script.cancelled(), script.in_flight()), (1, 0));
    }
}

#[tokio::test]
async fn a_cut_breaks_the_connection_where_the_script_says() {
    let (_, server) = playing(Turn::cut("")).await;
    for streamed in [false, true] {
        let socket = send(&server, PATH, "", Some(&body(streamed))).await.unwrap();
        assert_eq!(bytes(socket).await, "", "not even a status");
    }
    let (_, server) = playing(Turn::cut("half an answer")).await;
    let whole = bytes(send(&server, PATH, "", Some(&body(false))).await.unwrap()).await;
    assert!(whole.starts_with("HTTP/1.1 200 OK") && whole.ends_with("\r\n\r\n{"), "{whole}");
    let streamed = bytes(send(&server, PATH, "", Some(&body(true))).await.unwrap()).await;
    assert!(streamed.contains("half an "), "what was said before is sent: {streamed}");
    assert!(!streamed.contains("\r\n0\r\n"), "the body has no end: {streamed}");
    assert_eq!(server.counts().abandoned, 0, "the client stayed");
}

#[tokio::test]
async fn a_panic_closes_one_connection_and_no_other() {
    let script = ScriptedProvider::new().turns([Turn::panic(), Turn::text("fine")]);
    let server = FakeServer::start(script).await.unwrap();
    let broken = bytes(send(&server, PATH, "", Some(&body(false))).await.unwrap()).await;
    assert_eq!(broken, "");
    assert!(answer(&server, PATH, "", Some(&body(false))).await.contains("fine"));
}

#[tokio::test]
async fn a_server_that_is_dropped_closes_its_connections() {
    let (_, server) = playing(Turn::hang()).await;
    let mut socket = send(&server, PATH, "", Some(&body(false))).await.unwrap();
    server.until(|counts| counts.in_flight == 1).await;
    drop(server);
    let read = socket.read(&mut [0; 8]).await;
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}
