//! What becomes of connections and sessions, by the host's build: the traces of `fixtures::connection_traces`, and that
//! whatever is repeated and mixed is counted once.

mod exactness;
mod traces;
