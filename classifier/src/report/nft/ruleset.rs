//! Rules of the table, and the counters that they name.

use super::Lines;

/// Chains as they grow, with their counters.
pub(super) struct Ruleset {
    pub(super) chains: Lines,
    counters: Vec<String>,
}

impl Ruleset {
    pub(super) fn new() -> Self {
        Self { chains: Lines::within(), counters: Vec::new() }
    }

    /// A rule that counts what it matches; `end` is its verdict and its comment.
    pub(super) fn rule(&mut self, matches: &str, counter: &str, end: &str) {
        // The rules of a service for both families share one.
        if self.counters.last().is_none_or(|last| last != counter) {
            self.counters.push(counter.to_owned());
        }
        let gap = if matches.is_empty() { "" } else { " " };
        self.chains.line(&format!("{matches}{gap}counter name \"{counter}\" {end}"));
    }

    /// The names of the counters, each once.
    pub(super) fn counters(&self) -> &[String] {
        &self.counters
    }
}
