//! A plan that the user wrote: JSON or TOML.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use ziggurat::decomposition::StaticPlan;
use ziggurat::{Document, Subtask};

use crate::documents::{self, Material};
use crate::error::UsageError;

/// The file as it is written. `inputs` are paths, relative to the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanFile {
    task: Option<String>,
    #[serde(default)]
    inputs: Vec<PathBuf>,
    subtasks: Vec<PlannedSubtask>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlannedSubtask {
    instruction: String,
    specialization: Option<String>,
    #[serde(default)]
    inputs: Vec<PathBuf>,
}

/// A plan file with its documents read.
pub(crate) struct Planned {
    /// The file's own task.
    pub(crate) task: Option<String>,
    pub(crate) plan: StaticPlan,
    /// Whether every subtask has documents.
    pub(crate) all_have_documents: bool,
    pub(crate) workers: usize,
    pub(crate) skipped: Vec<String>,
}

/// Reads the plan; subtasks that name no inputs get `shared` and the file's own inputs.
pub(crate) fn read(path: &Path, shared: &[Arc<Document>]) -> Result<Planned, UsageError> {
    let problem = |problem: String| UsageError::Plan { path: path.to_path_buf(), problem };
    let text = fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    let file = parse(path, &text).map_err(problem)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut skipped = Vec::new();
    let mut common = shared.to_vec();
    common.extend(read_inputs(folder, &file.inputs, &mut skipped)?);
    let mut subtasks = Vec::with_capacity(file.subtasks.len());
    for planned in file.subtasks {
        let own = read_inputs(folder, &planned.inputs, &mut skipped)?;
        let documents = if own.is_empty() { common.clone() } else { own };
        let mut subtask = Subtask::new(planned.instruction).with_documents(documents);
        subtask.specialization = planned.specialization;
        subtasks.push(subtask);
    }
    Ok(Planned {
        task: file.task,
        all_have_documents: subtasks.iter().all(|subtask| !subtask.documents.is_empty()),
        workers: subtasks.len(),
        plan: StaticPlan::new(subtasks).map_err(|error| problem(error.to_string()))?,
        skipped,
    })
}

/// By the file's ending; without a known one, JSON if it begins like it.
fn parse(path: &Path, text: &str) -> Result<PlanFile, String> {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("");
    let json = match ending {
        "json" => true,
        "toml" => false,
        _ => text.trim_start().starts_with('{'),
    };
    if json {
        serde_json::from_str(text).map_err(|error| format!("it is no plan in JSON: {error}"))
    } else {
        toml::from_str(text).map_err(|error| format!("it is no plan in TOML: {error}"))
    }
}

fn read_inputs(
    folder: &Path,
    inputs: &[PathBuf],
    skipped: &mut Vec<String>,
) -> Result<Vec<Arc<Document>>, UsageError> {
    let paths: Vec<_> = inputs.iter().map(|input| folder.join(input)).collect();
    let Material { documents, skipped: left_out } = documents::read(&paths)?;
    skipped.extend(left_out);
    Ok(documents.into_iter().map(Arc::new).collect())
}
