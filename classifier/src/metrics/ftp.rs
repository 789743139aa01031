// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the FTP tracking's numbers as samples.

use classifier_common::{
    control::{CONTROL, Tallies, Tally},
    endpoint::{EndpointState, Kind, Mode},
};

use super::{
    catalog::{self, Family, label},
    exposition::{Exposition, Value},
    labels::Labels,
};
use crate::snapshot::FtpSnapshot;

/// Reasons for the removal of data ports.
pub const REMOVED: [(&str, Tally); 5] = [
    ("closed", Tally::RemovedClosed),
    ("expired", Tally::RemovedExpired),
    ("evicted", Tally::RemovedEvicted),
    ("replaced", Tally::RemovedReplaced),
    ("withdrawn", Tally::RemovedWithdrawn),
];

/// Reasons for the rejection of announcements.
pub const REJECTED: [(&str, Tally); 7] = [
    ("malformed", Tally::RejectedMalformed),
    ("foreign_address", Tally::RejectedForeignAddress),
    ("reserved_port", Tally::RejectedReservedPort),
    ("unsolicited", Tally::RejectedUnsolicited),
    ("refused", Tally::RejectedRefused),
    ("not_established", Tally::RejectedNotEstablished),
    ("rate_limited", Tally::RejectedRateLimited),
];

const ALONE: [(&Family, Tally); 11] = [
    (&catalog::FTP_SESSIONS_TABLE_FULL, Tally::SessionsRefused),
    (&catalog::FTP_PAIRS_TABLE_FULL, Tally::PairsRefused),
    (&catalog::FTP_SESSIONS_EVICTED, Tally::SessionsEvicted),
    (&catalog::FTP_ENDPOINTS_NOT_STORED, Tally::Unplaced),
    (&catalog::FTP_ADDRESS_MISMATCH, Tally::AddressMismatch),
    (&catalog::FTP_COMMANDS_QUEUE_FULL, Tally::CommandsForgotten),
    (&catalog::FTP_REPLY_LINES_MALFORMED, Tally::LinesUnreadable),
    (&catalog::FTP_CONTROL_SEGMENTS, Tally::Segments),
    (&catalog::FTP_CONTROL_SEGMENTS_LOST, Tally::SegmentsLost),
    (&catalog::FTP_CONTROL_BYTES_MISSED, Tally::UnseenBytes),
    (&catalog::FTP_EVENTS_LOST, Tally::EventsLost),
];

/// States, in the order of [`Snapshot::endpoints`].
const STATES: [EndpointState; 2] = [EndpointState::Announced, EndpointState::Connected];

/// Writes the families of the tracking, except those that the `prometheus` crate keeps.
pub(super) fn write(out: &mut Exposition, snapshot: &FtpSnapshot) {
    let tallies = &snapshot.tallies;
    let mut samples = out.family(&catalog::FTP_SESSIONS);
    for (control, count) in CONTROL.into_iter().zip(sessions(tallies)) {
        samples.add(&[&Labels::of(&[(label::CONTROL, control)])], Value::Whole(count));
    }
    let mut samples = out.family(&catalog::FTP_ENDPOINTS);
    for (mode, states) in Mode::ALL.into_iter().zip(snapshot.endpoints) {
        for (state, count) in STATES.into_iter().zip(states) {
            let labels = Labels::of(&[(label::MODE, mode.label()), (label::STATE, state.label())]);
            samples.add(&[&labels], Value::Whole(count));
        }
    }
    let learned = Kind::LEARNED.map(|kind| (kind.command(), Tally::learned(kind)));
    table(out, &catalog::FTP_ENDPOINTS_LEARNED, label::COMMAND, &learned, tallies);
    table(out, &catalog::FTP_ENDPOINTS_REMOVED, label::REASON, &REMOVED, tallies);
    table(out, &catalog::FTP_REJECTED, label::REASON, &REJECTED, tallies);
    for (family, tally) in ALONE {
        out.family(family).add(&[], Value::Whole(tallies[tally as usize]));
    }
}

/// Counts live sessions: in clear text, and encrypted.
#[must_use]
pub fn sessions(tallies: &Tallies) -> [u64; 2] {
    let of = |tally: Tally| tallies[tally as usize];
    let encrypted = of(Tally::SessionsEncrypted).saturating_sub(of(Tally::SessionsDecrypted));
    let all = of(Tally::SessionsOpened).saturating_sub(of(Tally::SessionsClosed));
    [all.saturating_sub(encrypted), encrypted]
}

fn table(out: &mut Exposition, family: &Family, name: &str, rows: &[(&str, Tally)], tallies: &Tallies) {
    let mut samples = out.family(family);
    for (value, tally) in rows {
        samples.add(&[&Labels::of(&[(name, value)])], Value::Whole(tallies[*tally as usize]));
    }
}
