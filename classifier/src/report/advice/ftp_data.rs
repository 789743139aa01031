// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Decides how FTP data connections pass, and estimates the range of a server's passive ports.
//!
//! The kernel's helper reads control connections, and expects the announced data connections: no other
//! passes. The helper cannot read encrypted connections, and rejects a 227 that names another host than the
//! server. The ports must then be open.

use classifier_common::protocol::Protocol;

use super::{Admits, FtpData};
use crate::report::traffic::{Opened, PortRange, Service, Traffic};

/// Source port of a server's connections in active mode.
const ACTIVE_SOURCE: u16 = 20;

/// Ports that can be announced.
const UNPRIVILEGED: PortRange = PortRange { low: 1024, high: u16::MAX };

/// Tells whether this control connection announces such data connections.
pub(super) fn announces(control: &Service, data: &Service) -> bool {
    let of_data = if data.is(Protocol::FTP_DATA_PASSIVE) { data.direction } else { opposite(data.direction) };
    control.is(Protocol::FTP_CONTROL) && data.is_ftp_data() && control.direction == of_data
}

const fn opposite(direction: Opened) -> Opened {
    match direction {
        Opened::Inbound => Opened::Outbound,
        Opened::Outbound => Opened::Inbound,
    }
}

/// Tells whether the helper can find these data connections, and is chosen.
pub(super) fn by_helper(data: &Service, allowed: &[&Service], traffic: &Traffic, choice: FtpData) -> bool {
    let is_announced = allowed.iter().any(|control| announces(control, data));
    is_announced
        && match choice {
            FtpData::Auto => is_readable(traffic),
            FtpData::Helper => true,
            FtpData::Ports => false,
        }
}

/// Tells whether the helper could read and accept every announcement.
fn is_readable(traffic: &Traffic) -> bool {
    let upgraded = |label: &str| {
        traffic.sessions.iter().any(|sessions| sessions.protocol == label && sessions.upgraded > 0)
    };
    let ftp = &traffic.ftp;
    ftp.encrypted_sessions == 0
        && ftp.inferred_packets == 0
        && ftp.address_mismatches == 0
        && !Protocol::FTP_CONTROL.fixed_label().is_some_and(upgraded)
}

/// Returns the connections that a rule for this FTP data admits; `None` for other protocols.
pub(super) fn admits(data: &Service, by_helper: bool) -> Option<Admits> {
    let passive = data.is(Protocol::FTP_DATA_PASSIVE);
    data.is_ftp_data().then(|| match (by_helper, passive, data.direction) {
        (true, ..) => Admits::Expected,
        (_, false, _) => Admits::FromTo(ACTIVE_SOURCE, vec![UNPRIVILEGED]),
        (_, true, Opened::Inbound) => Admits::To(vec![range(data)]),
        // The remote servers choose these ports.
        (_, true, Opened::Outbound) => Admits::To(vec![UNPRIVILEGED]),
    })
}

/// Returns the passive range for an FTP server on this host.
pub(super) fn passive_ports(allowed: &[&Service]) -> Option<PortRange> {
    let here = |data: &&&Service| data.is(Protocol::FTP_DATA_PASSIVE) && data.direction == Opened::Inbound;
    allowed.iter().find(here).map(|data| range(data))
}

fn range(data: &Service) -> PortRange {
    let established = data.established();
    let used = established.and_then(|finding| Some((finding.server_ports?, finding.connections)));
    used.map_or(UNPRIVILEGED, |(ports, connections)| rounded(ports, connections))
}

/// Width above which a range is rounded to thousands of ports, else to hundreds.
const NARROW: u32 = 1000;

/// Estimates the range that these ports are from, rounded outward.
///
/// The lowest and highest of `connections` ports that were drawn at random lie, on average, one gap inside
/// their range, and a gap is as long as between two neighbours. So much is added at both ends. A server that
/// counts upwards has shorter gaps: the range is only rounded.
#[must_use]
pub fn rounded(used: PortRange, connections: u64) -> PortRange {
    let span = used.width();
    let gap = u32::try_from(u64::from(span - 1) / connections.saturating_sub(1).max(1)).unwrap_or_default();
    let step = if span + 2 * gap < NARROW { 100 } else { 1000 };
    let low = u32::from(used.low).saturating_sub(gap) / step * step;
    let high = (u32::from(used.high) + gap) / step * step + step - 1;
    let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    // Lower ports are in the port table, or were never learned.
    PortRange { low: port(low.max(u32::from(UNPRIVILEGED.low))).min(used.low), high: port(high) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(low: u16, high: u16, connections: u64) -> (u16, u16) {
        let PortRange { low, high } = rounded(PortRange { low, high }, connections);
        (low, high)
    }

    #[test]
    fn a_range_that_was_used_throughout_is_only_rounded() {
        assert_eq!(of(40_000, 40_009, 500), (40_000, 40_099));
        assert_eq!(of(40_010, 40_998, 100_000), (40_000, 40_999));
        assert_eq!(of(32_768, 60_999, 1_000_000), (32_000, 60_999));
    }

    #[test]
    fn few_connections_leave_room_on_both_sides() {
        assert_eq!(of(40_123, 40_123, 1), (40_100, 40_199));
        assert_eq!(of(40_200, 40_700, 3), (39_000, 40_999));
        assert_eq!(of(33_000, 60_000, 10), (30_000, 63_999));
    }

    #[test]
    fn no_range_leaves_the_ports_that_there_are() {
        assert_eq!(of(1024, 65_535, 2), (1024, 65_535));
        assert_eq!(of(1100, 65_535, 0), (1024, 65_535));
        assert_eq!(of(900, 1200, 5), (900, 1299));
    }
}
