//! `ziggurat models`: what the catalogue knows, without asking any server.

mod args;
mod json;
mod select;
mod table;

use std::io;
use std::process::ExitCode;

use ziggurat::providers::{Catalog, CatalogEntry, Registry};

pub(crate) use args::{LEGEND, ModelsArgs};

use crate::error::chain;
use crate::exit;
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
pub(crate) fn run(args: &ModelsArgs, registry: &Registry, catalog: &Catalog) -> ExitCode {
    let offers = match select::offers(args, registry, catalog) {
        Ok(offers) => offers,
        Err(error) => {
            say(format_args!("error: {}", text::printable(&chain(&error))));
            return exit::USAGE.into();
        }
    };
    if offers.is_empty() {
        say("no model in the catalogue matches");
    }
    match write(&offers, args.json) {
        Ok(()) => exit::COMPLETE.into(),
        Err(error) => {
            say(format_args!("error: the list could not be written: {error}"));
            exit::FAILED.into()
        }
    }
}

fn write(offers: &[Offer<'_>], json: bool) -> io::Result<()> {
    let listed = if json { json::render(offers)? } else { table::render(offers) };
    Output::Stdout.write(&listed)
}
