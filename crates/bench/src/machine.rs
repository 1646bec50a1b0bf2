//! What a figure depends on beside the code: facts about the machine that name no machine.

use std::fs;
use std::process::Command;
use std::thread;

/// Cores, kernel and compiler, in a line.
pub fn facts() -> String {
    let cores = thread::available_parallelism().map_or(0, usize::from);
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    // The version alone: what follows may be a name that somebody gave.
    let kernel = kernel.split(['-', '+', '\n']).next().unwrap_or_default();
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    format!("{cores} cores, Linux {kernel}, {}", rustc.unwrap_or_default())
}
