//! Real servers for the tests: what can be installed by name from a package
//! registry, pinned, into `target/counterparties`.
//!
//! An adapter that was only ever tried against our own fake agrees with our
//! own misunderstandings. llama.cpp's server with a seeded 0.7 MB model gives
//! a second opinion in seconds, without weights and without a key.

use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::error::Error;
use crate::process::{self, command};

const SCRIPTS: &str = "tools/counterparties";

/// What is installed, and where.
#[derive(Debug)]
pub(crate) struct Llama {
    pub(crate) python: PathBuf,
    pub(crate) script: PathBuf,
    pub(crate) model: PathBuf,
    pub(crate) log: PathBuf,
}

/// Installs llama.cpp's server and makes the model; cheap if both are there.
pub(crate) fn llama(cx: &Context) -> Result<Llama, Error> {
    let folder = cx.target().join("counterparties");
    let scripts = cx.root.join(SCRIPTS);
    let installed = Llama {
        python: folder.join("llama/bin/python"),
        script: scripts.join("tiny_server.py"),
        model: folder.join("tiny.gguf"),
        log: folder.join("llama.log"),
    };
    for tool in ["bash", "python3"] {
        require(tool, &cx.root)?;
    }
    println!("installing llama.cpp's server for Python (about 210 MB, once) into {SCRIPTS_TARGET}");
    let mut install = command("bash", &cx.root);
    install.arg(scripts.join("ci_counterparties.sh")).arg(&folder).arg("llama");
    process::run(&mut install).map_err(|error| not_installed(&error))?;
    if !installed.model.is_file() {
        make_model(cx, &installed, &scripts)?;
    }
    Ok(installed)
}

const SCRIPTS_TARGET: &str = "target/counterparties";

/// Under another name first, so that a broken-off attempt is not taken for a model.
fn make_model(cx: &Context, llama: &Llama, scripts: &Path) -> Result<(), Error> {
    let unfinished = llama.model.with_extension("part");
    let mut make = command(&llama.python.to_string_lossy(), &cx.root);
    process::run(make.arg(scripts.join("make_tiny_gguf.py")).arg(&unfinished))?;
    std::fs::rename(&unfinished, &llama.model).map_err(Error::io("the tiny model"))
}

fn require(tool: &str, root: &Path) -> Result<(), Error> {
    if process::succeeds(command(tool, root).arg("--version")) {
        return Ok(());
    }
    Err(Error::Found(format!("{tool} is not installed")))
}

fn not_installed(error: &Error) -> Error {
    Error::Found(format!(
        "{error}: is the Python package registry reachable, and python3's venv module there? \
         After a broken-off installation remove {SCRIPTS_TARGET}"
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
