// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Abstraction of the two hooks, XDP and TC: the differences between their contexts.
//!
//! The common part of both programs is written once on top of this trait, and compiled for each hook.

use classifier_common::{
    dry_run::{PacketSource, source},
    outcome::Outcome,
    packet::{Frame, Packet},
    segments::OnWire,
};

use crate::{global_fns::GlobalFns, linear::Linear, ports::Ports, tap::PacketBytes, view::LinearView};

/// The context that the kernel passes to a program.
pub trait Hook: GlobalFns + PacketBytes {
    /// Length carried from the walk to the counters. For XDP: the buffer's length. For TC, where `__sk_buff`
    /// has the length: the bytes before the IP header.
    type Length: Copy;

    /// Access to headers in any part of the packet.
    type Headers<'a>: Packet;

    /// Returns the index of the interface.
    fn ifindex(self) -> u32;

    /// Returns the linear part of the packet, for the fast path.
    fn view(self) -> LinearView;

    /// Returns the linear part of the packet, for the slow path.
    fn linear(self, ports: &Ports) -> Linear<'_>;

    /// Returns access to all headers that the walk has found, for the tracking.
    fn headers(self, ports: &Ports) -> Option<Self::Headers<'_>>;

    /// Returns the properties of the frame that its bytes do not show.
    fn frame(self, link: u32) -> Frame;

    /// Returns the length of an Ethernet frame, given the bytes of its headers (0: not known) and of the
    /// payload by its IP length.
    fn length(self, headers: u32, payload: impl FnOnce() -> isize) -> Self::Length;

    /// Adds the position of the IP header, where only the kernel knows it, to the number of a link. `frame`
    /// takes the result.
    fn locate(self, link: u32) -> u32;

    /// Walks again through all parts of the packet if the packed outcome shows that headers lie outside the
    /// first part. Returns the new outcome and the length.
    fn walk_on(self, link: u32, packed: u64) -> (u64, Self::Length);

    /// Returns the bytes and packets on the wire.
    fn on_wire(self, outcome: &Outcome, length: Self::Length) -> OnWire;

    /// Returns the number of packets in the buffer, as far as it is known without an outcome.
    fn packets(self) -> u64;

    /// Logs the counted packet as a debug message. A separate function, so that its stack is not added to the
    /// slow path's.
    fn say(self, wire: OnWire, class: usize);

    /// Returns the sender of the packet.
    #[inline(always)]
    fn sender(self, link: u32) -> Option<PacketSource> {
        // Before the packet is read, because `locate` may change its linear part.
        let frame = self.frame(self.locate(link));
        source(&self.headers(&Ports::open()?)?, frame)
    }
}
