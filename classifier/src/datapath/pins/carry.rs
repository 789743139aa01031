//! Numbers carried over from maps of another layout, by their names.

use std::{collections::HashMap, io};

use aya::maps::MapData;
use classifier_common::{
    abi::{Direction, MAP_TALLIES},
    control::{TALLIES, Tallies, Tally},
    counter::Counters,
};

use super::{cells, generation::Generation, interface::InterfacePins, layout::Layout, own::OWN, raw};

/// The index and the link of a block are no counts.
const HEADER: usize = 1;

/// What an interface was counted in another layout, both directions.
#[derive(Clone, Debug)]
pub(in crate::datapath) struct Carried {
    /// By direction.
    pub counters: [Box<Counters>; Direction::ALL.len()],
    /// Numbers above 0 under names that this build does not know.
    pub unknown: u64,
}

impl Carried {
    /// Nothing was counted.
    pub(super) fn nothing() -> Self {
        Self { counters: Direction::ALL.map(|_| Box::new(Counters::new(0, 0))), unknown: 0 }
    }

    /// Adds what the pins of an interface hold: its counters, and what had been carried over to them.
    pub(super) fn add(&mut self, pins: &InterfacePins, layout: &Layout) -> io::Result<()> {
        for pin in [pins.counters(), pins.base()].into_iter().filter(|pin| pin.exists()) {
            let map = MapData::from_pin(pin).map_err(io::Error::other)?;
            for direction in Direction::ALL {
                let numbers = raw::sum(&map, direction as u32)?;
                let numbers = numbers.get(HEADER..).unwrap_or_default();
                if numbers.len() != layout.cells().count() {
                    return Err(io::Error::other("its counters are not as their layout says"));
                }
                self.unknown += carry(layout, numbers, &mut self.counters[direction as usize]);
            }
        }
        Ok(())
    }
}

/// Adds numbers to those of the same names; how many above 0 found none.
fn carry(layout: &Layout, numbers: &[u64], counters: &mut Counters) -> u64 {
    let mut named: HashMap<_, _> = layout.cells().zip(numbers.iter().copied()).collect();
    for (name, number) in cells::names().iter().zip(counters.numbers_mut()) {
        *number += named.remove(name.as_str()).unwrap_or_default();
    }
    named.values().filter(|number| **number != 0).count() as u64
}

/// The tracking's numbers of earlier generations, programs' and agent's, as this build counts them; the newest is first.
pub(super) fn tallies(generations: &[(Generation, Layout)]) -> io::Result<Tallies> {
    let mut sum = [0; TALLIES];
    for (generation, layout) in generations {
        let mut add = |map| -> io::Result<()> {
            let numbers = raw::sum(&generation.open(map).map_err(io::Error::other)?, 0)?;
            let named: HashMap<_, _> = layout.tallies().zip(numbers).collect();
            for tally in Tally::ALL {
                sum[tally as usize] += named.get(format!("{tally:?}").as_str()).copied().unwrap_or_default();
            }
            Ok(())
        };
        add(MAP_TALLIES)?;
        // The agent's stand for all that is older.
        if generation.map(OWN).exists() {
            add(OWN)?;
            break;
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use classifier_common::protocol::Protocol;

    use super::*;

    #[test]
    fn numbers_follow_their_names_wherever_they_stand() {
        let layout = Layout::of_build(false, 1, 1);
        let mut counters = Counters::new(0, 0);
        let numbers: Vec<u64> = (0..layout.cells().count() as u64).collect();
        assert_eq!(carry(&layout, &numbers, &mut counters), 0);
        assert_eq!(carry(&layout, &numbers, &mut counters), 0);
        assert!(counters.numbers_mut().zip(numbers).all(|(carried, number)| *carried == 2 * number));
        let smtp = Protocol::SMTP.to_server().index() as u64;
        assert_eq!(counters.classes[Protocol::SMTP.to_server().index()].packets, 4 * smtp);
    }
}
