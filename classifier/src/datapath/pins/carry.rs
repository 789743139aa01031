// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Carries counts over from maps of another layout, by the names of the numbers.

use std::{collections::HashMap, io};

use classifier_common::{
    abi::{Direction, MAP_TALLIES},
    control::{TALLIES, Tallies, Tally},
    counter::Counters,
};

use super::{
    PinError,
    agent_counters::{AGENT_PIN, times},
    concordance::Concordance,
    generation::Generation,
    interface::InterfacePins,
    layout::Layout,
    opened, raw,
};

/// Numbers of a block that are not counts: index and link type.
const HEADER: usize = 1;

/// The counts of an interface in another layout, both directions.
#[derive(Clone, Debug)]
pub(in crate::datapath) struct Carried {
    /// Counters by direction.
    pub counters: [Box<Counters>; Direction::ALL.len()],
    /// Sum of the numbers under names that this build does not know.
    pub unknown: u64,
}

impl Carried {
    /// Creates counts of 0.
    pub(super) fn nothing() -> Self {
        Self { counters: Direction::ALL.map(|_| Box::new(Counters::new(0, 0))), unknown: 0 }
    }

    /// Adds the counts of an interface's pins: its counters, and its `base`.
    pub(super) fn add(&mut self, pins: &InterfacePins, concordance: &Concordance) -> io::Result<()> {
        for pin in [pins.counters(), pins.base()].into_iter().filter(|pin| pin.exists()) {
            let map = opened::to_read(&pin)?;
            for direction in Direction::ALL {
                let numbers = raw::sum(&map, direction as u32)?;
                let numbers = numbers.get(HEADER..).unwrap_or_default();
                let unknown = concordance.add(numbers, &mut self.counters[direction as usize]);
                self.unknown += unknown
                    .ok_or_else(|| io::Error::other("the counters do not match their layout record"))?;
            }
        }
        Ok(())
    }
}

/// Sums the counts of an interface in these generations, newest first. The first one with a base ends the
/// sum: a base includes all older generations.
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

/// The numbers of the FTP tracking, in this build's layout.
pub(super) struct TrackingNumbers {
    pub tallies: Tallies,
    /// Numbers of the histograms, in the order of [`times`].
    pub times: Vec<u64>,
}

impl TrackingNumbers {
    /// Creates numbers of 0.
    pub(super) fn nothing() -> Self {
        Self { tallies: [0; TALLIES], times: vec![0; times().count()] }
    }
}

/// Sums the tracking's numbers of earlier generations, of programs and agent, newest first.
pub(super) fn tracking<'g>(
    generations: impl IntoIterator<Item = (&'g Generation, &'g Layout)>,
) -> io::Result<TrackingNumbers> {
    let mut sum = TrackingNumbers::nothing();
    for (generation, layout) in generations {
        let mut add = |map| -> io::Result<()> {
            let numbers = raw::sum(&opened::to_read(&generation.map(map))?, 0)?;
            // Only the agent's numbers have histograms after the tallies.
            let named: HashMap<_, _> = layout.tallies().chain(layout.times()).zip(numbers).collect();
            for tally in Tally::ALL {
                sum.tallies[tally as usize] +=
                    named.get(format!("{tally:?}").as_str()).copied().unwrap_or_default();
            }
            for (time, name) in sum.times.iter_mut().zip(times()) {
                *time += named.get(name.as_str()).copied().unwrap_or_default();
            }
            Ok(())
        };
        add(MAP_TALLIES)?;
        // The agent's numbers include all older generations.
        if generation.map(AGENT_PIN).exists() {
            add(AGENT_PIN)?;
            break;
        }
    }
    Ok(sum)
}
