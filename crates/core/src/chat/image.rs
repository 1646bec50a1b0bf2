//! Pictures for models that see. The bytes travel as base64, since every API wants them so.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A picture.
///
/// ```
/// use ziggurat_core::chat::{Image, ImageSource};
/// let image = Image::from_bytes("image/png", b"\x89PNG");
/// let ImageSource::Base64 { data, .. } = &image.source else { panic!() };
/// assert_eq!(&**data, "iVBORw==");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Image {
    /// Where the picture is.
    #[serde(flatten)]
    pub source: ImageSource,
    /// How closely it is looked at, where a provider lets one say (OpenAI: `low`, `high`, `auto`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Where a picture is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImageSource {
    /// At an address that the provider fetches it from.
    Url {
        /// The address.
        url: String,
    },
    /// In the request.
    Base64 {
        /// Its media type, for example `image/png`.
        media_type: String,
        /// The bytes, in base64.
        data: Arc<str>,
    },
}

impl Image {
    /// A picture that the provider fetches.
    pub fn url(url: impl Into<String>) -> Self {
        Self { source: ImageSource::Url { url: url.into() }, detail: None }
    }

    /// A picture in base64.
    pub fn base64(media_type: impl Into<String>, data: impl Into<Arc<str>>) -> Self {
        let source = ImageSource::Base64 { media_type: media_type.into(), data: data.into() };
        Self { source, detail: None }
    }

    /// A picture's bytes.
    pub fn from_bytes(media_type: impl Into<String>, bytes: impl AsRef<[u8]>) -> Self {
        Self::base64(media_type, STANDARD.encode(bytes))
    }

    /// The same picture, to be looked at as closely as this.
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}
