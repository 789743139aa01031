//! Whose connections a rule lets pass.

use super::SourceChoice;
use crate::report::traffic::{Finding, Peer, Prefix};

/// A rule names no more than these: more are no restriction that somebody can read.
const FEW: usize = 64;

/// The prefixes that had these connections; empty where they may be anybody's, by choice or because not all are known.
pub(super) fn peers(finding: Option<&Finding>, choice: SourceChoice) -> Vec<Prefix> {
    let Some(Finding { peers, .. }) = finding else { return Vec::new() };
    let (of, all): (&[Peer], bool) = match choice {
        SourceChoice::Any => (&[], false),
        SourceChoice::Hosts => (&peers.hosts, peers.all_hosts),
        SourceChoice::Networks => (&peers.networks, peers.all_networks),
    };
    let mut prefixes: Vec<_> =
        if all && of.len() <= FEW { of.iter().map(|peer| peer.prefix).collect() } else { Vec::new() };
    prefixes.sort();
    prefixes.dedup();
    prefixes
}
