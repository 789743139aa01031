//! Evidence for firewall rules: what became of connections, and with whom.
//!
//! A [`Finding`] is a connection whose outcome is known. It goes to two places, both of a fixed size: [`SourceSet`]s, which
//! keep the hosts and networks that most findings are of, and [`Seen`], which keeps for every direction, protocol and
//! outcome how many there were and when, whoever they were of.

#[cfg(feature = "host")]
mod carried;
mod finding;
#[cfg(feature = "host")]
mod host;
mod observation;
mod seen;
mod source;
mod source_set;
#[cfg(feature = "host")]
mod summary;

pub use self::{
    finding::{ConnectionOutcome, Finding},
    observation::{Observation, Observed},
    seen::{SEEN_ROWS, Seen, SeenTable},
    source::{Source, SourceKey},
    source_set::{SOURCE_SETS, SOURCE_WAYS, SourceSet, regions, set_of},
};
#[cfg(feature = "host")]
pub use self::{host::HostSources, summary::Summary};
