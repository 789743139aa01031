//! Evidence for firewall rules, as people and programs read it: connections by what became of them, whom they were with, and
//! when. [`Evidence`] is made of what the kernel's maps hold, or a capture's, and is all that a report needs to know of them.

mod gathered;
mod moment;
mod opened;
mod outcome;
mod prefix;
mod seen;
mod source;
mod top;

pub use self::{
    gathered::Evidence,
    moment::{Clock, Moment},
    opened::Opened,
    prefix::Prefix,
    seen::SeenEvidence,
    source::{RedirectEvidence, SourceEvidence, Unlisted},
    top::top,
};
