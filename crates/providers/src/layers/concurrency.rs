//! How many calls at once a server bears, found by trying.
