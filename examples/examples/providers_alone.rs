//! The providers without the rest of Ziggurat: one question, one answer. Which model answers depends on
//! what this machine has: `OPENAI_API_KEY`, a local server, or neither; the embedded `extractive` model
//! answers from the document in the last case, so this works offline.
//!
//! `cargo run -p ziggurat-examples --example providers_alone`
#![allow(clippy::print_stdout, reason = "an example speaks to its reader")]

use std::error::Error;

use ziggurat_core::{CallContext, ChatRequest, ChatResponse, Delivery, Document, Message};
use ziggurat_providers::{Choice, Env, LocalServer, Registry, SelectionError};
use ziggurat_providers::{choose, process_env};

/// Chooses as the `ziggurat` command does. With a key in the environment that is `openai` and its
/// default model; nothing is sent to find that out. `Registry::create` takes a name instead, for
/// example `openai/gpt-5.4-mini`.
pub(crate) async fn select(
    env: Env<'_>,
    servers: &[LocalServer],
) -> Result<Choice, SelectionError> {
    let has_material = true;
    choose(&Registry::builtin(), env, None, has_material, servers).await
}

/// Asks the chosen model about a document.
pub(crate) async fn ask(choice: &Choice) -> Result<ChatResponse, ziggurat_core::ProviderError> {
    let notes = Document::new(
        "checkout.md",
        "The checkout outage of 12 March lasted 134 minutes. It was caused by a network call inside a \
         database transaction. The weather was fine.",
    );
    let question = Message::user("What caused the checkout outage?").with_documents([notes]);
    let model = &choice.model;
    let request = ChatRequest::new(&model.info().id, [question]).with_max_tokens(500);
    // `provider().chat(…)` would do; through the handle, what the call cost is reported as well.
    model.call(&CallContext::default(), request, Delivery::Whole).await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let choice = select(&process_env, &LocalServer::from_env(&process_env)?).await?;
    println!("model: {}", choice.why);
    let answer = ask(&choice).await?;
    println!("{}\n({:?})", answer.text(), answer.usage);
    Ok(())
}
