//! Many interfaces at once.
