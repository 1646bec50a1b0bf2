//! Recorded traffic of many providers against what OpenAI's own library made of it. The recordings are
//! not part of this repository: the folder is named by `ZIGGURAT_RECORDINGS`.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use ziggurat_core::{ChatResponse, ProviderError};

use crate::support::oracle::Expected;
use crate::support::recording::{Recording, Split};
use crate::support::server::Server;
use crate::support::{provider, streamed, whole};

/// Recordings that are read otherwise than by the library, and why that is right.
const OTHERWISE: [(&str, &str); 0] = [];

#[derive(Deserialize)]
struct Oracle {
    result: Expected,
    retry: Option<Retry>,
}

#[derive(Deserialize)]
struct Retry {
    attempts: u32,
}

fn chat_recordings(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("traffic")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap().to_string_lossy().contains(".chat."));
    paths.sort();
    paths
}

async fn played(recording: &Recording, split: Split) -> Result<ChatResponse, ProviderError> {
    let server = Server::start([recording.script(split)]).await;
    let provider = provider(&server);
    if recording.is_streamed() { streamed(&provider).await } else { whole(&provider).await }
}

fn compare(id: &str, oracle: &Oracle, result: &Result<ChatResponse, ProviderError>) {
    match (&oracle.result.exception, result) {
        (None, Ok(answer)) => oracle.result.assert_answer(id, answer),
        (Some(exception), Err(error)) => {
            exception.assert_error(id, error);
            if let Some(retry) = &oracle.retry {
                assert_eq!(error.is_retryable(), retry.attempts > 1, "{id}: whether to retry");
            }
        }
        (exception, result) => panic!("{id}: {result:?} where the library has {exception:?}"),
    }
}

#[tokio::test]
async fn answers_and_errors_are_what_the_vendor_s_library_reads() {
    let Some(folder) = std::env::var_os("ZIGGURAT_RECORDINGS").map(PathBuf::from) else {
        println!("SKIPPED: set ZIGGURAT_RECORDINGS to the folder of recorded traffic");
        return;
    };
    let paths = chat_recordings(&folder);
    assert!(!paths.is_empty(), "no recordings in {}", folder.display());
    for path in &paths {
        let recording = Recording::read(path);
        let id = recording.id.as_str();
        if let Some((_, why)) = OTHERWISE.iter().find(|(name, _)| *name == id) {
            println!("left out: {id}: {why}");
            continue;
        }
        let oracle = folder.join("oracle").join(format!("{id}.json"));
        let oracle = serde_json::from_str(&std::fs::read_to_string(oracle).unwrap()).unwrap();
        for split in Split::ALL {
            compare(id, &oracle, &played(&recording, split).await);
        }
    }
    println!("{} recordings agree", paths.len() - OTHERWISE.len());
}
