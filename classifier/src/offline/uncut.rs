// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Handles packets that were captured before segmentation offload.

use classifier_common::{
    packet::Link,
    wire::{Family, ethernet, ipv6},
};

/// Corrects the length of a packet whose header has length 0, since it was captured before segmentation
/// offload: the packet extends to the end of its frame, of which `cut` bytes were not captured.
#[inline]
pub(super) fn measured<'p>(link: Link, bytes: &'p [u8], cut: usize, measured: &'p mut Vec<u8>) -> &'p [u8] {
    let network = match link {
        Link::Ethernet => ethernet::walk(bytes, 0).ok(),
        Link::RawIp => bytes.first().and_then(|first| match first >> 4 {
            4 => Some((Family::V4, 0)),
            6 => Some((Family::V6, 0)),
            _ => None,
        }),
    };
    let Some((family, start)) = network else { return bytes };
    let (field, counted_from) = match family {
        Family::V4 => (start + 2, start),
        Family::V6 => (start + 4, start + ipv6::HEADER),
    };
    if bytes.get(field..field + 2) != Some(&[0, 0]) || family == Family::V6 && !is_uncut(bytes, start) {
        return bytes;
    }
    measured.clear();
    measured.extend_from_slice(bytes);
    let length = (bytes.len() + cut).saturating_sub(counted_from);
    let length = u16::try_from(length).unwrap_or(u16::MAX);
    measured[field..field + 2].copy_from_slice(&length.to_be_bytes());
    measured
}

/// Tells whether an IPv6 packet of length 0 awaits segmentation. Else it is empty (RFC 8200 §3), or a
/// jumbogram, as Linux makes them.
fn is_uncut(bytes: &[u8], start: usize) -> bool {
    const NEXT: usize = 6;
    const HOP_BY_HOP: u8 = 0;
    const TCP: u8 = 6;
    match bytes.get(start + NEXT) {
        Some(&TCP) => true,
        Some(&HOP_BY_HOP) => bytes.get(start + ipv6::HEADER..).is_some_and(has_jumbo_option),
        _ => false,
    }
}

/// Tells whether a hop-by-hop header has the option of a jumbogram (RFC 2675 §2).
fn has_jumbo_option(header: &[u8]) -> bool {
    const PAD_1: u8 = 0;
    const JUMBO: u8 = 0xc2;
    let Some((&[_, units], rest)) = header.split_first_chunk() else { return false };
    let mut options = rest.get(..8 * usize::from(units) + 6).unwrap_or(rest);
    while let Some((&kind, behind)) = options.split_first() {
        if kind == PAD_1 {
            options = behind;
            continue;
        }
        let Some((&length, value)) = behind.split_first() else { return false };
        if kind == JUMBO {
            let said = value.first_chunk().map(|length| u32::from_be_bytes(*length));
            return length == 4 && said.is_some_and(|said| said > u16::MAX.into());
        }
        options = value.get(length.into()..).unwrap_or_default();
    }
    false
}
