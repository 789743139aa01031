// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Rates over time, of one protocol or of all, in one direction.

use std::time::Duration;

use classifier_common::{abi::Direction, counter::PacketCount, protocol::Protocol};

use super::quantity::{real, short, whole};
use crate::history::{Interval, View};

/// Unit of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Packets,
    Bits,
}

impl Unit {
    pub const ALL: [Self; 2] = [Self::Packets, Self::Bits];

    /// Returns the unit for a number.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Packets => "packets/s",
            Self::Bits => "bit/s",
        }
    }

    /// Returns the unit for a screen reader.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Packets => "packets per second",
            Self::Bits => "bits per second",
        }
    }

    /// A rate without its unit: packets grouped by thousands, bits with a prefix.
    pub fn number(self, rate: f64) -> String {
        match self {
            Self::Packets => whole(rate),
            Self::Bits => short(rate),
        }
    }

    /// A rate with its unit, in two parts: `1,470` and `packets/s`, `3.34` and `Mbit/s`.
    pub fn written(self, rate: f64) -> (String, String) {
        let number = self.number(rate);
        match number.split_once(' ') {
            Some((number, prefix)) if self == Self::Bits => {
                (number.to_owned(), format!("{prefix}{}", self.label()))
            }
            _ => (number, self.label().to_owned()),
        }
    }

    /// Writes a rate with its unit: `1,470 packets/s`, `3.34 Mbit/s`.
    pub fn text(self, rate: f64) -> String {
        let (number, unit) = self.written(rate);
        format!("{number} {unit}")
    }

    /// Writes a rate below a heading that has the unit: packets without it, bits with it.
    pub fn cell(self, rate: f64) -> String {
        match self {
            Self::Packets => self.number(rate),
            Self::Bits => self.text(rate),
        }
    }

    /// Writes the end of a scale, without needless decimals: `50 packets/s`, `30 Mbit/s`.
    pub fn end(self, scale: f64) -> String {
        let (number, unit) = self.written(scale);
        let number =
            if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { &number };
        format!("{number} {unit}")
    }

    const fn of(self, tally: PacketCount) -> f64 {
        match self {
            Self::Packets => real(tally.packets),
            Self::Bits => real(tally.bytes) * 8.0,
        }
    }

    /// Computes the mean rate.
    pub fn rate(self, tally: PacketCount, length: Duration) -> f64 {
        let seconds = length.as_secs_f64();
        if seconds > 0.0 { self.of(tally) / seconds } else { 0.0 }
    }
}

/// Subject of a rate: all packets, or one protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    All,
    Of(Protocol),
}

/// Length in seconds, and the rate in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    pub seconds: f64,
    pub rate: f64,
}

/// Rates over time, oldest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Series(pub Vec<Step>);

impl Series {
    pub fn of(view: &View, subject: Subject, direction: Direction, unit: Unit) -> Self {
        let step = |interval: &Interval| {
            let tally = match subject {
                Subject::All => interval.total(direction),
                Subject::Of(protocol) => interval.tally(protocol, direction),
            };
            Step { seconds: interval.length.as_secs_f64(), rate: unit.rate(tally, interval.length) }
        };
        Self(view.intervals.iter().map(|interval| step(interval)).collect())
    }

    /// Returns the mean rate of the last minute.
    pub fn now(&self) -> f64 {
        let mut seconds = 0.0;
        let last = self.0.iter().rev().take_while(|step| {
            let is_within = seconds < 59.0;
            seconds += step.seconds;
            is_within
        });
        mean(last)
    }

    pub fn mean(&self) -> f64 {
        mean(self.0.iter())
    }

    pub fn peak(&self) -> f64 {
        self.0.iter().map(|step| step.rate).fold(0.0, f64::max)
    }
}

/// Rates in both directions.
pub(super) struct Both {
    pub ingress: Series,
    pub egress: Series,
}

impl Both {
    pub fn of(view: &View, subject: Subject, unit: Unit) -> Self {
        let of = |direction| Series::of(view, subject, direction, unit);
        Self { ingress: of(Direction::Ingress), egress: of(Direction::Egress) }
    }

    /// Returns the peak of each direction.
    pub fn peaks(&self) -> [f64; 2] {
        [self.ingress.peak(), self.egress.peak()]
    }

    /// Tells whether both directions are without traffic.
    pub fn is_silent(&self) -> bool {
        self.peaks().iter().all(|peak| *peak <= 0.0)
    }
}

fn mean<'s>(steps: impl Iterator<Item = &'s Step>) -> f64 {
    let (seconds, sum) = steps.fold((0.0, 0.0), |(seconds, sum), step| {
        (seconds + step.seconds, step.rate.mul_add(step.seconds, sum))
    });
    if seconds > 0.0 { sum / seconds } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(steps: &[(f64, f64)]) -> Series {
        Series(steps.iter().map(|(seconds, rate)| Step { seconds: *seconds, rate: *rate }).collect())
    }

    #[test]
    fn a_rate_has_its_unit_as_people_write_it() {
        let written = |unit: Unit, rate| unit.written(rate);
        assert_eq!(written(Unit::Packets, 1470.4), ("1,470".into(), "packets/s".into()));
        assert_eq!(written(Unit::Packets, 2.5e6), ("2.50 M".into(), "packets/s".into()));
        assert_eq!(written(Unit::Bits, 3.34e6), ("3.34".into(), "Mbit/s".into()));
        assert_eq!(written(Unit::Bits, 720.0), ("720".into(), "bit/s".into()));
    }

    #[test]
    fn a_scale_ends_at_a_round_number() {
        assert_eq!(Unit::Packets.end(4000.0), "4,000 packets/s");
        assert_eq!(Unit::Packets.end(1.5), "1.5 packets/s");
        assert_eq!(Unit::Bits.end(3e7), "30 Mbit/s");
        assert_eq!(Unit::Bits.end(1e8), "100 Mbit/s");
    }

    #[test]
    fn a_long_step_weighs_as_much_as_it_lasts() {
        let series = series(&[(10.0, 30.0), (50.0, 6.0)]);
        assert!((series.mean() - 10.0).abs() < 1e-9 && (series.peak() - 30.0).abs() < 1e-9);
    }

    #[test]
    fn now_is_the_last_minute() {
        let series = series(&[(10.0, 99.0), (30.0, 1.0), (30.0, 3.0)]);
        assert!((series.now() - 2.0).abs() < 1e-9, "{}", series.now());
        assert!(Series::default().now().abs() < 1e-9);
    }
}
