//! With whom.

use crate::{
    evidence::{Evidence, Opened, Prefix, SeenEvidence},
    report::traffic::{Peer, Peers},
};

/// Those that had connections with one outcome.
pub(super) fn of_finding(evidence: &Evidence, seen: &SeenEvidence) -> Peers {
    let of_finding = evidence.sources.iter().filter(|source| {
        (source.direction, source.outcome, &source.protocol) == (seen.direction, seen.outcome, &seen.protocol)
    });
    let peers = of_finding.map(|source| peer(source.prefix, source.count, source.error));
    let unlisted = evidence.unlisted.iter().filter(|one| one.outcome == seen.outcome);
    split(peers, unlisted.map(|one| one.at_most).sum::<u64>() == 0)
}

/// Those that ICMP redirects came from, or went to.
pub(super) fn of_redirects(evidence: &Evidence, direction: Opened, protocol: &str) -> Peers {
    let senders = evidence
        .redirects
        .iter()
        .filter(|one| (one.direction, one.protocol.as_str()) == (direction, protocol));
    split(senders.map(|one| peer(one.prefix, one.count, one.error)), true)
}

const fn peer(prefix: Prefix, connections: u64, overcount: u64) -> Peer {
    Peer { prefix, connections, overcount }
}

fn split(peers: impl Iterator<Item = Peer>, all: bool) -> Peers {
    let (hosts, networks): (Vec<_>, Vec<_>) = peers.partition(|peer| peer.prefix.is_host());
    let all = |listed: &[Peer]| all && !listed.is_empty();
    Peers { all_hosts: all(&hosts), all_networks: all(&networks), hosts, networks }
}
