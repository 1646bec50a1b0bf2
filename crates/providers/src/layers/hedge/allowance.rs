//! How many calls may be made twice: a share of them, so that a slow server does not get twice the work.

/// What a hedge costs, in what calls earn.
const PRICE: u32 = 100;

/// How many hedges can be saved up. More would let a server that becomes slow be hedged for long.
const SAVED: u32 = 10;

/// What calls have earned. It begins with nothing, so that at no time more than the share of the calls so
/// far were made twice.
#[derive(Debug, Default)]
pub(super) struct Allowance(u32);

impl Allowance {
    /// A call has begun, of which `percent` of a hedge may be made.
    pub(super) fn earn(&mut self, percent: u32) {
        self.0 = self.0.saturating_add(percent).min(SAVED * PRICE);
    }

    /// Whether a hedge may be made; if so, it is paid.
    pub(super) fn spend(&mut self) -> bool {
        let left = self.0.checked_sub(PRICE);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_no_time_more_than_the_share_was_made_twice() {
        let mut allowance = Allowance::default();
        let mut hedges = 0;
        for calls in 1..=1000_u32 {
            allowance.earn(10);
            hedges += u32::from(allowance.spend());
            assert!(hedges * 10 <= calls, "{hedges} of {calls}");
        }
        assert_eq!(hedges, 100);
    }

    #[test]
    fn ten_hedges_are_saved_and_no_more() {
        let mut allowance = Allowance::default();
        (0..1000).for_each(|_| allowance.earn(10));
        assert_eq!((0..50).filter(|_| allowance.spend()).count(), 10);
    }
}
