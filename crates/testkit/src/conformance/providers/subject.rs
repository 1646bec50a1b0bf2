//! What is tested: something that makes providers whose model plays a script.

use std::sync::Arc;

use ziggurat_core::{ChatRequest, Message, Provider};

use super::Stage;
use crate::ScriptedProvider;
use crate::conformance::layers::Inner;
#[cfg(feature = "server")]
use crate::server::{Api, FakeServer};

type Ask = Box<dyn Fn(&str) -> ChatRequest + Send + Sync>;

/// A provider under test, or rather the making of one: each behaviour gets a fresh one with a script.
pub struct Subject {
    make: Make,
    ask: Ask,
}

type InProcess = Box<dyn Fn(ScriptedProvider) -> Arc<dyn Provider> + Send + Sync>;
type Layered = Box<dyn Fn(Inner) -> Arc<dyn Provider> + Send + Sync>;
#[cfg(feature = "server")]
type AtUrl = Box<dyn Fn(&str) -> Arc<dyn Provider> + Send + Sync>;

enum Make {
    InProcess(InProcess),
    Layered(Layered),
    #[cfg(feature = "server")]
    Http(Api, AtUrl),
}

impl Subject {
    /// A provider that gets its answers from the script itself: a layer around it, or a provider of one's
    /// own that calls it as its model.
    pub fn in_process<P: Provider>(
        make: impl Fn(ScriptedProvider) -> P + Send + Sync + 'static,
    ) -> Self {
        Self::new(Make::InProcess(Box::new(move |script| Arc::new(make(script)))))
    }

    /// A provider over HTTP. It is made with the address of a server that speaks this API, without any
    /// path: `http://127.0.0.1:49152`. Give it a key, so that the suite can see where the key turns up.
    #[cfg(feature = "server")]
    pub fn http<P: Provider>(api: Api, make: impl Fn(&str) -> P + Send + Sync + 'static) -> Self {
        Self::new(Make::Http(api, Box::new(move |url| Arc::new(make(url)))))
    }

    /// A layer around the suite's own provider.
    pub(in crate::conformance) fn layered(
        make: impl Fn(Inner) -> Arc<dyn Provider> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Make::Layered(Box::new(make)))
    }

    fn new(make: Make) -> Self {
        let ask = |text: &str| ChatRequest::new("suite-large", [Message::user(text)]);
        Self { make, ask: Box::new(ask) }
    }

    /// The same subject, asked like this: for a provider that has models of certain names only, or needs
    /// documents. Default: a question to `suite-large`.
    pub fn asked(mut self, ask: impl Fn(&str) -> ChatRequest + Send + Sync + 'static) -> Self {
        self.ask = Box::new(ask);
        self
    }

    /// A request with this question.
    pub fn ask(&self, text: &str) -> ChatRequest {
        (self.ask)(text)
    }

    /// A provider whose model plays this script.
    ///
    /// # Panics
    /// If the server of a provider over HTTP cannot be started.
    pub async fn play(&self, script: ScriptedProvider) -> Stage {
        match &self.make {
            Make::InProcess(make) => Stage::of(make(script.clone()), script),
            Make::Layered(make) => {
                let inner = Inner::playing(script.clone());
                let stage = Stage::of(make(inner.clone()), script);
                Stage { inner: Some(inner), ..stage }
            }
            #[cfg(feature = "server")]
            Make::Http(api, make) => match FakeServer::start(script.clone()).await {
                Ok(server) => {
                    let stage = Stage::of(make(&server.url()), script);
                    Stage { server: Some((*api, server)), ..stage }
                }
                Err(error) => panic!("no server can be started: {error}"),
            },
        }
    }
}
