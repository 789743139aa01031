// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! GSO and GRO packets, counted as the segments on the wire.

/// A buffer that may hold several segments, as described by the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// Length of the buffer from the link-layer header.
    pub length: u32,
    /// Payload bytes of a segment; 0 if the buffer is one packet.
    pub gso_size: u32,
    /// Number of segments by the stack; 0 if it is not known yet (a guest's unchecked GSO packet).
    pub gso_segs: u32,
    /// Bytes on the wire by the stack's own arithmetic, if it was applied; otherwise `length`.
    pub wire_length: u32,
    /// Number of VLAN tags beside the buffer, 0 or 1: four more bytes in each segment.
    pub tags_aside: u32,
    /// Bytes in the buffer before the IP header on a raw IP link, which no segment has on the wire.
    pub before_ip: u32,
}

/// Packets and bytes on the wire, with headers repeated in each segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnWire {
    /// Number of packets.
    pub packets: u64,
    /// Number of bytes from the link-layer header, without FCS.
    pub bytes: u64,
}

const TAG: u64 = 4;

impl Buffer {
    /// Returns the segments of this buffer, each with `headers` bytes before its payload (0: not known), of
    /// which `off_wire` never leave the host.
    #[inline(always)]
    #[must_use]
    pub fn on_wire(self, headers: u32, off_wire: u32) -> OnWire {
        let tags = u64::from(self.tags_aside) * TAG;
        if self.gso_size == 0 {
            let length = u64::from(self.length).saturating_sub(self.before_ip.into());
            return OnWire { packets: 1, bytes: length + tags };
        }
        let packets = u64::from(self.segments(headers));
        // The stack knows the headers inside of tunnels. Linux 7.3 applies its arithmetic on ingress too, without the
        // link-layer header: the larger sum is the wire's.
        let own = u64::from(self.length) + (packets - 1) * u64::from(headers);
        let repeated = own.max(self.wire_length.into());
        let stripped = packets * (u64::from(off_wire) + u64::from(self.before_ip));
        OnWire { packets, bytes: repeated.saturating_sub(stripped) + packets * tags }
    }

    #[inline(always)]
    fn segments(self, headers: u32) -> u32 {
        if self.gso_segs != 0 {
            self.gso_segs
        } else if headers != 0 {
            // Rounded up; a buffer without payload is one segment.
            self.length.saturating_sub(headers + 1) / self.gso_size + 1
        } else {
            1
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Buffer =
        Buffer { length: 60, gso_size: 0, gso_segs: 0, wire_length: 60, tags_aside: 0, before_ip: 0 };

    #[test]
    fn a_plain_packet_is_itself_and_its_tag() {
        assert_eq!(PLAIN.on_wire(54, 0), OnWire { packets: 1, bytes: 60 });
        assert_eq!(Buffer { tags_aside: 1, ..PLAIN }.on_wire(54, 0), OnWire { packets: 1, bytes: 64 });
    }

    #[test]
    fn every_segment_has_the_headers() {
        let three = Buffer { length: 66 + 1448 * 2 + 10, gso_size: 1448, gso_segs: 3, ..PLAIN };
        let wire = OnWire { packets: 3, bytes: u64::from(three.length) + 2 * 66 };
        assert_eq!(three.on_wire(66, 0), wire);
        assert_eq!(Buffer { gso_segs: 0, ..three }.on_wire(66, 0), wire, "segments not counted by the stack");
        let tagged = Buffer { tags_aside: 1, ..three };
        assert_eq!(tagged.on_wire(66, 0), OnWire { packets: 3, bytes: wire.bytes + 12 });
    }

    #[test]
    fn what_stands_before_the_ip_header_is_in_no_segment() {
        assert_eq!(Buffer { before_ip: 14, ..PLAIN }.on_wire(54, 0), OnWire { packets: 1, bytes: 46 });
        let ip = Buffer { length: 52 + 1448 * 2 + 10, gso_size: 1448, gso_segs: 3, ..PLAIN };
        for (before_ip, gso_segs) in [(14, 3), (14, 0), (28, 3)] {
            let length = ip.length + before_ip;
            let behind = Buffer { length, gso_segs, before_ip, ..ip };
            assert_eq!(behind.on_wire(52 + before_ip, 0), ip.on_wire(52, 0), "{before_ip}");
            // Like the stack on egress, which repeats everything before the payload.
            let wire_length = length + 2 * (52 + before_ip);
            assert_eq!(Buffer { wire_length, ..behind }.on_wire(52 + before_ip, 0), ip.on_wire(52, 0));
        }
    }

    #[test]
    fn segments_that_nobody_has_counted_are_rounded_up() {
        for (payload, packets) in [(0, 1), (1, 1), (1447, 1), (1448, 1), (1449, 2), (2896, 2), (2897, 3)] {
            let buffer = Buffer { length: 66 + payload, gso_size: 1448, gso_segs: 0, ..PLAIN };
            assert_eq!(buffer.on_wire(66, 0).packets, packets, "{payload} bytes of payload");
            assert_eq!(buffer.on_wire(0, 0).packets, 1, "headers that are not known");
        }
        let cut = Buffer { length: 60, gso_size: 1448, gso_segs: 0, ..PLAIN };
        assert_eq!(cut.on_wire(66, 0).packets, 1, "less than its headers");
    }

    /// As Linux 7.3 describes a buffer on ingress: 52 bytes of headers in each further segment.
    #[test]
    fn arithmetic_of_the_stack_without_the_link_layer_header_is_not_the_wire() {
        let length = 66 + 1448 * 2;
        let buffer = Buffer { length, gso_size: 1448, gso_segs: 2, wire_length: length + 52, ..PLAIN };
        assert_eq!(buffer.on_wire(66, 0), OnWire { packets: 2, bytes: 2 * (66 + 1448) });
    }

    #[test]
    fn the_stacks_own_arithmetic_wins_where_it_was_done() {
        let tunnelled = Buffer { length: 3000, gso_size: 1400, gso_segs: 2, wire_length: 3104, ..PLAIN };
        assert_eq!(tunnelled.on_wire(42, 0), OnWire { packets: 2, bytes: 3104 });
    }

    #[test]
    fn the_jumbo_option_of_big_tcp_stays_off_the_wire() {
        let length = 94 + 1400 * 2;
        let big = Buffer { length, gso_size: 1400, gso_segs: 2, wire_length: length, ..PLAIN };
        assert_eq!(big.on_wire(94, 8), OnWire { packets: 2, bytes: 86 * 2 + 2800 });
    }
}
