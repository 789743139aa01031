// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! UDP flows, for the evidence of other services: datagrams between the same two ends.
//!
//! A flow ends two minutes after its last datagram, like one of the kernel's connection tracking
//! (`nf_conntrack_udp_timeout_stream`). Datagrams in one direction request it, and the first one in the other direction
//! answers it. Both are noted once: see [`Flow::after`].

use crate::{
    address::Address,
    connection::HookPoint,
    endpoint::FIRST_PORT,
    evidence::{ConnectionOutcome, Finding},
    packet::Direction,
    protocol::Protocol,
    table::{
        hash,
        recent::{self, Recent},
    },
    track::Ends,
};

/// Unit of a flow's time, as a power of two of nanoseconds: 8.6 s.
const UNIT: u32 = 33;
/// Units without a datagram that end a flow: 120 to 129 s.
const IDLE: u32 = 15;

/// The ends of a flow in ascending order, so that both directions have the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct FlowEnds {
    addresses: [Address; 2],
    ports: [u16; 2],
    reserved: u32,
}

impl FlowEnds {
    /// Stores the ends of a datagram, and returns the number of its sender among them.
    #[inline(always)]
    pub fn store(&mut self, ends: &Ends) -> u32 {
        let sender = u32::from((ends.source, ends.source_port) > (ends.destination, ends.destination_port));
        let [source, destination] =
            [(ends.source, ends.source_port), (ends.destination, ends.destination_port)];
        let [lower, higher] = if sender == 0 { [source, destination] } else { [destination, source] };
        // Field by field, as for `Ends::segment`.
        self.addresses = [lower.0, higher.0];
        self.ports = [lower.1, higher.1];
        sender
    }
}

impl recent::Key for FlowEnds {
    const KEPT: u64 = (IDLE as u64) << UNIT;

    #[inline(always)]
    fn hash(&self) -> u64 {
        let ([lower, higher], [low, high]) = (self.addresses, self.ports);
        hash::ends(lower, higher, u64::from(low) | u64::from(high) << 16)
    }
}

/// State of a flow.
///
/// | bits | hold |
/// | --- | --- |
/// | 0, 1 | the end with this number has sent |
/// | 2 | number of the server's end |
/// | 3 | direction of the requests |
/// | 8–31 | time of the last datagram, in units of 2³³ ns; wraps |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Flow(u32);

impl From<Flow> for u32 {
    #[inline(always)]
    fn from(flow: Flow) -> Self {
        flow.0
    }
}

const BOTH: u32 = 0b11;
const SERVER: u32 = 2;
const DIRECTION: u32 = 3;
const TIME: u32 = 8;

impl Flow {
    /// Creates a flow from a number that one was converted to; `None` for 0, which none is.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// Begins the flow of a datagram by the end `sender`. Its destination is the server, unless only the source has a
    /// system port (RFC 6335 §6), or the lower one: then the agent has missed the request.
    #[inline(always)]
    fn begin(ends: &Ends, sender: u32, hook: &HookPoint) -> Self {
        let (from, to) = (ends.source_port, ends.destination_port);
        let is_of_server = from < FIRST_PORT && from < to;
        let server = if is_of_server { sender } else { sender ^ 1 };
        let direction = if is_of_server { hook.backward } else { hook.forward };
        Self(server << SERVER | (direction as u32) << DIRECTION)
    }

    /// Returns the flow after a datagram by the end `sender`.
    #[inline(always)]
    const fn heard(self, sender: u32, now: u64) -> Self {
        let flags = self.0 & ((1 << TIME) - 1) | 1 << (sender & 1);
        Self(flags | ((now >> UNIT) as u32) << TIME)
    }

    #[inline(always)]
    const fn is_idle(self, now: u64) -> bool {
        const UNITS: u32 = u32::MAX >> TIME;
        ((now >> UNIT) as u32).wrapping_sub(self.0 >> TIME) & UNITS >= IDLE
    }

    /// Returns the flow after a datagram by the end `sender`, given what is remembered of it, and what the datagram tells:
    /// a request is [`ConnectionOutcome::Unanswered`], its answer [`ConnectionOutcome::Established`]. Readers subtract the
    /// answers from the requests.
    #[inline(always)]
    #[must_use]
    pub fn after(
        known: Option<Self>,
        ends: &Ends,
        sender: u32,
        hook: &HookPoint,
        now: u64,
    ) -> (Self, Option<ConnectionOutcome>) {
        let known = known.filter(|flow| !flow.is_idle(now));
        let flow = known.unwrap_or_else(|| Self::begin(ends, sender, hook)).heard(sender, now);
        let told = match known {
            None => Some(ConnectionOutcome::Unanswered),
            Some(before) if flow.is_answered() && !before.is_answered() => {
                Some(ConnectionOutcome::Established)
            }
            Some(_) => None,
        };
        (flow, told)
    }

    #[inline(always)]
    const fn is_answered(self) -> bool {
        self.0 & BOTH == BOTH
    }

    /// Returns the number of the server's end.
    #[inline(always)]
    const fn server(self) -> usize {
        (self.0 >> SERVER & 1) as usize
    }

    /// Creates the finding that a datagram of the flow tells.
    #[inline(always)]
    #[must_use]
    pub fn finding(self, key: &FlowEnds, outcome: ConnectionOutcome, now: u64) -> Finding {
        let direction = Direction::from_raw(self.0 >> DIRECTION & 1);
        let ([lower, higher], [low, high]) = (key.addresses, key.ports);
        let (server, client, port) =
            if self.server() == 0 { (lower, higher, low) } else { (higher, lower, high) };
        let peer = if matches!(direction, Direction::Ingress) { client } else { server };
        Finding { peer, now, direction, protocol: Protocol::UDP_OTHER, outcome, port }
    }
}

/// Entry of the table of flows.
pub type RecentFlow = Recent<FlowEnds, Flow>;
