//! What is missing.

use classifier_common::control::Tally;

use super::{Gathered, packets::Both};
use crate::report::traffic::Loss;

/// What found no room, gave way or was not heard.
pub(super) fn of(gathered: &Gathered<'_>, counted: &Both) -> Vec<Loss> {
    let of_both =
        |of: fn(&classifier_common::counter::Counters) -> u64| of(&counted.received) + of(&counted.sent);
    let lost = [
        ("packets on interfaces without counters", gathered.unattributed),
        ("packets ran into a parser's bound", of_both(|counters| counters.limits.iter().sum())),
        ("fragments were not remembered", of_both(|counters| counters.unremembered)),
        (
            "connections gave way to others before anything was known of them",
            of_both(|counters| counters.handshakes_evicted),
        ),
        (
            "sessions gave way to others before anything was known of them",
            of_both(|counters| counters.sessions_evicted),
        ),
        ("connections were of interfaces that had gone", gathered.tally(Tally::ConnectionsLost)),
        ("FTP control segments were lost on the way to the agent", gathered.tally(Tally::SegmentsLost)),
        ("FTP control segments were past their source's rate", gathered.tally(Tally::RejectedRateLimited)),
        ("FTP sessions found no room", gathered.tally(Tally::SessionsRefused)),
        ("FTP sessions gave way to others", gathered.tally(Tally::SessionsEvicted)),
        ("FTP data ports gave way to others", gathered.tally(Tally::RemovedEvicted)),
        ("FTP data ports found no room", gathered.tally(Tally::Unplaced)),
    ];
    let real = lost.into_iter().filter(|(_, count)| *count > 0);
    real.map(|(what, count)| Loss { what: what.to_owned(), count }).collect()
}
