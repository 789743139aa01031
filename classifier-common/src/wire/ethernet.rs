//! Ethernet II, IEEE 802.3 with LLC, and stacked VLAN tags (IEEE 802.1Q).

use crate::{packet::Packet, stop::Stop, wire::Family};

/// Tags that the walk looks through; a frame with more is `non_ip`, and counted as a parser limit.
pub const VLAN_TAGS: u8 = 8;

/// Bytes of the header: destination, source, type or length.
pub const HEADER: usize = 14;

/// Bytes of a VLAN tag.
pub const TAG: usize = 4;

/// `EtherType`s that the walk knows.
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

/// Whether it announces a VLAN tag.
#[inline(always)]
pub(crate) const fn is_tag(kind: u16) -> bool {
    matches!(kind, ethertype::VLAN | ethertype::SERVICE_VLAN | ethertype::OLD_SERVICE_VLAN)
}

/// The IP family that the frame carries, and the offset of its header.
///
/// # Errors
///
/// When it carries something else, or its header or a tag is not whole.
#[inline(always)]
pub fn walk<P: Packet + ?Sized>(packet: &P, tags_aside: u8) -> Result<(Family, usize), Stop> {
    let header: [u8; HEADER] = packet.read(0).ok_or(Stop::Malformed)?;
    let mut kind = u16::from_be_bytes([header[12], header[13]]);
    let mut offset = HEADER;
    for tag in 0..=VLAN_TAGS {
        if !is_tag(kind) {
            break;
        }
        if tag + tags_aside >= VLAN_TAGS {
            return Err(Stop::TooManyTags);
        }
        let [_, _, high, low] = packet.read(offset).ok_or(Stop::Malformed)?;
        kind = u16::from_be_bytes([high, low]);
        offset = packet.forget(offset + TAG);
    }
    match kind {
        ethertype::IPV4 => Ok((Family::V4, offset)),
        ethertype::IPV6 => Ok((Family::V6, offset)),
        _ => Err(Stop::NonIp),
    }
}
