// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Lists the peers of connections, and other services, from the evidence in the kernel.

use std::time::SystemTime;

use crate::{
    evidence::{
        Evidence, Moment, Opened, Prefix, RedirectEvidence, ServiceEvidence, SourceEvidence, top,
        top_services,
    },
    snapshot::Age,
    status::TOP,
    top::{
        sample::{Listing, OtherService, Peer},
        word::Words,
    },
};

/// Amount of peers and other services to read: with many CPUs, they cost more than the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peers {
    /// None of them.
    #[default]
    None,
    /// The largest of each kind, as many as `classifier status` shows.
    Largest,
    /// All that are listed.
    All,
}

/// Name of ICMP redirects among the outcomes.
const REDIRECT: &str = "redirect";

/// Lists the requested amount of peers and of other services, at a moment.
pub(super) fn listed(
    evidence: &Evidence,
    peers: Peers,
    now: SystemTime,
) -> (Listing<Peer>, Listing<OtherService>) {
    let most = match peers {
        Peers::None => 0,
        Peers::Largest => TOP,
        Peers::All => usize::MAX,
    };
    let mut reader = Reader { words: Words::default(), now };
    let mut listed: Vec<_> =
        top(&evidence.sources, most).into_iter().map(|one| reader.connections(one)).collect();
    listed.extend(evidence.redirects.iter().take(most).map(|one| reader.redirects(one)));
    let services = top_services(&evidence.services, most).into_iter().map(|one| reader.service(one));
    let services = Listing::Listed(services.collect());
    (Listing::Listed(listed), services)
}

struct Reader {
    words: Words,
    now: SystemTime,
}

impl Reader {
    fn connections(&mut self, one: &SourceEvidence) -> Peer {
        let SourceEvidence { direction, protocol, outcome, prefix, count, overcount, last_seen, .. } = one;
        self.peer((*direction, protocol, outcome.label()), *prefix, (*count, *overcount), *last_seen)
    }

    fn redirects(&mut self, one: &RedirectEvidence) -> Peer {
        let RedirectEvidence { direction, protocol, prefix, count, overcount, last_seen, .. } = one;
        self.peer((*direction, protocol, REDIRECT), *prefix, (*count, *overcount), *last_seen)
    }

    fn peer(
        &mut self,
        (direction, protocol, outcome): (Opened, &str, &str),
        prefix: Prefix,
        (count, overcount): (u64, u64),
        last_seen: Moment,
    ) -> Peer {
        Peer {
            prefix: prefix.to_string(),
            direction: self.words.of(direction.label()),
            protocol: self.words.of(protocol),
            outcome: self.words.of(outcome),
            count,
            overcount,
            last_seen_seconds: Some(self.age(last_seen)),
        }
    }

    fn service(&mut self, one: &ServiceEvidence) -> OtherService {
        OtherService {
            transport: self.words.of(&one.transport),
            port: one.port,
            name: one.name.as_deref().map(|name| self.words.of(name)),
            direction: self.words.of(one.direction.label()),
            outcome: self.words.of(one.outcome.label()),
            count: one.count,
            overcount: one.overcount,
            last_seen_seconds: Some(self.age(one.last_seen)),
        }
    }

    fn age(&self, last_seen: Moment) -> Age {
        let ago = self.now.duration_since(last_seen.time()).unwrap_or_default();
        Age::of(0, u64::try_from(ago.as_nanos()).unwrap_or(u64::MAX))
    }
}
