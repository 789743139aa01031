// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Counters of one interface and direction, and the only code that adds to them.

use crate::{
    connection::{ConnReport, Encryption, Ending, Handshakes, ROWS, row},
    dry_run::{self, Decided, Verdict},
    endpoint::{Evidence, Mode},
    icmp_types::{CELLS, ERRORS},
    outcome::{Limit, Outcome},
    packet::Link,
    protocol::{CLASSES, PROTOCOLS, Protocol},
    segments::OnWire,
    wire::tcp::{flag, is_syn_ack},
};

/// Packets and bytes of a class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct PacketCount {
    /// Number of packets on the wire.
    pub packets: u64,
    /// Number of bytes on the wire, from the link-layer header on.
    pub bytes: u64,
}

/// Counted TCP flags, in the order of [`Counters::tcp_flags`].
pub const TCP_FLAGS: [&str; 4] = ["syn", "syn_ack", "fin", "rst"];

/// Number of FTP data modes, in the order of [`Counters::ftp_data`].
const MODES: usize = Mode::ALL.len();

/// Row length for evidences: a power of two, because the verifier does not follow other remainders.
const EVIDENCES: usize = Evidence::ALL.len().next_power_of_two();

const LIMITS: usize = Limit::ALL.len();

/// Bit beside the link of an interface: every packet takes the slow path, which has the debug messages.
pub const WATCHED: u32 = 1 << 8;

/// Counters of one interface, direction and CPU: the value of the kernel's counter maps.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Counters {
    /// Index of the block's interface; the program checks it after the look-up.
    pub ifindex: u32,
    /// [`Link`] of the interface, and [`WATCHED`].
    pub link: u32,
    /// Reserved; moves the fields behind it.
    #[cfg(feature = "other-layout")]
    pub other: [u64; 8],
    /// Packets and bytes by [`crate::protocol::Class`].
    pub classes: [PacketCount; CLASSES],
    /// Packets by protocol, then as in [`TCP_FLAGS`].
    pub tcp_flags: [[u64; TCP_FLAGS.len()]; PROTOCOLS],
    /// Messages by [`crate::icmp_types::IcmpCell`].
    pub icmp: [u64; CELLS],
    /// Messages by error as in [`ERRORS`], then by quoted protocol.
    pub quoted: [[u64; PROTOCOLS]; ERRORS.len()],
    /// Packets by [`crate::outcome::Limit`].
    pub limits: [u64; LIMITS],
    /// Packets of FTP data by mode (active, passive), then by [`crate::endpoint::Evidence`].
    pub ftp_data: [[u64; EVIDENCES]; MODES],
    /// First fragments whose class the fragment map refused.
    pub unremembered: u64,
    /// Packets of the dry run by the rows of its rules.
    pub policy: Decided,
    /// Connections opened in this direction, by [`crate::connection::row`] of their protocol.
    pub connections: [Handshakes; ROWS],
    /// Connections evicted before their outcome was known.
    pub handshakes_evicted: u64,
    /// Sessions by [`row`], then by [`Encryption`].
    pub sessions: [[u64; Encryption::ALL.len()]; ROWS],
    /// Sessions evicted before their encryption was known.
    pub sessions_evicted: u64,
}

impl Counters {
    /// Creates an empty block.
    #[must_use]
    pub const fn new(ifindex: u32, link: u32) -> Self {
        Self {
            ifindex,
            link,
            #[cfg(feature = "other-layout")]
            other: [0; 8],
            classes: [PacketCount { packets: 0, bytes: 0 }; CLASSES],
            tcp_flags: [[0; TCP_FLAGS.len()]; PROTOCOLS],
            icmp: [0; CELLS],
            quoted: [[0; PROTOCOLS]; ERRORS.len()],
            limits: [0; LIMITS],
            ftp_data: [[0; EVIDENCES]; MODES],
            unremembered: 0,
            policy: [[0; Verdict::ALL.len()]; dry_run::ROWS],
            connections: [Handshakes::NONE; ROWS],
            handshakes_evicted: 0,
            sessions: [[0; Encryption::ALL.len()]; ROWS],
            sessions_evicted: 0,
        }
    }

    /// Returns whether the block belongs to this Ethernet interface without [`WATCHED`]: one comparison of
    /// both words.
    #[inline(always)]
    #[must_use]
    pub const fn is_of_ethernet(&self, ifindex: u32) -> bool {
        const { assert!(Link::Ethernet as u32 == 0) };
        self.ifindex as u64 | (self.link as u64) << 32 == ifindex as u64
    }

    /// Counts one buffer completely: its packets and bytes under exactly one class, and its other properties.
    #[inline(always)]
    pub fn count(&mut self, outcome: &Outcome, wire: OnWire, barrier: impl Fn(usize) -> usize + Copy) {
        self.count_other(outcome, wire, barrier);
        self.count_data(outcome, wire, barrier);
    }

    /// Counts the additional properties of FTP data.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "every index is the remainder by its table's length")]
    fn count_data(&mut self, outcome: &Outcome, wire: OnWire, barrier: impl Fn(usize) -> usize) {
        // Active, then passive: both the counters and the protocols have a row for each.
        let mode = outcome.class.protocol().index().wrapping_sub(Protocol::FTP_DATA_ACTIVE.index());
        if mode < MODES {
            let evidence = barrier(outcome.evidence as usize) % EVIDENCES;
            self.ftp_data[barrier(mode) % MODES][evidence] += wire.packets;
        }
    }

    /// Counts one buffer that is not FTP data.
    ///
    /// `barrier` returns its argument in a way that the compiler cannot see through: it would else drop
    /// bounds that it has proved and the verifier has not. User space passes [`core::convert::identity`].
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "every index is the remainder by its table's length")]
    pub fn count_other(&mut self, outcome: &Outcome, wire: OnWire, barrier: impl Fn(usize) -> usize) {
        let tally = &mut self.classes[outcome.class.index()];
        tally.packets += wire.packets;
        tally.bytes += wire.bytes;
        if outcome.tcp_flags & (flag::SYN | flag::FIN | flag::RST) != 0 {
            let protocol = barrier(outcome.class.protocol().index()) % PROTOCOLS;
            count_flags(&mut self.tcp_flags[protocol], outcome.tcp_flags, wire.packets);
        }
        if let Some(cell) = outcome.icmp {
            self.icmp[barrier(cell.index()) % CELLS] += 1;
        }
        if let Some(quoted) = outcome.quoted {
            let protocol = barrier(quoted.protocol().index()) % PROTOCOLS;
            if let Some(row) = self.quoted.get_mut(barrier(usize::from(quoted.error()))) {
                row[protocol] += 1;
            }
        }
        if let Some(limit) = outcome.limit {
            self.limits[barrier(limit as usize) % LIMITS] += wire.packets;
        }
        self.unremembered += u64::from(outcome.unremembered);
    }

    /// Counts packets under the row of the rule that decided about them.
    ///
    /// `barrier` is as for [`Self::count_other`].
    #[inline(always)]
    pub fn count_decided(
        &mut self,
        row: usize,
        verdict: Verdict,
        packets: u64,
        barrier: impl Fn(usize) -> usize,
    ) {
        if let Some([accepted, dropped]) = self.policy.get_mut(barrier(row)) {
            match verdict {
                Verdict::Accept => *accepted += packets,
                Verdict::Drop => *dropped += packets,
            }
        }
    }

    /// Counts a report in the block of its interface and direction; `barrier` as for [`Counters::count`].
    #[inline(always)]
    pub fn count_report(&mut self, report: &ConnReport, barrier: impl Fn(usize) -> usize) {
        let row = row(report.protocol()).map_or(ROWS, &barrier);
        if let Some(handshakes) = self.connections.get_mut(row) {
            handshakes.count(report.ending(), report.nanoseconds());
        }
        let encryption = match report.ending() {
            Ending::HandshakeEvicted => {
                self.handshakes_evicted += 1;
                return;
            }
            Ending::SessionEvicted => {
                self.sessions_evicted += 1;
                return;
            }
            Ending::Upgraded => Encryption::Upgraded,
            Ending::ClearLogin => Encryption::ClearLogin,
            Ending::Neither => Encryption::Neither,
            Ending::Nothing
            | Ending::Established
            | Ending::Refused
            | Ending::Rejected
            | Ending::Unanswered => return,
        };
        if let Some(count) = self.sessions.get_mut(row).and_then(|counts| counts.get_mut(encryption as usize))
        {
            *count += 1;
        }
    }

    /// Iterates over every number behind the interface's index and link, in memory order.
    pub fn numbers_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        let classes = self.classes.iter_mut().flat_map(|tally| [&mut tally.packets, &mut tally.bytes]);
        #[cfg(feature = "other-layout")]
        let classes = self.other.iter_mut().chain(classes);
        classes
            .chain(self.tcp_flags.as_flattened_mut())
            .chain(&mut self.icmp)
            .chain(self.quoted.as_flattened_mut())
            .chain(&mut self.limits)
            .chain(self.ftp_data.as_flattened_mut())
            .chain(core::iter::once(&mut self.unremembered))
            .chain(self.policy.as_flattened_mut())
            .chain(self.connections.iter_mut().flat_map(Handshakes::numbers_mut))
            .chain(core::iter::once(&mut self.handshakes_evicted))
            .chain(self.sessions.as_flattened_mut())
            .chain(core::iter::once(&mut self.sessions_evicted))
    }

    /// Adds another CPU's counters of the same interface and direction.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.classes.iter_mut().zip(&other.classes) {
            mine.packets += theirs.packets;
            mine.bytes += theirs.bytes;
        }
        let flags = self.tcp_flags.iter_mut().zip(&other.tcp_flags);
        flags.for_each(|(mine, theirs)| add(mine, theirs));
        let quoted = self.quoted.iter_mut().zip(&other.quoted);
        quoted.for_each(|(mine, theirs)| add(mine, theirs));
        let data = self.ftp_data.iter_mut().zip(&other.ftp_data);
        data.for_each(|(mine, theirs)| add(mine, theirs));
        add(&mut self.icmp, &other.icmp);
        add(&mut self.limits, &other.limits);
        self.unremembered += other.unremembered;
        add(self.policy.as_flattened_mut(), other.policy.as_flattened());
        for (mine, theirs) in self.connections.iter_mut().zip(&other.connections) {
            mine.numbers_mut().zip(theirs.numbers()).for_each(|(mine, theirs)| *mine += theirs);
        }
        self.handshakes_evicted += other.handshakes_evicted;
        add(self.sessions.as_flattened_mut(), other.sessions.as_flattened());
        self.sessions_evicted += other.sessions_evicted;
    }
}

/// Segmentation repeats SYN and RST in every segment and leaves FIN to the last (`tcp_gso_segment`).
#[inline(always)]
fn count_flags([syn, syn_ack, fin, rst]: &mut [u64; TCP_FLAGS.len()], flags: u8, packets: u64) {
    if is_syn_ack(flags) {
        *syn_ack += packets;
    } else if flags & flag::SYN != 0 {
        *syn += packets;
    }
    if flags & flag::FIN != 0 {
        *fin += 1;
    }
    if flags & flag::RST != 0 {
        *rst += packets;
    }
}

fn add(mine: &mut [u64], theirs: &[u64]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        *mine += theirs;
    }
}
