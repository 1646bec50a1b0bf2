//! From options to faults.

use std::time::Duration;

use ziggurat_core::ChatRequest;
use ziggurat_testkit::{Faults, Reply, Turn};

use crate::args::FaultArgs;
use crate::values::Fault;

/// How long a byte of a drip takes.
const DRIP: Duration = Duration::from_millis(100);

/// The faults that the options ask for; what is said before one comes is taken from this reply.
pub(crate) fn of(args: &FaultArgs, reply: &Reply) -> Result<Faults, String> {
    let statuses = args.error_status.len() as f64;
    let errors = args.error_rate.into_iter().flat_map(|rate| {
        args.error_status.iter().map(move |status| (Fault::Status(*status), rate / statuses))
    });
    let drops = args.drop_rate.map(|rate| (Fault::Reset, rate));
    let all: Vec<_> = errors.chain(drops).chain(args.fault.iter().copied()).collect();
    let sum: f64 = all.iter().map(|(_, rate)| rate).sum();
    // Shares of thirds add up to slightly more than one.
    if sum > 1.0 + 1e-9 {
        return Err(format!("the rates of all faults add up to {sum}, and to more than 1"));
    }
    let faults = all.into_iter().fold(Faults::new(), |faults, (fault, rate)| {
        let (reply, retry_after) = (reply.clone(), args.retry_after);
        faults.at_rate_with(rate, move |request| turn(fault, retry_after, &reply, request))
    });
    Ok(match (args.never_twice, args.at_most) {
        (true, _) => faults.never_twice(),
        (_, Some(times)) => faults.at_most(times),
        _ => faults,
    })
}

fn turn(fault: Fault, retry_after: Option<Duration>, reply: &Reply, request: &ChatRequest) -> Turn {
    let answer = || reply.turn(request);
    let half = || {
        let text = reply.text(request);
        let half = text.chars().count().div_ceil(2);
        answer().saying(text.chars().take(half).collect::<String>())
    };
    match fault {
        Fault::Status(status) => error(status, retry_after),
        Fault::ErrorEvent => error(529, retry_after).in_stream(),
        Fault::Reset => Turn::reset(),
        Fault::Cut => half().then_cut(),
        Fault::Hang => Turn::hang(),
        Fault::Stall => half().then_stall(),
        Fault::Malformed => half().then_malformed(),
        Fault::Html => Turn::html().status(502),
        Fault::Type => answer().content_type("text/plain; charset=utf-8"),
        Fault::Empty => answer().saying(""),
        Fault::Drip => answer().dripping(DRIP),
    }
}

fn error(status: u16, retry_after: Option<Duration>) -> Turn {
    let turn = Turn::http_error(status, format!("a fault of the fake server: status {status}"));
    match retry_after {
        Some(wait) if matches!(status, 429 | 503 | 529) => turn.retry_after(wait),
        _ => turn,
    }
}
