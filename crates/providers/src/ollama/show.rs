//! What a server says about one of its models (`POST /api/show`): what it can do, and how much it reads if
//! that is certain. A server that does not say is no error.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use ziggurat_core::{CallContext, ErrorKind, ModelInfo, ProviderError};

use crate::api::{lenient, read_answer};
use crate::http::HttpClient;

#[derive(Debug, Deserialize)]
struct Shown {
    #[serde(default, deserialize_with = "lenient")]
    capabilities: Option<Vec<String>>,
    /// The model's own parameters, a line each: `num_ctx    8192`.
    #[serde(default, deserialize_with = "lenient")]
    parameters: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    model_info: Option<Map<String, Value>>,
    /// Where the model runs, if not on this server.
    #[serde(default, deserialize_with = "lenient")]
    remote_host: Option<String>,
}

/// Asks about a model. `cloud` is whether all of the server's models run in Ollama's cloud.
///
/// # Errors
/// The server has no such model, refuses the key, or says that the model does not chat.
pub(super) async fn ask(
    cx: &CallContext,
    http: &HttpClient,
    mut info: ModelInfo,
    cloud: bool,
) -> Result<ModelInfo, ProviderError> {
    let reporter = http.reporter(cx);
    let shown = match shown(cx, http, &info.id).await {
        Ok(shown) => shown,
        Err(error) if matches!(error.kind(), ErrorKind::Auth | ErrorKind::ModelNotFound) => {
            return Err(error);
        }
        Err(error) => {
            tracing::debug!(model = info.id, %error, "the server does not say what the model can do");
            return Ok(info);
        }
    };
    if let Some(abilities) = shown.speechless() {
        let url = reporter.base_url();
        let message = format!("`{}` does not chat: {url} says that it can {abilities}", info.id);
        return Err(reporter.error(ErrorKind::Unsupported, &message));
    }
    shown.tell(&mut info, cloud);
    Ok(info)
}

async fn shown(cx: &CallContext, http: &HttpClient, model: &str) -> Result<Shown, ProviderError> {
    let reporter = http.reporter(cx);
    let body = json!({"model": model}).to_string().into_bytes();
    let response = http.post(cx, "/api/show", body, "application/json").await?;
    let body = read_answer(response, &reporter).await?;
    serde_json::from_slice(&body).map_err(|error| {
        reporter.protocol("this is no description of a model", &body, error.into())
    })
}

impl Shown {
    /// What the model can do if that is known and not chatting.
    fn speechless(&self) -> Option<String> {
        let abilities = self.capabilities.as_ref().filter(|abilities| !abilities.is_empty())?;
        let chats = abilities.iter().any(|ability| ability == "completion");
        (!chats && !self.is_remote()).then(|| abilities.join(", "))
    }

    fn is_remote(&self) -> bool {
        self.remote_host.as_ref().is_some_and(|host| !host.is_empty())
    }

    fn tell(&self, info: &mut ModelInfo, cloud: bool) {
        if let Some(abilities) = self.capabilities.as_ref().filter(|all| !all.is_empty()) {
            let can = |ability: &str| Some(abilities.iter().any(|name| name == ability));
            info.tools = can("tools");
            info.vision = can("vision");
            info.reasoning = can("thinking");
        }
        let remote = self.is_remote();
        if remote {
            info.price = None;
            info.json_schema = Some(false);
        }
        info.context_tokens = match remote || cloud {
            true => self.trained(),
            // The server gives a model no more than it was trained for.
            false => {
                self.num_ctx().map(|set| self.trained().map_or(set, |trained| set.min(trained)))
            }
        };
    }

    /// The size of the context that the model was trained for.
    fn trained(&self) -> Option<u64> {
        let about = self.model_info.as_ref()?;
        let family = about.get("general.architecture")?.as_str()?;
        about.get(&format!("{family}.context_length"))?.as_u64().filter(|tokens| *tokens > 0)
    }

    /// The size that the model's own parameters set.
    fn num_ctx(&self) -> Option<u64> {
        let lines = self.parameters.as_ref()?.lines();
        let value = lines.filter_map(|line| line.trim().strip_prefix("num_ctx")).next_back()?;
        // Go writes large numbers as `1.048576e+06`.
        let tokens: f64 = value.trim().parse().ok()?;
        (1.0..1e15).contains(&tokens).then_some(tokens as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ziggurat_core::Price;

    fn told(shown: Value, cloud: bool) -> ModelInfo {
        let mut info = ModelInfo::unknown("ollama", "m");
        info.price = Some(Price::FREE);
        serde_json::from_value::<Shown>(shown).unwrap().tell(&mut info, cloud);
        info
    }

    fn context(parameters: &str) -> Option<u64> {
        let about = json!({"general.architecture": "llama", "llama.context_length": 131_072,
            "clip.context_length": 7});
        told(json!({"parameters": parameters, "model_info": about}), false).context_tokens
    }

    #[test]
    fn what_a_model_can_do_is_told_if_the_server_says_it() {
        let can = |shown: Value| {
            let info = told(shown, false);
            (info.tools, info.vision, info.reasoning)
        };
        let some = json!({"capabilities": ["completion", "tools", "thinking"]});
        assert_eq!(can(some), (Some(true), Some(false), Some(true)));
        for none in [json!({}), json!({"capabilities": []}), json!({"capabilities": "all"})] {
            assert_eq!(can(none), (None, None, None));
        }
    }

    #[test]
    fn the_context_is_what_a_call_really_gets() {
        let stop = "stop                           \"num_ctx\"";
        assert_eq!(context(&format!("{stop}\nnum_ctx                        8192")), Some(8192));
        assert_eq!(context("num_ctx 1.048576e+06\ntemperature 0.5"), Some(131_072));
        for unknown in
            ["", stop, "num_ctx", "num_ctx big", "num_ctx 0", "num_ctx -1", "num_ctx NaN"]
        {
            assert_eq!(context(unknown), None, "{unknown}");
        }
        assert_eq!(told(json!({"parameters": "num_ctx 512"}), false).context_tokens, Some(512));
    }

    #[test]
    fn a_model_of_the_cloud_has_its_whole_context_and_no_known_price() {
        let about = json!({"general.architecture": "glm", "glm.context_length": 202_752});
        let remote = json!({"remote_host": "https://ollama.com:443", "model_info": about});
        let info = told(remote, false);
        assert_eq!(
            (info.context_tokens, info.price, info.json_schema),
            (Some(202_752), None, Some(false))
        );
        assert_eq!(told(json!({"model_info": about}), true).context_tokens, Some(202_752));
        assert_eq!(told(json!({"model_info": about}), false).context_tokens, None);
    }

    #[test]
    fn only_a_model_that_surely_does_not_chat_is_speechless() {
        let speechless =
            |shown: Value| serde_json::from_value::<Shown>(shown).unwrap().speechless();
        let embeds = json!({"capabilities": ["embedding"]});
        assert_eq!(speechless(embeds), Some("embedding".to_owned()));
        for chats in [
            json!({"capabilities": ["completion", "insert"]}),
            json!({"capabilities": []}),
            json!({}),
            json!({"capabilities": ["tools"], "remote_host": "https://ollama.com"}),
        ] {
            assert_eq!(speechless(chats), None);
        }
    }
}
