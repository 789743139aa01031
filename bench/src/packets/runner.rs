//! One program on one stream of packets.

use anyhow::{Context as _, Result};
use aya::programs::Program;

use super::{
    contender::Contender,
    hook::Hook,
    stream::{Packets, Stream},
    timing,
};
use crate::yardsticks::{Yardsticks, abi::Packet};

/// A program, the packets that it gets, and how often in a sample.
pub struct Runner<'a> {
    hook: &'static Hook,
    contender: Contender<'a>,
    /// Its place among those that drawn packets are handed to.
    place: u32,
    frame: Vec<u8>,
    /// Empty where the frame is all there is.
    drawn: Vec<Packet>,
    repeat: u32,
}

impl<'a> Runner<'a> {
    /// Looks how long the program takes, so that a sample is neither too short nor too long.
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

    /// Nanoseconds of a run. What is drawn in a round is the same for all programs.
    pub fn sample(&mut self, yardsticks: &mut Yardsticks, round: u32) -> Result<f64> {
        self.contender.prepare()?;
        if self.drawn.is_empty() {
            return self.contender.with(yardsticks, |program| self.run(program));
        }
        // Any two rounds are as unlike as any two numbers: 2⁶⁴ divided by the golden ratio.
        let seed = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(u64::from(round) + 1);
        yardsticks.replay(&self.drawn, seed, self.place)?;
        let took = self.run(yardsticks.program(self.hook.replay)?)?;
        for (packet, place) in self.drawn.iter_mut().zip(0..).filter(|(packet, _)| packet.step != 0) {
            // The next sample goes on where this program is, not where another one has been meanwhile.
            packet.number = yardsticks.packet(place)?.number;
        }
        Ok(took)
    }

    fn run(&self, program: &Program) -> Result<f64> {
        timing::run(program, &self.frame, self.repeat, self.hook.verdict)
    }
}
