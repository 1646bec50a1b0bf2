//! What every part needs: where the workspace is, what is in it, and the sum
//! of the tests run so far.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::metadata::Workspace;
use crate::process;
use crate::tally::Tally;

#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) root: PathBuf,
    pub(crate) workspace: Workspace,
    pub(crate) tally: Tally,
}

impl Context {
    /// Asked at run time, not compiled in: a moved clone stays correct.
    pub(crate) fn load() -> Result<Self, Error> {
        let here = match env::var_os("CARGO_MANIFEST_DIR") {
            Some(manifest) => Path::new(&manifest).join(".."),
            None => env::current_dir().map_err(Error::io("current directory"))?,
        };
        let root = here.canonicalize().map_err(Error::io(here.display().to_string()))?;
        let json = process::capture(process::cargo(&root).args([
            "metadata",
            "--format-version",
            "1",
            "--no-deps",
        ]))?;
        Ok(Self { workspace: Workspace::parse(&json)?, root, tally: Tally::default() })
    }

    /// A cargo command in the root, with the environment of `process::cargo`.
    pub(crate) fn cargo<const N: usize>(&self, args: [&str; N]) -> Command {
        let mut command = process::cargo(&self.root);
        command.args(args);
        command
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.root.join("target")
    }
}

/// On CI nothing may be skipped for want of a tool, and no file may be dirty.
pub(crate) fn on_ci() -> bool {
    env::var("CI").is_ok_and(|ci| !matches!(ci.as_str(), "" | "0" | "false"))
}
