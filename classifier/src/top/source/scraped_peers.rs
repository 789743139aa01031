//! Reads the peers of connections from an agent's largest sources.

use std::collections::BTreeMap;

use classifier_common::abi::Direction;

use super::exposition::Line;
use crate::{
    evidence::Opened,
    metrics::catalog::{self, label},
    top::{
        sample::{Peer, Sources},
        word::Words,
    },
};

const NONE: &str = "the metrics have no sources: run the agent with --top-sources K for the top K, or `classifier top` on its host \
                    for all";

/// Returns the host's word for the direction of a SYN at the interface.
fn opened(direction: &str) -> &str {
    let known = Direction::ALL.into_iter().find(|one| one.label() == direction);
    known.map_or(direction, |one| Opened::from(one).label())
}

/// Count and overcount, by prefix, direction, protocol and outcome. The two are in families of their own.
#[derive(Default)]
pub(super) struct Peers(BTreeMap<[String; 4], [u64; 2]>);

impl Peers {
    /// Takes a line about peers; `false` for other lines.
    pub(super) fn add(&mut self, line: &Line<'_>) -> bool {
        let number = match line.name {
            name if name == catalog::SOURCE_CONNECTIONS.name => 0,
            name if name == catalog::SOURCE_CONNECTIONS_OVERCOUNT.name => 1,
            _ => return false,
        };
        let labels = [label::PREFIX, label::DIRECTION, label::PROTOCOL, label::OUTCOME];
        let of = labels.map(|name| line.label(name).to_owned());
        self.0.entry(of).or_default()[number] = line.whole();
        true
    }

    /// Lists the peers.
    pub(super) fn listed(self, words: &mut Words) -> Sources {
        if self.0.is_empty() {
            return Sources::Untold(NONE.into());
        }
        let peer =
            |([prefix, direction, protocol, outcome], [count, overcount]): ([String; 4], [u64; 2])| Peer {
                prefix,
                direction: words.of(opened(&direction)),
                protocol: words.of(&protocol),
                outcome: words.of(&outcome),
                count,
                overcount,
                last_seen_seconds: None,
            };
        Sources::Listed(self.0.into_iter().map(peer).collect())
    }
}
