//! Packets as the programs get them: one again and again, or many by turns.

use anyhow::{Context as _, Result, ensure};
use fastrand::Rng;

use super::{SEED, kinds::Kind};
use crate::yardsticks::abi::Packet;

/// Packets of a mix; a power of two. They lie in the processor's nearest cache, as packets do that a driver has just
/// received.
const MIXED: usize = 128;

/// What a row is about.
pub struct Stream {
    pub name: &'static str,
    pub goal: Option<f64>,
    pub packets: Packets,
}

pub enum Packets {
    /// The same frame again and again, by the test run itself.
    Same(Vec<u8>),
    /// Drawn at random.
    Drawn(Vec<Packet>),
}

impl Stream {
    /// Packets of one kind.
    pub fn of(kind: &Kind) -> Result<Self> {
        let frame = (kind.make)(&mut Rng::with_seed(SEED));
        let packets = match kind.steps {
            None => Packets::Same(frame),
            Some(steps) => Packets::Drawn(vec![kept(&frame, Some(steps))?]),
        };
        Ok(Self { name: kind.name, goal: kind.goal, packets })
    }

    /// As many packets of each kind as of the next, in an order that never repeats.
    pub fn mix<'k>(name: &'static str, kinds: impl Iterator<Item = &'k Kind>) -> Result<Self> {
        let mut rng = Rng::with_seed(SEED);
        // Packets that step are one connection's: more than one of them would not be in order.
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
