//! Connections, from a SYN to what became of it; and whether sessions of protocols that carry passwords were encrypted.
//!
//! A connection is known between its SYN and what became of it: a place in a table of sets, whose life is one word, so that
//! each outcome is counted once whichever CPU sees it. A place whose session is listened to stays until that is decided.
//! A place that is over lingers: what is sent again belongs to it, and begins nothing.

mod attempt;
mod counts;
mod dial;
mod ended;
mod expire;
mod listen;
mod rejection;
mod sessions;
mod set;
mod signal;
mod step;
mod table;
mod word;

#[cfg(any(test, feature = "host"))]
pub use self::set::HostSet;
pub use self::{
    attempt::{Attempt, Vantage},
    counts::{Handshakes, ROWS, SESSION_ROWS, row, rows, session_row},
    ended::{Ended, Fate},
    expire::{IDLE, LINGER, TIMEOUT, expire},
    listen::{BEGINNING, Said, said},
    rejection::{Rejection, rejects},
    sessions::Encryption,
    set::{PLACES, Place, SETS, Set, WAYS, set_of, units},
    signal::{SHORT, Seen, Signal, concerns, is_heard},
    step::step,
    table::Table,
    word::{State, Word},
};
