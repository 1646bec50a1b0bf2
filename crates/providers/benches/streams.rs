//! What it costs to read a stream, connection included: one large event in small pieces, where what
//! matters is that it takes linear time (1 MiB in less than 50 ms), and many small ones.
#![allow(missing_docs, reason = "criterion's macro makes an undocumented function")]
#![allow(clippy::expect_used, reason = "a benchmark may panic")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tokio::runtime::Runtime;
use ziggurat_core::{CallContext, ChatRequest, Message, Provider, chat};
use ziggurat_providers::{OpenAi, ServerConfig};

fn event(text: &str) -> String {
    format!("data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n")
}

/// Answers every request with this stream, in pieces of this many bytes.
fn serve(stream: String, piece: usize) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    let body = stream + "data: [DONE]\n\n";
    let chunks = body
        .as_bytes()
        .chunks(piece)
        .flat_map(|bytes| [format!("{:x}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat());
    let head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\
        transfer-encoding: chunked\r\n\r\n";
    let answer: Vec<u8> = head.iter().copied().chain(chunks).chain(*b"0\r\n\r\n").collect();
    thread::spawn(move || {
        for connection in listener.incoming() {
            let (Ok(connection), answer) = (connection, answer.clone()) else { return };
            thread::spawn(move || converse(connection, &answer));
        }
    });
    address
}

fn converse(mut connection: TcpStream, answer: &[u8]) {
    let mut buffer = [0; 4096];
    // A request of this benchmark fits into one read.
    while matches!(connection.read(&mut buffer), Ok(1..)) {
        if connection.write_all(answer).is_err() {
            return;
        }
    }
}

fn streams(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("the runtime starts");
    let mut group = criterion.benchmark_group("streams");
    group.sample_size(30);
    let shapes = [
        ("one event of 1 MiB in pieces of 1 KiB", event(&"a".repeat(1 << 20)), 1 << 10),
        ("5,000 events of a word", event("word ").repeat(5_000), 1 << 14),
    ];
    for (name, stream, piece) in shapes {
        group.throughput(Throughput::Bytes(stream.len() as u64));
        let url = format!("http://{}/v1", serve(stream, piece));
        let provider = OpenAi::new(ServerConfig::new("bench", url)).expect("the address is good");
        let request = ChatRequest::new("m", [Message::user("hi")]);
        group.bench_function(BenchmarkId::from_parameter(name), |bench| {
            bench.iter(|| {
                runtime.block_on(async {
                    let stream = provider.stream(&CallContext::default(), &request).await;
                    let answer = chat::collect("bench", stream.expect("it answers"), |_| {}).await;
                    answer.expect("it ends").content.len()
                })
            });
        });
    }
    group.finish();
}

criterion_group!(benches, streams);
criterion_main!(benches);
