// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Measurement of one program on one stream of packets.

use anyhow::{Context as _, Result};
use aya::programs::Program;

use super::{
    contender::Contender,
    hook::Hook,
    stream::{Packets, Stream},
    timing,
};
use crate::yardsticks::{Yardsticks, abi::Packet};

/// A program, its packets, and the number of runs in a sample.
pub struct Runner<'a> {
    hook: &'static Hook,
    contender: Contender<'a>,
    /// Index of the program among the targets of drawn packets.
    place: u32,
    frame: Vec<u8>,
    /// Drawn packets; empty if the stream is a single frame.
    drawn: Vec<Packet>,
    repeat: u32,
}

impl<'a> Runner<'a> {
    /// Estimates the program's run time first, so that a sample is neither too short nor too long.
    pub fn new(
        hook: &'static Hook,
        yardsticks: &mut Yardsticks,
        contender: Contender<'a>,
        stream: &Stream,
        place: u32,
    ) -> Result<Self> {
        let (frame, drawn) = match &stream.packets {
            Packets::Same(frame) => (frame.clone(), vec![]),
            Packets::Drawn(packets) => {
                let first = packets.first().context("a stream of no packets")?;
                let length = first.bytes.len().min(first.length as usize);
                (first.bytes[..length].to_vec(), packets.clone())
            }
        };
        let mut runner = Self { hook, contender, place, frame, drawn, repeat: timing::FIRST };
        runner.repeat = timing::repeats(runner.sample(yardsticks, 0)?);
        Ok(runner)
    }

    /// Returns the nanoseconds of a run. All programs get the same packets in a round.
    pub fn sample(&mut self, yardsticks: &mut Yardsticks, round: u32) -> Result<f64> {
        self.contender.prepare()?;
        if self.drawn.is_empty() {
            return self.contender.with(yardsticks, |program| self.run(program));
        }
        // Fibonacci hashing of the round (2⁶⁴ divided by the golden ratio) gives seeds without a pattern.
        let seed = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(u64::from(round) + 1);
        yardsticks.replay(&self.drawn, seed, self.place)?;
        let took = self.run(yardsticks.program(self.hook.replay)?)?;
        for (packet, place) in self.drawn.iter_mut().zip(0..).filter(|(packet, _)| packet.step != 0) {
            // The next sample resumes at this program's number, not at the number of a program that ran in
            // between.
            packet.number = yardsticks.packet(place)?.number;
        }
        Ok(took)
    }

    fn run(&self, program: &Program) -> Result<f64> {
        timing::run(program, &self.frame, self.repeat, self.contender.verdict(self.hook))
    }
}
