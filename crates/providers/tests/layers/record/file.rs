//! The file: how it is written, what it looks like, and what is read of one that is broken.

use std::error::Error;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::join_all;
use serde_json::Value;
use ziggurat_core::{CallContext, Layer, Provider};
use ziggurat_providers::layers::{RecordLayer, Recording, RecordingError, Replay};
use ziggurat_testkit::{ScriptedProvider, Turn};

use super::{ask, recorded, streamed, whole};

/// A writer whose bytes a test can look at, and that takes so many and no more - or only fails once there.
#[derive(Clone)]
struct Paper {
    bytes: Arc<Mutex<Vec<u8>>>,
    room: usize,
    recovers: bool,
}

impl Paper {
    fn new(room: usize) -> Self {
        Self { bytes: Arc::default(), room, recovers: false }
    }

    fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }
}

impl Write for Paper {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        let mut bytes = self.bytes.lock().unwrap();
        let fits = more.len().min(self.room - bytes.len());
        bytes.extend_from_slice(&more[..fits]);
        if fits > 0 {
            return Ok(fits);
        }
        if self.recovers {
            self.room = usize::MAX;
        }
        Err(io::Error::other("the disk is full"))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A recording of an answer, an error, a broken stream, a call given up, and a model.
async fn varied() -> Recording {
    let script = ScriptedProvider::new().turns([
        Turn::text("Größe: 12 µm"),
        Turn::error(ziggurat_core::ErrorKind::Server, "overloaded"),
        Turn::cut("half an answer"),
        Turn::hang(),
    ]);
    let (layer, provider) = recorded(script);
    streamed(&*provider, "How large?").await.unwrap();
    whole(&*provider, "Why?\nAnd \"since when\"?").await.unwrap_err();
    streamed(&*provider, "Why?").await.unwrap_err();
    let second = Duration::from_secs(1);
    tokio::time::timeout(second, whole(&*provider, "Why?")).await.unwrap_err();
    provider.model(&CallContext::default(), "m").await.unwrap();
    layer.recording().unwrap()
}

fn bytes(recording: &Recording) -> Vec<u8> {
    let mut bytes = Vec::new();
    recording.write(&mut bytes).unwrap();
    bytes
}

#[tokio::test(start_paused = true)]
async fn a_file_and_the_memory_hold_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    let file = RecordLayer::to_file(&path).unwrap();
    let memory = RecordLayer::in_memory();
    let script = ScriptedProvider::new().echo();
    let provider = file.layer(memory.layer(Arc::new(script)));
    let texts: Vec<_> = (0..50).map(|n| format!("question {n}")).collect();
    join_all(texts.iter().map(|text| streamed(&*provider, text))).await;
    file.finish().await.unwrap();
    let recording = Recording::open(&path).unwrap();
    assert_eq!(recording, memory.recording().unwrap());
    assert_eq!((recording.exchanges().len(), recording.cut()), (50, None));
    assert!(file.recording().is_none() && memory.finish().await.is_ok());
    assert_eq!(Replay::open(&path).unwrap().unused().len(), 50);
}

#[tokio::test(start_paused = true)]
async fn the_file_is_a_header_and_an_object_per_call() {
    let text = String::from_utf8(bytes(&varied().await)).unwrap();
    let values = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
    let values: Vec<_> = values.map(Result::unwrap).collect();
    let header = serde_json::json!({
        "format": "ziggurat-recording", "version": 1, "crate_version": env!("CARGO_PKG_VERSION"),
    });
    assert_eq!(values[0], header);
    assert_eq!((values[1]["call"].as_str(), values[1]["seq"].as_u64()), (Some("stream"), Some(1)));
    assert_eq!(values[1]["request"]["messages"][0]["content"][0]["text"], "How large?");
    assert_eq!(values[1]["answer"]["content"][0]["text"], "Größe: 12 µm");
    assert_eq!(values[2]["error"]["kind"], "server");
    assert_eq!(values[3]["partial"][0]["text"], "half an answer");
    assert_eq!(values[4]["abandoned"], true);
    assert_eq!(values[5]["info"]["id"], "m");
    assert!(text.ends_with("}\n") && text.contains("\n  \"seq\": 1,\n"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_cut_anywhere_is_read_up_to_there() {
    let recording = varied().await;
    let bytes = bytes(&recording);
    let (mut most, mut cuts) = (0, 0);
    for length in 0..=bytes.len() {
        match Recording::read(&bytes[..length]) {
            Err(error) => {
                assert!(matches!(error, RecordingError::NoHeader), "at {length}: {error:?}");
                assert_eq!(most, 0, "at {length}: only the header is needed");
            }
            Ok(part) => {
                let read = part.exchanges().len();
                assert_eq!(part.exchanges(), &recording.exchanges()[..read], "at {length}");
                assert!(read >= most, "at {length}: the longer, the more");
                // A whole value may lack its line's end, and nothing else.
                let whole =
                    bytes[..length].trim_ascii_end().ends_with(b"\n}") || length == bytes.len();
                assert!(part.cut().is_some() || whole, "at {length} of {}", bytes.len());
                (most, cuts) = (read, cuts + usize::from(part.cut().is_some()));
            }
        }
    }
    assert!(most == recording.exchanges().len() && cuts > bytes.len() / 2, "{most} {cuts}");
    let part = Recording::read(&bytes[..bytes.len() - 3]).unwrap();
    let cut = part.cut().unwrap();
    let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
    assert!(cut.line.abs_diff(lines) <= 1, "{cut:?} of {lines}");
    assert!(part.to_string().contains("in the middle of a call"), "{part}");
}

#[tokio::test(start_paused = true)]
async fn what_is_no_recording_or_broken_is_told_with_its_line() {
    let text = String::from_utf8(bytes(&varied().await)).unwrap();
    let read = |text: &str| Recording::read(text.as_bytes());
    for other in ["", "hello", "{}", "[]", "{\"format\": \"other\", \"version\": 1}"] {
        let error = read(other).unwrap_err();
        assert!(matches!(error, RecordingError::NoHeader), "{other}: {error:?}");
    }
    let newer = text.replacen("\"version\": 1", "\"version\": 2", 1);
    assert!(matches!(read(&newer), Err(RecordingError::Version { found: 2 })));
    let line_of = |part: &str| 1 + text.lines().position(|line| line.contains(part)).unwrap();
    // What is wrong with a value as a whole is told with the line of its beginning.
    let last = 1 + text.lines().collect::<Vec<_>>().iter().rposition(|line| *line == "{").unwrap();
    for (from, to, line, cause) in [
        ("\"seq\": 2", "\"seq\": two", line_of("\"seq\": 2"), "expected"),
        ("\"seq\": 2", "\"seq\": \"2\"", line_of("\"seq\": 2"), "invalid type"),
        ("\"kind\": \"server\"", "\"kind\": \"odd\"", line_of("\"kind\": \"server\""), "odd"),
        ("\"call\": \"model\"", "\"call\": \"models\"", last, "no end that fits"),
        ("\"call\": \"model\"", "\"call\": \"chat\"", last, "no `request`"),
    ] {
        assert!(text.contains(from));
        let error = read(&text.replacen(from, to, 1)).unwrap_err();
        let RecordingError::Broken { line: told, .. } = error else { panic!("{error:?}") };
        assert_eq!(told, line, "{to}: {}", error.source().unwrap());
        assert!(error.source().unwrap().to_string().contains(cause), "{}", error.source().unwrap());
    }
}

#[test]
fn a_file_that_is_too_large_is_not_held_in_memory() {
    let endless = io::repeat(b' ');
    let error = Recording::read(endless).unwrap_err();
    assert!(matches!(error, RecordingError::TooLarge { limit: Recording::MAX_BYTES }), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_recording_never_replaces_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.json");
    std::fs::write(&path, "precious").unwrap();
    let error = RecordLayer::to_file(&path).unwrap_err();
    assert!(matches!(&error, RecordingError::Create { source, .. }
        if source.kind() == io::ErrorKind::AlreadyExists));
    assert!(error.to_string().contains("run.json"), "{error}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
    let missing = Replay::open(folder.path().join("none.json")).unwrap_err();
    assert!(matches!(missing, RecordingError::Open { .. }), "{missing:?}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_write_is_told_at_the_end_and_fails_no_call() {
    let whole_file = {
        let paper = Paper::new(usize::MAX);
        let layer = RecordLayer::to_writer(paper.clone()).unwrap();
        let provider = layer.layer(Arc::new(ScriptedProvider::new().echo()));
        for n in 0..4 {
            whole(&*provider, &format!("question {n}")).await.unwrap();
        }
        layer.finish().await.unwrap();
        paper.bytes().len()
    };
    for room in [0, 40, whole_file / 2, whole_file - 2] {
        let paper = Paper::new(room);
        let layer = RecordLayer::to_writer(paper.clone()).unwrap();
        let provider = layer.layer(Arc::new(ScriptedProvider::new().echo()));
        for n in 0..4 {
            whole(&*provider, &format!("question {n}")).await.unwrap();
        }
        let error = layer.finish().await.unwrap_err();
        let RecordingError::Write { lost, source } = &error else { panic!("{error:?}") };
        assert_eq!(source.to_string(), "the disk is full");
        // What is there can be read, and the rest was counted.
        let kept = Recording::read(&*paper.bytes()).map_or(0, |r| r.exchanges().len());
        assert_eq!(kept as u64 + lost, 4, "room for {room} of {whole_file}");
        assert!(layer.finish().await.is_err(), "it stays broken");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_written_after_a_call_that_was_written_in_part() {
    let paper = Paper { recovers: true, ..Paper::new(1_000) };
    let layer = RecordLayer::to_writer(paper.clone()).unwrap();
    let provider = layer.layer(Arc::new(ScriptedProvider::new().echo()));
    for n in 0..9 {
        whole(&*provider, &format!("question {n}")).await.unwrap();
    }
    let error = layer.finish().await.unwrap_err();
    let recording = Recording::read(&*paper.bytes()).unwrap();
    let kept = recording.exchanges().len();
    assert!(recording.cut().is_some() && kept > 0, "{recording}");
    assert!(matches!(error, RecordingError::Write { lost, .. } if lost + kept as u64 == 9));
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_without_an_end_is_written_all_the_same() {
    let paper = Paper::new(usize::MAX);
    let layer = RecordLayer::to_writer(paper.clone()).unwrap();
    let provider = layer.layer(Arc::new(ScriptedProvider::new().turn(Turn::stall("Half"))));
    let stream = provider.stream(&CallContext::default(), &ask("Why?")).await.unwrap();
    drop((layer, provider));
    drop(stream);
    let recording = Recording::read(&*paper.bytes()).unwrap();
    assert_eq!(
        recording.to_string(),
        "calls for answers: 1 (scripted/m 1); other calls: 0; failed: 0; given up: 1"
    );
}

#[tokio::test(start_paused = true)]
async fn calls_after_the_end_are_recorded_too() {
    let paper = Paper::new(usize::MAX);
    let layer = RecordLayer::to_writer(paper.clone()).unwrap();
    let provider = layer.layer(Arc::new(ScriptedProvider::new().echo()));
    for n in 1..=3 {
        whole(&*provider, "Why?").await.unwrap();
        layer.finish().await.unwrap();
        assert_eq!(Recording::read(&*paper.bytes()).unwrap().exchanges().len(), n);
    }
}
