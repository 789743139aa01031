//! FTP data endpoints: announced ports, and the one data connection that each of them is for.
//!
//! A table of sets, found by addresses and port without a hash map: kernel and agent share its memory, and
//! every change of an endpoint's state is one compare-and-exchange of one word.

mod address;
mod announce;
#[cfg(any(test, feature = "host"))]
mod host;
mod judge;
mod labels;
mod set;
mod word;

#[cfg(any(test, feature = "host"))]
pub use self::host::HostSet;
pub use self::{
    address::{Address, Owner},
    announce::{Announcement, Place, Placed, announce, confirm, withdraw},
    judge::{Hit, Query, connected, judge},
    set::{Endpoint, SETS, Set, WAYS, place_of, set_of, slot},
    word::{Evidence, Kind, Mode, Side, State, Word},
};
