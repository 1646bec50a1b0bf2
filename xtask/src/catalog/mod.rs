//! The catalogue of models in `ziggurat-providers`, made from a recorded table and a small overlay.
//!
//! It is made here and committed, not at build time: whoever builds the crate has no recordings, and a
//! price that changes should be seen in a diff. One model is one line there. Prices never become numbers
//! on the way, so no float can touch them.

mod decimal;
mod overlay;
mod row;
mod source;

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::context::Context;
use crate::error::Error;
use overlay::Overlay;
use row::Row;
use source::Source;

const FOLDER: &str = "crates/providers/src/catalog";
const TABLE: &str = "model_catalog.json";

/// Rows by `provider/model`.
type Rows = BTreeMap<String, Row>;

/// Writes the catalogue anew.
pub(crate) fn write(cx: &Context) -> Result<(), Error> {
    let recordings = recordings(&cx.root).ok_or_else(|| {
        Error::Found("no recordings: name their folder in ZIGGURAT_RECORDINGS".into())
    })?;
    let path = cx.root.join(FOLDER).join("models.json");
    let catalogue = convert(&read(&recordings.join(TABLE))?, &overlay(&cx.root)?)?;
    fs::write(&path, catalogue).map_err(Error::io(path.display().to_string()))?;
    println!("wrote {}", path.display());
    Ok(())
}

/// The folder that the environment names, or the one beside the clone.
fn recordings(root: &Path) -> Option<PathBuf> {
    let folder = env::var_os("ZIGGURAT_RECORDINGS").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| root.join("../shared/recordings"));
    folder.join(TABLE).exists().then_some(folder)
}

/// The catalogue from the table and the overlay.
fn convert(table: &str, overlay: &str) -> Result<String, Error> {
    let overlay = Overlay::parse(overlay)?;
    let source = Source::parse(table)?;
    let mut rows = Rows::new();
    for model in source.models {
        let name = format!("{}/{}", overlay.provider(model.provider), model.id);
        let row = model.row().map_err(|problem| Error::Found(format!("{name}: {problem}")))?;
        if rows.insert(name.clone(), row).is_some() {
            return Err(Error::Found(format!("{name} is there twice")));
        }
    }
    overlay.apply(&mut rows)?;
    render(&rows, &source.sources)
}

fn overlay(root: &Path) -> Result<String, Error> {
    read(&root.join(FOLDER).join("overlay.toml"))
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(Error::io(path.display().to_string()))
}

/// JSON with one model a line.
fn render(rows: &Rows, sources: &[source::Origin<'_>]) -> Result<String, Error> {
    let origins: Vec<_> = sources.iter().map(source::Origin::describe).collect();
    let notice = format!(
        "Limits, prices and abilities from {}; corrections in overlay.toml beside this file. \
         Made by `cargo xtask catalog`: do not edit.",
        origins.join(", ")
    );
    let mut text =
        format!("{{\n\"notice\": {},\n\"models\": {{\n", serde_json::to_string(&notice)?);
    let lines: Result<Vec<_>, serde_json::Error> = rows
        .iter()
        .map(|(name, row)| {
            Ok(format!("{}: {}", serde_json::to_string(name)?, serde_json::to_string(row)?))
        })
        .collect();
    text.push_str(&lines?.join(",\n"));
    text.push_str("\n}\n}\n");
    Ok(text)
}

#[cfg(test)]
mod tests;
