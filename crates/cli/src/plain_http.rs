//! A key that travels unencrypted to another machine is worth a word: whoever carries it can use it.

use std::net::IpAddr;

use ziggurat::providers::{Env, LocalServer, ProviderOptions};

/// A warning if `openai` at this address, or at the environment's, gets a key over plain HTTP.
pub(crate) fn warning(env: Env<'_>, base_url: Option<&str>) -> Option<String> {
    let options = ProviderOptions::new(env);
    options.var("OPENAI_API_KEY")?;
    let address = base_url.map(str::to_owned).or_else(|| options.var("OPENAI_BASE_URL"))?;
    // Brings the address into its usual form, so that the host is what is connected to.
    let hosts = options.allowed_hosts();
    let server = LocalServer::with_allowed_hosts("openai", &address, &hosts).ok()?;
    let host = host(server.base_url().strip_prefix("http://")?);
    (!is_this_machine(host)).then(|| {
        format!("the key in OPENAI_API_KEY is sent to {host} unencrypted: the address is http, not https")
    })
}

/// The host of `host:port/path`; IPv6 without its brackets.
fn host(address: &str) -> &str {
    let authority = address.split('/').next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, _)) => host,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

fn is_this_machine(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(address) => address.is_loopback(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warns(base_url: &str, key: Option<&str>) -> bool {
        let env = |name: &str| match name {
            "OPENAI_API_KEY" => key.map(str::to_owned),
            "ZIGGURAT_ALLOW_HOSTS" => Some("10.0.0.7,2001:db8::1,127.0.0.1".to_owned()),
            _ => None,
        };
        warning(&env, Some(base_url)).is_some()
    }

    #[test]
    fn only_a_key_over_plain_http_to_another_machine_is_told() {
        for there in ["http://example.com/v1", "http://10.0.0.7:8080/v1", "http://[2001:db8::1]/v1"]
        {
            assert!(warns(there, Some("sk")), "{there}");
            assert!(!warns(there, None), "{there}");
        }
        for here in [
            "https://example.com/v1",
            "http://127.0.0.1:8080/v1",
            "http://0x7f.1/v1",
            "http://localhost/v1",
            "http://[::1]:8080/v1",
        ] {
            assert!(!warns(here, Some("sk")), "{here}");
        }
    }

    #[test]
    fn the_address_may_be_the_environments() {
        let env = |name: &str| match name {
            "OPENAI_API_KEY" => Some("canary".to_owned()),
            "OPENAI_BASE_URL" => Some("http://example.com:81/v1".to_owned()),
            _ => None,
        };
        let warning = warning(&env, None).unwrap();
        assert!(warning.contains("example.com") && !warning.contains("canary"), "{warning}");
    }
}
