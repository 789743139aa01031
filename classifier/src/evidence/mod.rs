// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Evidence for firewall rules, as people and programs read it: connections by outcome, with peers and times.
//! [`Evidence`] is built from the kernel's maps, or from a capture, and has all data of a report.

mod gathered;
mod moment;
mod opened;
mod outcome;
mod seen;
mod service;
mod source;
mod top;

pub use self::{
    gathered::{Evidence, services},
    moment::{Clock, Moment},
    opened::Opened,
    seen::SeenEvidence,
    service::ServiceEvidence,
    source::{RedirectEvidence, SourceEvidence, Unlisted},
    top::{top, top_services},
};
pub use crate::prefix::Prefix;
