//! Keeps secrets out of what is written: a server may repeat a key in an answer, and a user may paste one
//! into a task.

use std::sync::{PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::Exchange;
use crate::scrub::Forms;

/// What stands in a secret's place.
const MARK: &str = "[secret]";

/// A shorter value is no secret but a word that satisfies some library (`none`, `x`); looking for it
/// would only garble what was said.
const SHORTEST: usize = 6;

/// The secrets to look for. It has no `Debug`: they are in it.
#[derive(Default)]
pub(super) struct Redaction {
    secrets: RwLock<Vec<Forms>>,
}

impl Redaction {
    pub(super) fn add(&self, secrets: impl IntoIterator<Item = SecretString>) {
        let forms = secrets.into_iter().filter_map(|secret| {
            let secret = secret.expose_secret().trim();
            (secret.len() >= SHORTEST).then(|| Forms::of(secret))
        });
        self.secrets.write().unwrap_or_else(PoisonError::into_inner).extend(forms);
    }

    /// The call without the secrets. Its hash stays that of the request as asked.
    ///
    /// # Errors
    /// If what is left is no call any more: a word of the format itself is taken for a secret.
    pub(super) fn apply(&self, exchange: Exchange) -> Result<Exchange, serde_json::Error> {
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        if secrets.is_empty() {
            return Ok(exchange);
        }
        let mut value = serde_json::to_value(&exchange)?;
        let mut found = false;
        for secret in secrets.iter() {
            found |= clean(&mut value, secret);
        }
        if found { serde_json::from_value(value) } else { Ok(exchange) }
    }
}

/// Cleans every text, names of fields included, and says whether there was anything to clean.
fn clean(value: &mut Value, secret: &Forms) -> bool {
    match value {
        Value::String(text) => match secret.scrub(text, MARK) {
            Some(cleaned) => {
                *text = cleaned;
                true
            }
            None => false,
        },
        Value::Array(items) => {
            items.iter_mut().fold(false, |found, item| clean(item, secret) | found)
        }
        Value::Object(fields) => {
            let names: Vec<_> = fields.keys().map(|name| secret.scrub(name, MARK)).collect();
            let found = fields.values_mut().fold(false, |found, f| clean(f, secret) | found);
            if names.iter().all(Option::is_none) {
                return found;
            }
            let cleaned = std::mem::take(fields).into_iter().zip(names);
            let cleaned = cleaned.map(|((name, field), cleaned)| (cleaned.unwrap_or(name), field));
            *fields = cleaned.collect::<Map<_, _>>();
            true
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
