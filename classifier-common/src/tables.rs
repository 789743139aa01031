//! Tables of the classification: ports, endpoints, and labels of first fragments.

use crate::{
    connection::Speech,
    endpoint::{ExpectKey, PackedEndpoint},
    fragment::FragmentKey,
    label::Label,
    packet::Packet,
    ports::{PortEntry, Transport},
    protocol::Protocol,
    wire::{Ip, fragment_key},
};

/// Tables that the classification looks up.
pub trait Tables {
    /// True if [`Self::connected`] and [`Self::inspects`] are available. Otherwise these packets take the slow path.
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

    /// Returns whether data connections of encrypted sessions are inferred at the moment, so that SYNs must
    /// be inspected.
    #[inline(always)]
    fn infers(&self) -> bool {
        true
    }

    /// Returns the entry of a port.
    fn port(&self, transport: Transport, port: u16) -> PortEntry;

    /// Returns the entry of a port in network order.
    #[inline(always)]
    fn on_wire(&self, transport: Transport, port: u16) -> PortEntry {
        self.port(transport, u16::from_be(port))
    }

    /// Returns the label of the first fragment with this key, if it was seen.
    fn recall(&self, key: &FragmentKey) -> Option<Label>;

    /// Stores the label of a first fragment; `false` if the map refused it.
    fn remember(&self, key: &FragmentKey, label: Label) -> bool;
}

/// Label of a later fragment whose first was not seen.
pub(crate) const UNSEEN: Label = Label::of(Protocol::FRAGMENT.to_server());

/// Returns the label of the first fragment of this one's datagram. Not inlined, like the next function: their
/// keys would fill the 512 bytes of a kernel program's stack.
#[inline(never)]
pub(crate) fn label_of_first<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    start: usize,
    ip: &Ip,
) -> Label {
    let label = fragment_key(packet, start, ip).and_then(|key| tables.recall(&key));
    label.unwrap_or(UNSEEN)
}

/// Stores the label of a first fragment; `false` if the map refused it.
#[inline(never)]
pub(crate) fn remember<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    start: usize,
    ip: &Ip,
    label: Label,
) -> bool {
    fragment_key(packet, start, ip).is_some_and(|key| tables.remember(&key, label))
}
