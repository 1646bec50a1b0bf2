//! The shape of a call in the file: one flat object, so that `jq` finds things where one looks for them.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use ziggurat_core::chat::RequestHash;
use ziggurat_core::{ChatRequest, ChatResponse, ContentPart, ModelInfo};

use super::exchange::{Asked, Ended, Exchange, RecordedError};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Call {
    Chat,
    Stream,
    CountTokens,
    Model,
    Models,
}

#[derive(Serialize, Deserialize)]
struct Wire<'a> {
    seq: u64,
    call: Call,
    provider: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    node: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hash: Option<RequestHash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<Cow<'a, ChatRequest>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<Cow<'a, ChatResponse>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tokens: Option<Tokens>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<Cow<'a, ModelInfo>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    models: Option<Cow<'a, [ModelInfo]>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Cow<'a, RecordedError>>,
    #[serde(default, skip_serializing_if = "<[_]>::is_empty")]
    partial: Cow<'a, [ContentPart]>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    abandoned: bool,
}

/// A count in an object of its own: "none" and "no such field" are two things.
#[derive(Serialize, Deserialize)]
struct Tokens {
    input: Option<u64>,
}

impl Serialize for Exchange {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire::from(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Exchange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Wire::deserialize(deserializer)?.into_exchange().map_err(de::Error::custom)
    }
}

impl<'a> From<&'a Exchange> for Wire<'a> {
    fn from(exchange: &'a Exchange) -> Self {
        let mut wire = Self {
            seq: exchange.seq,
            call: Call::of(&exchange.asked),
            provider: exchange.provider.as_str().into(),
            node: exchange.node.as_deref().map(Cow::from),
            model: None,
            hash: exchange.hash,
            request: exchange.request().map(Cow::Borrowed),
            answer: None,
            tokens: None,
            info: None,
            models: None,
            error: None,
            partial: Cow::Borrowed(&[]),
            abandoned: false,
        };
        if let Asked::Model(model) = &exchange.asked {
            wire.model = Some(model.into());
        }
        match &exchange.ended {
            Ended::Answer(answer) => wire.answer = Some(Cow::Borrowed(answer)),
            Ended::Tokens(input) => wire.tokens = Some(Tokens { input: *input }),
            Ended::Model(info) => wire.info = Some(Cow::Borrowed(info)),
            Ended::Models(models) => wire.models = Some(Cow::Borrowed(models)),
            Ended::Failed { error, partial } => {
                wire.error = Some(Cow::Borrowed(error));
                wire.partial = Cow::Borrowed(partial);
            }
            Ended::Abandoned { partial } => {
                wire.abandoned = true;
                wire.partial = Cow::Borrowed(partial);
            }
        }
        wire
    }
}

impl Call {
    fn of(asked: &Asked) -> Self {
        match asked {
            Asked::Chat(_) => Self::Chat,
            Asked::Stream(_) => Self::Stream,
            Asked::CountTokens(_) => Self::CountTokens,
            Asked::Model(_) => Self::Model,
            Asked::Models => Self::Models,
        }
    }
}

impl Wire<'_> {
    fn into_exchange(mut self) -> Result<Exchange, String> {
        let asked = self.asked()?;
        let of_request = !matches!(asked, Asked::Model(_) | Asked::Models);
        if of_request != self.hash.is_some() {
            return Err("a `request` has a `hash`, and nothing else has one".to_owned());
        }
        Ok(Exchange {
            seq: self.seq,
            hash: self.hash,
            node: self.node.take().map(Cow::into_owned),
            provider: std::mem::take(&mut self.provider).into_owned(),
            ended: self.ended()?,
            asked,
        })
    }

    fn asked(&mut self) -> Result<Asked, String> {
        let call = self.call;
        let missing = |field| format!("a call of the kind {call:?} has no `{field}`");
        let request = self.request.take().map(|request| Box::new(request.into_owned()));
        let request = request.ok_or_else(|| missing("request"));
        Ok(match call {
            Call::Chat => Asked::Chat(request?),
            Call::Stream => Asked::Stream(request?),
            Call::CountTokens => Asked::CountTokens(request?),
            Call::Model => {
                Asked::Model(self.model.take().ok_or_else(|| missing("model"))?.into_owned())
            }
            Call::Models => Asked::Models,
        })
    }

    fn ended(self) -> Result<Ended, String> {
        let partial = self.partial.into_owned();
        if let Some(error) = self.error {
            return Ok(Ended::Failed { error: error.into_owned(), partial });
        }
        if self.abandoned {
            return Ok(Ended::Abandoned { partial });
        }
        let ended = match self.call {
            Call::Chat | Call::Stream => {
                self.answer.map(|answer| Ended::Answer(Box::new(answer.into_owned())))
            }
            Call::CountTokens => self.tokens.map(|tokens| Ended::Tokens(tokens.input)),
            Call::Model => self.info.map(|info| Ended::Model(Box::new(info.into_owned()))),
            Call::Models => self.models.map(|models| Ended::Models(models.into_owned())),
        };
        ended.ok_or_else(|| format!("a call of the kind {:?} has no end that fits", self.call))
    }
}
