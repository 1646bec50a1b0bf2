//! What must hold of the sources before any test runs.

use crate::context::Context;
use crate::deny;
use crate::error::Error;
use crate::parts::{Done, Part};
use crate::process;
use crate::tidy;

pub(crate) const PARTS: &[Part] = &[
    Part { name: "fmt", run: fmt },
    Part { name: "tidy", run: tidy::run },
    Part { name: "tree", run: tree },
    Part { name: "clippy", run: clippy },
    Part { name: "doc", run: doc },
    Part { name: "deny", run: deny::check },
];

fn fmt(cx: &mut Context) -> Result<Done, Error> {
    process::run(&mut cx.cargo(["fmt", "--all", "--check"]))?;
    Ok(Done::Passed)
}

fn clippy(cx: &mut Context) -> Result<Done, Error> {
    let what = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    process::run(&mut cx.cargo(what))?;
    Ok(Done::Passed)
}

fn doc(cx: &mut Context) -> Result<Done, Error> {
    let mut command = cx.cargo(["doc", "--no-deps", "--workspace"]);
    process::run(command.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Done::Passed)
}

/// Crates that a network client needs.
const NETWORK: &[&str] = &["reqwest", "hyper", "rustls", "native-tls", "openssl", "openssl-sys"];
/// Crates that tokio's `net` needs; `core` must not open a socket even through tokio.
const SOCKETS: &[&str] = &["mio", "socket2"];

/// Two promises to whoever depends on a part of Ziggurat only.
fn tree(cx: &mut Context) -> Result<Done, Error> {
    let core = listed(cx, "ziggurat-core")?;
    let providers = listed(cx, "ziggurat-providers")?;
    let mut found = forbidden("ziggurat-core", &core, &[NETWORK, SOCKETS].concat());
    found.extend(forbidden("ziggurat-providers --no-default-features", &providers, NETWORK));
    if found.is_empty() {
        return Ok(Done::Passed);
    }
    Err(Error::Found(found.join("; ")))
}

fn listed(cx: &Context, package: &str) -> Result<String, Error> {
    let mut command = cx.cargo(["tree", "--edges", "normal,build", "--prefix", "none"]);
    command.args(["--target", "all", "--no-default-features", "--package", package]);
    process::announce(&command);
    process::capture(&mut command)
}

/// One line for each forbidden crate in a list of `name version` lines.
fn forbidden(whose: &str, tree: &str, crates: &[&str]) -> Vec<String> {
    let names: Vec<_> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    let present = crates.iter().filter(|name| names.contains(*name));
    present.map(|name| format!("{whose} must not depend on {name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "ziggurat-core v0.1.0\nserde v1.0.0\nhyper-util v0.1.0\nmio v1.0.0 (*)\n";

    #[test]
    fn a_forbidden_crate_is_found() {
        let found = forbidden("core", TREE, SOCKETS);
        assert_eq!(found, ["core must not depend on mio"]);
    }

    #[test]
    fn a_longer_name_is_another_crate() {
        assert!(forbidden("core", TREE, NETWORK).is_empty());
    }
}
