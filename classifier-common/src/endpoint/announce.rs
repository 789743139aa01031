//! Giving an announced port its place.

use super::{Kind, Owner, Set, State, WAYS, Word};

/// An announced port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announcement<'a> {
    /// Whose it is, and who may dial it.
    pub owner: &'a Owner,
    /// What it is of.
    pub kind: Kind,
    /// The control connection that it was announced on.
    pub session: u64,
    /// [`State::Announced`], or [`State::Proposed`] where the server has still to confirm it.
    pub state: State,
}

/// How an announced port came to its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// A free place was there.
    Learned,
    /// It was there already, not yet dialled: its time begins anew.
    Known,
    /// The set was full: the endpoint in this state that was oldest gave way.
    Evicted(State),
}

/// Where an announced port stands now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Place in the set.
    pub way: usize,
    /// How it came there.
    pub how: Placed,
}

/// Gives an announced port a place in its set; `None` where others took every place that was tried.
///
/// Other sessions' announcements of the same port stand beside it: whose connection comes is not told by the
/// packets, nor does it matter.
#[inline(always)]
pub fn announce<S: Set>(set: &S, announcement: &Announcement<'_>) -> Option<Place> {
    let &Announcement { owner, kind, session, state } = announcement;
    let fresh = Word::announced(owner.port, kind).in_state(state);
    for way in 0..WAYS {
        let word = set.word(way);
        let unused = word == fresh || word == fresh.in_state(State::Announced);
        if unused && set.is_of(way, owner) && set.session(way) == session && set.replace(way, word, word) {
            return Some(Place { way, how: Placed::Known });
        }
    }
    set.port_taken(owner.port);
    for way in 0..WAYS {
        if set.word(way) == Word::FREE && set.replace(way, Word::FREE, Word::CLAIMED) {
            set.fill(way, owner, session, fresh);
            return Some(Place { way, how: Placed::Learned });
        }
    }
    let (way, word) = oldest(set);
    if word.state() == State::Claimed || !set.replace(way, word, Word::CLAIMED) {
        set.port_left(owner.port);
        return None;
    }
    if word.state() != State::Free {
        set.port_left(word.port());
    }
    set.fill(way, owner, session, fresh);
    Some(Place { way, how: Placed::Evicted(word.state()) })
}

/// Takes an announcement back that nobody has dialled: the state that it was in, [`State::Free`] if it is
/// another's, or dialled, or gone.
#[inline(always)]
pub fn withdraw<S: Set>(set: &S, way: usize, session: u64) -> State {
    let word = set.word(way);
    let unused = matches!(word.state(), State::Announced | State::Proposed);
    if unused && set.session(way) == session && set.replace(way, word, Word::FREE) {
        set.port_left(word.port());
        return word.state();
    }
    State::Free
}

/// The server confirms a proposal; `false` if there is none, or it was dialled already.
#[inline(always)]
pub fn confirm<S: Set>(set: &S, way: usize, session: u64) -> bool {
    let word = set.word(way);
    let proposed = word.state() == State::Proposed && set.session(way) == session;
    proposed && set.replace(way, word, word.in_state(State::Announced))
}

/// The place that gives way: a closed endpoint before an unused one, and that before a connected one; the
/// oldest among them.
#[inline(always)]
fn oldest<S: Set>(set: &S) -> (usize, Word) {
    let rank = |word: Word| match word.state() {
        State::Free => 0u8,
        State::Closed => 1,
        State::Announced | State::Proposed => 2,
        State::Connected => 3,
        State::Claimed => 4,
    };
    let (mut found, mut word) = (0, set.word(0));
    for way in 1..WAYS {
        let other = set.word(way);
        let older = rank(other) == rank(word) && set.since(way) < set.since(found);
        if rank(other) < rank(word) || older {
            (found, word) = (way, other);
        }
    }
    (found, word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::{Address, Evidence, HostSet, Mode};

    const KIND: Kind = Kind { mode: Mode::Active, evidence: Evidence::Announced, extended: false };

    fn of(set: &HostSet, port: u16) -> Option<Place> {
        let owner = Owner { address: Address::v4([10, 0, 0, 1]), peer: Address::v4([10, 0, 0, 2]), port };
        announce(set, &Announcement { owner: &owner, kind: KIND, session: 7, state: State::Announced })
    }

    #[test]
    fn the_same_announcement_again_takes_no_second_place() {
        let set = HostSet::default();
        assert_eq!(of(&set, 1024).map(|place| place.how), Some(Placed::Learned));
        assert_eq!(of(&set, 1024).map(|place| place.how), Some(Placed::Known));
    }

    #[test]
    fn in_a_full_set_the_closed_go_first_and_the_connected_last() {
        let set = HostSet::default();
        for port in 1..=4 {
            of(&set, port);
        }
        let connected = set.word(0).dialled(9);
        assert!(set.replace(0, set.word(0), connected));
        assert!(set.replace(2, set.word(2), set.word(2).in_state(State::Closed)));
        let evict = |port| of(&set, port).unwrap();
        assert_eq!(evict(5), Place { way: 2, how: Placed::Evicted(State::Closed) });
        assert_eq!(evict(6), Place { way: 1, how: Placed::Evicted(State::Announced) }, "the oldest of three");
        for port in 7..=10 {
            assert!(matches!(evict(port).how, Placed::Evicted(State::Announced)));
        }
        assert_eq!(set.word(0), connected);
    }
}
