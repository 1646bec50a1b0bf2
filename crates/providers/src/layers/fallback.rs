//! Asks another model where one cannot answer.
