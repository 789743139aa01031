//! From what a file holds of a packet to the frame that is judged.

use classifier_common::{
    packet::{Frame, Link},
    wire::ethernet::ethertype,
};

use super::LinkType;

/// Bytes of a packet that are looked at: the longest IP packet behind an Ethernet header and eight tags. What a test
/// run of a kernel program takes is a little more.
pub(super) const FRAME_MAX: usize = 64 * 1024 + 64;

/// Makes frames.
#[derive(Default)]
pub(super) struct Stripper {
    /// A frame that stands nowhere in the file.
    made: Vec<u8>,
}

/// What a pseudo header says that follows, by `EtherType` or, below 1536, by something that is not IP; and where.
type Pseudo<'p> = Option<(u16, &'p [u8])>;

const NOT_IP: u16 = 0;

/// In cooked packets: what follows has an Ethernet header of its own.
const WHOLE_FRAME: u16 = 3;

impl Stripper {
    /// The frame to be judged; `None` of a link type that is not known.
    pub(super) fn frame<'p>(&'p mut self, link: LinkType, bytes: &'p [u8]) -> Option<(Frame, &'p [u8])> {
        let bytes = bytes.get(..FRAME_MAX).unwrap_or(bytes);
        let pseudo = match link {
            LinkType::ETHERNET => return Some((Frame::on_wire(Link::Ethernet), bytes)),
            LinkType::RAW | LinkType::OLD_RAW => return Some((Frame::on_wire(Link::RawIp), bytes)),
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
        let Some((kind, packet)) = pseudo else { return Some((Frame::on_wire(Link::Ethernet), &[])) };
        Some(match (kind, packet.first().map(|first| first >> 4)) {
            (ethertype::IPV4, Some(4)) | (ethertype::IPV6, Some(6)) => (Frame::on_wire(Link::RawIp), packet),
            (WHOLE_FRAME, _) => (Frame::on_wire(Link::Ethernet), packet),
            _ => (Frame::on_wire(Link::Ethernet), self.make(kind, packet)),
        })
    }

    /// The packet behind an Ethernet header that announces it: tags are looked through there, and versions that do not
    /// match are found out.
    fn make(&mut self, kind: u16, packet: &[u8]) -> &[u8] {
        const ADDRESSES: [u8; 12] = [0; 12];
        self.made.clear();
        self.made.extend_from_slice(&ADDRESSES);
        self.made.extend_from_slice(&kind.to_be_bytes());
        self.made.extend_from_slice(packet);
        &self.made
    }
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
