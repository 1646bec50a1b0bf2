//! What no API takes, whatever it is: found before anything is sent, and in the same words everywhere.

use std::io;

use base64::engine::general_purpose::STANDARD;
use base64::read::DecoderReader;
use ziggurat_core::chat::{Image, ImageSource};
use ziggurat_core::{ChatRequest, ContentPart, ErrorKind};

use super::Fault;

/// Whether the request can be one to any API.
pub(super) fn check(request: &ChatRequest) -> Result<(), Fault> {
    // What is to be answered may also stand in words of the API's own (a stored prompt, a conversation).
    if request.messages.is_empty() && request.extra.is_empty() {
        return Err(invalid("there is no message to answer".to_owned()));
    }
    let parts = request.messages.iter().flat_map(|message| &message.content);
    parts.into_iter().try_for_each(|part| match part {
        ContentPart::Image(image) => self::image(image),
        _ => Ok(()),
    })
}

fn image(image: &Image) -> Result<(), Fault> {
    let ImageSource::Base64 { media_type, data } = &image.source else { return Ok(()) };
    if !is_media_type(media_type) {
        return Err(invalid(format!("a picture's media type is none: `{media_type}`")));
    }
    if data.is_empty() {
        return Err(invalid("a picture has no data".to_owned()));
    }
    // Read and thrown away: a picture is large, and no copy of it is needed.
    let mut decoder = DecoderReader::new(data.as_bytes(), &STANDARD);
    let read = io::copy(&mut decoder, &mut io::sink());
    read.map_err(|error| invalid(format!("a picture's data is not base64: {error}")))?;
    Ok(())
}

/// Two names with a slash between them.
fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        let is_sign = |c: char| c.is_ascii_alphanumeric() || "!#$&^_.+-".contains(c);
        !name.is_empty() && name.chars().all(is_sign)
    };
    text.split_once('/').is_some_and(|(kind, form)| is_name(kind) && is_name(form))
}

fn invalid(why: String) -> Fault {
    Fault::Refused(ErrorKind::InvalidRequest, why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ziggurat_core::Message;

    fn is_refused(request: &ChatRequest) -> bool {
        matches!(check(request), Err(Fault::Refused(ErrorKind::InvalidRequest, _)))
    }

    #[test]
    fn a_request_without_messages_is_none() {
        assert!(is_refused(&ChatRequest::new("m", [])));
        assert!(!is_refused(&ChatRequest::new("m", [Message::user("")])));
    }

    #[test]
    fn a_picture_has_a_media_type_and_data_in_base64() {
        let refused = |image| {
            let message = Message::user("Look:").with_images([image]);
            is_refused(&ChatRequest::new("m", [Message::user("hi"), message]))
        };
        for kind in ["nonsense", "", "/", "image/", "/png", "image/png;x", "image/a/b"] {
            assert!(refused(Image::base64(kind, "QQ==")), "{kind}");
        }
        for data in ["", "no base64!", "QQ=", "QQ", "data:image/png;base64,QQ=="] {
            assert!(refused(Image::base64("image/png", data)), "{data}");
        }
        assert!(!refused(Image::base64("image/svg+xml", "QQ==")));
        assert!(!refused(Image::from_bytes("image/png", [7; 100_000])));
        assert!(!refused(Image::url("https://example.com/a.png")));
    }
}
