//! Panics turned into values.
//!
//! All jobs of a set share one task, so a panic that escaped one of them would unwind through the
//! driver and take every sibling with it. Each place where foreign code runs goes through
//! [`catch`].

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs `f`; a panic becomes its message.
///
/// Asserting unwind safety is sound here because callers drop whatever panicked and never look at
/// it again.
pub(crate) fn catch<R>(f: impl FnOnce() -> R) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(f)).map_err(|payload| message(payload.as_ref()))
}

/// `panic!` carries a `&str` or a `String`; `panic_any` may carry anything.
fn message(payload: &(dyn Any + Send)) -> String {
    if let Some(text) = payload.downcast_ref::<&str>() {
        (*text).to_owned()
    } else if let Some(text) = payload.downcast_ref::<String>() {
        text.clone()
    } else {
        "a panic without a message".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::catch;

    #[test]
    fn keeps_the_message_of_every_kind_of_panic() {
        assert_eq!(catch(|| 1), Ok(1));
        assert_eq!(catch(|| panic!("plain")), Err::<(), _>("plain".into()));
        assert_eq!(catch(|| panic!("number {}", 2)), Err::<(), _>("number 2".into()));
        let odd = catch(|| std::panic::panic_any(3_u8));
        assert_eq!(odd, Err::<(), _>("a panic without a message".into()));
    }
}
