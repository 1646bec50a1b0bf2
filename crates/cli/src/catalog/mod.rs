//! `ziggurat models`: what the catalogue knows, without asking any server.

mod args;
mod json;
mod select;
mod table;

use std::io;
use std::process::ExitCode;

use ziggurat::providers::{CatalogEntry, Env, Registry};

pub(crate) use args::{LEGEND, ModelsArgs};

use crate::config_file::{self, Settings};
use crate::error::{UsageError, chain};
use crate::exit::{self, Code};
use crate::output::Output;
use crate::text::{self, say};

/// A model as it is listed.
struct Offer<'a> {
    /// The provider that one names to reach it.
    provider: String,
    model: &'a str,
    entry: &'a CatalogEntry,
    /// Whether that provider is one of this program's.
    served: bool,
}

/// Lists the models that the arguments select, and gives the exit code.
pub(crate) fn run(args: &ModelsArgs, registry: &Registry, env: Env<'_>) -> ExitCode {
    match list(args, registry, env) {
        Ok(code) => code.into(),
        Err(error) => {
            say(format_args!("error: {}", text::printable(&chain(&error))));
            exit::USAGE.into()
        }
    }
}

fn list(args: &ModelsArgs, registry: &Registry, env: Env<'_>) -> Result<Code, UsageError> {
    let Settings { registry, warnings } = config_file::apply(&args.config, registry, env)?;
    for warning in &warnings {
        say(format_args!("warning: {}", text::line(warning)));
    }
    let catalog = registry.catalog();
    let offers = select::offers(args, &registry, &catalog)?;
    if offers.is_empty() {
        say("no model in the catalogue matches");
    }
    if let Err(error) = write(&offers, args.json) {
        say(format_args!("error: the list could not be written: {error}"));
        return Ok(exit::FAILED);
    }
    Ok(exit::COMPLETE)
}

fn write(offers: &[Offer<'_>], json: bool) -> io::Result<()> {
    let listed = if json { json::render(offers)? } else { table::render(offers) };
    Output::Stdout.write(&listed)
}
