// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Generated packets of many kinds, inside and outside a policy's prefixes.

use classifier_common::{
    fixtures::layers::{CLIENT, Layer, ethernet, icmp, icmpv6, ipv4, ipv6, segment, udp},
    wire::tcp::flag,
};
use fastrand::Rng;

/// Last three bytes of IPv4 sources.
const V4: [[u8; 3]; 6] = [[0, 2, 1], [0, 2, 77], [0, 2, 200], [0, 3, 1], [168, 1, 1], [5, 5, 5]];

const FLAGS: [u8; 7] = [
    flag::SYN,
    flag::SYN,
    flag::SYN | flag::ACK,
    flag::ACK,
    flag::RST | flag::ACK,
    flag::FIN | flag::ACK,
    // No flag at all, which is neither new nor established.
    0,
];

const PORTS: [u16; 5] = [25, 110, 143, 8080, 5432];

/// Builds a frame of any kind.
pub fn frame(random: &mut Rng) -> Layer {
    if random.u8(..20) == 0 {
        return ethernet(Layer::of(0x0806_u16, &[0; 46]));
    }
    let is_v4 = random.bool();
    let carried = match random.u8(..8) {
        0 => udp(CLIENT, 9),
        1 => udp(53, CLIENT),
        2 if is_v4 => icmp(8, 0, b"ping"),
        2 => icmpv6(128, 0, b"ping"),
        _ => {
            let (port, flags) = (PORTS[random.usize(..PORTS.len())], FLAGS[random.usize(..FLAGS.len())]);
            // A SYN-ACK is sent by a server.
            let answers = flags == flag::SYN | flag::ACK || flags != flag::SYN && random.bool();
            if answers { segment(port, CLIENT, flags) } else { segment(CLIENT, port, flags) }
        }
    };
    if is_v4 {
        let [a, b, c] = V4[random.usize(..V4.len())];
        ethernet(ipv4(carried)).with(14 + 12, &[192, a, b, c])
    } else {
        // 2001:db8:X::Y
        ethernet(ipv6(carried)).with(14 + 8 + 5, &[random.u8(..3)]).with(14 + 8 + 15, &[random.u8(1..4)])
    }
}
