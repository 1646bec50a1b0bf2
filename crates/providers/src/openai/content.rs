//! What a message says to the model, as runs of text and pictures in their order: the common ground of
//! chat completions and Responses, which name the two differently.

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use ziggurat_core::chat::{Image, ImageSource};
use ziggurat_core::{ContentPart, Message};

use crate::api::Fault;
use crate::fence::Fence;

/// A run of text, documents in their fences included, or a picture.
#[derive(Debug)]
pub(crate) enum Said<'a> {
    Text(Cow<'a, str>),
    Image(Picture<'a>),
}

/// A picture for the wire.
#[derive(Debug)]
pub(crate) struct Picture<'a> {
    pub(crate) url: ImageUrl<'a>,
    pub(crate) detail: Option<&'a str>,
}

/// A picture's address. That of one in the request holds its bytes.
#[derive(Debug)]
pub(crate) enum ImageUrl<'a> {
    Url(&'a str),
    Data { media_type: &'a str, data: &'a str },
}

impl Serialize for ImageUrl<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Url(url) => serializer.serialize_str(url),
            // Written in pieces: a picture is large, and one copy of it is enough.
            Self::Data { media_type, data } => {
                serializer.collect_str(&format_args!("data:{media_type};base64,{data}"))
            }
        }
    }
}

/// What these parts say; thoughts, calls and results say nothing here.
pub(crate) fn said<'a>(
    content: impl IntoIterator<Item = &'a ContentPart>,
    fence: &Fence,
) -> Result<Vec<Said<'a>>, Fault> {
    let (mut said, mut run) = (Vec::new(), Vec::new());
    for part in content {
        match part {
            ContentPart::Image(image) => {
                said.extend(text(&std::mem::take(&mut run), fence));
                said.push(Said::Image(picture(image)?));
            }
            ContentPart::Text { .. } | ContentPart::Document(_) => run.push(part),
            _ => {}
        }
    }
    said.extend(text(&run, fence));
    Ok(said)
}

/// The parts of an assistant's message that no API takes from an assistant: they are sent as the user's.
pub(crate) fn attachments(message: &Message) -> impl Iterator<Item = &ContentPart> {
    let attached =
        |part: &&ContentPart| matches!(part, ContentPart::Document(_) | ContentPart::Image(_));
    message.content.iter().filter(attached)
}

/// A text alone is sent as it stands, without a copy.
fn text<'a>(run: &[&'a ContentPart], fence: &Fence) -> Option<Said<'a>> {
    match run {
        [] => None,
        [ContentPart::Text { text }] => Some(Said::Text(Cow::Borrowed(text))),
        run => {
            let parts: Vec<_> = run.iter().map(|part| (*part).clone()).collect();
            Some(Said::Text(Cow::Owned(fence.render(&parts))))
        }
    }
}

fn picture(image: &Image) -> Result<Picture<'_>, Fault> {
    let url = match &image.source {
        ImageSource::Url { url } => ImageUrl::Url(url),
        ImageSource::Base64 { media_type, data } => ImageUrl::Data { media_type, data },
        _ => return Err(Fault::unsupported("it takes pictures by address or in base64 alone")),
    };
    Ok(Picture { url, detail: image.detail.as_deref() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ziggurat_core::{ChatRequest, Document};

    #[test]
    fn text_and_pictures_keep_their_order_and_what_says_nothing_is_left_out() {
        let message = Message::user("Look:")
            .with_documents([Document::new("a", "Alpha.")])
            .with_images([Image::from_bytes("image/png", b"\x89PNG").with_detail("low")]);
        let request = ChatRequest::new("m", [message]);
        let said = said(&request.messages[0].content, &Fence::of(&request)).unwrap();
        let [Said::Text(text), Said::Image(picture)] = &said[..] else { panic!("{said:?}") };
        assert!(text.starts_with("Look:\n\nThe text between"), "{text}");
        let url = serde_json::to_value(&picture.url).unwrap();
        assert_eq!(
            (url.as_str(), picture.detail),
            (Some("data:image/png;base64,iVBORw=="), Some("low"))
        );
    }

    #[test]
    fn a_text_alone_is_not_copied() {
        let request = ChatRequest::new("m", [Message::user("hi")]);
        let said = said(&request.messages[0].content, &Fence::of(&request)).unwrap();
        assert!(matches!(&said[..], [Said::Text(Cow::Borrowed("hi"))]), "{said:?}");
    }
}
