//! What is tested: something that makes layers.

use std::sync::Arc;

use ziggurat_core::{CallContext, ChatRequest, Layer, Message, Provider};

use super::Inner;
use crate::conformance::Subject;

type Make = Arc<dyn Fn() -> Box<dyn Layer> + Send + Sync>;

/// The name of the model that is asked.
pub(super) const MODEL: &str = "suite-large";

/// A layer under test, or rather the making of one: each behaviour gets a fresh one.
#[derive(Clone)]
pub struct LayerSubject {
    make: Make,
}

impl LayerSubject {
    /// The layer that this makes.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use ziggurat_core::{Layer, Provider};
    /// use ziggurat_testkit::conformance::{LayerSubject, layer};
    /// # struct MyLayer;
    /// # impl Layer for MyLayer {
    /// #     fn layer(&self, inner: Arc<dyn Provider>) -> Arc<dyn Provider> {
    /// #         inner
    /// #     }
    /// # }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let subject = LayerSubject::new(|| MyLayer);
    /// layer::its_name_is_the_one_within(&subject).await; // one behaviour alone
    /// # }
    /// ```
    pub fn new<L: Layer + 'static>(make: impl Fn() -> L + Send + Sync + 'static) -> Self {
        Self { make: Arc::new(move || Box::new(make())) }
    }

    /// The layer around a provider that plays a script, for the behaviours of providers. That provider has
    /// what an adapter has and a script alone has not: ids of its requests, and deadlines that end its
    /// calls.
    pub fn provider(&self) -> Subject {
        let make = Arc::clone(&self.make);
        Subject::layered(move |inner| make().layer(Arc::new(inner)))
    }

    /// The same with another layer of the kind around it.
    pub(super) fn twice(&self) -> Subject {
        let make = Arc::clone(&self.make);
        Subject::layered(move |inner| make().layer(make().layer(Arc::new(inner))))
    }

    /// One such layer.
    pub(super) fn layer(&self) -> Box<dyn Layer> {
        (self.make)()
    }

    /// This provider with the layer around it. The layer itself is dropped.
    pub(super) fn around(&self, inner: &Inner) -> Arc<dyn Provider> {
        self.layer().layer(Arc::new(inner.clone()))
    }
}

/// A question to the suite's model.
pub(super) fn ask(text: &str) -> ChatRequest {
    ChatRequest::new(MODEL, [Message::user(text)])
}

/// A context in which nothing is set.
pub(super) fn plain() -> CallContext {
    CallContext::default()
}
