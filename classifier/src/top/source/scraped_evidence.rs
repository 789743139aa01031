// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the peers of connections, and other services, from the largest that an agent exports.

use std::collections::BTreeMap;

use classifier_common::{abi::Direction, ports::Transport};

use super::exposition::Line;
use crate::{
    evidence::Opened,
    iana,
    metrics::catalog::{self, Family, label},
    top::{
        sample::{Listing, OtherService, Peer},
        word::Words,
    },
};

/// Count and overcount by four labels. The two are in families of their own.
pub(super) struct Bounds {
    families: [&'static Family; 2],
    labels: [&'static str; 4],
    found: BTreeMap<[String; 4], [u64; 2]>,
}

impl Bounds {
    /// Bounds of the peers.
    pub(super) const SOURCES: Self = Self {
        families: [&catalog::SOURCE_CONNECTIONS, &catalog::SOURCE_CONNECTIONS_OVERCOUNT],
        labels: [label::PREFIX, label::DIRECTION, label::PROTOCOL, label::OUTCOME],
        found: BTreeMap::new(),
    };

    /// Bounds of the ports that no protocol has.
    pub(super) const PORTS: Self = Self {
        families: [&catalog::PORT_CONNECTIONS, &catalog::PORT_CONNECTIONS_OVERCOUNT],
        labels: [label::PORT, label::DIRECTION, label::TRANSPORT, label::OUTCOME],
        found: BTreeMap::new(),
    };

    /// Takes a line of the two families; `false` for other lines.
    pub(super) fn add(&mut self, line: &Line<'_>) -> bool {
        let family = self.families.iter().position(|family| family.name == line.name);
        let Some(family) = family else { return false };
        let of = self.labels.map(|name| line.label(name).to_owned());
        self.found.entry(of).or_default()[family] = line.whole();
        true
    }

    /// Lists the bounds, or the reason why there are none.
    fn listed<T>(self, flag: &str, entry: impl FnMut(([String; 4], [u64; 2])) -> Option<T>) -> Listing<T> {
        if self.found.is_empty() {
            return Listing::Untold(format!(
                "the metrics have none: run the agent with {flag} K for the top K, or `classifier top` on its host for all"
            ));
        }
        Listing::Listed(self.found.into_iter().filter_map(entry).collect())
    }
}

/// Lists the peers.
pub(super) fn sources(bounds: Bounds, words: &mut Words) -> Listing<Peer> {
    bounds.listed("--top-sources", |([prefix, direction, protocol, outcome], [count, overcount])| {
        Some(Peer {
            prefix,
            direction: words.of(opened(&direction)),
            protocol: words.of(&protocol),
            outcome: words.of(&outcome),
            count,
            overcount,
            last_seen_seconds: None,
        })
    })
}

/// Lists the ports that no protocol has.
pub(super) fn services(bounds: Bounds, words: &mut Words) -> Listing<OtherService> {
    bounds.listed("--top-ports", |([port, direction, transport, outcome], [count, overcount])| {
        let port = port.parse().ok()?;
        let layer = if transport == "udp" { Transport::Udp } else { Transport::Tcp };
        Some(OtherService {
            transport: words.of(&transport),
            port,
            name: iana::service_name(layer, port).map(|name| words.of(name)),
            direction: words.of(opened(&direction)),
            outcome: words.of(&outcome),
            count,
            overcount,
            last_seen_seconds: None,
        })
    })
}

/// Returns the host's word for the direction of a SYN at the interface.
fn opened(direction: &str) -> &str {
    let known = Direction::ALL.into_iter().find(|one| one.label() == direction);
    known.map_or(direction, |one| Opened::from(one).label())
}
