//! Lists the peers of connections from the evidence in the kernel.

use std::time::SystemTime;

use crate::{
    evidence::{Evidence, Moment, Opened, Prefix, RedirectEvidence, SourceEvidence, top},
    snapshot::Age,
    status::TOP,
    top::{
        sample::{Peer, Sources},
        word::Words,
    },
};

/// Amount of peers to read: with many CPUs, the peers cost more than the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peers {
    /// No peers.
    #[default]
    None,
    /// The largest of each kind, as many as `classifier status` shows.
    Largest,
    /// All listed peers.
    All,
}

/// Name of ICMP redirects among the outcomes.
const REDIRECT: &str = "redirect";

/// Lists the requested amount of peers, at a moment.
pub(super) fn listed(evidence: &Evidence, peers: Peers, now: SystemTime) -> Sources {
    let most = match peers {
        Peers::None => 0,
        Peers::Largest => TOP,
        Peers::All => usize::MAX,
    };
    let mut listing = Listing { words: Words::default(), now };
    let mut listed: Vec<_> =
        top(&evidence.sources, most).into_iter().map(|one| listing.connections(one)).collect();
    listed.extend(evidence.redirects.iter().take(most).map(|one| listing.redirects(one)));
    Sources::Listed(listed)
}

struct Listing {
    words: Words,
    now: SystemTime,
}

impl Listing {
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
        let ago = self.now.duration_since(last_seen.time()).unwrap_or_default();
        Peer {
            prefix: prefix.to_string(),
            direction: self.words.of(direction.label()),
            protocol: self.words.of(protocol),
            outcome: self.words.of(outcome),
            count,
            overcount,
            last_seen_seconds: Some(Age::of(0, u64::try_from(ago.as_nanos()).unwrap_or(u64::MAX))),
        }
    }
}
