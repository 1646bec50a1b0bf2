//! The command line. Names follow other mock servers where they agree; theirs are aliases where not.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as Group, Parser};

use crate::values::{self, Fault, Tail};

const MORE: &str = "\
Times are a number with a unit: 200ms, 1.5s, 2m. Rates are shares from 0 to 1.

Faults of --fault, each as NAME:RATE, and the option may be repeated:
  a status (429, 500, 503, 529 …)  an error as the vendor words it
  error-event   status 200, and then the error as the first event of a stream
  reset         the connection is reset before a byte of the answer
  cut           the connection breaks in the middle of the answer
  hang          no answer at all
  stall         half an answer, then silence
  malformed     half an answer, then broken JSON
  html          a page for people, with status 502
  type          the right answer as text/plain
  empty         an answer that says nothing
  drip          the answer a byte every 100 ms

The server tells of itself at GET /__fake/counts (JSON). POST /__fake/reset begins anew: nothing counted,
no limit used, and the same latencies and faults drawn again.

Exit codes: 0 ended by Ctrl-C or SIGTERM, 1 it could not serve, 2 a bad option or script.

Example: fake-llm --port 8099 --latency 600ms --tail log-normal:0.5 --reply-bytes 800 --chunks 20
         --chunk-delay 5ms --error-rate 0.02 --retry-after 200ms --drop-rate 0.01 --never-twice";

/// A model server without a model: OpenAI's chat completions and Responses, Anthropic's Messages,
/// Gemini's generateContent and Ollama's own API, with latencies and faults as you like them.
#[derive(Debug, Parser)]
#[command(name = "fake-llm", version, max_term_width = 100, after_help = MORE)]
pub(crate) struct Args {
    /// The port to listen at; 0 takes a free one. The first line of stdout tells the address
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    pub(crate) port: u16,

    /// The address to listen at
    #[arg(long, value_name = "IP", default_value_t = Ipv4Addr::LOCALHOST.into())]
    pub(crate) host: IpAddr,

    /// Threads that serve [default: one for each core]
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub(crate) threads: Option<usize>,

    /// What latencies and faults are drawn from: the same seed gives the same ones, in order of arrival
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    pub(crate) seed: u64,

    #[command(flatten)]
    pub(crate) answers: AnswerArgs,

    #[command(flatten)]
    pub(crate) times: TimeArgs,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    #[command(flatten)]
    pub(crate) faults: FaultArgs,
}

#[derive(Debug, Group)]
#[command(next_help_heading = "Answers")]
pub(crate) struct AnswerArgs {
    /// Bytes of text in an answer, made from the request: the same request, the same text [default: 400]
    #[arg(long, value_name = "N", conflicts_with_all = ["reply_tokens", "reply"])]
    pub(crate) reply_bytes: Option<usize>,

    /// The same in tokens, at four bytes each
    #[arg(long, value_name = "N", conflicts_with = "reply")]
    pub(crate) reply_tokens: Option<usize>,

    /// What every answer says
    #[arg(long, value_name = "TEXT")]
    pub(crate) reply: Option<String>,

    /// Pieces of a streamed answer [default: pieces of 8 characters]
    #[arg(long, value_name = "N", value_parser = values::count, conflicts_with = "chunk_chars")]
    pub(crate) chunks: Option<usize>,

    /// Characters in a piece of a streamed answer [default: 8]
    #[arg(long, value_name = "N", value_parser = values::count)]
    pub(crate) chunk_chars: Option<usize>,

    /// Says in each streamed piece when it was sent, in microseconds since 1970, instead of the text
    #[arg(long)]
    pub(crate) stamp: bool,

    /// The model it lists; may be given several times [default: no list, and every model is there]
    #[arg(long, value_name = "NAME")]
    pub(crate) model: Vec<String>,

    /// Turns bound to what a request contains (TOML or JSON); the crate's README tells the format
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,
}

#[derive(Debug, Group)]
#[command(next_help_heading = "Times")]
pub(crate) struct TimeArgs {
    /// How long until the first byte of an answer, to the millisecond [default: no time]
    #[arg(long, value_name = "TIME", alias = "time-to-first-token", value_parser = values::time)]
    pub(crate) latency: Option<Duration>,

    /// Spreads the latency evenly, this much up and down
    #[arg(long, value_name = "TIME", value_parser = values::time, requires = "latency",
        conflicts_with = "tail")]
    pub(crate) jitter: Option<Duration>,

    /// Gives the latency a long tail: log-normal:SIGMA (the latency is the median) or pareto:ALPHA (it is
    /// the shortest)
    #[arg(long, value_name = "KIND:NUMBER", value_parser = values::tail, requires = "latency")]
    pub(crate) tail: Option<Tail>,

    /// The longest latency of a long tail [default: 100 times the latency]
    #[arg(long, value_name = "TIME", value_parser = values::time, requires = "tail")]
    pub(crate) max_latency: Option<Duration>,

    /// How long before each further piece of a streamed answer [default: no time]
    #[arg(long, value_name = "TIME", alias = "inter-token-latency", value_parser = values::time)]
    pub(crate) chunk_delay: Option<Duration>,

    /// Spreads that evenly, this much up and down
    #[arg(long, value_name = "TIME", value_parser = values::time, requires = "chunk_delay")]
    pub(crate) chunk_jitter: Option<Duration>,
}

#[derive(Debug, Group)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Requests a minute; what is beyond gets a 429 [default: no limit]
    #[arg(long, value_name = "N", value_parser = values::limit)]
    pub(crate) rpm: Option<u64>,

    /// Tokens a minute, estimated input and max_tokens [default: no limit]
    #[arg(long, value_name = "N", value_parser = values::limit)]
    pub(crate) tpm: Option<u64>,

    /// Counts whole minutes, rather than a bucket that fills evenly
    #[arg(long)]
    pub(crate) fixed_window: bool,

    /// Does not tell what is left of a limit, nor when to try again
    #[arg(long)]
    pub(crate) no_limit_headers: bool,
}

#[derive(Debug, Group)]
#[command(next_help_heading = "Faults")]
pub(crate) struct FaultArgs {
    /// The share of calls that get an error
    #[arg(long, value_name = "RATE", alias = "failure-injection-rate", value_parser = values::rate)]
    pub(crate) error_rate: Option<f64>,

    /// Its status; several, separated by commas, are equally likely
    #[arg(long, value_name = "STATUS", value_delimiter = ',', default_value = "429",
        value_parser = values::status)]
    pub(crate) error_status: Vec<u16>,

    /// The hint when to try again, for errors with status 429, 503 and 529 [default: no hint]
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub(crate) retry_after: Option<Duration>,

    /// The share of calls whose connection is reset before the answer
    #[arg(long, value_name = "RATE", value_parser = values::rate)]
    pub(crate) drop_rate: Option<f64>,

    /// Any fault at a rate; see below
    #[arg(long, value_name = "NAME:RATE", value_parser = values::fault)]
    pub(crate) fault: Vec<(Fault, f64)>,

    /// Serves a call that a fault has hit when it is made again
    #[arg(long, conflicts_with = "at_most")]
    pub(crate) never_twice: bool,

    /// Lets faults hit a call at most this often
    #[arg(long, value_name = "N")]
    pub(crate) at_most: Option<u32>,

    /// The header that names a call, for --never-twice and --at-most [default: calls that ask the same
    /// are the same]
    #[arg(long, value_name = "NAME")]
    pub(crate) call_header: Option<String>,
}
