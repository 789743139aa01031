// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! ICMP errors that reject a connection before it is established.

use super::{ConnEvent, ConnEventKind, FlowKey, HookPoint, event::Sought};
use crate::{track::Ends, wire::Family};

/// Returns whether an ICMP error about a SYN rejects the connection.
///
/// RFC 1122 §4.2.3.9 asks TCP to retry after some errors. Until a connection is established, every stack in
/// use gives up at once (RFC 5461 §4.1, Linux' `tcp_v4_err`). This holds for unreachable destinations of any
/// code, exceeded time, and header problems. It does not hold for path MTU discovery, redirects and source
/// quenches.
#[inline(always)]
#[must_use]
pub const fn rejects(family: Family, kind: u8, code: u8) -> bool {
    const FRAGMENTATION_NEEDED: u8 = 4;
    match family {
        Family::V4 => kind == 3 && code != FRAGMENTATION_NEEDED || kind == 11 || kind == 12,
        Family::V6 => kind == 1 || kind == 3 || kind == 4,
    }
}

impl ConnEvent {
    /// Reads the rejected connection from the SYN that an ICMP error quotes.
    #[inline(always)]
    pub const fn read_rejection(&mut self, quoted: &Ends, hook: HookPoint) {
        self.key =
            FlowKey::sent(quoted.source, quoted.destination, quoted.source_port, quoted.destination_port);
        self.number = quoted.sequence;
        self.spoken.length = 0;
        self.parts = 0;
        self.interface = hook.interface;
        self.seek(Sought::Unanswered);
        self.kind = ConnEventKind::Rejected;
        self.direction = hook.backward;
        self.along = hook.forward;
    }
}
