//! A name's addresses are looked up once a connection and checked; the system's own look-up is replaced.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures::FutureExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::Auth;
use crate::http::AllowedHosts;

/// Answers every request, and counts the bytes it gets.
async fn server() -> (SocketAddr, std::sync::Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let got = std::sync::Arc::new(AtomicUsize::new(0));
    let count = std::sync::Arc::clone(&got);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = [0; 4096];
            let read = socket.read(&mut bytes).await.unwrap_or(0);
            count.fetch_add(read, Ordering::SeqCst);
            let answer = b"HTTP/1.1 200 X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";
            socket.write_all(answer).await.ok();
        }
    });
    (address, got)
}

/// A look-up that gives one answer after the other, then the last again, and how many it gave.
fn scripted(answers: &[&[&str]]) -> (Lookup, std::sync::Arc<AtomicUsize>) {
    let parse = |answer: &&[&str]| -> Vec<SocketAddr> {
        answer.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect()
    };
    let answers: Vec<Vec<SocketAddr>> = answers.iter().map(parse).collect();
    let given = std::sync::Arc::new(AtomicUsize::new(0));
    let (count, answers) = (std::sync::Arc::clone(&given), Mutex::new(answers));
    let lookup: Lookup = std::sync::Arc::new(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
        let mut answers = answers.lock().unwrap();
        let answer = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
        std::future::ready(Ok(answer)).boxed()
    });
    (lookup, given)
}

fn client(base_url: &str, allowed: &[&str], lookup: Lookup) -> HttpClient {
    let config = ServerConfig::new("models", base_url).with_allowed_hosts(allowed.iter().copied());
    let allowed = AllowedHosts::parse(&config.allowed_hosts).unwrap();
    let base_url = BaseUrl::parse(base_url, &allowed).unwrap();
    let key = ApiKey::new(Some("sk-canary-4f9c2e".into()), "KEY");
    HttpClient::with_lookup(&config, base_url, key, lookup).unwrap()
}

#[tokio::test]
async fn a_name_that_leads_into_a_network_is_told_and_gets_nothing() {
    let (address, got) = server().await;
    let bad: [&[&str]; 4] =
        [&["127.0.0.1"], &["93.184.215.14", "127.0.0.1"], &["10.0.0.7"], &["::ffff:127.0.0.1"]];
    for addresses in bad {
        let (lookup, given) = scripted(&[addresses]);
        let base_url = format!("http://models.example:{}/v1", address.port());
        let client = client(&base_url, &[], lookup);
        let error = client.get(&CallContext::default(), "/models").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Permission, "{error}");
        assert!(!error.is_retryable());
        assert!(error.message().starts_with("nothing was sent: models.example is at "), "{error}");
        assert!(error.message().contains("--allow-host models.example,"), "{error}");
        assert_eq!(given.load(Ordering::SeqCst), 1);
    }
    assert_eq!(got.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_the_second_time_is_refused_then() {
    let (address, got) = server().await;
    let (lookup, given) = scripted(&[&["127.0.0.1"], &["10.0.0.7"]]);
    let base_url = format!("http://models.example:{}/v1", address.port());
    let client = client(&base_url, &["127.0.0.1"], lookup);
    let cx = CallContext::default();
    assert_eq!(client.get(&cx, "/models").await.unwrap().status(), 200);
    assert_eq!(given.load(Ordering::SeqCst), 1, "what was checked is what was connected to");
    let sent = got.load(Ordering::SeqCst);
    assert!(sent > 0);
    let error = client.get(&cx, "/models").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission, "{error}");
    assert_eq!((given.load(Ordering::SeqCst), got.load(Ordering::SeqCst)), (2, sent));
}

#[tokio::test]
async fn localhost_is_this_machine_or_nothing() {
    let (address, _) = server().await;
    let base_url = format!("http://localhost:{}/v1", address.port());
    let cx = CallContext::default();
    let (lookup, _) = scripted(&[&["127.0.0.1"]]);
    assert!(client(&base_url, &[], lookup).get(&cx, "/models").await.is_ok());
    let (lookup, _) = scripted(&[&["93.184.215.14"]]);
    let error = client(&base_url, &[], lookup).get(&cx, "/models").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Permission, "{error}");
    assert!(error.message().contains("localhost is at 93.184.215.14, which is not"), "{error}");
}

#[tokio::test]
async fn a_name_that_is_allowed_may_lead_anywhere() {
    let (address, _) = server().await;
    let (lookup, _) = scripted(&[&["127.0.0.1"]]);
    let base_url = format!("http://models.internal:{}/v1", address.port());
    let client = client(&base_url, &["models.internal"], lookup);
    assert!(client.get(&CallContext::default(), "/models").await.is_ok());
}

#[test]
fn every_header_that_was_set_is_marked_as_sensitive() {
    let pairs = [("x-gateway".to_owned(), "canary".to_owned())];
    assert!(headers(&pairs).unwrap().values().all(HeaderValue::is_sensitive));
    for auth in [Auth::Bearer, Auth::Header("x-api-key".to_owned())] {
        let key = ApiKey::new(Some("canary".into()), "KEY");
        assert!(key.header(&auth).unwrap().unwrap().1.is_sensitive());
    }
}

#[test]
fn a_header_for_a_key_is_no_place_for_one() {
    for name in ["Authorization", "x-api-key", "API-Key", "x-goog-api-key"] {
        let config = ServerConfig::new("test", "http://127.0.0.1:9").with_header(name, "canary");
        let base_url = BaseUrl::parse(&config.base_url, &AllowedHosts::default()).unwrap();
        let error = HttpClient::new(&config, base_url, ApiKey::new(None, "KEY")).unwrap_err();
        assert!(matches!(error, ConfigError::KeyHeader { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}
