//! What Ollama's names and addresses say by themselves.

use url::Url;

/// The server that an address means: people copy it from the compatible side (`/v1`) or from the manual,
/// whose base URL ends in `/api`.
pub(super) fn server(given: &str) -> &str {
    let bare = given.trim().trim_end_matches('/');
    let server = ["/v1", "/api"].iter().find_map(|side| bare.strip_suffix(side));
    // A host may be called like that.
    server.filter(|server| !server.ends_with('/')).unwrap_or(given)
}

/// Whether the address is ollama.com's.
pub(super) fn is_cloud_server(base_url: &str) -> bool {
    let host = Url::parse(base_url.trim()).ok();
    host.as_ref().and_then(Url::host_str).is_some_and(|host| {
        host.trim_end_matches('.') == "ollama.com" || host.ends_with(".ollama.com")
    })
}

/// Whether the model runs in Ollama's cloud, whichever server is asked: its tag says so.
pub(super) fn is_cloud_model(model: &str) -> bool {
    let tag = model.rsplit_once(':').map(|(_, tag)| tag.trim().to_ascii_lowercase());
    tag.is_some_and(|tag| tag == "cloud" || tag.ends_with("-cloud") && !tag.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sides_of_a_server_are_no_part_of_its_address() {
        for given in ["http://h:1", "http://h:1/v1", " http://h:1/v1/ ", "http://h:1/api"] {
            assert_eq!(server(given).trim(), "http://h:1");
        }
        for given in ["http://v1", "http://api", "http://h/v1x", "http://h/v1/x", "", "v1"] {
            assert_eq!(server(given), given);
        }
        assert_eq!(server("https://h/ollama/v1"), "https://h/ollama");
    }

    #[test]
    fn the_cloud_is_known_by_its_address() {
        for url in ["https://ollama.com", "https://ollama.com/api", "https://OLLAMA.com./v1"] {
            assert!(is_cloud_server(url), "{url}");
        }
        for url in [
            "http://127.0.0.1:11434",
            "https://my-ollama.com",
            "ollama.com",
            "https://h/ollama.com",
        ] {
            assert!(!is_cloud_server(url), "{url}");
        }
    }

    #[test]
    fn a_tag_says_that_a_model_runs_in_the_cloud() {
        for model in ["glm-5:cloud", "gpt-oss:120b-cloud", "gpt-oss:20b:cloud", "m:Cloud"] {
            assert!(is_cloud_model(model), "{model}");
        }
        for model in
            ["llama3.2", "cloud", "m-cloud", "host:80/m-cloud", "m:cloudy", "m:latest", "m:"]
        {
            assert!(!is_cloud_model(model), "{model}");
        }
    }
}
