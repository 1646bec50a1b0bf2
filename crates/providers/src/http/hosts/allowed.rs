//! The hosts that somebody allowed by name, address or network.

use std::net::IpAddr;

use url::Host;

use super::network::Network;
use crate::ConfigError;

/// What is wrong with a host that should be allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AllowedHostProblem {
    /// It is neither a name nor an address nor a network.
    #[error(
        "write a host name, an address or a network, for example models.internal, 10.0.0.7 or \
         10.0.0.0/8, without scheme, port or path"
    )]
    NotAHost,
    /// It is a name or a network in another than its usual form.
    #[error("write it like {usual}")]
    Unusual {
        /// The usual form.
        usual: String,
    },
}

/// Hosts beyond the public ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct AllowedHosts {
    names: Vec<String>,
    networks: Vec<Network>,
}

impl AllowedHosts {
    /// Reads names, addresses and networks.
    ///
    /// # Errors
    /// [`ConfigError::AllowedHost`] for the first that is none of them.
    pub(crate) fn parse(entries: &[String]) -> Result<Self, ConfigError> {
        let mut allowed = Self::default();
        for entry in entries {
            allowed.add(entry.trim()).map_err(|problem| ConfigError::AllowedHost {
                host: crate::http::without_credentials(entry),
                problem,
            })?;
        }
        Ok(allowed)
    }

    fn add(&mut self, entry: &str) -> Result<(), AllowedHostProblem> {
        let bare = entry.strip_prefix('[').and_then(|entry| entry.strip_suffix(']'));
        if let Ok(address) = bare.unwrap_or(entry).parse::<IpAddr>() {
            self.networks.push(Network::of(address.to_canonical()));
        } else if let Some(network) = Network::parse(entry) {
            let usual = network.canonical();
            if usual != entry.to_ascii_lowercase() {
                return Err(AllowedHostProblem::Unusual { usual });
            }
            self.networks.push(network);
        } else {
            self.names.push(name(entry)?);
        }
        Ok(())
    }

    /// Whether this host of an address is allowed, however it is written.
    pub(crate) fn has(&self, host: &Host<&str>) -> bool {
        match host {
            Host::Domain(name) => self.has_name(name),
            Host::Ipv4(address) => self.has_address((*address).into()),
            Host::Ipv6(address) => self.has_address((*address).into()),
        }
    }

    /// Whether a name is allowed, and with it wherever it leads.
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let name = name.strip_suffix('.').unwrap_or(name);
        self.names.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }

    /// Whether an address is allowed, by itself or by its network.
    pub(crate) fn has_address(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address.to_canonical()))
    }
}

/// A host name in ASCII, without a dot at its end.
fn name(entry: &str) -> Result<String, AllowedHostProblem> {
    let Ok(host) = Host::parse(entry) else { return Err(AllowedHostProblem::NotAHost) };
    let Host::Domain(name) = host else {
        return Err(AllowedHostProblem::Unusual { usual: host.to_string() });
    };
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let name = name.strip_suffix('.').unwrap_or(&name);
    if name.is_empty() || !name.chars().all(is_part) {
        return Err(AllowedHostProblem::NotAHost);
    }
    Ok(name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(entry: &str) -> Result<AllowedHosts, AllowedHostProblem> {
        AllowedHosts::parse(&[entry.to_owned()]).map_err(|error| match error {
            ConfigError::AllowedHost { problem, .. } => problem,
            other => panic!("{other:?}"),
        })
    }

    fn has(entry: &str, host: &str) -> bool {
        let host = Host::parse(host).unwrap();
        let host = match &host {
            Host::Domain(name) => Host::Domain(name.as_str()),
            Host::Ipv4(address) => Host::Ipv4(*address),
            Host::Ipv6(address) => Host::Ipv6(*address),
        };
        allowed(entry).unwrap().has(&host)
    }

    #[test]
    fn names_addresses_and_networks_are_allowed_exactly() {
        for (entry, host, expected) in [
            ("models.internal", "models.internal", true),
            (" Models.Internal. ", "models.internal", true),
            ("models.internal", "MODELS.internal.", true),
            ("models.internal", "a.models.internal", false),
            ("models.internal", "xmodels.internal", false),
            ("bücher.example", "xn--bcher-kva.example", true),
            ("10.0.0.7", "10.0.0.7", true),
            ("10.0.0.7", "10.0.0.8", false),
            ("10.0.0.7", "[::ffff:10.0.0.7]", true),
            ("::ffff:10.0.0.7", "10.0.0.7", true),
            ("10.0.0.0/8", "10.255.255.255", true),
            ("10.0.0.0/8", "11.0.0.0", false),
            ("fd00::/8", "[fd12::1]", true),
            ("FD00::/8", "[fd12::1]", true),
            ("fd12::1", "[fd12::1]", true),
            ("[fd12::1]", "[fd12::1]", true),
            ("fd12::1", "[fd12::2]", false),
            ("10.0.0.7", "models.internal", false),
        ] {
            assert_eq!(has(entry, host), expected, "{entry} {host}");
        }
    }

    #[test]
    fn nonsense_is_told() {
        for entry in [
            "",
            " ",
            ".",
            "http://10.0.0.7",
            "10.0.0.7:8080",
            "models.internal/v1",
            "me@models.internal",
            "*.internal",
            "10.0.0.0/33",
            "10.0.0.0/8/8",
            "10.0.0.0/",
            "a b",
            "[10.0.0.7",
        ] {
            assert_eq!(allowed(entry).unwrap_err(), AllowedHostProblem::NotAHost, "{entry}");
        }
        for (entry, expected) in
            [("0x7f.1", "127.0.0.1"), ("10.1", "10.0.0.1"), ("10.0.0.7/8", "10.0.0.0/8")]
        {
            let usual = expected.to_owned();
            assert_eq!(allowed(entry).unwrap_err(), AllowedHostProblem::Unusual { usual });
        }
    }

    #[test]
    fn no_password_is_repeated() {
        let error = AllowedHosts::parse(&["http://me:canary@h".to_owned()]).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}
