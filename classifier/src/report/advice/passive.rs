//! From the ports that passive data connections had to the range that the server should keep to.

use crate::report::traffic::PortRange;

/// Wider than that, a range is rounded to thousands of ports, else to hundreds.
const NARROW: u32 = 1000;

/// The lowest port that is nobody's by right.
const UNPRIVILEGED: u32 = 1024;

/// The range that these ports are likely from, rounded outward.
///
/// The lowest and highest of `connections` ports that were drawn at random lie, on average, one gap inside of the range
/// that they are from, with as long a gap as between two of them: so much is added at both ends. A server that counts
/// upwards has shorter ones to come; there it only rounds.
#[must_use]
pub fn rounded(used: PortRange, connections: u64) -> PortRange {
    let span = used.width();
    let gap = u32::try_from(u64::from(span - 1) / connections.saturating_sub(1).max(1)).unwrap_or_default();
    let step = if span + 2 * gap < NARROW { 100 } else { 1000 };
    let low = u32::from(used.low).saturating_sub(gap) / step * step;
    let high = (u32::from(used.high) + gap) / step * step + step - 1;
    let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
    // Ports below are of the port table, or never learned.
    PortRange { low: port(low.max(UNPRIVILEGED)).min(used.low), high: port(high) }
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
