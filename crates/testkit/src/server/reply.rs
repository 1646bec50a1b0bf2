//! Replies: a played turn in the words of a format, and the faults that a turn asks for, as they look on
//! the wire.

mod manner;
mod streamed;

use std::io;
use std::sync::Arc;

use futures::stream;
use hyper::header::{CONTENT_LENGTH, HeaderValue};
use hyper::{Response, StatusCode};
use ziggurat_core::chat::ChatResponse;
use ziggurat_core::{CallContext, ChatRequest, ErrorKind, Provider, ProviderError};

use super::Api;
use super::body::{self, Body};
use super::counts::Exchange;
use super::formats::{Format, Outline};
use super::limits::{self, Tap};
use super::link::Link;
use super::route::Wish;
use crate::ScriptedProvider;
use crate::play::Play;
use manner::{Broken, Manner};

/// A reply that is about to be made. Its errors close the connection without one.
pub(super) struct Reply<'a> {
    pub(super) api: Api,
    pub(super) script: &'a ScriptedProvider,
    pub(super) link: Arc<Link>,
    pub(super) number: u64,
    /// The name that the client gave the call.
    pub(super) call: Option<String>,
    pub(super) exchange: Exchange,
}

/// A turn that answers this request, and what is known before it does.
struct Opened {
    play: Play,
    outline: Outline,
    manner: Manner,
}

impl Reply<'_> {
    fn format(&self) -> &'static dyn Format {
        self.api.format()
    }

    /// The reply to a wish.
    pub(super) async fn to(self, wish: Wish) -> io::Result<Response<Body>> {
        let cx = CallContext::default();
        let (format, script) = (self.format(), self.script);
        let value = match wish {
            Wish::Chat { request, streamed } => return self.chat(request, streamed).await,
            Wish::Models => script.models(&cx).await.map(|models| format.models(&models)),
            Wish::Model(name) => {
                let name = name.strip_prefix("models/").unwrap_or(&name);
                script.model(&cx, name).await.map(|info| format.model(&info))
            }
            Wish::Count(request) => {
                counted(script, &request).await.map(|tokens| format.count(tokens))
            }
        };
        let reply = match value {
            Ok(value) => body::json(StatusCode::OK, &value),
            Err(error) => self.refusal(&error),
        };
        self.exchange.finish();
        Ok(reply)
    }

    async fn chat(self, request: ChatRequest, streamed: bool) -> io::Result<Response<Body>> {
        self.exchange.is_call(self.api);
        let (tap, words) = (Tap::default(), self.format().limit_headers());
        let opened = self.open(&tap, request, streamed);
        let mut response = match opened {
            Ok(opened) if streamed => self.streamed(opened).await?,
            Ok(opened) => self.whole(opened).await?,
            Err(error) => {
                let refusal = self.refusal(&error);
                self.exchange.finish();
                refusal
            }
        };
        tap.write(words, response.headers_mut());
        Ok(response)
    }

    fn open(
        &self,
        tap: &Tap,
        request: ChatRequest,
        streamed: bool,
    ) -> Result<Opened, ProviderError> {
        let call = self.call.as_deref();
        let mut play = self.script.play_named(&tap.context(), &request, streamed, call)?;
        let manner = Manner::take(&mut play.turn);
        if let Some(fault) = manner.fault {
            self.exchange.fault(fault);
        }
        let outline = Outline::of(&play, self.number, request);
        Ok(Opened { play, outline, manner })
    }

    async fn whole(mut self, opened: Opened) -> io::Result<Response<Body>> {
        let Opened { play, outline, manner } = opened;
        let answer = play.whole().await;
        let broken = manner.broken.as_ref();
        let response = match answer {
            Ok(answer) => {
                self.exchange.used(answer.usage);
                body::json(StatusCode::OK, &self.format().whole(&outline, &answer))
            }
            Err(error) => match broken {
                None => self.refusal(&error),
                Some(Broken::Cut) if manner.speaks => half_a_body(&self.link),
                Some(Broken::Cut) => return self.close(Link::cut),
                Some(Broken::Reset) => return self.close(Link::reset),
                Some(Broken::Malformed) => self.malformed(&outline),
                Some(Broken::Body { status, content_type, body }) => {
                    body::whole(*status, content_type, body.clone())
                }
            },
        };
        self.exchange.finish();
        Ok(manner.onto(response))
    }

    /// Ends the connection without an answer.
    fn close(self, end: fn(&Link) -> io::Error) -> io::Result<Response<Body>> {
        self.exchange.finish();
        Err(end(&self.link))
    }

    /// An error as the vendor tells it.
    fn refusal(&self, error: &ProviderError) -> Response<Body> {
        let format = self.format();
        let (status, value) = format.error(error);
        let status = StatusCode::from_u16(error.status().unwrap_or(status));
        let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.exchange.fault(status.as_str());
        let mut response = body::json(status, &value);
        if let Some(wait) = error.retry_after().filter(|_| format.hints_in_headers()) {
            limits::write_hint(wait, response.headers_mut());
        }
        response
    }

    /// An answer that is complete by its length, and not by its braces.
    fn malformed(&self, outline: &Outline) -> Response<Body> {
        let answer = ChatResponse::new(&outline.request.model, "an answer");
        let mut text = self.format().whole(outline, &answer).to_string();
        text.truncate(manner::most_of(&text));
        body::whole(StatusCode::OK, "application/json", text)
    }
}

async fn counted(script: &ScriptedProvider, request: &ChatRequest) -> Result<u64, ProviderError> {
    let without = || {
        let message = "the script does not count tokens";
        ProviderError::new(script.name(), ErrorKind::Unsupported, message)
    };
    script.count_tokens(&CallContext::default(), request).await?.ok_or_else(without)
}

/// An answer that begins, and breaks off within its body.
fn half_a_body(link: &Link) -> Response<Body> {
    let begun = stream::iter([Ok("{".into()), Err(link.cut())]);
    let mut response = body::framed("application/json", begun);
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from_static("1000"));
    response
}
