//! Records what providers answer, and replays it: a run that was paid for once can be run again offline, in
//! tests and to find out what happened.
//!
//! A recording is a list of calls ([`exchange`]). Its file is read and written in [`recording`] and [`wire`].
//! Recording is [`layer`], which notes each call ([`open_call`]) with a [`recorder`]; a [`writer`] has the thread
//! that writes. Replaying is [`replay`], which takes answers from a [`shelf`] and facts from [`facts`].

mod diff;
mod error;
mod exchange;
mod facts;
mod layer;
mod miss;
mod nearest;
mod open_call;
mod recorder;
mod recording;
mod redaction;
mod replay;
mod replay_provider;
mod shelf;
mod summary;
mod wire;
mod writer;

pub use error::RecordingError;
pub use exchange::{Asked, Ended, Exchange, RecordedError};
pub use layer::RecordLayer;
pub use miss::{Miss, MissCause};
pub use recording::{Cut, Recording};
pub use replay::{Replay, ReplayLayer};
