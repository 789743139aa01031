//! The hosts at the other end of connections, as a bounded structure has kept them.

use std::cmp::Reverse;

use serde::Serialize;

use crate::evidence::Prefix;

/// A host or a network, and what it had part in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Peer {
    /// Which.
    pub prefix: Prefix,
    /// Its connections, at most.
    pub connections: u64,
    /// So many of these may be others': it had at least the difference.
    pub overcount: u64,
}

/// The most frequent hosts and networks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Peers {
    /// Hosts: /32 and /128.
    pub hosts: Vec<Peer>,
    /// Networks: /24 and /64.
    pub networks: Vec<Peer>,
    /// Whether all hosts are among them: none has given way to another.
    pub all_hosts: bool,
    /// The same of networks.
    pub all_networks: bool,
}

impl Peers {
    /// The most frequent first; where two are equal, by address.
    pub(super) fn sort(&mut self) {
        for peers in [&mut self.hosts, &mut self.networks] {
            peers.sort_by_key(|peer| (Reverse(peer.connections), peer.prefix));
        }
    }
}
