//! The class of a first fragment, kept for the later ones.

use crate::{
    fragment::FragmentKey,
    packet::Packet,
    protocol::{Class, Protocol},
    tables::Tables,
    wire::{Ip, fragment_key},
};

/// The class of the first fragment of this one's datagram. A function of its own, as is the next: their
/// keys would fill the 512 bytes of stack that a kernel program has.
#[inline(never)]
pub(crate) fn class_of_first<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    start: usize,
    ip: &Ip,
) -> Class {
    let mut key = FragmentKey::EMPTY;
    let class = if fragment_key(packet, start, ip, &mut key) { tables.recall(&key) } else { None };
    class.unwrap_or(Protocol::FRAGMENT.to_server())
}

/// Keeps the class of a first fragment; `false` if there was no room.
#[inline(never)]
pub(crate) fn remember<P: Packet + ?Sized, T: Tables>(
    packet: &P,
    tables: &T,
    start: usize,
    ip: &Ip,
    class: Class,
) -> bool {
    let mut key = FragmentKey::EMPTY;
    fragment_key(packet, start, ip, &mut key) && tables.remember(&key, class)
}
