//! The command line. The help texts are what users read first; defaults stand in them.

use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use ziggurat::hierarchy::{ExecutiveMode, Grouping};
use ziggurat::{Concurrency, ModelName, Preset, TierOptions, WorkerCount};

use crate::catalog::{self, ModelsArgs};
use crate::values;

/// Hierarchical multi-agent orchestration: workers in parallel, synthesizers above them, one report.
#[derive(Debug, Parser)]
#[command(name = "ziggurat", version, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a task, over your documents if you give some.
    #[command(after_help = EXIT_CODES)]
    Run(Box<RunArgs>),
    /// List the models whose limits, prices and abilities are known, without asking any server.
    #[command(after_help = catalog::LEGEND)]
    Models(ModelsArgs),
}

const EXIT_CODES: &str = "\
Exit codes: 0 complete, 1 failed, 2 bad input or configuration (before any model call),
3 degraded (something is missing, and the report says what), 4 stopped, 130 interrupted.

Environment: without --model, OPENAI_BASE_URL or the first of these keys, in this order, chooses the
model: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or GOOGLE_API_KEY, AZURE_OPENAI_API_KEY (with
AZURE_OPENAI_ENDPOINT, and a default_model in the settings), CEREBRAS_API_KEY,
DEEPSEEK_API_KEY, FIREWORKS_API_KEY, GROQ_API_KEY, MISTRAL_API_KEY, OPENROUTER_API_KEY,
PERPLEXITY_API_KEY, TOGETHER_API_KEY, XAI_API_KEY, then those of your own providers with a
default_model, by name. The same names with _FILE name files that hold the
key. ZIGGURAT_CONFIG names a file of settings; ZIGGURAT_LOCAL_SERVERS lists the local servers to look
for (NAME=URL,…; empty for none); ZIGGURAT_ALLOW_HOSTS allows hosts as --allow-host does (HOST,…);
NO_COLOR.";

/// What `ziggurat run` takes.
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// What should be done; `-` reads it from stdin
    pub(crate) task: Option<String>,

    /// A file or directory of documents to work on (UTF-8 text); may be given several times
    #[arg(long, value_name = "PATH")]
    pub(crate) input: Vec<PathBuf>,

    /// A plan of your own (JSON or TOML) in place of decomposition
    #[arg(long, value_name = "FILE")]
    pub(crate) plan: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) shape: ShapeArgs,

    #[command(flatten)]
    pub(crate) model: ModelArgs,

    #[command(flatten)]
    pub(crate) calls: CallArgs,

    #[command(flatten)]
    pub(crate) tiers: TierArgs,

    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

impl RunArgs {
    /// The models that flags name.
    pub(crate) fn models(&self) -> impl Iterator<Item = &ModelName> {
        let tiers = &self.tiers;
        let named = [
            &self.model.model,
            &tiers.worker_model,
            &tiers.synthesizer_model,
            &tiers.executive_model,
        ];
        named.into_iter().flatten().chain(&self.calls.fallback)
    }
}

/// The pyramid.
#[derive(Debug, Args)]
#[command(next_help_heading = "Pyramid")]
pub(crate) struct ShapeArgs {
    /// How many workers: a number or `auto` [default: auto]
    #[arg(long, value_name = "N|auto", value_parser = values::workers, allow_hyphen_values = true)]
    pub(crate) workers: Option<WorkerCount>,

    /// How many results a merge takes at least [default: 5]
    #[arg(long, value_name = "N", allow_hyphen_values = true,
          value_parser = clap::value_parser!(u32).range(2..))]
    pub(crate) fan_in: Option<u32>,

    /// How many workers must succeed, or the run has failed [default: 1]
    #[arg(long, value_name = "N", allow_hyphen_values = true,
          value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) quorum: Option<u32>,

    /// How many agents work at once [default: 10]
    #[arg(long, value_name = "N", value_parser = values::concurrency, allow_hyphen_values = true)]
    pub(crate) concurrency: Option<Concurrency>,

    /// Concurrency by name: conservative (4), moderate (8) or aggressive (16)
    #[arg(long, value_name = "NAME", value_parser = values::profile, conflicts_with = "concurrency")]
    pub(crate) profile: Option<Concurrency>,

    /// Workers, executive and specializations by kind of task: research, software or analysis
    #[arg(long, value_name = "NAME", value_parser = values::preset)]
    pub(crate) preset: Option<Preset>,

    /// Specializations given to workers in turn, for example research,analysis
    #[arg(long, value_name = "A,B,C", value_delimiter = ',', value_parser = values::specialization)]
    pub(crate) specializations: Vec<String>,

    /// Which results are merged together: neighbours of the `plan`, or those that are `completed` first
    /// [default: plan]
    #[arg(long, value_name = "HOW", value_parser = values::grouping)]
    pub(crate) grouping: Option<Grouping>,

    /// No synthesizers: sections by worker, or an executive over all with `--executive always`
    #[arg(long)]
    pub(crate) no_synthesizers: bool,

    /// Whether an executive concludes: auto, always or never [default: auto]
    #[arg(long, value_name = "WHEN", value_parser = values::executive)]
    pub(crate) executive: Option<ExecutiveMode>,
}

/// The model.
#[derive(Debug, Args)]
#[command(next_help_heading = "Model")]
pub(crate) struct ModelArgs {
    /// The model of all tiers, for example openai/gpt-5.4-mini or extractive/bm25
    #[arg(long, value_name = "PROVIDER/MODEL", value_parser = values::model)]
    pub(crate) model: Option<ModelName>,

    /// Another address for the provider of --model, or alone: that of an OpenAI-compatible server, for
    /// example http://127.0.0.1:8080/v1
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// Allow a model server at a host that is neither public nor this machine: a name, an address or a
    /// network such as 10.0.0.0/8; may be given several times
    #[arg(long, value_name = "HOST", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub(crate) allow_host: Vec<String>,

    #[command(flatten)]
    pub(crate) config: ConfigArgs,

    /// The longest the run may take, for example 90s or 10m; workers are cut up to a third of it earlier, in
    /// time to merge [default: 600s; none for free models]
    #[arg(long, value_name = "TIME", value_parser = values::duration, allow_hyphen_values = true)]
    pub(crate) timeout: Option<Duration>,

    /// Fetch answers whole instead of streaming them
    #[arg(long)]
    pub(crate) no_stream: bool,
}

/// How models are called.
#[derive(Debug, Args)]
#[command(next_help_heading = "Calls")]
pub(crate) struct CallArgs {
    /// Requests a minute that a provider's key allows [default: what its settings or its server say]
    #[arg(long, value_name = "N", allow_hyphen_values = true,
          value_parser = values::per_minute::<NonZeroU32>)]
    pub(crate) rpm: Option<NonZeroU32>,

    /// Tokens a minute that a provider's key allows [default: what its settings or its server say]
    #[arg(long, value_name = "N", allow_hyphen_values = true,
          value_parser = values::per_minute::<NonZeroU64>)]
    pub(crate) tpm: Option<NonZeroU64>,

    /// How often a failed call is tried again, if that may help [default: 2]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=100))]
    pub(crate) retries: Option<u32>,

    /// Ask a second time when a worker's call takes longer than this many percent of the calls before it (at
    /// least 20), and take the first answer; both are charged [default: never]
    #[arg(long, value_name = "PERCENTILE", value_parser = clap::value_parser!(u8).range(1..=99))]
    pub(crate) hedge: Option<u8>,

    /// A model to ask where another cannot answer; may be given several times, in order
    #[arg(long, value_name = "PROVIDER/MODEL", value_parser = values::model)]
    pub(crate) fallback: Vec<ModelName>,

    /// Keep what the models answer in a new file, to replay the run later; it holds prompts and answers,
    /// and no key
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub(crate) record: Option<PathBuf>,

    /// Take the models' answers from a recorded run: no key, no network, no cost. The other flags are those
    /// of that run
    #[arg(long, value_name = "FILE")]
    pub(crate) replay: Option<PathBuf>,
}

/// Settings that are kept in a file.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// Settings in TOML: [providers.NAME], [models."PROVIDER/MODEL"] [default:
    /// ~/.config/ziggurat/ziggurat.toml]
    #[arg(long = "config", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// What goes where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Write the report to a file instead of stdout
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// One JSON event a line on stdout instead of the report
    #[arg(long)]
    pub(crate) json: bool,

    /// With --json, also the pieces of text as agents write them (type text_delta)
    #[arg(long, requires = "json")]
    pub(crate) deltas: bool,

    /// Nothing on stderr unless something goes wrong
    #[arg(long, short, conflicts_with = "verbose")]
    pub(crate) quiet: bool,

    /// A log of everything on stderr
    #[arg(long, short)]
    pub(crate) verbose: bool,
}

macro_rules! tier_args {
    ($($tier:literal $model:ident $timeout:ident $temperature:ident $max_tokens:ident
       [$seconds:literal $warmth:literal $tokens:literal];)*) => {
        /// What each tier is set to.
        #[derive(Debug, Args)]
        #[command(next_help_heading = "Tiers")]
        pub(crate) struct TierArgs {
            $(
                #[arg(long, help = concat!("The model of the ", $tier, " [default: --model]"),
                       value_name = "PROVIDER/MODEL", value_parser = values::model)]
                pub(crate) $model: Option<ModelName>,

                #[arg(long, help = concat!("The longest one ", $tier, " call may take [default: ", $seconds, "]"),
                       value_name = "TIME", value_parser = values::duration,
                      allow_hyphen_values = true)]
                $timeout: Option<Duration>,

                #[arg(long, help = concat!("The temperature of the ", $tier, " [default: ", $warmth, "]"),
                       value_name = "T", value_parser = values::temperature,
                      allow_hyphen_values = true)]
                $temperature: Option<f32>,

                #[arg(long, help = concat!("The bound on an answer of the ", $tier, " [default: ", $tokens, "]"),
                       value_name = "N", allow_hyphen_values = true,
                      value_parser = clap::value_parser!(u32).range(1..))]
                $max_tokens: Option<u32>,
            )*
        }
    };
}

tier_args! {
    "worker" worker_model worker_timeout worker_temperature worker_max_tokens
        ["180s" "0.7" "2000"];
    "synthesizer" synthesizer_model synthesizer_timeout synthesizer_temperature
        synthesizer_max_tokens ["240s" "0.6" "3000"];
    "executive" executive_model executive_timeout executive_temperature executive_max_tokens
        ["300s" "0.5" "4000"];
}

impl TierArgs {
    /// The workers' options, without the model.
    pub(crate) fn worker(&self) -> TierOptions {
        options(self.worker_timeout, self.worker_temperature, self.worker_max_tokens)
    }

    /// The synthesizers' options, without the model.
    pub(crate) fn synthesizer(&self) -> TierOptions {
        options(self.synthesizer_timeout, self.synthesizer_temperature, self.synthesizer_max_tokens)
    }

    /// The executive's options, without the model.
    pub(crate) fn executive(&self) -> TierOptions {
        options(self.executive_timeout, self.executive_temperature, self.executive_max_tokens)
    }
}

fn options(
    timeout: Option<Duration>,
    temperature: Option<f32>,
    max_tokens: Option<u32>,
) -> TierOptions {
    let mut options = TierOptions::default();
    options.timeout = timeout;
    options.temperature = temperature;
    options.max_tokens = max_tokens;
    options
}
