//! A packet where a hook sees it: what the two kinds of contexts say and do in ways of their own.
//!
//! What is the same for both is written once, behind this, and compiled for each.

use classifier_common::{
    outcome::Outcome,
    packet::Frame,
    segments::OnWire,
    shadow::{Source, source},
};

use crate::{linear::Linear, named::Named, tables::Maps, tap, view::LinearView};

/// The context that the kernel called a program with.
pub trait Hook: Named + tap::Source {
    /// What has to be found out about the length, where the context does not say it.
    type Length: Copy;

    /// Of the interface.
    fn ifindex(self) -> u32;

    /// The first part of the packet, for the commonest shapes.
    fn view(self) -> LinearView;

    /// The same for all others.
    fn linear(self, tables: &Maps) -> Linear<'_>;

    /// What is known of the frame beside its bytes.
    fn frame(self, link: u32) -> Frame;

    fn length(self) -> Self::Length;

    /// Walks again, through as many parts of the packet as hold its headers, where the outcome, packed, shows that the first
    /// part did not: the outcome that it is then. Finds the length out with that.
    fn walk_on(self, link: u32, packed: u64) -> (u64, Self::Length);

    /// What crosses the wire.
    fn on_wire(self, outcome: &Outcome, length: Self::Length) -> OnWire;

    /// The packets of it, as far as that is known without an outcome.
    fn packets(self) -> u64;

    /// Says in a debug message what was counted. A function of its own: its stack is not added to that of the general way.
    fn say(self, wire: OnWire, class: usize);

    /// Who sent the packet.
    #[inline(always)]
    fn sender(self, link: u32) -> Option<Source> {
        source(&self.linear(&Maps::open()?), self.frame(link))
    }
}
