// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Frames for `BPF_PROG_TEST_RUN`.

use classifier_common::packet::Link;

/// Converts a frame for a program's test run. The test run of skbs takes the first 14 bytes as a MAC header,
/// on any link: so do IP packets of an XFRM or VTI device, or of a driver that leaves its MAC header before
/// them. On a real interface the frame is unchanged.
pub fn as_run(xdp: bool, link: Link, frame: &[u8]) -> Vec<u8> {
    // Neither type of IP, for which the test run needs whole headers. The first nibble is that of an IPv4
    // header.
    const MAC: [u8; 14] = [0x45, 0, 0, 0, 0, 1, 0x45, 0, 0, 0, 0, 2, 0x88, 0xb5];
    if link == Link::RawIp && !xdp { [&MAC, frame].concat() } else { frame.to_vec() }
}
