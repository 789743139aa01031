//! What a trace runs against, and what can be asked of it.

use classifier_common::{
    control::{Policy, Tally},
    endpoint::{Evidence, State},
    host::{Event, HostTables, HostTracking},
    outcome::Outcome,
    packet::{Frame, Link},
    ports::Transport,
    protocol::{Protocol, Role},
};

const SECOND: u64 = 1_000_000_000;

/// The tracking, its tables and its clock.
pub struct World {
    /// The port table.
    pub tables: HostTables,
    tracking: HostTracking,
    policy: Policy,
    now: u64,
    /// Every event since the start.
    pub events: Vec<Event>,
}

impl World {
    /// With the default policy and ports.
    pub fn new() -> Self {
        let policy = Policy::default();
        Self {
            tables: HostTables::default(),
            tracking: HostTracking::new(policy),
            policy,
            now: SECOND,
            events: Vec::new(),
        }
    }

    /// Begins anew with another policy.
    pub fn set_policy(&mut self, change: impl FnOnce(&mut Policy)) {
        change(&mut self.policy);
        self.tracking = HostTracking::new(self.policy);
    }

    /// Gives a port to a protocol.
    pub fn assign(&mut self, port: u16, protocol: Protocol) {
        self.tables.assign(Transport::Tcp, port, protocol);
    }

    /// Time passes.
    pub fn wait(&mut self, seconds: u64) {
        self.now += seconds * SECOND;
    }

    /// Shows a frame to the hook: what it is taken for, as a trace has it.
    pub fn see(&mut self, frame: &[u8]) -> String {
        self.now += 1000;
        let outcome = self.tracking.judge(frame, Frame::on_wire(Link::Ethernet), &self.tables, self.now);
        self.events.extend(self.tracking.take_events());
        words(&outcome)
    }

    /// A number that a trace can ask for.
    pub fn number(&self, name: &str) -> Option<u64> {
        let in_state =
            |state| count(self.tracking.endpoints().iter().map(|(_, place)| place.word.state() == state));
        let tally = |tally| self.tracking.tally(tally);
        Some(match name {
            "live" => in_state(State::Announced) + in_state(State::Connected),
            "proposed" => in_state(State::Proposed),
            "closed" => in_state(State::Closed),
            "sessions" => tally(Tally::SessionsOpened) - tally(Tally::SessionsClosed),
            "encrypted" => tally(Tally::SessionsEncrypted) - tally(Tally::SessionsDecrypted),
            "jump" => self.events.iter().map(jumped).sum(),
            name => tally(named(name)?),
        })
    }
}

fn count(found: impl Iterator<Item = bool>) -> u64 {
    found.map(u64::from).sum()
}

fn jumped(event: &Event) -> u64 {
    match event {
        Event::Jump { from, to, .. } => to.wrapping_sub(*from).into(),
        Event::Learned { .. } | Event::Ended(_) | Event::Segment { .. } | Event::Full(_) => 0,
    }
}

fn words(outcome: &Outcome) -> String {
    let protocol = outcome.class.protocol();
    let role = if outcome.class.role() == Role::FromServer { "from_server" } else { "to_server" };
    let evidence = match outcome.evidence {
        Evidence::Port20 => "port20",
        Evidence::Announced => "announced",
        Evidence::Inferred => "inferred",
    };
    if protocol == Protocol::FTP_DATA_ACTIVE {
        format!("ftp_data_active {role} {evidence}")
    } else if protocol == Protocol::FTP_DATA_PASSIVE {
        format!("ftp_data_passive {role} {evidence}")
    } else if protocol == Protocol::TCP_OTHER {
        "other".to_owned()
    } else {
        "known".to_owned()
    }
}

/// Every tally that a trace can name.
pub const TALLIES: [(&str, Tally); 22] = [
    ("learned_pasv", Tally::LearnedPasv),
    ("learned_epsv", Tally::LearnedEpsv),
    ("learned_port", Tally::LearnedPort),
    ("learned_eprt", Tally::LearnedEprt),
    ("learned_inferred", Tally::LearnedInferred),
    ("removed_closed", Tally::RemovedClosed),
    ("removed_evicted", Tally::RemovedEvicted),
    ("removed_replaced", Tally::RemovedReplaced),
    ("removed_withdrawn", Tally::RemovedWithdrawn),
    ("rejected_malformed", Tally::RejectedMalformed),
    ("rejected_foreign_address", Tally::RejectedForeignAddress),
    ("rejected_reserved_port", Tally::RejectedReservedPort),
    ("rejected_unsolicited", Tally::RejectedUnsolicited),
    ("rejected_refused", Tally::RejectedRefused),
    ("rejected_not_established", Tally::RejectedNotEstablished),
    ("rejected_rate_limited", Tally::RejectedRateLimited),
    ("address_mismatch", Tally::AddressMismatch),
    ("segments", Tally::Segments),
    ("sessions_opened", Tally::SessionsOpened),
    ("sessions_closed", Tally::SessionsClosed),
    ("unplaced", Tally::Unplaced),
    ("unseen_bytes", Tally::UnseenBytes),
];

fn named(name: &str) -> Option<Tally> {
    TALLIES.iter().find(|(known, _)| *known == name).map(|(_, tally)| *tally)
}
