#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![forbid(unsafe_code)]

mod fallback;
mod model;
mod notes;
mod parse;
mod partition;
mod specialized;
mod static_plan;
mod template;
mod workers;

pub use fallback::Fallback;
pub use model::ModelDecomposer;
pub use partition::DocumentPartition;
pub use specialized::{Specialized, SpecializedError};
pub use static_plan::{StaticPlan, StaticPlanError};
pub use template::TemplateDecomposer;
pub use workers::DEFAULT_WORKERS;
