// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A sink that keeps what the fast path tells of a packet.

use classifier_common::{
    fast_path::{Rest, Sink, classify},
    outcome::Outcome,
    tables::Tables,
};

/// Result of the fast path for a packet that it decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Outcome of the packet.
    pub outcome: Outcome,
    /// Bytes of its headers; 0 if they are not known.
    pub headers: u32,
    /// Bytes behind them.
    pub payload: isize,
    /// True if the packet may be FTP data.
    pub may_be_data: bool,
    /// Outcome of the packet, if its tracking is left.
    pub left: Option<Outcome>,
}

struct Kept<'a>(&'a mut Option<(Outcome, u32, isize, bool)>);

impl Sink for Kept<'_> {
    fn other(self, outcome: Outcome, headers: u32, payload: impl FnOnce() -> isize) {
        *self.0 = Some((outcome, headers, payload(), false));
    }

    fn ftp_data(self, outcome: Outcome, headers: u32, payload: impl FnOnce() -> isize) {
        *self.0 = Some((outcome, headers, payload(), true));
    }
}

/// Classifies a frame; `None` if it is left to the slow path.
pub fn told(frame: &[u8], tables: &impl Tables) -> Option<Told> {
    let mut kept = None;
    let left = match classify(frame, tables, Kept(&mut kept)) {
        Rest::Everything => {
            assert_eq!(kept, None, "a packet that is left is not counted");
            return None;
        }
        Rest::Nothing => None,
        Rest::Tracking(packed) => Some(Outcome::unpack(packed)),
    };
    let (outcome, headers, payload, may_be_data) = kept.expect("the packet is counted");
    Some(Told { outcome, headers, payload, may_be_data, left })
}
