//! What the judgement asks of its surroundings.

use crate::{
    endpoint::{Owner, Word},
    fragment::FragmentKey,
    label::Label,
    ports::{PortEntry, Transport},
};

/// What the judgement asks of its surroundings.
pub trait Tables {
    /// Whether [`Self::connected`] is to be asked: where not, the packet goes the general way.
    const SEES_ENDPOINTS: bool = false;

    /// The word of the endpoint whose connection a packet in its midst belongs to; a free one if there is none.
    #[inline(always)]
    fn connected(&self, _owner: &Owner, _peer_port: u16) -> Word {
        Word::FREE
    }

    /// Whether connections of encrypted sessions are inferred at the moment: SYNs are to be looked at then.
    #[inline(always)]
    fn infers(&self) -> bool {
        true
    }

    /// What the port table says of a port.
    fn port(&self, transport: Transport, port: u16) -> PortEntry;

    /// The same of a port whose two bytes are given as they lie in the packet.
    #[inline(always)]
    fn on_wire(&self, transport: Transport, port: u16) -> PortEntry {
        self.port(transport, u16::from_be(port))
    }

    /// The label of the first fragment with this key, where it was seen.
    fn recall(&self, key: &FragmentKey) -> Option<Label>;

    /// Keeps the label of a first fragment; `false` if there was no room.
    fn remember(&self, key: &FragmentKey, label: Label) -> bool;
}
