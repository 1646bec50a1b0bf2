//! How many of the calls lately made were too much for the server. A few refusals in a hundred come by
//! chance from a server that would bear all the calls there are, and fewer at once would be no help; a
//! server that has enough refuses most of what is beyond.

/// One refusal in so many calls is too many.
const ONE_IN: usize = 10;

/// At least so many outcomes are remembered, so that one refusal is not a tenth of them.
const LEAST: usize = 20;

/// Outcomes of calls, the older the less they count.
#[derive(Debug, Default)]
pub(super) struct Share {
    answered: usize,
    refused: usize,
}

impl Share {
    /// One more was answered, while so many may be under way.
    pub(super) fn answered(&mut self, limit: usize) {
        self.answered += 1;
        if self.answered + self.refused >= 2 * limit.max(LEAST) {
            self.answered /= 2;
            self.refused /= 2;
        }
    }

    /// One more was refused. Says whether these are too many, of those that have ended and those that are
    /// under way, itself among them: they are not refused so far, and refusals are prompt.
    pub(super) fn refused(&mut self, under_way: usize) -> bool {
        let all = self.answered + self.refused + under_way;
        self.refused += 1;
        self.refused * ONE_IN >= all
    }
}
