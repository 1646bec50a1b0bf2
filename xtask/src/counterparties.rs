//! Real servers for the tests: what can be installed by name from a package
//! registry, pinned, into `target/counterparties`.
//!
//! An adapter that was only ever tried against our own fake agrees with our
//! own misunderstandings. llama.cpp's server with a seeded 0.7 MB model gives
//! a second opinion in seconds, without weights and without a key.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::context::Context;
use crate::error::Error;
use crate::process::{self, command};

const SCRIPTS: &str = "tools/counterparties";

/// A server that is installed and can be started on a port. It ends when its stdin does.
#[derive(Debug)]
pub(crate) struct Counterparty {
    /// What it is called in messages.
    pub(crate) name: &'static str,
    /// The variable that tells the suite its address.
    pub(crate) variable: &'static str,
    /// What the suite's base URL ends in.
    pub(crate) path: &'static str,
    pub(crate) log: PathBuf,
    program: PathBuf,
    /// All arguments; `PORT` stands for the port.
    arguments: Vec<PathBuf>,
    /// The variable that bounds its life, in seconds.
    life: &'static str,
}

/// In an argument's place: the port.
const PORT: &str = "PORT";

impl Counterparty {
    /// The command that starts it and lets it live for so many seconds at most.
    pub(crate) fn command(&self, root: &Path, port: u16, seconds: u64) -> Command {
        let mut command = command(&self.program.to_string_lossy(), root);
        for argument in &self.arguments {
            if argument.as_os_str() == PORT {
                command.arg(port.to_string());
            } else {
                command.arg(argument);
            }
        }
        command.env(self.life, seconds.to_string()).env("TINY_UNTIL_EOF", "1");
        command
    }
}

/// Installs llama.cpp's server and makes the model; cheap if both are there.
pub(crate) fn llama(cx: &Context) -> Result<Counterparty, Error> {
    let (folder, scripts) = (cx.target().join("counterparties"), cx.root.join(SCRIPTS));
    let (python, model) = (folder.join("llama/bin/python"), folder.join("tiny.gguf"));
    install(cx, "llama", "python3", "llama.cpp's server for Python (about 210 MB, once)")?;
    if !model.is_file() {
        make_model(cx, &python, &model)?;
    }
    Ok(Counterparty {
        name: "llama.cpp's server",
        variable: "ZIGGURAT_LLAMA_URL",
        path: "/v1",
        log: folder.join("llama.log"),
        program: python,
        arguments: vec![scripts.join("tiny_server.py"), model, PORT.into()],
        life: "TINY_MAX_S",
    })
}

/// Installs aimock, which speaks the formats of five vendors; cheap if it is there.
pub(crate) fn aimock(cx: &Context) -> Result<Counterparty, Error> {
    let (folder, scripts) = (cx.target().join("counterparties"), cx.root.join(SCRIPTS));
    install(cx, "aimock", "node", "aimock (about 12 MB, once)")?;
    let cli = folder.join("aimock/node_modules/@copilotkit/aimock/dist/cli.js");
    let options = ["--port".into(), PORT.into(), "--fixtures".into()];
    let mut arguments = vec![scripts.join("until_eof.mjs"), cli];
    arguments.extend(options);
    arguments.push(scripts.join("aimock_fixture.json"));
    Ok(Counterparty {
        name: "aimock",
        variable: "ZIGGURAT_AIMOCK_URL",
        path: "",
        log: folder.join("aimock.log"),
        program: "node".into(),
        arguments,
        life: "MAX_S",
    })
}

fn install(cx: &Context, part: &str, runtime: &str, what: &str) -> Result<(), Error> {
    for tool in ["bash", runtime] {
        require(tool, &cx.root)?;
    }
    println!("installing {what} into {SCRIPTS_TARGET}");
    let folder = cx.target().join("counterparties");
    let mut install = command("bash", &cx.root);
    install.arg(cx.root.join(SCRIPTS).join("ci_counterparties.sh")).arg(folder).arg(part);
    process::run(&mut install).map_err(|error| not_installed(&error))
}

const SCRIPTS_TARGET: &str = "target/counterparties";

/// Under another name first, so that a broken-off attempt is not taken for a model.
fn make_model(cx: &Context, python: &Path, model: &Path) -> Result<(), Error> {
    let unfinished = model.with_extension("part");
    let mut make = command(&python.to_string_lossy(), &cx.root);
    process::run(make.arg(cx.root.join(SCRIPTS).join("make_tiny_gguf.py")).arg(&unfinished))?;
    std::fs::rename(&unfinished, model).map_err(Error::io("the tiny model"))
}

fn require(tool: &str, root: &Path) -> Result<(), Error> {
    if process::succeeds(command(tool, root).arg("--version")) {
        return Ok(());
    }
    Err(Error::Found(format!("{tool} is not installed")))
}

fn not_installed(error: &Error) -> Error {
    Error::Found(format!(
        "{error}: is the package registry reachable, and python3's venv module there? After a broken-off installation remove {SCRIPTS_TARGET}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_named() {
        let error = require("no-such-tool-of-ours", Path::new(".")).unwrap_err();
        assert_eq!(error.to_string(), "no-such-tool-of-ours is not installed");
    }
}
