// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tables of the classification: ports, endpoints, and labels of first fragments.

use crate::{
    connection::{FlowKey, Speech},
    control::Segment,
    endpoint::{ExpectKey, PackedEndpoint},
    fragment::FragmentKey,
    label::Label,
    ports::{PortEntry, Transport},
    protocol::Protocol,
};

/// Tables that the classification looks up.
pub trait Tables {
    /// True if [`Self::connected`] is available. Otherwise its packets take the slow path.
    const SEES_CONNECTIONS: bool = false;

    /// Finds the endpoint of an established connection's packet. Returns a free word if there is none.
    #[inline(always)]
    fn connected(&self, _key: &ExpectKey, _peer_port: u16) -> PackedEndpoint {
        PackedEndpoint::FREE
    }

    /// Returns whether a segment belongs to a followed session and must be inspected.
    #[inline(always)]
    fn inspects(&self, _speech: &Speech) -> bool {
        true
    }

    /// Returns whether there may be a connection between these ends.
    #[inline(always)]
    fn may_be_connected(&self, _key: &FlowKey) -> bool {
        true
    }

    /// Applies a segment, which neither begins nor ends a connection, to its control connection. Returns `false` if the
    /// tracking must decide, as it must about every payload. `fill` fills in the segment, except for its time.
    #[inline(always)]
    fn acknowledges(&self, _has_payload: bool, _fill: impl FnOnce(&mut Segment)) -> bool {
        false
    }

    /// Returns whether data connections of encrypted sessions are inferred at the moment, so that SYNs must
    /// be inspected.
    #[inline(always)]
    fn infers(&self) -> bool {
        true
    }

    /// Returns whether UDP flows without a protocol are followed.
    #[inline(always)]
    fn follows_flows(&self) -> bool {
        false
    }

    /// Returns the entry of a port.
    fn port(&self, transport: Transport, port: u16) -> PortEntry;

    /// Returns the entry of a port in network order.
    #[inline(always)]
    fn on_wire(&self, transport: Transport, port: u16) -> PortEntry {
        self.port(transport, u16::from_be(port))
    }

    /// Receives the key of a datagram whose fragment was found, or is quoted. The kernel keeps it until the packet's label
    /// is final, because a second walk costs as much as the first.
    #[inline(always)]
    fn note(&self, _key: FragmentKey) {}

    /// Returns the label of the first fragment with this key, if it was seen.
    fn recall(&self, key: &FragmentKey) -> Option<Label>;

    /// Stores the label of a first fragment; `false` if the table refused it.
    #[inline(always)]
    fn remember(&self, _key: &FragmentKey, _label: Label) -> bool {
        false
    }
}

/// Label of a later fragment whose first was not seen.
pub const UNSEEN: Label = Label::of(Protocol::FRAGMENT.to_server());

#[cfg(test)]
mod tests {
    use super::*;

    /// Tables that only know a port.
    struct Least;

    impl Tables for Least {
        fn port(&self, _transport: Transport, port: u16) -> PortEntry {
            PortEntry(port.into())
        }

        fn recall(&self, _key: &FragmentKey) -> Option<Label> {
            None
        }
    }

    #[test]
    fn tables_without_connections_leave_what_they_do_not_know_to_the_slow_path() {
        const { assert!(!Least::SEES_CONNECTIONS) };
        let address = crate::address::Address::v4([192, 0, 2, 1]);
        let key = ExpectKey { address, peer: address, port: 40_000 };
        assert_eq!(Least.connected(&key, 1), PackedEndpoint::FREE);
        assert!(Least.inspects(&Speech::default()) && Least.may_be_connected(&FlowKey::default()));
        assert!(Least.infers() && !Least.follows_flows());
        assert!(!Least.acknowledges(false, |_| panic!("no session")));
        assert!(!Least.remember(&FragmentKey::default(), UNSEEN), "nothing is remembered");
        assert_eq!(Least.on_wire(Transport::Tcp, 0x0102_u16.to_be()), PortEntry(0x0102));
    }
}
