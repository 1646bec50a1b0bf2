//! A model provider of your own in under 40 lines, its use included: `name` and `chat` suffice, the
//! other methods have defaults. The code below stands in the README as well; a test compares them.
//!
//! `cargo run -p ziggurat-examples --example custom_provider`
#![allow(clippy::print_stdout, reason = "an example speaks to its reader")]
#![allow(unreachable_pub, reason = "the same code stands in the README, where it is a library's")]

use std::sync::Arc;
use ziggurat::{CallContext, ChatRequest, ChatResponse, Document, Message, Model};
use ziggurat::{Orchestrator, Provider, ProviderError, Task};

/// Answers with the first sentence of each document.
pub struct Lead;

#[async_trait::async_trait]
impl Provider for Lead {
    fn name(&self) -> &str {
        "lead"
    }

    async fn chat(
        &self,
        _: &CallContext,
        request: &ChatRequest,
    ) -> Result<ChatResponse, ProviderError> {
        let documents = request.messages.iter().flat_map(Message::documents);
        let first = |d: &Arc<Document>| d.text.split_inclusive('.').next().map(str::to_owned);
        let lines = documents.map(|d| format!("- {} [{}]\n", first(d).unwrap_or_default(), d.id));
        Ok(ChatResponse::new(&request.model, lines.collect::<String>()))
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let task = Task::new("What happened?")?.with_documents([
        Document::new("march.md", "The pool ran dry. It was a Thursday."),
        Document::new("april.md", "A certificate expired. Nobody had renewed it."),
    ]);
    let model = Model::known(Arc::new(Lead), "first-sentence");
    let result = Orchestrator::builder().model(model).build()?.run(task).await;
    println!("{}", result.report.unwrap_or_default());
    Ok(())
}
