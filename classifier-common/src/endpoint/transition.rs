// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Transitions of an endpoint's packed state by packets.

use super::{DataSide, EndpointState, ExpectKey, PackedEndpoint};
use crate::wire::tcp::flag;

/// A TCP packet, seen from a port that may have been announced.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Query {
    /// The port, its host and the other host.
    pub key: ExpectKey,
    /// Port of the other host.
    pub peer_port: u16,
    /// Sender of the packet.
    pub sender: DataSide,
    /// TCP flags of the packet.
    pub flags: u8,
    /// Sequence number of the SYN that the packet is or answers; meaningless for other packets.
    pub number: u32,
}

/// Returns whether the packet may belong to this endpoint's connection, by its word alone.
#[inline(always)]
pub(super) const fn is_candidate(word: PackedEndpoint, query: &Query) -> bool {
    word.port() == query.key.port
        && query.peer_port != 0
        && match word.state() {
            EndpointState::Free | EndpointState::Claimed => false,
            EndpointState::Announced | EndpointState::Proposed => begins(query),
            EndpointState::Connected | EndpointState::Closed => word.peer_port() == query.peer_port,
        }
}

/// Returns whether it is the first packet of a connection to the announced port, or the answer to it.
#[inline(always)]
const fn begins(query: &Query) -> bool {
    let syn = query.flags & (flag::SYN | flag::ACK) == flag::SYN;
    syn && matches!(query.sender, DataSide::Initiator) || answers(query)
}

/// Returns whether it is the answer to the first packet of a connection to the announced port.
#[inline(always)]
pub(super) const fn answers(query: &Query) -> bool {
    let both = flag::SYN | flag::ACK;
    query.flags & both == both && matches!(query.sender, DataSide::Listener)
}

/// Returns whether it is the SYN of another connection, while the endpoint's has not ended.
#[inline(always)]
pub(super) const fn is_rival(word: PackedEndpoint, query: &Query) -> bool {
    matches!(word.state(), EndpointState::Connected)
        && begins(query)
        && !answers(query)
        && !word.has_number(query.number)
}

/// Returns the word after one packet of the endpoint's connection.
#[inline(always)]
pub(super) const fn after(word: PackedEndpoint, query: &Query) -> PackedEndpoint {
    let word = match word.state() {
        EndpointState::Announced | EndpointState::Proposed => word.connected(query.peer_port, query.number),
        EndpointState::Closed if begins(query) => {
            if word.is_finished() || !word.has_number(query.number) {
                return word.retired();
            }
            word.connected(query.peer_port, query.number)
        }
        EndpointState::Free | EndpointState::Claimed | EndpointState::Connected | EndpointState::Closed => {
            word
        }
    };
    if query.flags & flag::RST != 0 {
        word.in_state(EndpointState::Closed)
    } else if query.flags & flag::FIN != 0 {
        word.finished(query.sender)
    } else {
        word
    }
}
