//! From what a file holds of a packet to the frame that is judged.

use classifier_common::{
    packet::{Frame, Link},
    wire::ethernet::ethertype,
};

use super::{LinkType, Packet, uncut::measured};

/// Bytes of a packet that are looked at: the longest IP packet behind an Ethernet header and eight tags. What a test
/// run of a kernel program takes is a little more.
pub(super) const FRAME_MAX: usize = 64 * 1024 + 64;

/// Makes frames.
#[derive(Default)]
pub(super) struct Stripper {
    /// A frame that stands nowhere in the file.
    made: Vec<u8>,
    /// One that says how long its packet is.
    measured: Vec<u8>,
}

/// What a pseudo header says that follows, by `EtherType` or, below 1536, by something that is not IP; and where.
type Pseudo<'p> = Option<(u16, &'p [u8])>;

const NOT_IP: u16 = 0;

/// In cooked packets: what follows has an Ethernet header of its own.
const WHOLE_FRAME: u16 = 3;

impl Stripper {
    /// The frame to be judged, whole or cut; `None` of a link type that is not known.
    pub(super) fn frame<'p>(&'p mut self, packet: &Packet<'p>) -> Option<(Frame, &'p [u8])> {
        let captured = packet.bytes;
        let bytes = captured.get(..FRAME_MAX).unwrap_or(captured);
        let (link, bytes) = unwrapped(packet.link, bytes, &mut self.made)?;
        let cut = (packet.wire as usize).saturating_sub(captured.len());
        let bytes = measured(link, bytes, cut, &mut self.measured);
        Some((Frame::on_wire(link), bytes))
    }
}

/// What stands behind a pseudo header, as an Ethernet frame or as an IP packet.
fn unwrapped<'p>(link: LinkType, bytes: &'p [u8], made: &'p mut Vec<u8>) -> Option<(Link, &'p [u8])> {
    let pseudo = match link {
        LinkType::ETHERNET => return Some((Link::Ethernet, bytes)),
        LinkType::RAW | LinkType::OLD_RAW => return Some((Link::RawIp, bytes)),
        LinkType::IPV4 => Some((ethertype::IPV4, bytes)),
        LinkType::IPV6 => Some((ethertype::IPV6, bytes)),
        LinkType::NULL => null(bytes),
        LinkType::LOOP => {
            bytes.split_first_chunk().map(|(family, rest)| family_of(u32::from_be_bytes(*family), rest))
        }
        LinkType::LINUX_SLL => cooked(bytes, 14, 16),
        LinkType::LINUX_SLL2 => cooked(bytes, 0, 20),
        _ => return None,
    };
    // A header that is not whole leaves an Ethernet header that is not whole.
    let Some((kind, packet)) = pseudo else { return Some((Link::Ethernet, &[])) };
    Some(match (kind, packet.first().map(|first| first >> 4)) {
        (ethertype::IPV4, Some(4)) | (ethertype::IPV6, Some(6)) => (Link::RawIp, packet),
        (WHOLE_FRAME, _) => (Link::Ethernet, packet),
        _ => (Link::Ethernet, make(kind, packet, made)),
    })
}

/// The packet behind an Ethernet header that announces it: tags are looked through there, and versions that do not
/// match are found out.
fn make<'p>(kind: u16, packet: &[u8], made: &'p mut Vec<u8>) -> &'p [u8] {
    const ADDRESSES: [u8; 12] = [0; 12];
    made.clear();
    made.extend_from_slice(&ADDRESSES);
    made.extend_from_slice(&kind.to_be_bytes());
    made.extend_from_slice(packet);
    made
}

/// Linux' cooked header, with the protocol at one offset and the packet at another.
fn cooked(bytes: &[u8], protocol: usize, packet: usize) -> Pseudo<'_> {
    let kind = bytes.get(protocol..)?.first_chunk()?;
    Some((u16::from_be_bytes(*kind), bytes.get(packet..)?))
}

/// The family is in the byte order of the machine that captured, which a file need not share: no family reaches into
/// the upper half.
fn null(bytes: &[u8]) -> Pseudo<'_> {
    let (family, rest) = bytes.split_first_chunk()?;
    let little = u32::from_le_bytes(*family);
    Some(family_of(if little >> 16 == 0 { little } else { u32::from_be_bytes(*family) }, rest))
}

/// `AF_INET` is 2 everywhere; `AF_INET6` is 24 on `NetBSD`, `OpenBSD` and for Npcap, 28 on `FreeBSD`, 30 on macOS. Some
/// writers put an `EtherType` there.
fn family_of(family: u32, packet: &[u8]) -> (u16, &[u8]) {
    const LONGEST_802_3: u16 = 1500;
    let kind = match family {
        2 => ethertype::IPV4,
        24 | 28 | 30 => ethertype::IPV6,
        other => u16::try_from(other).ok().filter(|kind| *kind > LONGEST_802_3).unwrap_or(NOT_IP),
    };
    (kind, packet)
}
