//! What a trace says to have been counted.

use std::collections::BTreeMap;

use crate::world::{TALLIES, World};

/// Numbers that depend on how the same bytes were cut and how often they were seen.
const OF_ONE_CUT: [&str; 3] = ["segments", "jump", "unseen_bytes"];
/// Numbers that a trace may leave unsaid.
const UNSAID: [&str; 2] = ["sessions_opened", "sessions_closed"];

/// Numbers that hold where they are said, and may change from there on.
const GAUGES: [&str; 5] = ["live", "proposed", "closed", "sessions", "encrypted"];

/// The numbers that hold now.
#[derive(Default)]
pub struct Expectation(BTreeMap<String, u64>);

impl Expectation {
    /// `learned_pasv 1, live 1`: these have changed.
    pub fn state(&mut self, text: &str) {
        self.0.retain(|name, _| !GAUGES.contains(&name.as_str()));
        for part in text.split(',') {
            let (name, number) = part.trim().split_once(' ').expect("a name and a number");
            self.0.insert(name.to_owned(), number.parse().expect("a number"));
        }
    }

    /// Whether what is said holds, and in the end, whether nothing else was counted.
    pub fn check(&self, world: &World, as_written: bool, at_end: bool) -> Result<(), String> {
        for (name, number) in self.0.iter().filter(|(name, _)| !at_end || !GAUGES.contains(&name.as_str())) {
            let found = world.number(name).ok_or_else(|| format!("nothing is counted as {name}"))?;
            if found != *number && (as_written || !OF_ONE_CUT.contains(&name.as_str())) {
                return Err(format!("{name} is {found}, not {number}"));
            }
        }
        let names = TALLIES.iter().map(|(name, _)| *name).filter(|name| !UNSAID.contains(name));
        for name in names.filter(|name| at_end && (as_written || !OF_ONE_CUT.contains(name))) {
            let found = world.number(name).unwrap_or_default();
            if found != 0 && !self.0.contains_key(name) {
                return Err(format!("{name} is {found}, of which nothing is said"));
            }
        }
        Ok(())
    }
}
