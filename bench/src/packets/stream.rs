// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Streams of packets: one packet repeated, or many interleaved.

use anyhow::{Context as _, Result, ensure};
use classifier_common::fixtures::floods::Flood;
use fastrand::Rng;

use super::{SEED, kinds::Kind};
use crate::yardsticks::abi::Packet;

/// Number of packets in a mix; a power of two. They fit into the processor's first cache, like packets that a
/// driver has just received.
const MIXED: usize = 128;

/// A stream, which is a row of the report.
pub struct Stream {
    pub name: &'static str,
    pub goal: Option<f64>,
    pub packets: Packets,
}

pub enum Packets {
    /// The same frame repeated by the test run itself.
    Same(Vec<u8>),
    /// Packets drawn at random.
    Drawn(Vec<Packet>),
}

impl Stream {
    /// Returns a stream of one kind.
    pub fn of(kind: &Kind) -> Result<Self> {
        let frame = (kind.make)(&mut Rng::with_seed(SEED));
        let packets = match kind.steps {
            None => Packets::Same(frame),
            Some(steps) => Packets::Drawn(vec![kept(&frame, Some(steps))?]),
        };
        Ok(Self { name: kind.name, goal: kind.goal, packets })
    }

    /// Returns a stream of a flood.
    pub fn flood(flood: &Flood) -> Result<Self> {
        let packet = kept(&flood.frame, Some((flood.step, u32::try_from(flood.at)?)))?;
        Ok(Self { name: flood.name, goal: None, packets: Packets::Drawn(vec![packet]) })
    }

    /// Returns a stream with equally many packets of each kind, in an order that never repeats.
    pub fn mix<'k>(name: &'static str, kinds: impl Iterator<Item = &'k Kind>) -> Result<Self> {
        let mut rng = Rng::with_seed(SEED);
        // Stepping packets belong to one connection: a second such packet would be out of order.
        let (stepping, others): (Vec<&Kind>, Vec<&Kind>) = kinds.partition(|kind| kind.steps.is_some());
        let turns = stepping.into_iter().chain(others.into_iter().cycle()).take(MIXED);
        let packets =
            turns.map(|kind| kept(&(kind.make)(&mut rng), kind.steps)).collect::<Result<Vec<_>>>()?;
        ensure!(packets.len() == MIXED, "a mix of {} packets", packets.len());
        Ok(Self { name, goal: None, packets: Packets::Drawn(packets) })
    }
}

fn kept(frame: &[u8], steps: Option<(u32, u32)>) -> Result<Packet> {
    let (step, number_at) = steps.unwrap_or_default();
    let mut packet = Packet { step, number_at, ..Packet::new(frame)? };
    if step != 0 {
        let at = usize::try_from(number_at)?;
        let number = frame.get(at..).and_then(<[u8]>::first_chunk).context("a number beyond the frame")?;
        packet.number = u32::from_be_bytes(*number).wrapping_sub(step);
    }
    Ok(packet)
}
