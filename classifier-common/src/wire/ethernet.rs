// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Ethernet II, IEEE 802.3 with LLC, and stacked VLAN tags (IEEE 802.1Q).

use crate::{packet::Packet, stop::Stop, view::HeaderBytes, wire::Family};

/// Maximum number of VLAN tags. A frame with more is `non_ip`, and counted as a parser limit.
pub const VLAN_TAGS: u8 = 8;

/// Length of the header: destination, source, type or length.
pub const HEADER: usize = 14;

/// Length of a VLAN tag.
pub const TAG: usize = 4;

/// Known `EtherType`s.
pub mod ethertype {
    /// Internet Protocol version 4.
    pub const IPV4: u16 = 0x0800;
    /// Internet Protocol version 6.
    pub const IPV6: u16 = 0x86dd;
    /// 802.1Q customer tag.
    pub const VLAN: u16 = 0x8100;
    /// 802.1ad service tag.
    pub const SERVICE_VLAN: u16 = 0x88a8;
    /// Service tag from before 802.1ad.
    pub const OLD_SERVICE_VLAN: u16 = 0x9100;
}

/// Fields of an Ethernet header. A tag moves the type, and everything behind it, by four bytes.
#[derive(Clone, Copy)]
pub struct EthernetHeader<H>(pub H);

const TYPE: usize = 12;

impl<H: HeaderBytes> EthernetHeader<H> {
    /// Returns the type, or a length.
    #[inline(always)]
    pub fn ethertype(self) -> u16 {
        self.0.be16::<TYPE>()
    }

    /// Returns whether the header announces IPv4, and is followed by an IPv4 header without options: one
    /// comparison.
    #[inline(always)]
    pub fn announces_plain_ipv4(self) -> bool {
        const PLAIN: u32 = u32::from_ne_bytes([0x08, 0x00, 0x45, 0]);
        const MASK: u32 = u32::from_ne_bytes([0xff, 0xff, 0xff, 0]);
        self.0.four::<TYPE>() & MASK == PLAIN
    }
}

/// Fields of a VLAN tag, behind the type that announces it.
#[derive(Clone, Copy)]
struct VlanTag<H>(H);

impl<H: HeaderBytes> VlanTag<H> {
    /// Returns the type of the payload.
    #[inline(always)]
    fn ethertype(self) -> u16 {
        self.0.be16::<2>()
    }
}

/// Returns whether a type announces a VLAN tag.
#[inline(always)]
pub(crate) const fn is_tag(kind: u16) -> bool {
    matches!(kind, ethertype::VLAN | ethertype::SERVICE_VLAN | ethertype::OLD_SERVICE_VLAN)
}

/// Returns the IP version of the frame, and the offset of its IP header.
///
/// # Errors
///
/// The frame carries another protocol, or a header or tag is cut.
#[inline(always)]
pub fn walk<P: Packet + ?Sized>(packet: &P, tags_aside: u8) -> Result<(Family, usize), Stop> {
    let header = packet.read::<HEADER>(0).map(EthernetHeader).ok_or(Stop::Malformed)?;
    let mut kind = header.ethertype();
    let mut offset = HEADER;
    for tag in 0..=VLAN_TAGS {
        if !is_tag(kind) {
            break;
        }
        if tag + tags_aside >= VLAN_TAGS {
            return Err(Stop::TooManyTags);
        }
        kind = packet.read::<TAG>(offset).map(VlanTag).ok_or(Stop::Malformed)?.ethertype();
        offset = packet.barrier(offset + TAG);
    }
    match kind {
        ethertype::IPV4 => Ok((Family::V4, offset)),
        ethertype::IPV6 => Ok((Family::V6, offset)),
        _ => Err(Stop::NonIp),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ipv4_is_told_from_other_types_versions_and_headers_with_options() {
        let announces = |kind: [u8; 2], first: u8, second: u8| {
            let mut bytes = [0; HEADER + 2];
            bytes[TYPE..].copy_from_slice(&[kind[0], kind[1], first, second]);
            EthernetHeader(bytes).announces_plain_ipv4()
        };
        for second in [0, 0x45, 0xff] {
            assert!(announces([8, 0], 0x45, second));
            for first in [0x44, 0x46, 0x4f, 0x65, 0] {
                assert!(!announces([8, 0], first, second));
            }
            for kind in [[0x86, 0xdd], [8, 6], [0x81, 0], [0, 8], [8, 1], [9, 0]] {
                assert!(!announces(kind, 0x45, second));
            }
        }
    }
}
