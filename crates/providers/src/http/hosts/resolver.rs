//! From a name to addresses, once: what is checked here is what is connected to, so that a name server
//! cannot show one address to the check and another to the connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{AllowedHosts, is_local, special};

/// Asks for the addresses of a name.
pub(crate) type Lookup =
    Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// The look-up of the operating system.
pub(crate) fn system_lookup() -> Lookup {
    Arc::new(|name| {
        // The connection's own port takes the place of zero.
        async move { Ok(tokio::net::lookup_host((name, 0)).await?.collect()) }.boxed()
    })
}

/// A name that leads where no request may go. The whole answer counts: one good address beside a bad one
/// is how a check is got round.
#[derive(Debug, thiserror::Error)]
#[error(
    "{host} is at {address}, {what}; if that is meant, allow it: --allow-host {host}, \
     ZIGGURAT_ALLOW_HOSTS or ServerConfig::with_allowed_hosts"
)]
pub(crate) struct RefusedAddress {
    host: String,
    address: IpAddr,
    what: String,
}

/// Looks up names, and refuses what the base URL's own name must not lead to. Any other name is a
/// proxy's, which the user's environment names.
#[derive(Clone)]
pub(crate) struct Resolver {
    guard: Arc<Guard>,
    lookup: Lookup,
}

struct Guard {
    host: Option<String>,
    allowed: AllowedHosts,
}

impl Resolver {
    /// Guards `host`, the base URL's if that is a name.
    pub(crate) fn new(host: Option<&str>, allowed: AllowedHosts, lookup: Lookup) -> Self {
        Self { guard: Arc::new(Guard { host: host.map(str::to_owned), allowed }), lookup }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, lookup) = (Arc::clone(&self.guard), Arc::clone(&self.lookup));
        Box::pin(async move {
            let addresses = lookup(name.as_str().to_owned()).await?;
            guard.check(name.as_str(), &addresses)?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

impl Guard {
    fn check(&self, name: &str, addresses: &[SocketAddr]) -> Result<(), RefusedAddress> {
        let is_own = self.host.as_deref().is_some_and(|host| host.eq_ignore_ascii_case(name));
        if !is_own || self.allowed.has_name(name) {
            return Ok(());
        }
        let refused = addresses.iter().find_map(|address| {
            let what = self.objection(name, address.ip())?;
            Some(RefusedAddress { host: name.to_owned(), address: address.ip(), what })
        });
        refused.map_or(Ok(()), Err)
    }

    /// What speaks against this address of this name.
    fn objection(&self, name: &str, address: IpAddr) -> Option<String> {
        if self.allowed.has_address(address) {
            None
        } else if is_local(name) {
            (!address.is_loopback()).then(|| "which is not this machine".to_owned())
        } else {
            special(address).map(|special| format!("{} (RFC {})", special.what, special.rfc))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, name: &str, allowed: &[&str], addresses: &[&str]) -> Result<(), String> {
        let allowed: Vec<_> = allowed.iter().map(|&entry| entry.to_owned()).collect();
        let allowed = AllowedHosts::parse(&allowed).unwrap();
        let addresses: Vec<_> =
            addresses.iter().map(|text| SocketAddr::new(text.parse().unwrap(), 0)).collect();
        let lookup: Lookup = Arc::new(move |_| std::future::ready(Ok(addresses.clone())).boxed());
        let resolving = Resolver::new(Some(host), allowed, lookup).resolve(name.parse().unwrap());
        let resolved = resolving.now_or_never().expect("the look-up is ready at once");
        resolved.map(drop).map_err(|error| {
            assert!(error.is::<RefusedAddress>(), "{error}");
            error.to_string()
        })
    }

    #[test]
    fn one_bad_address_spoils_the_answer() {
        for addresses in
            [&["93.184.215.14", "10.0.0.7"][..], &["10.0.0.7", "93.184.215.14"], &["10.0.0.7"]]
        {
            let refused = check("models.example", "models.example", &[], addresses).unwrap_err();
            assert!(refused.starts_with("models.example is at 10.0.0.7, a private"), "{refused}");
        }
        let good = ["93.184.215.14", "2606:4700::1111"];
        assert_eq!(check("models.example", "models.example", &[], &good), Ok(()));
    }

    #[test]
    fn a_public_name_does_not_lead_to_this_machine() {
        for address in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::"] {
            assert!(check("a.example", "a.example", &[], &[address]).is_err(), "{address}");
        }
    }

    #[test]
    fn a_local_name_leads_to_this_machine_alone() {
        for name in ["localhost", "api.localhost"] {
            assert_eq!(check(name, name, &[], &["127.0.0.1", "::1"]), Ok(()));
            for address in ["93.184.215.14", "10.0.0.7", "0.0.0.0"] {
                let refused = check(name, name, &[], &["127.0.0.1", address]).unwrap_err();
                assert!(refused.contains("not this machine"), "{refused}");
            }
        }
    }

    #[test]
    fn what_is_allowed_passes() {
        let answer = ["10.0.0.7", "fd00::7"];
        assert_eq!(check("a.example", "a.example", &["a.example"], &answer), Ok(()));
        assert_eq!(check("a.example", "a.example", &["10.0.0.0/8", "fd00::7"], &answer), Ok(()));
        assert!(check("a.example", "a.example", &["10.0.0.0/8"], &answer).is_err());
        assert!(check("a.example", "a.example", &["b.example"], &answer).is_err());
    }

    #[test]
    fn a_proxy_may_be_anywhere() {
        assert_eq!(check("a.example", "proxy.internal", &[], &["10.0.0.1"]), Ok(()));
    }
}
