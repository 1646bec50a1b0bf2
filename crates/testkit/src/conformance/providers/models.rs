//! What a provider knows of models, and what it finds out without spending anything.

use ziggurat_core::{CallContext, ErrorKind};

use super::Subject;
use super::stage::{Stage, failed};
use crate::ScriptedProvider;
use crate::conformance::waiting::in_time;

const MODELS: [&str; 2] = ["suite-large", "suite-small"];

async fn stage(subject: &Subject) -> Stage {
    subject.play(ScriptedProvider::new().with_models(MODELS)).await
}

/// The name is "the part before the slash in `provider/model`".
pub async fn its_name_can_stand_before_a_slash(subject: &Subject) {
    let stage = stage(subject).await;
    let name = stage.provider.name();
    assert!(!name.is_empty() && !name.contains(['/', ' ']), "{name:?}");
}

/// `known` does "no I/O", and of an unknown model says what model it is and nothing that costs money.
pub async fn what_is_known_is_known_without_io(subject: &Subject) {
    let stage = stage(subject).await;
    let info = stage.provider.known("no-such-model");
    assert_eq!(
        (info.provider.as_str(), info.id.as_str()),
        (stage.provider.name(), "no-such-model")
    );
    assert!(stage.script.calls().is_empty());
    #[cfg(feature = "server")]
    if let Some((_, server)) = &stage.server {
        // The server counts when it accepts, so whatever had been begun is given the time for that.
        tokio::task::yield_now().await;
        assert_eq!(server.counts().connections, 0);
    }
}

/// The models on offer are listed.
pub async fn models_are_listed(subject: &Subject) {
    let stage = stage(subject).await;
    let cx = CallContext::default();
    let listed = in_time("the list", stage.provider.models(&cx)).await;
    let listed = listed.unwrap_or_else(|error| panic!("a list was expected: {error:?}"));
    let ids: Vec<_> = listed.iter().map(|info| info.id.as_str()).collect();
    assert_eq!(ids, MODELS);
    assert!(listed.iter().all(|info| info.provider == stage.provider.name()), "{listed:?}");
}

/// A model that is there is found.
pub async fn a_model_that_is_there_is_found(subject: &Subject) {
    let stage = stage(subject).await;
    let cx = CallContext::default();
    let info = in_time("the model", stage.provider.model(&cx, "suite-small")).await;
    let info = info.unwrap_or_else(|error| panic!("the model was expected: {error:?}"));
    assert_eq!((info.provider.as_str(), info.id.as_str()), (stage.provider.name(), "suite-small"));
}

/// "A model that the server certainly does not have is `ErrorKind::ModelNotFound`", and the error names
/// one that was perhaps meant.
pub async fn a_model_that_is_not_there_is_not_found(subject: &Subject) {
    let stage = stage(subject).await;
    let cx = CallContext::default();
    let error = failed(in_time("the error", stage.provider.model(&cx, "suite-larg")).await);
    assert_eq!(error.kind(), ErrorKind::ModelNotFound, "{error:?}");
    assert!(error.message().contains("suite-large"), "{error}");
}

/// "`ErrorKind::Unsupported` if there is no such list."
pub async fn no_list_of_models_is_unsupported(subject: &Subject) {
    let stage = subject.play(ScriptedProvider::new()).await;
    let cx = CallContext::default();
    let error = failed(in_time("the error", stage.provider.models(&cx)).await);
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
}

/// "A server that cannot say is no error: the answer is `known`."
pub async fn a_model_is_taken_on_trust_without_a_list(subject: &Subject) {
    let stage = subject.play(ScriptedProvider::new()).await;
    let cx = CallContext::default();
    let info = in_time("the model", stage.provider.model(&cx, "suite-large")).await;
    let info = info.unwrap_or_else(|error| panic!("no error was expected: {error:?}"));
    assert_eq!(
        (info.id.as_str(), info.price),
        ("suite-large", stage.provider.known("suite-large").price)
    );
}

/// "A refused key is `ErrorKind::Auth`": asking for models is the cheap check of it.
pub async fn a_refused_key_shows_before_any_call(subject: &Subject) {
    let script = ScriptedProvider::new().with_models_error(ErrorKind::Auth, "who are you?");
    let stage = subject.play(script).await;
    let cx = CallContext::default();
    let listed = failed(in_time("the error", stage.provider.models(&cx)).await);
    let asked = failed(in_time("the error", stage.provider.model(&cx, "suite-large")).await);
    assert_eq!([listed.kind(), asked.kind()], [ErrorKind::Auth, ErrorKind::Auth]);
}

/// "Costs no tokens": no model is asked anything.
pub async fn looking_around_costs_nothing(subject: &Subject) {
    let stage = stage(subject).await;
    let cx = CallContext::default();
    let looking = async {
        // Whether it can is another behaviour.
        let _ = stage.provider.models(&cx).await;
        let _ = stage.provider.model(&cx, "suite-large").await;
        let _ = stage.provider.count_tokens(&cx, &subject.ask("What happened?")).await;
    };
    in_time("the answers", looking).await;
    assert!(stage.script.calls().is_empty(), "{:?}", stage.script.calls());
}

/// Tokens are counted exactly.
pub async fn tokens_are_counted(subject: &Subject) {
    assert_eq!(count(subject).await, Some(4_321));
}

/// "`None` if the provider cannot count; never an estimate."
pub async fn tokens_are_never_estimated(subject: &Subject) {
    let count = count(subject).await;
    assert!(matches!(count, None | Some(4_321)), "{count:?}");
}

/// The count of a request that has 4,321 tokens at the model.
async fn count(subject: &Subject) -> Option<u64> {
    let script = ScriptedProvider::new().with_models(MODELS).with_token_count(|_| 4_321);
    let stage = subject.play(script).await;
    let (cx, request) = (CallContext::default(), subject.ask("What happened?"));
    let count = in_time("the count", stage.provider.count_tokens(&cx, &request)).await;
    count.unwrap_or_else(|error| panic!("a count or none was expected: {error:?}"))
}
