//! All of them in the right order.
