//! A plan that the user wrote: JSON or TOML.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use ziggurat::Subtask;
use ziggurat::decomposition::StaticPlan;

use crate::bounded::{self, MIB};
use crate::error::UsageError;
use crate::library::{Book, Library, Shelf, each_once};

/// The largest plan that is read.
const LARGEST: u64 = 16 * MIB;

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

/// A plan file whose documents are read and have no names yet.
pub(crate) struct Draft {
    path: PathBuf,
    task: Option<String>,
    common: Vec<Book>,
    subtasks: Vec<(PlannedSubtask, Vec<Book>)>,
}

/// A plan with its documents.
pub(crate) struct Planned {
    /// The file's own task.
    pub(crate) task: Option<String>,
    pub(crate) plan: StaticPlan,
    /// The number, from 1, of the first subtask that has no documents.
    pub(crate) without_documents: Option<usize>,
    /// Whether any subtask has documents.
    pub(crate) any_has_documents: bool,
    /// Whether any subtask reads any of the documents that are not the plan's own.
    pub(crate) uses_shared: bool,
    pub(crate) workers: usize,
}

/// Reads the plan, and its documents into the library.
pub(crate) fn read(path: &Path, library: &mut Library) -> Result<Draft, UsageError> {
    let problem = |problem: String| UsageError::Plan { path: path.to_path_buf(), problem };
    if ["yaml", "yml"].iter().any(|yaml| ending(path).eq_ignore_ascii_case(yaml)) {
        return Err(problem("plans are JSON or TOML, not YAML".to_owned()));
    }
    let file = parse(path, &text(path).map_err(problem)?).map_err(problem)?;
    if let Some(output) = library.output_is(path) {
        return Err(UsageError::OutputIsPlan { path: output.to_path_buf() });
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut books = |subtask: Option<usize>, inputs: &[PathBuf]| {
        let paths: Vec<_> = inputs.iter().map(|input| folder.join(input)).collect();
        let plan = path.to_path_buf();
        let of_plan =
            |error| UsageError::PlanInput { path: plan, subtask, source: Box::new(error) };
        library.read(&paths).map_err(of_plan)
    };
    let common = books(None, &file.inputs)?;
    let with_books = |(number, planned): (usize, PlannedSubtask)| {
        let own = books(Some(number), &planned.inputs)?;
        Ok((planned, own))
    };
    let subtasks: Result<_, UsageError> = (1..).zip(file.subtasks).map(with_books).collect();
    Ok(Draft { path: path.to_path_buf(), task: file.task, common, subtasks: subtasks? })
}

impl Draft {
    /// Hands out the documents: subtasks that name no inputs get `shared` and the file's own inputs.
    pub(crate) fn finish(self, shelf: &Shelf, shared: &[Book]) -> Result<Planned, UsageError> {
        let common = each_once(shared.iter().chain(&self.common).copied());
        let mut subtasks = Vec::with_capacity(self.subtasks.len());
        let mut used = HashSet::new();
        for (planned, own) in self.subtasks {
            let books = if own.is_empty() { &common } else { &own };
            used.extend(books.iter().copied());
            let documents = shelf.documents(books);
            let mut subtask = Subtask::new(planned.instruction).with_documents(documents);
            subtask.specialization = planned.specialization;
            subtasks.push(subtask);
        }
        let problem = |problem: String| UsageError::Plan { path: self.path, problem };
        let has_none = |subtask: &Subtask| subtask.documents.is_empty();
        Ok(Planned {
            task: self.task,
            without_documents: subtasks.iter().position(has_none).map(|index| index + 1),
            any_has_documents: !subtasks.iter().all(has_none),
            uses_shared: shared.iter().any(|book| used.contains(book)),
            workers: subtasks.len(),
            plan: StaticPlan::new(subtasks).map_err(|error| problem(error.to_string()))?,
        })
    }
}

fn text(path: &Path) -> Result<String, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    let bytes = bounded::read(file, LARGEST).map_err(|error| error.to_string())?;
    let bytes = bytes.ok_or_else(|| format!("it is larger than {} MiB", LARGEST / MIB))?;
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

fn ending(path: &Path) -> &str {
    path.extension().and_then(|ending| ending.to_str()).unwrap_or("")
}

/// By the file's ending; without a known one, JSON if it begins like it.
fn parse(path: &Path, text: &str) -> Result<PlanFile, String> {
    let json = match ending(path) {
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
