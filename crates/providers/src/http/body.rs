//! Bodies, bounded by what was counted as it arrived: a server may understate `Content-Length`, or
//! send none.

use bytes::Bytes;
use reqwest::Response;
use tokio::time::timeout;
use ziggurat_core::{ErrorKind, ProviderError};

use super::Reporter;

/// The largest answer that is read, and the largest event of a stream.
pub(crate) const MAX_BODY: usize = 16 * 1024 * 1024;

/// How much room is made at once for what a server says will come, in bytes: it may overstate that.
const ROOM: u64 = 256 * 1024;

/// The whole body. One that arrives in one piece is not copied.
///
/// # Errors
/// [`ErrorKind::Protocol`] beyond [`MAX_BODY`]; a broken connection as [`Reporter::transport`] says.
pub(crate) async fn read_body(
    mut response: Response,
    reporter: &Reporter,
) -> Result<Bytes, ProviderError> {
    let told = response.content_length().unwrap_or(0).min(ROOM);
    let mut read: Option<Bytes> = None;
    while let Some(piece) = next(&mut response, reporter).await? {
        let Some(first) = &read else {
            read = Some(piece);
            continue;
        };
        let mut body = Vec::with_capacity(usize::try_from(told).unwrap_or(0));
        body.extend_from_slice(first);
        add(&mut body, &piece, reporter)?;
        read_rest(&mut body, &mut response, reporter).await?;
        return Ok(Bytes::from(body));
    }
    Ok(read.unwrap_or_default())
}

/// The rest of a body, after as much of it as has been read.
pub(super) async fn read_rest(
    body: &mut Vec<u8>,
    response: &mut Response,
    reporter: &Reporter,
) -> Result<(), ProviderError> {
    while let Some(piece) = next(response, reporter).await? {
        add(body, &piece, reporter)?;
    }
    Ok(())
}

async fn next(
    response: &mut Response,
    reporter: &Reporter,
) -> Result<Option<Bytes>, ProviderError> {
    response.chunk().await.map_err(|error| reporter.transport(error))
}

fn add(body: &mut Vec<u8>, piece: &[u8], reporter: &Reporter) -> Result<(), ProviderError> {
    if body.len() + piece.len() > MAX_BODY {
        let problem = format!("the answer is larger than {} MiB", MAX_BODY >> 20);
        return Err(reporter.error(ErrorKind::Protocol, &problem));
    }
    body.extend_from_slice(piece);
    Ok(())
}

/// As much of the body as arrives, up to `limit` and until the server has been silent or has dripped for
/// too long: the explanation of an error whose status already tells enough.
pub(crate) async fn read_prefix(
    mut response: Response,
    limit: usize,
    reporter: &Reporter,
) -> Vec<u8> {
    let mut body = Vec::new();
    let reading = async {
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = limit - body.len();
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if body.len() == limit {
                break;
            }
        }
    };
    // What has arrived by then is kept.
    let _ = timeout(reporter.idle(), reading).await;
    body
}
