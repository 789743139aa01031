// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Decisions of the desired state, event by event.

mod attachment;
mod many;
mod names;

use std::time::Duration;

use classifier_common::packet::Link;

use super::*;

const TIMES: Times = Times {
    keep: Duration::from_mins(5),
    retry: Duration::from_secs(1),
    longest_retry: Duration::from_mins(1),
    look: Duration::from_secs(5),
};

fn device(index: u32, name: &str, kind: &str) -> Interface {
    Interface {
        index,
        name: name.into(),
        link: Some(Link::Ethernet),
        link_layer: "Ether".into(),
        kind: Some(kind.into()),
        ..Interface::default()
    }
}

fn veth(index: u32, name: &str) -> Interface {
    device(index, name, "veth")
}

/// A desired state with a clock. Its interfaces can be attached, except those that are named otherwise.
struct World {
    desired: DesiredState,
    now: Instant,
    refused: Vec<&'static str>,
}

impl World {
    fn new(patterns: Vec<Pattern>) -> Self {
        let now = Instant::now();
        Self { desired: DesiredState::new(patterns, TIMES), now, refused: Vec::new() }
    }

    fn plain(names: &[&str]) -> Self {
        Self::new(names.iter().map(|name| Pattern::Plain((*name).into())).collect())
    }

    fn present(&mut self, link: Interface) -> String {
        self.desired.change(Change::Present(link));
        self.done()
    }

    fn gone(&mut self, index: u32) -> String {
        self.desired.change(Change::Gone(index));
        self.done()
    }

    fn wait(&mut self, seconds: u64) -> String {
        self.now += Duration::from_secs(seconds);
        self.done()
    }

    /// Describes the due actions, and reports the results of attaching.
    fn done(&mut self) -> String {
        let actions = self.desired.reconcile(self.now);
        let mut words = Vec::new();
        words.extend(actions.gone.iter().map(|index| format!("gone {index}")));
        words.extend(actions.unwanted.iter().map(|index| format!("unwanted {index}")));
        words.extend(actions.renamed.iter().map(|renamed| format!("{} is {}", renamed.index, renamed.to)));
        words.extend(actions.forgotten.iter().map(|name| format!("forget {name}")));
        for link in &actions.attach {
            if self.refused.contains(&link.name.as_str()) {
                self.desired.refused(link, format!("{} refuses", link.name), self.now);
                words.push(format!("refused {}", link.name));
            } else {
                self.desired.attached(link, self.now);
                words.push(format!("attach {} {}", link.index, link.name));
            }
        }
        words.join(", ")
    }

    /// Returns the seconds until the next deadline.
    fn next(&self) -> Option<u64> {
        self.desired.deadline().map(|at| at.duration_since(self.now).as_secs())
    }
}
