//! Frames between the hosts of a trace.

use classifier_common::fixtures::layers::{ethernet, ipv4_with, ipv6_with, numbered, tag};

/// A host's number and a port.
pub type End = (u8, u16);

/// How packets look beside their content.
#[derive(Clone, Copy, Debug, Default)]
pub struct Network {
    /// IPv6 in place of IPv4.
    pub v6: bool,
    /// Behind a VLAN tag.
    pub tagged: bool,
}

impl Network {
    /// A TCP segment in its frame.
    pub fn frame(self, ends: [End; 2], flags: u8, numbers: (u32, u32), payload: &[u8]) -> Vec<u8> {
        let [(from, source), (to, destination)] = ends;
        let segment = numbered((source, destination), flags, numbers, payload);
        let packet = if self.v6 {
            ipv6_with(segment, |header| (header.source, header.destination) = (v6(from), v6(to)))
        } else {
            ipv4_with(segment, |header| {
                (header.source, header.destination) = ([10, 0, 0, from], [10, 0, 0, to]);
            })
        };
        let packet = if self.tagged { tag(0x8100, packet) } else { packet };
        ethernet(packet).into()
    }
}

const fn v6(host: u8) -> [u8; 16] {
    [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, host]
}
