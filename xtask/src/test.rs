//! Every test of the workspace, each with the set-up it needs.

use std::env;
use std::process::Command;

use crate::context::{self, Context};
use crate::counterparties::{self, Counterparty};
use crate::error::Error;
use crate::metadata::{COUNTERPARTIES, Package};
use crate::parts::{Done, Part};
use crate::process;
use crate::readme;
use crate::server::Server;

pub(crate) const PARTS: &[Part] = &[
    Part { name: "unit", run: unit },
    Part { name: "llama", run: llama },
    Part { name: "aimock", run: aimock },
    Part { name: "features", run: features },
    Part { name: "readme", run: readme::first_command },
    Part { name: "package", run: package },
];

/// Packages of which one takes single features.
const TAKEN_ALONE: [&str; 1] = ["ziggurat-providers"];

/// The testkit's command, whose tests need it built.
const FAKE_LLM: &str = "ziggurat-testkit/bin";

const RECORDINGS: &str = "ZIGGURAT_RECORDINGS";

fn unit(cx: &mut Context) -> Result<Done, Error> {
    let command = cx.cargo(["test", "--workspace", "--no-fail-fast", "--features", FAKE_LLM]);
    let mut command = with_recordings(cx, command);
    process::run_tests(&mut command, &mut cx.tally)?;
    Ok(Done::Passed)
}

/// Recorded traffic lies beside the clone on CI; tests say so if it is missing.
pub(crate) fn with_recordings(cx: &Context, mut command: Command) -> Command {
    if env::var_os(RECORDINGS).is_none()
        && let Ok(folder) = cx.root.join("../shared/recordings").canonicalize()
    {
        command.env(RECORDINGS, folder);
    }
    command
}

/// The suites against llama.cpp's own server.
fn llama(cx: &mut Context) -> Result<Done, Error> {
    against(cx, "llama", counterparties::llama)
}

/// The suites against aimock.
fn aimock(cx: &mut Context) -> Result<Done, Error> {
    against(cx, "aimock", counterparties::aimock)
}

/// Runs the test targets of this name against a server that is installed and started for them.
fn against(
    cx: &mut Context,
    name: &str,
    install: fn(&Context) -> Result<Counterparty, Error>,
) -> Result<Done, Error> {
    let Some(mut command) = counterparty_command(cx, name) else {
        let reason = format!("no test `{name}` requires the feature `{COUNTERPARTIES}`");
        return Ok(Done::Skipped(reason));
    };
    let started = install(cx).and_then(|party| Ok((Server::start(cx, &party)?, party.variable)));
    let (server, variable) = match started {
        Ok(started) => started,
        Err(error) if context::on_ci() => return Err(error),
        Err(error) => return Ok(Done::Skipped(format!("{error}; fatal where CI=true"))),
    };
    command.env(variable, server.url());
    process::run_tests(&mut command, &mut cx.tally)?;
    Ok(Done::Passed)
}

/// Selects the whole workspace, so that what `unit` has built is used again.
fn counterparty_command(cx: &Context, name: &str) -> Option<Command> {
    let mut suites = cx.workspace.counterparty_tests();
    suites.retain(|(_, target)| target.name == name);
    if suites.is_empty() {
        return None;
    }
    let mut command = cx.cargo(["test", "--workspace", "--no-fail-fast", "--features", FAKE_LLM]);
    for (package, target) in suites {
        command.arg("--features").arg(format!("{}/{COUNTERPARTIES}", package.name));
        command.arg("--test").arg(&target.name);
    }
    Some(with_recordings(cx, command))
}

/// Each feature of each published crate must compile alone, and none at all too:
/// a workspace build unites features and hides a missing one. Where features are
/// what one takes alone, their tests must pass alone as well.
fn features(cx: &mut Context) -> Result<Done, Error> {
    let mut failed = Vec::new();
    let mut tally = std::mem::take(&mut cx.tally);
    for package in cx.workspace.published() {
        for args in feature_sets(package) {
            let mut check = cx.cargo(["check", "--quiet", "--package", &package.name]);
            let mut passed = process::run(check.args(&args)).is_ok();
            if passed && TAKEN_ALONE.contains(&package.name.as_str()) {
                let mut test = cx.cargo(["test", "--lib", "--tests", "--package", &package.name]);
                passed = process::run_tests(test.args(&args), &mut tally).is_ok();
            }
            if !passed {
                failed.push(format!("{} {}", package.name, args.join(" ")));
            }
        }
    }
    cx.tally = tally;
    if failed.is_empty() {
        return Ok(Done::Passed);
    }
    Err(Error::Found(format!("does not compile or pass: {}", failed.join("; "))))
}

fn feature_sets(package: &Package) -> Vec<Vec<&str>> {
    let named = package.features.keys().filter(|name| *name != "default");
    let alone = named.map(|name| vec!["--no-default-features", "--features", name.as_str()]);
    std::iter::once(vec!["--no-default-features"]).chain(alone).collect()
}

/// What would be published. The packages are not compiled again here: `soak` does that.
fn package(cx: &mut Context) -> Result<Done, Error> {
    process::run(package_command(cx).arg("--no-verify"))?;
    Ok(Done::Passed)
}

pub(crate) fn package_command(cx: &Context) -> Command {
    let mut command = cx.cargo(["package", "--quiet", "--workspace"]);
    for package in cx.workspace.packages.iter().filter(|package| !package.is_published()) {
        command.args(["--exclude", &package.name]);
    }
    if !context::on_ci() {
        command.arg("--allow-dirty");
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_feature_and_each_alone() {
        let mut package = Package::default();
        for name in ["default", "http", "testing"] {
            package.features.insert(name.to_owned(), Vec::new());
        }
        let sets = feature_sets(&package);
        let shown: Vec<_> = sets.iter().map(|set| set.join(" ")).collect();
        assert_eq!(
            shown,
            [
                "--no-default-features",
                "--no-default-features --features http",
                "--no-default-features --features testing",
            ]
        );
    }
}
