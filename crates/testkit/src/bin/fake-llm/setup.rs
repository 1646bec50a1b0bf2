//! From options to a script.

use ziggurat_testkit::{Algorithm, Latency, Limits, Reply, ScriptedProvider};

use crate::args::{AnswerArgs, Args, LimitArgs, TimeArgs};
use crate::values::Tail;
use crate::{faults, file};

/// Bytes of an answer, unless told otherwise: a short paragraph.
const BYTES: usize = 400;

/// What the server plays, or what is wrong with the options, in words.
pub(crate) fn script(args: &Args) -> Result<ScriptedProvider, String> {
    let reply = reply(&args.answers);
    let mut script = ScriptedProvider::new()
        .named("fake-llm")
        .keeping(0)
        .with_seed(args.seed)
        .with_latency(latency(&args.times))
        .with_pace(pace(&args.times))
        .with_faults(faults::of(&args.faults, &reply)?)
        .with_token_count(|request| request.estimated_input_tokens());
    if !args.answers.model.is_empty() {
        script = script.with_models(&args.answers.model);
    }
    if let Some(limits) = limits(&args.limits) {
        script = script.limited(limits);
    }
    let script = script.generating(reply);
    match &args.answers.script {
        Some(path) => file::add(path, script),
        None => Ok(script),
    }
}

fn reply(args: &AnswerArgs) -> Reply {
    let reply = match (&args.reply, args.reply_tokens, args.reply_bytes) {
        (Some(text), ..) => Reply::saying(text),
        (_, Some(tokens), _) => Reply::tokens(tokens),
        (.., bytes) => Reply::bytes(bytes.unwrap_or(BYTES)),
    };
    let reply = if args.stamp { reply.stamped() } else { reply };
    match (args.chunks, args.chunk_chars) {
        (Some(pieces), _) => reply.in_pieces(pieces),
        (None, Some(chars)) => reply.in_pieces_of(chars),
        (None, None) => reply,
    }
}

fn limits(args: &LimitArgs) -> Option<Limits> {
    if args.rpm.is_none() && args.tpm.is_none() {
        return None;
    }
    let limits = Limits::per_minute().headers(!args.no_limit_headers);
    let limits = args.rpm.into_iter().fold(limits, Limits::requests);
    let limits = args.tpm.into_iter().fold(limits, Limits::tokens);
    Some(if args.fixed_window { limits.algorithm(Algorithm::FixedWindow) } else { limits })
}

fn latency(args: &TimeArgs) -> Latency {
    let base = args.latency.unwrap_or_default();
    let latency = match (args.jitter, args.tail) {
        (Some(jitter), _) => Latency::jittered(base, jitter),
        (None, Some(Tail::LogNormal(sigma))) => Latency::log_normal(base, sigma),
        (None, Some(Tail::Pareto(alpha))) => Latency::pareto(base, alpha),
        (None, None) => Latency::fixed(base),
    };
    match args.max_latency {
        Some(most) => latency.at_most(most),
        None => latency,
    }
}

fn pace(args: &TimeArgs) -> Latency {
    let base = args.chunk_delay.unwrap_or_default();
    match args.chunk_jitter {
        Some(jitter) => Latency::jittered(base, jitter),
        None => Latency::fixed(base),
    }
}
