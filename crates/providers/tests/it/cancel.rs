//! Dropping is cancelling: the server sees the connection go.

use std::time::Duration;

use futures::StreamExt;
use tokio::time::timeout;
use ziggurat_core::{CallContext, Provider};

use crate::support::server::{Act, Server, chunk, chunked_head, events_head, text_event};
use crate::support::{provider, request, streamed, whole};

const A_MOMENT: Duration = Duration::from_millis(100);

#[tokio::test]
async fn dropping_a_call_closes_its_connection_wherever_it_is() {
    let head = chunked_head(200, &[("content-type", "application/json")]);
    let scripts = [vec![Act::Hang], vec![head, chunk(b"{"), Act::Hang]];
    for script in scripts {
        let server = Server::start([script]).await;
        let provider = provider(&server);
        assert!(timeout(A_MOMENT, whole(&provider)).await.is_err());
        server.until_gone(1).await;
    }
}

#[tokio::test]
async fn dropping_a_stream_closes_its_connection_wherever_it_is() {
    let scripts = [vec![Act::Hang], vec![events_head(), Act::Hang]];
    for script in scripts {
        let server = Server::start([script]).await;
        let provider = provider(&server);
        assert!(timeout(A_MOMENT, streamed(&provider)).await.is_err());
        server.until_gone(1).await;
    }
    let server = Server::start([vec![events_head(), text_event("Hi"), Act::Hang]]).await;
    let provider = provider(&server);
    let mut stream = provider.stream(&CallContext::default(), &request()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    drop(stream);
    server.until_gone(1).await;
}

#[tokio::test]
async fn dropping_the_question_for_models_closes_its_connection() {
    let server = Server::start([vec![Act::Hang]]).await;
    let provider = provider(&server);
    let cx = CallContext::default();
    assert!(timeout(A_MOMENT, provider.models(&cx)).await.is_err());
    assert!(timeout(A_MOMENT, provider.model(&cx, "tiny")).await.is_err());
    server.until_gone(2).await;
}
