//! Asks a second time where the first answer is late.
