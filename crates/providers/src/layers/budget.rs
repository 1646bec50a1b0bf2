//! Sets aside what an attempt may cost, and settles what it did.
