//! Where a provider's server is. Checked when the provider is made, so that a slip in a flag is told
//! then and there and not by a strange answer later.

use std::fmt;

use url::{Host, Url};

use crate::ConfigError;

/// What is wrong with a base URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BaseUrlProblem {
    /// It is no URL at all.
    #[error("{0}; write it like http://127.0.0.1:8080/v1")]
    Syntax(#[source] url::ParseError),
    /// Its scheme is not HTTP's.
    #[error("it must begin with http:// or https://")]
    Scheme,
    /// It holds a user name or a password.
    #[error("it must not hold a user or password; a key belongs into the environment")]
    Credentials,
    /// It has a query.
    #[error("it must not have a query (`?…`)")]
    Query,
    /// It has a fragment.
    #[error("it must not have a fragment (`#…`)")]
    Fragment,
}

/// A checked base URL, without a slash at its end.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    text: String,
    query: String,
    loopback: bool,
    https: bool,
}

impl BaseUrl {
    /// Checks a base URL; a slash at its end makes no difference.
    pub(crate) fn parse(text: &str) -> Result<Self, ConfigError> {
        let text = text.trim();
        let refused = |problem| ConfigError::BaseUrl { url: without_credentials(text), problem };
        let url = Url::parse(text).map_err(|error| refused(BaseUrlProblem::Syntax(error)))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(refused(BaseUrlProblem::Scheme));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused(BaseUrlProblem::Credentials));
        }
        if url.query().is_some() {
            return Err(refused(BaseUrlProblem::Query));
        }
        if url.fragment().is_some() {
            return Err(refused(BaseUrlProblem::Fragment));
        }
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            query: String::new(),
            loopback: is_loopback(&url),
            https: url.scheme() == "https",
        })
    }

    /// The address of something below it; `path` begins with a slash.
    pub(crate) fn join(&self, path: &str) -> String {
        match (self.query.as_str(), path.contains('?')) {
            ("", _) => format!("{}{path}", self.text),
            (query, true) => format!("{}{path}&{query}", self.text),
            (query, false) => format!("{}{path}?{query}", self.text),
        }
    }

    /// The same address with these parameters on every address below it.
    pub(crate) fn with_query(mut self, query: &[(String, String)]) -> Self {
        let mut pairs = url::form_urlencoded::Serializer::new(String::new());
        self.query = pairs.extend_pairs(query).finish();
        self
    }

    /// Whether it is this machine: no proxy may come between.
    pub(crate) fn is_loopback(&self) -> bool {
        self.loopback
    }

    /// Whether its connections are encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The text for a message: all up to the last `@` after the scheme may be a password, and so may a
/// query.
pub(crate) fn without_credentials(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    let shown = match (text.split_once("://"), text.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, rest))) => format!("{scheme}://…@{rest}"),
        (None, Some((_, rest))) => format!("…@{rest}"),
        _ => text.to_owned(),
    };
    super::excerpt(&shown, 200)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> BaseUrlProblem {
        match BaseUrl::parse(text) {
            Err(ConfigError::BaseUrl { problem, .. }) => problem,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_slash_at_the_end_makes_no_difference() {
        for text in ["http://h/v1", "http://h/v1/", " http://h/v1// "] {
            assert_eq!(BaseUrl::parse(text).unwrap().join("/models"), "http://h/v1/models");
        }
        assert_eq!(BaseUrl::parse("http://h:1").unwrap().join("/models"), "http://h:1/models");
    }

    #[test]
    fn each_slip_is_told() {
        assert!(matches!(problem(""), BaseUrlProblem::Syntax(_)));
        assert!(matches!(problem("http://"), BaseUrlProblem::Syntax(_)));
        assert_eq!(problem("localhost:8080"), BaseUrlProblem::Scheme);
        assert_eq!(problem("ftp://h/v1"), BaseUrlProblem::Scheme);
        assert_eq!(problem("http://me@h/v1"), BaseUrlProblem::Credentials);
        assert_eq!(problem("http://h/v1?key=x"), BaseUrlProblem::Query);
        assert_eq!(problem("http://h/v1#x"), BaseUrlProblem::Fragment);
    }

    #[test]
    fn no_password_is_repeated() {
        for text in [
            "http://me:canary@h/v1",
            "htp//me:canary@h",
            "http://me:p@canary@h",
            "http://h/v1?key=canary",
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for text in ["http://127.0.0.1", "http://localhost:1", "http://[::1]", "http://0x7f.1"] {
            assert!(BaseUrl::parse(text).unwrap().is_loopback(), "{text}");
        }
        assert!(!BaseUrl::parse("http://127.0.0.1.example.com").unwrap().is_loopback());
    }
}
