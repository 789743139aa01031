// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Chooses the sessions that are evicted from a full table.

use std::collections::HashMap;

use classifier_common::{
    address::Address,
    control::{Session, SessionKey},
};

/// Fraction of the sessions that are evicted at a time: a flood pays for a look at all sessions once for each
/// share.
const SHARE: usize = 16;
/// Fraction of the sessions above which a client's sessions are evicted before others.
const CLIENT_SHARE: usize = 4;

/// Returns the sessions to evict: those of the client with most sessions, if it has more than its share, else
/// any; the longest silent first.
pub(super) fn evicted(sessions: Vec<(SessionKey, Session)>) -> Vec<(SessionKey, Session)> {
    let count = sessions.len().div_ceil(SHARE);
    let mut clients: HashMap<Address, usize> = HashMap::new();
    for (key, _) in &sessions {
        *clients.entry(key.client).or_default() += 1;
    }
    let largest = clients.into_iter().max_by_key(|(_, count)| *count);
    let largest =
        largest.filter(|(_, count)| *count > sessions.len() / CLIENT_SHARE).map(|(client, _)| client);
    let mut candidates: Vec<_> =
        sessions.into_iter().filter(|(key, _)| largest.is_none_or(|client| key.client == client)).collect();
    candidates.sort_unstable_by_key(|(key, session)| (!session.has_ended(), session.last, *key));
    candidates.truncate(count);
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(client: u8, port: u16, last: u64) -> (SessionKey, Session) {
        let client = Address::v4([10, 0, 0, client]);
        (
            SessionKey { client, client_port: port, ..SessionKey::default() },
            Session { last, ..Session::default() },
        )
    }

    fn ports(sessions: Vec<(SessionKey, Session)>) -> Vec<u16> {
        evicted(sessions).into_iter().map(|(key, _)| key.client_port).collect()
    }

    #[test]
    fn the_longest_silent_goes_where_nobody_crowds() {
        let sessions = (0..16).map(|n| session(n, u16::from(n), 100 - u64::from(n))).collect();
        assert_eq!(ports(sessions), [15]);
    }

    #[test]
    fn a_crowd_gives_way_before_those_that_were_there() {
        let mut sessions = vec![session(1, 1, 0), session(2, 2, 0)];
        sessions.extend((10..40).map(|port| session(9, port, 50 + u64::from(port))));
        assert_eq!(ports(sessions), [10, 11]);
    }
}
