//! All that a limiter knows, and what follows from it, at a moment that is given. No clock and no waiting
//! is in here, so that every order of events can be tried.

use std::time::Duration;

use tokio::time::Instant;
use ziggurat_core::{RateLimits, RateWindow};

use super::learned::{Learned, Unknown};
use super::log::{Amount, Log, WINDOW};
use super::pause::{self, Pause};
use super::side::Side;
use super::streak::Streak;
use crate::PerMinute;

/// A refusal that took longer than this to arrive says nothing about the last minute.
const PROMPT: Duration = Duration::from_secs(10);

/// What a limiter knows.
#[derive(Debug, Default)]
pub(super) struct State {
    log: Log,
    requests: Side,
    tokens: Side,
    learned: Option<Learned>,
    streak: Streak,
    pause: Pause,
    /// How many calls are under way, whose tokens may still be given back.
    open: usize,
}

/// What a call has taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ticket {
    slot: u64,
    at: Instant,
    amount: Amount,
    /// What was used once it was taken, and what had ever been taken.
    used: Amount,
    taken: Amount,
}

/// How a call that had taken something ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum End {
    /// It used so many tokens.
    Used(u64),
    /// It was answered, and nobody knows what it used.
    Unmetered,
    /// Nobody knows what became of it, nor what it used.
    Unknown,
    /// The server had to do with it, and charged nothing.
    Unbilled,
    /// It never reached the server.
    Unsent,
    /// It was too much for the server, which gave this hint.
    Refused(Option<Duration>),
}

impl State {
    pub(super) fn new(limits: PerMinute) -> Self {
        let requests = limits.requests.map(|requests| u64::from(requests.get()));
        let tokens = limits.tokens.map(|tokens| tokens.get());
        Self { requests: Side::new(requests), tokens: Side::new(tokens), ..Self::default() }
    }

    /// Takes a request of so many tokens, or says when to ask again at the latest.
    pub(super) fn take(&mut self, now: Instant, tokens: u64) -> Result<Ticket, Instant> {
        let used = self.log.used(now);
        self.may_go(now, used, tokens)?;
        let tokens = self.tokens.limit().map_or(tokens, |limit| tokens.min(limit));
        let amount = Amount { requests: 1, tokens };
        let slot = self.log.take(now, amount);
        self.open += 1;
        let (used, taken) = (used.plus(amount), self.log.taken());
        Ok(Ticket { slot, at: now, amount, used, taken })
    }

    fn may_go(&mut self, now: Instant, used: Amount, tokens: u64) -> Result<(), Instant> {
        if let Some(until) = self.pause.until(now) {
            return Err(until);
        }
        if self.has_room(now, used, tokens) {
            let unknown = self.unknown();
            let learned = self.learned.as_mut().filter(|_| unknown.any());
            let Some(learned) = learned else { return Ok(()) };
            let allows = learned.allows(used, tokens, unknown);
            if allows || (learned.grow(now) && learned.allows(used, tokens, unknown)) {
                return Ok(());
            }
        }
        Err(self.room(now, tokens))
    }

    fn has_room(&self, now: Instant, used: Amount, tokens: u64) -> bool {
        self.requests.has_room(now, used.requests, 1)
            && self.tokens.has_room(now, used.tokens, tokens)
    }

    /// When there may be room, if no call ends before.
    fn room(&self, now: Instant, tokens: u64) -> Instant {
        let unknown = self.unknown();
        let learned = self.learned.as_ref().filter(|_| unknown.any());
        let aged = self.log.until(|left| {
            self.has_room(now, left, tokens)
                && learned.is_none_or(|learned| learned.allows(left, tokens, unknown))
        });
        let resets = [self.requests.reset(now), self.tokens.reset(now)];
        let grows = learned.map(Learned::grows).filter(|grows| *grows > now);
        let times = resets.into_iter().chain([aged, grows]);
        times.flatten().min().unwrap_or(now + WINDOW)
    }

    /// Before this moment a call of so many tokens, behind so many others, certainly cannot go.
    pub(super) fn earliest(&mut self, now: Instant, tokens: u64, ahead: usize) -> Instant {
        let used = self.log.used(now);
        let alone = ahead == 0 && self.open == 0;
        let room = (alone && !self.has_room(now, used, tokens)).then(|| self.room(now, tokens));
        let times = [Some(now), self.pause.until(now), self.in_line(used, ahead), room];
        times.into_iter().flatten().max().unwrap_or(now)
    }

    /// When so many requests and one more will have gone, by the limit of requests alone.
    fn in_line(&self, used: Amount, ahead: usize) -> Option<Instant> {
        let limit = self.requests.limit()?;
        let (minutes, rest) = (ahead as u64 / limit, ahead as u64 % limit);
        let minutes = WINDOW * u32::try_from(minutes).unwrap_or(u32::MAX >> 8);
        let room = |left: Amount| left.requests + rest < limit;
        let aged = if room(used) { None } else { self.log.until(room) };
        aged.map(|aged| aged + minutes)
    }

    /// What the server says beside the answer to a call.
    pub(super) fn hear(&mut self, now: Instant, ticket: &Ticket, told: RateLimits) {
        // Part of what was taken since may have been counted by the server already, so that only what
        // is beyond it is certainly not ours.
        let ours = ticket.used.plus(self.log.taken().minus(ticket.taken));
        self.hear_of(now, ticket, told, ours);
    }

    fn hear_of(&mut self, now: Instant, ticket: &Ticket, told: RateLimits, ours: Amount) {
        if let Some(requests) = told.requests {
            self.requests.hear(requests, ours.requests, ticket.at, now);
        }
        if let Some(tokens) = told.tokens {
            self.tokens.hear(tokens, ours.tokens, ticket.at, now);
        }
    }

    /// A call has ended; beside its answer the server had said this.
    pub(super) fn settle(&mut self, now: Instant, ticket: &Ticket, end: End, told: RateLimits) {
        self.open -= 1;
        let Amount { requests, tokens } = ticket.amount;
        let took = match end {
            End::Used(tokens) => Amount { requests, tokens },
            End::Unmetered | End::Unknown => ticket.amount,
            End::Unbilled => Amount { requests, tokens: 0 },
            End::Unsent | End::Refused(_) => Amount::default(),
        };
        self.log.correct(ticket.slot, ticket.amount, took);
        if !matches!(end, End::Refused(_) | End::Unsent) {
            self.streak.end();
        }
        if matches!(end, End::Used(_) | End::Unmetered) {
            self.pause.answered();
        }
        if let End::Refused(hint) = end {
            self.refused(now, ticket, hint, told);
        } else if let Some(learned) = &mut self.learned {
            learned.settled(ticket.at, tokens.saturating_sub(took.tokens));
            if learned.is_blind() && matches!(end, End::Used(_)) {
                self.learned = None;
            }
        }
    }

    fn refused(&mut self, now: Instant, ticket: &Ticket, hint: Option<Duration>, told: RateLimits) {
        let used = self.log.used(now);
        // Refusals are prompt: all that was accepted is known by now.
        self.hear_of(now, ticket, told, used);
        if hint.is_some_and(|hint| hint > pause::LONGEST) {
            return;
        }
        self.pause.refused(now, ticket.taken.requests, hint, self.open);
        let is_explained =
            is_used_up(told.requests, 1) || is_used_up(told.tokens, ticket.amount.tokens);
        let is_late = now.saturating_duration_since(ticket.at) > PROMPT;
        if is_explained || is_late || !self.unknown().any() {
            return;
        }
        let sent = self.log.taken().requests;
        let is_certain = self.streak.refused(ticket.taken.requests, sent, self.open);
        match &mut self.learned {
            Some(learned) => learned.lower(now, used),
            None if is_certain => self.learned = Some(Learned::new(now, used)),
            None => {}
        }
    }

    /// Whether all callers wait since the server refuses.
    #[cfg(test)]
    pub(super) fn is_paused(&self, now: Instant) -> bool {
        self.pause.until(now).is_some()
    }

    fn unknown(&self) -> Unknown {
        let [requests, tokens] = [&self.requests, &self.tokens].map(|side| side.limit().is_none());
        Unknown { requests, tokens }
    }
}

fn is_used_up(told: Option<RateWindow>, need: u64) -> bool {
    told.and_then(|told| told.remaining).is_some_and(|remaining| remaining < need)
}
