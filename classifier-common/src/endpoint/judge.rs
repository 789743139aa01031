//! Whether a packet belongs to an announced data connection.

use super::{Kind, Owner, Set, Side, State, WAYS, Word};
use crate::wire::tcp::flag;

/// A TCP packet, seen from a port that may have been announced.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Query {
    /// The port, its host and the other host.
    pub owner: Owner,
    /// The other host's port.
    pub peer_port: u16,
    /// Who sent the packet.
    pub sender: Side,
    /// Its flags.
    pub flags: u8,
}

/// A packet of an announced data connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it is of.
    pub kind: Kind,
    /// Its announcement was a proposal until now: by dialling it, the server confirms it.
    pub confirmed: bool,
}

impl Hit {
    /// The hit in five bits.
    #[inline(always)]
    #[must_use]
    pub const fn number(self) -> u8 {
        self.kind.number() | (self.confirmed as u8) << 4
    }

    /// The hit with this number.
    #[inline(always)]
    #[must_use]
    pub const fn from_number(number: u8) -> Self {
        Self { kind: Kind::from_number(number), confirmed: number & 16 != 0 }
    }
}

/// Times that a change is tried when another CPU changes the same endpoint meanwhile. Two packets of a
/// connection can end it at once, one a direction; a third finds it ended.
const TRIES: usize = 3;

/// Judges a packet, and moves the endpoint that it belongs to along its life.
///
/// An announced port is for one connection: the one whose SYN comes first (or its SYN-ACK, where only that
/// direction is seen). A packet of the connection that had the port before is none of the new one's, and a
/// SYN on a closed one retires it: no packet is of it any more.
#[inline(always)]
pub fn judge<S: Set>(set: &S, query: &Query) -> Option<Hit> {
    for way in 0..WAYS {
        for _ in 0..TRIES {
            let word = set.word(way);
            if !is_candidate(word, query) || !set.is_of(way, &query.owner) {
                break;
            }
            let next = after(word, query);
            if next == word || set.replace(way, word, next) {
                if next.is_retired() {
                    break;
                }
                return Some(Hit { kind: word.kind(), confirmed: word.state() == State::Proposed });
            }
        }
    }
    None
}

/// The word of the endpoint whose connection a packet in the midst of one belongs to: with neither SYN, FIN nor
/// RST it changes nothing. What [`judge`] says of such packets; a free word for none.
#[inline(always)]
pub fn connected<S: Set>(set: &S, owner: &Owner, peer_port: u16) -> Word {
    for (way, word) in set.words().into_iter().enumerate() {
        if word.is_of(owner.port, peer_port) && set.is_of(way, owner) {
            return word;
        }
    }
    Word::FREE
}

/// Whether the packet may be of this endpoint's connection, as far as its word says.
#[inline(always)]
const fn is_candidate(word: Word, query: &Query) -> bool {
    word.port() == query.owner.port
        && query.peer_port != 0
        && match word.state() {
            State::Free | State::Claimed => false,
            State::Announced | State::Proposed => is_dial(query),
            State::Connected | State::Closed => word.peer_port() == query.peer_port,
        }
}

/// The first packet of a connection to the announced port, or the answer to it.
#[inline(always)]
const fn is_dial(query: &Query) -> bool {
    match (query.flags & (flag::SYN | flag::ACK), query.sender) {
        (flag::SYN, Side::Peer) => true,
        (both, Side::Owner) => both == flag::SYN | flag::ACK,
        _ => false,
    }
}

/// The endpoint after one packet of its connection.
#[inline(always)]
const fn after(word: Word, query: &Query) -> Word {
    let word = match word.state() {
        State::Announced | State::Proposed => word.dialled(query.peer_port),
        State::Closed if is_dial(query) => return word.retired(),
        State::Free | State::Claimed | State::Connected | State::Closed => word,
    };
    if query.flags & flag::RST != 0 {
        word.in_state(State::Closed)
    } else if query.flags & flag::FIN != 0 {
        word.finished(query.sender)
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::endpoint::{Address, Announcement, Evidence, HostSet, Mode, Placed, announce};

    const PASSIVE: Kind = Kind { mode: Mode::Passive, evidence: Evidence::Announced, extended: false };
    const SYN: u8 = flag::SYN;
    const SYN_ACK: u8 = flag::SYN | flag::ACK;
    const ACK: u8 = flag::ACK;
    const FIN: u8 = flag::FIN | flag::ACK;
    const RST: u8 = flag::RST;

    fn owner() -> Owner {
        Owner { address: Address::v4([10, 0, 0, 2]), peer: Address::v4([10, 0, 0, 1]), port: 40_000 }
    }

    fn announced() -> HostSet {
        let set = HostSet::default();
        let announcement =
            Announcement { owner: &owner(), kind: PASSIVE, session: 1, state: State::Announced };
        assert_eq!(announce(&set, &announcement).map(|placed| placed.how), Some(Placed::Learned));
        set
    }

    /// Whether each packet (who sent it, the peer's port, flags) is of the announced connection.
    fn judged(set: &HostSet, packets: &[(Side, u16, u8)]) -> Vec<bool> {
        let query = |&(sender, peer_port, flags)| Query { owner: owner(), peer_port, sender, flags };
        packets.iter().map(|packet| judge(set, &query(packet)).is_some()).collect()
    }

    use Side::{Owner as Server, Peer as Client};

    #[test]
    fn every_packet_of_the_connection_counts_from_its_syn_on() {
        let set = announced();
        let packets =
            [(Client, 5, SYN), (Server, 5, SYN_ACK), (Client, 5, ACK), (Server, 5, FIN), (Client, 5, FIN)];
        assert_eq!(judged(&set, &packets), [true; 5]);
        assert_eq!(judged(&set, &[(Server, 5, ACK)]), [true], "a straggler");
    }

    #[test]
    fn an_announcement_is_for_one_connection() {
        let set = announced();
        assert_eq!(
            judged(&set, &[(Client, 5, SYN), (Client, 6, SYN), (Client, 6, ACK)]),
            [true, false, false]
        );
        assert_eq!(judged(&set, &[(Client, 5, RST), (Client, 6, SYN)]), [true, false]);
    }

    #[test]
    fn the_same_ports_again_without_a_new_announcement_are_not_ftp_data() {
        let set = announced();
        judged(&set, &[(Client, 5, SYN), (Client, 5, FIN), (Server, 5, FIN)]);
        assert_eq!(judged(&set, &[(Client, 5, SYN), (Server, 5, SYN_ACK), (Client, 5, ACK)]), [false; 3]);
    }

    #[test]
    fn only_the_other_host_dials() {
        assert_eq!(judged(&announced(), &[(Server, 5, SYN), (Server, 5, ACK), (Client, 5, ACK)]), [false; 3]);
        assert_eq!(judged(&announced(), &[(Client, 5, SYN_ACK)]), [false]);
    }

    #[test]
    fn where_one_direction_is_seen_the_syn_ack_will_do() {
        assert_eq!(judged(&announced(), &[(Server, 5, SYN_ACK), (Server, 5, FIN)]), [true; 2]);
    }

    #[test]
    fn a_second_sighting_changes_nothing() {
        let set = announced();
        let query = Query { owner: owner(), peer_port: 5, sender: Client, flags: SYN };
        let hit = Some(Hit { kind: PASSIVE, confirmed: false });
        assert_eq!(judge(&set, &query), hit);
        let word = set.word(0);
        assert_eq!(judge(&set, &query), hit);
        assert_eq!(set.word(0), word);
    }

    #[test]
    fn a_new_announcement_of_a_port_in_use_is_for_the_next_connection() {
        let set = announced();
        judged(&set, &[(Client, 5, SYN), (Client, 5, FIN), (Server, 5, FIN)]);
        announce(&set, &Announcement { owner: &owner(), kind: PASSIVE, session: 1, state: State::Announced });
        assert_eq!(
            judged(&set, &[(Server, 5, ACK), (Client, 6, SYN), (Client, 6, ACK), (Client, 5, ACK)]),
            [true; 4]
        );
    }

    #[test]
    fn a_port_that_is_announced_anew_may_be_dialled_from_the_same_port_again() {
        let set = announced();
        judged(&set, &[(Client, 5, SYN), (Client, 5, FIN), (Server, 5, FIN)]);
        announce(&set, &Announcement { owner: &owner(), kind: PASSIVE, session: 1, state: State::Announced });
        assert_eq!(judged(&set, &[(Client, 5, SYN), (Server, 5, SYN_ACK), (Client, 5, ACK)]), [true; 3]);
    }

    #[test]
    fn a_dial_confirms_a_proposal_once() {
        let set = HostSet::default();
        announce(&set, &Announcement { owner: &owner(), kind: PASSIVE, session: 1, state: State::Proposed });
        let query = Query { owner: owner(), peer_port: 5, sender: Client, flags: SYN };
        assert_eq!(judge(&set, &query).map(|hit| hit.confirmed), Some(true));
        assert_eq!(judge(&set, &query).map(|hit| hit.confirmed), Some(false));
    }

    #[test]
    fn another_host_is_not_meant() {
        let set = announced();
        let stranger = Owner { peer: Address::v4([10, 0, 0, 9]), ..owner() };
        let query = Query { owner: stranger, peer_port: 5, sender: Client, flags: SYN };
        assert_eq!(judge(&set, &query), None);
    }
}
