//! Which hosts a provider may talk to. An address is data: it comes from flags, files and environments,
//! and with it goes a key. So it leads to the public internet or to this machine, and anywhere else only
//! if somebody has said so.

mod allowed;
mod network;
mod resolver;
mod special;
mod written;

pub use allowed::AllowedHostProblem;
pub(crate) use allowed::AllowedHosts;
pub(crate) use resolver::{Lookup, RefusedAddress, Resolver, system_lookup};
pub(super) use special::special;
pub(super) use written::{authority, is_plain};

/// Whether a name means this machine, by RFC 6761.
pub(super) fn is_local(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}
