//! What takes too long for every commit: full counts, and packages compiled from what would be published.

use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::context::Context;
use crate::error::Error;
use crate::parts::{Done, Part};
use crate::process;
use crate::test;

pub(crate) const SOAK: &[Part] =
    &[Part { name: "tests", run: soak_tests }, Part { name: "package", run: soak_package }];

/// Cases of each property test; `test` leaves it to each test's own default.
const CASES: &str = "20000";

fn soak_tests(cx: &mut Context) -> Result<Done, Error> {
    // What is ignored is too long without optimisation, and nothing else.
    let tests = ["test", "--workspace", "--release", "--no-fail-fast", "--", "--include-ignored"];
    let tests = cx.cargo(tests);
    let mut command = test::with_recordings(cx, tests);
    command.env("ZIGGURAT_SOAK", "1").env("PROPTEST_CASES", CASES);
    process::run_tests(&mut command, &mut cx.tally)?;
    Ok(Done::Passed)
}

/// Compiles each package from what would be published, and from nothing else.
fn soak_package(cx: &mut Context) -> Result<Done, Error> {
    forget_packages(cx)?;
    process::run(&mut test::package_command(cx))?;
    Ok(Done::Passed)
}

/// Cargo keeps what it unpacked for the last verification and takes it for this one's, since the versions
/// are the same.
fn forget_packages(cx: &Context) -> Result<(), Error> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(env::home_dir()?.join(".cargo")));
    let Some(sources) = home.map(|home| home.join("registry/src")) else { return Ok(()) };
    // The folder of a registry that is no server's has no name before the dash.
    let overlays = folders(&sources).filter(|folder| named(folder, "-"));
    for overlay in overlays {
        for package in cx.workspace.published() {
            let unpacked = folders(&overlay).filter(|folder| named(folder, &package.name));
            for folder in unpacked {
                fs::remove_dir_all(&folder).map_err(Error::io(folder.display().to_string()))?;
            }
        }
    }
    Ok(())
}

fn folders(parent: &Path) -> impl Iterator<Item = PathBuf> {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir())
}

fn named(folder: &Path, prefix: &str) -> bool {
    folder.file_name().is_some_and(|name| name.to_string_lossy().starts_with(prefix))
}
