//! Evidence for firewall rules: what became of connections, and with whom.

mod finding;

pub use self::finding::{ConnectionOutcome, Finding};
