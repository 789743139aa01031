// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Evidence for firewall rules: outcomes and peers of connections.
//!
//! A [`Finding`] is a connection with a known outcome. It is noted in two places of fixed size.
//! [`SourceBucket`]s keep the hosts and networks with most findings. [`Seen`] keeps number and time for every
//! direction, protocol and outcome, whatever the peer.
//!
//! A finding of another service, of which no protocol has the port, is noted by its port instead. The ports with
//! most findings are in [`SourceBucket`]s of their own.

#[cfg(feature = "host")]
mod carried;
mod finding;
#[cfg(feature = "host")]
mod host;
mod observation;
mod seen;
mod source;
mod source_bucket;
#[cfg(all(test, feature = "host"))]
mod source_tests;
#[cfg(feature = "host")]
mod summary;

pub use self::{
    finding::{ConnectionOutcome, Finding},
    observation::{Observation, Observed},
    seen::{SEEN_ROWS, Seen, SeenTable},
    source::{Source, SourceKey},
    source_bucket::{SERVICE_BUCKETS, SOURCE_BUCKETS, SOURCE_WAYS, SourceBucket, bucket_of, regions},
};
#[cfg(feature = "host")]
pub use self::{host::HostSources, summary::Summary};
