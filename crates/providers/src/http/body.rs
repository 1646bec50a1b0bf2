//! Bodies, bounded by what was counted as it arrived: a server may understate `Content-Length`, or
//! send none.

use reqwest::Response;
use tokio::time::timeout;
use ziggurat_core::{ErrorKind, ProviderError};

use super::Reporter;

/// The largest answer that is read, and the largest event of a stream.
pub(crate) const MAX_BODY: usize = 16 * 1024 * 1024;

/// The whole body.
///
/// # Errors
/// [`ErrorKind::Protocol`] beyond [`MAX_BODY`]; a broken connection as [`Reporter::transport`] says.
pub(crate) async fn read_body(
    response: Response,
    reporter: &Reporter,
) -> Result<Vec<u8>, ProviderError> {
    read_rest(Vec::new(), response, reporter).await
}

/// The whole body, of which this much has been read.
pub(super) async fn read_rest(
    mut body: Vec<u8>,
    mut response: Response,
    reporter: &Reporter,
) -> Result<Vec<u8>, ProviderError> {
    while let Some(chunk) = response.chunk().await.map_err(|e| reporter.transport(e))? {
        if body.len() + chunk.len() > MAX_BODY {
            let problem = format!("the answer is larger than {} MiB", MAX_BODY >> 20);
            return Err(reporter.error(ErrorKind::Protocol, &problem));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
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
