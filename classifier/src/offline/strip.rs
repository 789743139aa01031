// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Converts captured packets to frames that can be classified.

use classifier_common::{
    packet::{Frame, Link},
    wire::ethernet::ethertype,
};

use super::{LinkType, Packet, uncut::measured};

/// Most bytes of a packet that are used: the longest IP packet after an Ethernet header and eight tags. The
/// kernel's test runs accept a little more.
pub(super) const FRAME_MAX: usize = 64 * 1024 + 64;

/// Converts packets to frames.
#[derive(Default)]
pub(super) struct Stripper {
    /// Buffer of a frame with a header that is not in the file.
    made: Vec<u8>,
    /// Buffer of a frame with a corrected length.
    measured: Vec<u8>,
}

/// Type and content after a pseudo header: an `EtherType`, or below 1536 another protocol than IP.
type Pseudo<'p> = Option<(u16, &'p [u8])>;

const NOT_IP: u16 = 0;

/// Type in cooked packets: an Ethernet header follows.
const WHOLE_FRAME: u16 = 3;

impl Stripper {
    /// Returns the frame of a packet, whole or truncated; `None` for an unsupported link type.
    pub(super) fn frame<'p>(&'p mut self, packet: &Packet<'p>) -> Option<(Frame, &'p [u8])> {
        let captured = packet.bytes;
        let bytes = captured.get(..FRAME_MAX).unwrap_or(captured);
        let (link, bytes) = unwrapped(packet.link, bytes, &mut self.made)?;
        let cut = (packet.wire as usize).saturating_sub(captured.len());
        let bytes = measured(link, bytes, cut, &mut self.measured);
        Some((Frame::on_wire(link), bytes))
    }
}

/// Returns the content of a pseudo header, as an Ethernet frame or as an IP packet.
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
    // A truncated pseudo header becomes a truncated Ethernet header.
    let Some((kind, packet)) = pseudo else { return Some((Link::Ethernet, &[])) };
    Some(match (kind, packet.first().map(|first| first >> 4)) {
        (ethertype::IPV4, Some(4)) | (ethertype::IPV6, Some(6)) => (Link::RawIp, packet),
        (WHOLE_FRAME, _) => (Link::Ethernet, packet),
        _ => (Link::Ethernet, make(kind, packet, made)),
    })
}

/// Adds an Ethernet header to a packet: the classifier then follows tags, and finds mismatched versions.
fn make<'p>(kind: u16, packet: &[u8], made: &'p mut Vec<u8>) -> &'p [u8] {
    const ADDRESSES: [u8; 12] = [0; 12];
    made.clear();
    made.extend_from_slice(&ADDRESSES);
    made.extend_from_slice(&kind.to_be_bytes());
    made.extend_from_slice(packet);
    made
}

/// Parses Linux' cooked header, with the protocol and the packet at these offsets.
fn cooked(bytes: &[u8], protocol: usize, packet: usize) -> Pseudo<'_> {
    let kind = bytes.get(protocol..)?.first_chunk()?;
    Some((u16::from_be_bytes(*kind), bytes.get(packet..)?))
}

/// Parses BSD's loopback header. The family is in the byte order of the capturing machine, which may differ
/// from the file's: no family reaches into the upper half.
fn null(bytes: &[u8]) -> Pseudo<'_> {
    let (family, rest) = bytes.split_first_chunk()?;
    let little = u32::from_le_bytes(*family);
    Some(family_of(if little >> 16 == 0 { little } else { u32::from_be_bytes(*family) }, rest))
}

/// Converts an address family. `AF_INET` is 2 everywhere; `AF_INET6` is 24 on `NetBSD`, `OpenBSD` and for
/// Npcap, 28 on `FreeBSD`, 30 on macOS. Some writers use an `EtherType` instead.
fn family_of(family: u32, packet: &[u8]) -> (u16, &[u8]) {
    const LONGEST_802_3: u16 = 1500;
    let kind = match family {
        2 => ethertype::IPV4,
        24 | 28 | 30 => ethertype::IPV6,
        other => u16::try_from(other).ok().filter(|kind| *kind > LONGEST_802_3).unwrap_or(NOT_IP),
    };
    (kind, packet)
}
