//! A key and the name of the variable it comes from. Messages name the variable; nothing shows the key.

use std::str::FromStr;

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use crate::{Auth, ConfigError};

/// A key, or the knowledge that there is none.
#[derive(Clone)]
pub(crate) struct ApiKey {
    secret: Option<SecretString>,
    variable: String,
}

impl ApiKey {
    /// Blanks around a key are dropped (files end in newlines); a blank key is none.
    pub(crate) fn new(key: Option<SecretString>, variable: impl Into<String>) -> Self {
        let trimmed = key.map(|key| SecretString::from(key.expose_secret().trim()));
        let secret = trimmed.filter(|key| !key.expose_secret().is_empty());
        Self { secret, variable: variable.into() }
    }

    /// The header that bears the key, marked as sensitive.
    pub(crate) fn header(
        &self,
        auth: &Auth,
    ) -> Result<Option<(HeaderName, HeaderValue)>, ConfigError> {
        let Some(secret) = &self.secret else { return Ok(None) };
        let secret = secret.expose_secret();
        let (name, value) = match auth {
            Auth::Bearer => (AUTHORIZATION, HeaderValue::from_str(&format!("Bearer {secret}"))),
            Auth::Header(name) => {
                let known = HeaderName::from_str(name);
                let name = known.map_err(|_| ConfigError::Header { name: name.clone() })?;
                (name, HeaderValue::from_str(secret))
            }
        };
        let refused = |_| ConfigError::Key { variable: self.variable.clone() };
        let mut value = value.map_err(refused)?;
        value.set_sensitive(true);
        Ok(Some((name, value)))
    }

    /// What to tell when a server refuses it.
    pub(crate) fn refused(&self) -> String {
        match self.secret {
            Some(_) => format!("the key in {} was refused", self.variable),
            None => format!("no key: set {}", self.variable),
        }
    }

    pub(super) fn secret(&self) -> Option<&str> {
        self.secret.as_ref().map(ExposeSecret::expose_secret)
    }
}
