//! Where a provider's server is. Checked when the provider is made, so that a slip in a flag is told
//! then and there and not by a strange answer later.

use std::fmt;
use std::net::IpAddr;

use url::{Host, Url};

use super::hosts::{AllowedHosts, authority, is_local, is_plain, special};
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
    /// Its host is an address or a name in disguise: octal, hexadecimal or shortened numbers, escapes,
    /// letters that only look foreign.
    #[error("its host is written in an unusual way; if that is meant, write it like {usual}")]
    Disguised {
        /// The host as it is understood.
        usual: String,
    },
    /// Its host ends in a dot.
    #[error("its host must not end in a dot; write it like {usual}")]
    TrailingDot {
        /// The host without the dot.
        usual: String,
    },
    /// Its host is neither on the public internet nor this machine, and nobody allowed it.
    #[error(
        "{host} is {what} (RFC {rfc}); if that is meant, allow it: --allow-host {host}, \
         ZIGGURAT_ALLOW_HOSTS or ServerConfig::with_allowed_hosts"
    )]
    NotPublic {
        /// The address.
        host: String,
        /// What it is, with an article: `a private address`.
        what: &'static str,
        /// The RFC that says so.
        rfc: u16,
    },
}

/// A checked base URL, without a slash at its end, and the hosts that were allowed for it.
#[derive(Clone)]
pub(crate) struct BaseUrl {
    text: String,
    query: String,
    domain: Option<String>,
    allowed: AllowedHosts,
    loopback: bool,
    https: bool,
}

impl BaseUrl {
    /// Checks a base URL; a slash at its end makes no difference. A name is looked up only when a
    /// connection is made, and checked again then.
    pub(crate) fn parse(text: &str, allowed: &AllowedHosts) -> Result<Self, ConfigError> {
        let text = text.trim();
        let refused = |problem| ConfigError::BaseUrl { url: without_credentials(text), problem };
        let url = Url::parse(text).map_err(|error| refused(BaseUrlProblem::Syntax(error)))?;
        check_parts(text, &url).and_then(|()| check_host(text, &url, allowed)).map_err(refused)?;
        Ok(Self {
            text: url.as_str().trim_end_matches('/').to_owned(),
            query: String::new(),
            domain: url.domain().map(str::to_owned),
            allowed: allowed.clone(),
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

    /// Its host, if that is a name.
    pub(crate) fn domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    /// The hosts that were allowed for it.
    pub(crate) fn allowed(&self) -> &AllowedHosts {
        &self.allowed
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

/// All that a base URL must not have.
fn check_parts(text: &str, url: &Url) -> Result<(), BaseUrlProblem> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(BaseUrlProblem::Scheme);
    }
    let user = !url.username().is_empty() || url.password().is_some();
    // A user name may also be there and empty.
    if user || authority(text, url).is_some_and(|authority| authority.contains('@')) {
        return Err(BaseUrlProblem::Credentials);
    }
    if url.query().is_some() {
        return Err(BaseUrlProblem::Query);
    }
    if url.fragment().is_some() {
        return Err(BaseUrlProblem::Fragment);
    }
    Ok(())
}

/// Where a base URL may lead: to the public internet, to this machine by its usual names, and where it
/// was allowed.
fn check_host(text: &str, url: &Url, allowed: &AllowedHosts) -> Result<(), BaseUrlProblem> {
    let Some(host) = url.host() else {
        return Err(BaseUrlProblem::Syntax(url::ParseError::EmptyHost));
    };
    if allowed.has(&host) {
        return Ok(());
    }
    if !authority(text, url).is_some_and(|authority| is_plain(authority, url)) {
        return Err(BaseUrlProblem::Disguised { usual: host.to_string() });
    }
    let address: IpAddr = match host {
        Host::Domain(name) => return check_name(name),
        Host::Ipv4(address) => address.into(),
        Host::Ipv6(address) => address.into(),
    };
    match special(address) {
        Some(special) if !address.is_loopback() => Err(BaseUrlProblem::NotPublic {
            host: address.to_string(),
            what: special.what,
            rfc: special.rfc,
        }),
        _ => Ok(()),
    }
}

fn check_name(name: &str) -> Result<(), BaseUrlProblem> {
    match name.strip_suffix('.') {
        Some(usual) => Err(BaseUrlProblem::TrailingDot { usual: usual.to_owned() }),
        None => Ok(()),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_local(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.to_canonical().is_loopback(),
        None => false,
    }
}

/// The text for a message: all up to the last `@` after the scheme may be a password, and so may a
/// query.
pub(crate) fn without_credentials(text: &str) -> String {
    let (text, query) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
    if query.contains('@') {
        // Either may be a part of a password.
        return "…".to_owned();
    }
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

    fn parse(text: &str) -> Result<BaseUrl, ConfigError> {
        BaseUrl::parse(text, &AllowedHosts::default())
    }

    fn problem(text: &str) -> BaseUrlProblem {
        match parse(text) {
            Err(ConfigError::BaseUrl { problem, .. }) => problem,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_slash_at_the_end_makes_no_difference() {
        for text in ["http://h/v1", "http://h/v1/", " http://h/v1// "] {
            assert_eq!(parse(text).unwrap().join("/models"), "http://h/v1/models");
        }
        assert_eq!(parse("http://h:1").unwrap().join("/models"), "http://h:1/models");
    }

    #[test]
    fn each_slip_is_told() {
        assert!(matches!(problem(""), BaseUrlProblem::Syntax(_)));
        assert!(matches!(problem("http://"), BaseUrlProblem::Syntax(_)));
        assert_eq!(problem("localhost:8080"), BaseUrlProblem::Scheme);
        assert_eq!(problem("ftp://h/v1"), BaseUrlProblem::Scheme);
        assert_eq!(problem("http://me@h/v1"), BaseUrlProblem::Credentials);
        assert_eq!(problem("http://@h/v1"), BaseUrlProblem::Credentials);
        assert_eq!(problem("http://h/v1?key=x"), BaseUrlProblem::Query);
        assert_eq!(problem("http://h/v1#x"), BaseUrlProblem::Fragment);
    }

    #[test]
    fn no_password_is_repeated() {
        for text in [
            "http://me:canary@h/v1",
            "https://me:canary?2@h/v1",
            "https://me:p#canary@h/v1",
            "http://h/v1?key=canary@canary",
            "htp//me:canary@h",
            "http://me:p@canary@h",
            "http://h/v1?key=canary",
        ] {
            let error = parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        }
    }

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for text in ["http://127.0.0.1", "http://127.1.2.3", "http://localhost:1", "http://[::1]"] {
            assert!(parse(text).unwrap().is_loopback(), "{text}");
        }
        assert!(!parse("http://127.0.0.1.example.com").unwrap().is_loopback());
    }

    #[test]
    fn what_is_wrong_with_a_host_is_told_with_the_way_out() {
        let told = |text: &str| problem(text).to_string();
        let private = told("http://10.0.0.7:8080/v1");
        assert!(private.starts_with("10.0.0.7 is a private address (RFC 1918)"), "{private}");
        assert!(private.contains("--allow-host 10.0.0.7,"), "{private}");
        assert!(told("http://0x7f.1/v1").ends_with("write it like 127.0.0.1"));
        assert!(told("http://[::ffff:127.0.0.1]").ends_with("write it like [::ffff:7f00:1]"));
        assert!(told("http://localhost./v1").ends_with("write it like localhost"));
    }
}
