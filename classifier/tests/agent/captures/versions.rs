// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Versions of both formats.

use super::command::{fed, written};
use crate::capture_files::{Captured, Order, PcapNg, pcap};

const HEADER: usize = 24;

/// Writes two packets, cut by a snap length, in a file of this minor version.
fn pcap_of(order: Order, minor: u16, swapped: bool) -> Vec<u8> {
    let packets = vec![Captured { time: 0, wire: 1000, bytes: vec![0; 60] }; 2];
    let mut file = pcap(order, false, 1, &packets);
    file[6..8].copy_from_slice(&order.half(minor));
    for packet in [HEADER, HEADER + 16 + 60] {
        let lengths = &mut file[packet + 8..packet + 16];
        if swapped {
            lengths.rotate_left(4);
        }
    }
    file
}

/// Before 2.3 the original length came first, and some writers of 2.3 kept that order.
#[test]
fn lengths_stand_in_the_order_of_their_version() {
    for order in [Order::Little, Order::Big] {
        for (minor, swapped) in [(0, true), (2, true), (3, true), (3, false), (4, false), (5, false)] {
            let table = written(&[], &pcap_of(order, minor, swapped));
            let total: Vec<_> = table.lines().last().expect("a line").split_whitespace().collect();
            assert_eq!(total, ["total", "2", "2,000"], "2.{minor} {order:?} {swapped}");
        }
    }
}

#[test]
fn a_section_of_an_unknown_version_is_refused_with_it() {
    for order in [Order::Little, Order::Big] {
        let mut file = PcapNg::new(order).interface(1, 0, &[]).packet(0, 0, 60, &[0; 60]).file;
        for (major, minor, known) in [(1, 0, true), (1, 2, true), (1, 1, false), (0, 1, false), (2, 0, false)]
        {
            file[12..16].copy_from_slice([order.half(major), order.half(minor)].as_flattened());
            let output = fed(&["--packets", "-"], &file);
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!(
                said.contains(&format!("has version {major}.{minor}, which is not supported")),
                !known,
                "{said}"
            );
            assert_eq!(output.stdout.is_empty(), !known, "{major}.{minor}");
        }
    }
}
