//! Numbers carried over from maps of another layout, by their names.

use std::{collections::HashMap, io};

use classifier_common::{
    abi::{Direction, MAP_TALLIES},
    control::{TALLIES, Tallies, Tally},
    counter::Counters,
};

use super::{
    PinError, concordance::Concordance, generation::Generation, interface::InterfacePins, layout::Layout,
    opened, own::OWN, raw,
};

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
    pub(super) fn add(&mut self, pins: &InterfacePins, concordance: &Concordance) -> io::Result<()> {
        for pin in [pins.counters(), pins.base()].into_iter().filter(|pin| pin.exists()) {
            let map = opened::to_read(&pin)?;
            for direction in Direction::ALL {
                let numbers = raw::sum(&map, direction as u32)?;
                let numbers = numbers.get(HEADER..).unwrap_or_default();
                let unknown = concordance.add(numbers, &mut self.counters[direction as usize]);
                self.unknown +=
                    unknown.ok_or_else(|| io::Error::other("its counters are not as their layout says"))?;
            }
        }
        Ok(())
    }
}

/// What an interface has counted, of these generations, the newest first: down to the first with a base, which stands for
/// all that is older.
pub(super) fn counted<'g>(
    generations: impl IntoIterator<Item = (&'g Generation, &'g Concordance)>,
    name: &str,
) -> Result<Carried, PinError> {
    let mut carried = Carried::nothing();
    for (generation, concordance) in generations {
        let pins = generation.interface(name);
        let is_all = pins.base().exists();
        carried.add(&pins, concordance).map_err(PinError::refused("read", &pins.counters()))?;
        if is_all {
            break;
        }
    }
    Ok(carried)
}

/// The tracking's numbers of earlier generations, programs' and agent's, as this build counts them; the newest is first.
pub(super) fn tallies<'g>(
    generations: impl IntoIterator<Item = (&'g Generation, &'g Layout)>,
) -> io::Result<Tallies> {
    let mut sum = [0; TALLIES];
    for (generation, layout) in generations {
        let mut add = |map| -> io::Result<()> {
            let numbers = raw::sum(&opened::to_read(&generation.map(map))?, 0)?;
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
