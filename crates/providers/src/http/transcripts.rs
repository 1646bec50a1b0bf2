//! Recorded streams, cut and dressed in every way in which bytes can arrive: the events must be the same.

use std::path::Path;

use bytes::Bytes;
use futures::StreamExt;
use futures::executor::block_on;
use futures::stream;
use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::Value;

use super::frames::{Frame, frames_of};
use super::{ApiKey, Reporter};
use crate::api::Framing;

/// Up to here a stream is cut at every byte.
const EVERY: usize = 4096;

struct Transcript {
    id: String,
    framing: Framing,
    text: String,
}

impl Transcript {
    fn of(recording: &Value) -> Option<Self> {
        let response = &recording["response"];
        let chunks = response["chunks"].as_array();
        let text = match chunks {
            Some(chunks) => chunks.iter().filter_map(Value::as_str).collect(),
            None => response["raw"].as_str()?.to_owned(),
        };
        let content_type = response["headers"]["content-type"].as_str().unwrap_or_default();
        let framing = match content_type.contains("ndjson") || text.starts_with('{') {
            true => Framing::Ndjson,
            false => Framing::Sse,
        };
        let streams = text.lines().count() > 1;
        streams.then(|| Self { id: recording["id"].to_string(), framing, text })
    }

    fn frames(&self, pieces: Vec<Bytes>) -> Vec<Frame> {
        frames(self.framing, pieces)
    }

    fn whole(&self) -> Vec<Frame> {
        self.frames(vec![Bytes::copy_from_slice(self.text.as_bytes())])
    }
}

fn frames(framing: Framing, pieces: Vec<Bytes>) -> Vec<Frame> {
    let reporter = Reporter::new("t", ApiKey::new(None, "K"), "http://t", Default::default());
    let bytes = stream::iter(pieces.into_iter().map(Ok));
    block_on(frames_of(bytes, framing, reporter).map(Result::unwrap).collect())
}

/// Those of this repository, and the others where they are.
fn transcripts() -> Vec<Transcript> {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let others = std::env::var_os("ZIGGURAT_RECORDINGS").map(|f| Path::new(&f).join("traffic"));
    if others.is_none() {
        println!("SKIPPED: recorded traffic; set ZIGGURAT_RECORDINGS to its folder");
    }
    let folders = [Some(own), others].into_iter().flatten();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let found = files.filter_map(|file| {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        Transcript::of(&serde_json::from_str(&text).unwrap())
    });
    let found: Vec<_> = found.collect();
    assert!(found.len() >= 8, "{} transcripts", found.len());
    found
}

/// Every place up to [`EVERY`], and seeded ones above.
fn places(len: usize) -> Vec<usize> {
    let mut places: Vec<_> = (1..len.min(EVERY)).collect();
    if len > EVERY {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
        let mut runner = TestRunner::new_with_rng(Config::default(), rng);
        let place = any::<u64>().prop_map(|n| EVERY + (n as usize) % (len - EVERY));
        places.extend((0..64).map(|_| place.new_tree(&mut runner).unwrap().current()));
    }
    places
}

#[test]
fn a_stream_cut_anywhere_gives_the_same_events() {
    for transcript in transcripts() {
        let (expected, bytes) = (transcript.whole(), Bytes::from(transcript.text.clone()));
        assert!(!expected.is_empty(), "{}", transcript.id);
        for at in places(bytes.len()) {
            let pieces = vec![bytes.slice(..at), bytes.slice(at..)];
            assert!(transcript.frames(pieces) == expected, "{} cut at {at}", transcript.id);
        }
    }
}

#[test]
fn a_stream_byte_by_byte_gives_the_same_events() {
    for transcript in transcripts() {
        let bytes = Bytes::from(transcript.text.clone());
        let pieces = (0..bytes.len()).map(|at| bytes.slice(at..=at)).collect();
        assert!(transcript.frames(pieces) == transcript.whole(), "{}", transcript.id);
    }
}

#[test]
fn line_ends_marks_and_comments_make_no_difference() {
    for transcript in transcripts() {
        let (expected, text) = (transcript.whole(), &transcript.text);
        let mut dressed = vec![text.replace('\n', "\r\n"), format!("\n\n{text}")];
        if transcript.framing == Framing::Sse {
            dressed.push(text.replace('\n', "\r"));
            dressed.push(format!("\u{feff}{text}"));
            dressed.push(text.replace("\n\n", "\n\n: a comment\n\n:\n"));
        }
        for text in dressed {
            let bytes = Bytes::from(text);
            let whole = transcript.frames(vec![bytes.clone()]);
            let pieces = (0..bytes.len()).map(|at| bytes.slice(at..=at)).collect();
            let single = transcript.frames(pieces);
            // A block of comments alone is an event without data, which no adapter takes notice of.
            let said = |frames: Vec<Frame>| -> Vec<_> {
                frames.into_iter().filter(|f| !f.data.is_empty() || f.event.is_some()).collect()
            };
            let expected = said(expected.clone());
            assert_eq!(said(whole), expected, "{}: {:?}", transcript.id, &bytes[..20]);
            assert_eq!(said(single), expected, "{}: {:?}", transcript.id, &bytes[..20]);
        }
    }
}
