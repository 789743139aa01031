// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! GSO packets count as the segments that cross the wire.
//!
//! sender ── router ── receiver. The router's outgoing interface has no segmentation offload, so its capture
//! there has single packets, with which every hook is compared. At the other hooks the stack passes GSO
//! packets.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "clippy takes only functions that are marked for tests"
)]

mod hooks;
mod route;
#[path = "../support/seen.rs"]
mod seen;
mod transfer;

use classifier_common::protocol::Protocol;

use hooks::Hooks;
use route::{FAMILIES, Route};

const BULK: usize = 8 << 20;

/// Bulk TCP over IPv4 and IPv6: on egress (GSO) and on ingress (forwarded GSO, and GRO), every hook counts
/// the packets and bytes of the wire, in either direction.
#[test]
fn bulk_tcp_counts_as_on_the_wire() {
    let route = Route::new();
    let hooks = Hooks::attach(&route);
    for family in FAMILIES {
        for merges in [false, true] {
            route.merging(merges);
            let seen = hooks.agree_with_the_wire(&route, Protocol::SMTP, || {
                transfer::tcp(&route, family, 25, BULK);
            });
            assert!(seen.handed_over * 4 < seen.on_wire, "the sender made no super-packets: {seen:?}");
            assert_eq!(seen.merged * 2 < seen.on_wire, merges, "merging on the receiver: {seen:?}");
        }
    }
}

/// UDP segmentation offload (`UDP_SEGMENT`), with a short last segment in each buffer.
#[test]
fn segmented_udp_counts_as_on_the_wire() {
    let route = Route::new();
    let hooks = Hooks::attach(&route);
    for family in FAMILIES {
        let seen = hooks.agree_with_the_wire(&route, Protocol::UDP_OTHER, || {
            transfer::segmented_udp(&route, family, 200);
        });
        assert!(seen.handed_over * 4 < seen.on_wire, "the sender made no super-packets: {seen:?}");
    }
}

/// BIG TCP: GSO packets past 64 KiB, whose IP length is 0 and whose jumbo option stays off the wire.
#[test]
fn big_tcp_counts_as_on_the_wire() {
    let route = Route::new();
    let hooks = Hooks::attach(&route);
    route.big();
    for family in FAMILIES {
        for merges in [false, true] {
            route.merging(merges);
            let seen = hooks.agree_with_the_wire(&route, Protocol::SMTP, || {
                transfer::tcp(&route, family, 25, 2 * BULK);
            });
            assert!(seen.longest_handed_over > 70_000, "the sender made no BIG TCP: {seen:?}");
            assert_eq!(seen.longest_merged > 70_000, merges, "merging on the receiver: {seen:?}");
        }
    }
}
