//! What can be wrong with a row as a whole. What is wrong within one is told by whatever reads it.

use ziggurat_core::BoxError;

use crate::error::did_you_mean;

/// Why a row cannot be registered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DialectError {
    /// A new provider has no address.
    #[error("the provider `{name}` is not built in, so it needs a base_url{}", did_you_mean(.nearest))]
    NoBaseUrl {
        /// The row's name.
        name: String,
        /// Names of built-in rows that look like it, nearest first.
        nearest: Vec<String>,
    },
    /// Its name could not stand in `provider/model`.
    #[error("`{name}` is no name for a provider: it must not be empty, nor have blanks or slashes")]
    Name {
        /// The row's name.
        name: String,
    },
    /// The provider of this name is no row but code.
    #[error("the provider `{name}` has no settings; give the row another name")]
    Reserved {
        /// The row's name.
        name: String,
    },
    /// Its quirks and those of the row below it do not fit together.
    #[error("the quirks of the provider `{name}` do not fit together")]
    Quirks {
        /// The row's name.
        name: String,
        /// What does not fit.
        source: BoxError,
    },
}
