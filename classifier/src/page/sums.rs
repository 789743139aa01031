// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sums of the connections of a service over the interfaces.

use classifier_common::{connection::Handshakes, evidence::ConnectionOutcome};

/// Connections of a service, summed over the interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct HandshakeSums {
    /// Connections by [`ConnectionOutcome`].
    pub outcomes: [u64; ConnectionOutcome::ALL.len()],
    /// Established connections by the bounds of the handshake times.
    times: [u64; Handshakes::BOUNDS.len()],
}

impl HandshakeSums {
    pub fn of(handshakes: &Handshakes) -> Self {
        Self { outcomes: handshakes.outcomes, times: handshakes.times }
    }

    pub fn total(&self) -> u64 {
        self.outcomes.iter().sum()
    }

    /// Counts the connections that were not established.
    pub fn failed(&self) -> u64 {
        self.total() - self.outcomes[ConnectionOutcome::Established as usize]
    }

    /// Writes the bound that 99 % of the handshake times do not exceed: `≤ 3 ms`.
    pub fn p99(&self) -> String {
        let all: u64 = self.times.iter().sum();
        let mut within = 0;
        let bound = self.times.iter().zip(Handshakes::BOUNDS).find_map(|(count, bound)| {
            within += count;
            (all > 0 && within * 100 >= all * 99).then_some(bound)
        });
        bound.map_or_else(|| "–".into(), |bound| format!("≤ {}", time(bound)))
    }
}

/// Writes a bound in the largest unit of which it is a multiple.
fn time(nanoseconds: u64) -> String {
    [(1_000_000_000, "s"), (1_000_000, "ms"), (1000, "µs")]
        .into_iter()
        .find(|(unit, _)| nanoseconds.is_multiple_of(*unit))
        .map_or_else(|| format!("{nanoseconds} ns"), |(unit, name)| format!("{} {name}", nanoseconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_percentile_is_the_bound_of_its_bucket() {
        let mut handshakes = Handshakes { outcomes: [100, 0, 0, 0], ..Handshakes::NONE };
        let of = |handshakes: &Handshakes| HandshakeSums::of(handshakes).p99();
        assert_eq!(of(&handshakes), "–", "no time is known");
        handshakes.times[0] = 98;
        handshakes.times[3] = 2;
        assert_eq!(of(&handshakes), "≤ 3 ms");
        handshakes.times[0] = 198;
        assert_eq!(of(&handshakes), "≤ 100 µs");
        handshakes.times[11] = 50;
        assert_eq!(of(&handshakes), "≤ 10 s");
    }

    #[test]
    fn a_connection_is_established_or_has_failed() {
        let one = Handshakes { outcomes: [90, 4, 3, 2], ..Handshakes::NONE };
        let sums = HandshakeSums::of(&one);
        assert_eq!((sums.total(), sums.failed()), (99, 9));
    }
}
