//! The label of a first fragment, kept for the later ones.

use crate::{
    fragment::FragmentKey,
    label::Label,
    packet::Packet,
    protocol::Protocol,
    tables::Tables,
    wire::{Ip, fragment_key},
};

/// The label of the first fragment of this one's datagram. A function of its own, as is the next: their
/// keys would fill the 512 bytes of stack that a kernel program has.
#[inline(never)]
pub(crate) fn label_of_first<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    start: usize,
    ip: &Ip,
) -> Label {
    let mut key = FragmentKey::EMPTY;
    let label = if fragment_key(packet, start, ip, &mut key) { tables.recall(&key) } else { None };
    label.unwrap_or(Label::of(Protocol::FRAGMENT.to_server()))
}

/// Keeps the label of a first fragment; `false` if there was no room.
#[inline(never)]
pub(crate) fn remember<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    start: usize,
    ip: &Ip,
    label: Label,
) -> bool {
    let mut key = FragmentKey::EMPTY;
    fragment_key(packet, start, ip, &mut key) && tables.remember(&key, label)
}
