//! Whom connections were with, from the largest that an agent serves.

use std::collections::BTreeMap;

use super::exposition::Line;
use crate::{
    metrics::catalog::{self, label},
    top::{
        sample::{Peer, Sources},
        word::Words,
    },
};

const NONE: &str = "no source is among its metrics: an agent serves the largest with --top-sources, and on its host \
                    `classifier top` shows all";

/// At most and error, by prefix, direction, protocol and outcome: each stands in a family of its own.
#[derive(Default)]
pub(super) struct Peers(BTreeMap<[String; 4], [u64; 2]>);

impl Peers {
    /// Takes a line that is about them; `false` if it is not.
    pub(super) fn add(&mut self, line: &Line<'_>) -> bool {
        let number = match line.name {
            name if name == catalog::SOURCE_CONNECTIONS.name => 0,
            name if name == catalog::SOURCE_CONNECTIONS_ERROR.name => 1,
            _ => return false,
        };
        let labels = [label::PREFIX, label::DIRECTION, label::PROTOCOL, label::OUTCOME];
        let of = labels.map(|name| line.label(name).to_owned());
        self.0.entry(of).or_default()[number] = line.whole();
        true
    }

    /// All of them.
    pub(super) fn listed(self, words: &mut Words) -> Sources {
        if self.0.is_empty() {
            return Sources::Untold(NONE.into());
        }
        let peer = |([prefix, direction, protocol, outcome], [count, error]): ([String; 4], [u64; 2])| Peer {
            prefix,
            direction: words.of(&direction),
            protocol: words.of(&protocol),
            outcome: words.of(&outcome),
            count,
            error,
            last_seen_seconds: None,
        };
        Sources::Listed(self.0.into_iter().map(peer).collect())
    }
}
