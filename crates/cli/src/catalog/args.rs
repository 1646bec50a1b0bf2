//! What `ziggurat models` takes.

use clap::Args;
use ziggurat::Usd;

use crate::args::ConfigArgs;
use crate::values;

/// What the list says that its columns do not.
pub(crate) const LEGEND: &str = "\
Prices are US dollars per million tokens, CACHED those of tokens read from the provider's cache; `?` is not
known, which is not zero. In parentheses are the prices of all tokens of longer requests. A provider may
have more models than are listed here: any name it knows can be given to `ziggurat run --model`.

Exit codes: 0 listed, also if nothing matches; 2 bad input.";

/// Filters and form.
#[derive(Debug, Args)]
pub(crate) struct ModelsArgs {
    /// Only names with this text in them, for example haiku or openai/gpt-5
    pub(crate) filter: Option<String>,

    /// Only models of this provider
    #[arg(long, value_name = "NAME")]
    pub(crate) provider: Option<String>,

    /// Only models that are known to call tools
    #[arg(long)]
    pub(crate) tools: bool,

    /// Only models that are known to see pictures
    #[arg(long)]
    pub(crate) vision: bool,

    /// Only models whose answers are known to obey a JSON schema
    #[arg(long)]
    pub(crate) json_schema: bool,

    /// Only models that are known to think before they answer
    #[arg(long)]
    pub(crate) reasoning: bool,

    /// Only models that are known to read a million tokens for so many US dollars or less
    #[arg(long, value_name = "USD", value_parser = values::usd, allow_hyphen_values = true)]
    pub(crate) max_input_price: Option<Usd>,

    #[command(flatten)]
    pub(crate) config: ConfigArgs,

    /// Also models of services that this program has no provider for
    #[arg(long)]
    pub(crate) all: bool,

    /// A JSON array with all that is known, unknown as null, prices as exact decimal text
    #[arg(long)]
    pub(crate) json: bool,
}
