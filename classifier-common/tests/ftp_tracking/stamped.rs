// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The clock is read for segments that may say something new, and not for strays, acknowledgments and repetitions: it costs
//! as much as the rest.

use std::cell::Cell;

use classifier_common::{
    address::Address,
    control::{
        ControlSide, Embryonic, Learned, LineEnv, Segment, SegmentEnv, Session, SessionAdmission, SessionKey,
        Tally, TrackingConfig, accept_segment, find_or_begin, finish_segment,
    },
    endpoint::{Hit, Query},
    host::{CountedBucket, HostEnv, HostTables, HostTracking},
};

const ACK: u8 = 0x10;
const SYN_ACK: u8 = 0x12;
/// Numbers of client and server.
const NEXT: [u32; 2] = [1000, 7000];

/// An environment that counts how often the clock is read.
struct Clock<'a> {
    tracking: &'a HostTracking,
    env: HostEnv<'a>,
    read: Cell<u32>,
}

impl<'a> LineEnv for Clock<'a> {
    type Bucket = CountedBucket<'a>;

    fn config(&self) -> TrackingConfig {
        self.env.config()
    }

    fn is_known_port(&self, port: u16) -> bool {
        self.env.is_known_port(port)
    }

    fn endpoints(&self, bucket: usize) -> Option<Self::Bucket> {
        self.env.endpoints(bucket)
    }

    fn tally(&self, tally: Tally, number: u64) {
        self.env.tally(tally, number);
    }

    fn learned(&self, session: u64, learned: &Learned) {
        self.env.learned(session, learned);
    }
}

impl SegmentEnv for Clock<'_> {
    fn stamp(&self, segment: &mut Segment) {
        self.read.set(self.read.get() + 1);
        segment.now = 9;
    }

    fn look(&self, query: &Query) -> Option<Hit> {
        self.env.look(query)
    }

    fn embryonic(&self, key: &SessionKey) -> Option<Embryonic> {
        self.env.embryonic(key)
    }

    fn keep_embryonic(&self, key: &SessionKey, embryonic: &Embryonic) {
        self.env.keep_embryonic(key, embryonic);
    }

    fn drop_embryonic(&self, key: &SessionKey) {
        self.env.drop_embryonic(key);
    }

    fn begin(&self, segment: &Segment, next: [u32; 2], flags: u32) -> bool {
        self.env.begin(segment, next, flags)
    }

    fn claim(&self, session: &mut Session, side: ControlSide) -> bool {
        self.env.claim(session, side)
    }

    fn release(&self, session: &mut Session, side: ControlSide) {
        self.env.release(session, side);
    }

    fn claim_end(&self, session: &mut Session) -> bool {
        self.env.claim_end(session)
    }

    fn beginning(&self, segment: &Segment, from: u32) -> [u8; 4] {
        self.env.beginning(segment, from)
    }

    fn ends_line(&self, segment: &Segment) -> bool {
        self.env.ends_line(segment)
    }

    fn is_text(&self, segment: &Segment, from: u32) -> bool {
        self.env.is_text(segment, from)
    }

    fn forward(&self, segment: &Segment, session: &Session) -> bool {
        self.env.forward(segment, session)
    }

    fn jump(&self, segment: &Segment, session: &Session, from: u32, to: u32) {
        self.env.jump(segment, session, from, to);
    }

    fn full(&self, segment: &Segment) {
        self.env.full(segment);
    }

    fn ended(&self, segment: &Segment, session: &Session) {
        self.env.ended(segment, session);
    }

    fn claim_account(&self, session: &mut Session) -> bool {
        self.env.claim_account(session)
    }

    fn release_account(&self, session: &mut Session) -> bool {
        self.env.release_account(session)
    }

    fn join_pair(&self, key: &SessionKey) -> bool {
        self.env.join_pair(key)
    }

    fn leave_pair(&self, key: &SessionKey) {
        self.env.leave_pair(key);
    }

    fn has_encrypted(&self, client: Address, server: Address) -> bool {
        self.env.has_encrypted(client, server)
    }
}

/// Returns a segment of the server, or of the client.
fn segment(side: ControlSide, flags: u8, offset: i32, length: u32) -> Segment {
    let key = SessionKey {
        client: Address::v4([192, 0, 2, 1]),
        server: Address::v4([192, 0, 2, 2]),
        client_port: 40_001,
        server_port: 21,
        reserved: 0,
    };
    let (mine, theirs) = (NEXT[side as usize], NEXT[side.other() as usize]);
    let sequence = mine.wrapping_add_signed(offset);
    Segment { key, sequence, acknowledgment: theirs, length, side: side as u8, flags, ..Segment::default() }
}

/// Runs a test, and returns how often the clock was read.
fn readings(test: impl FnOnce(&Clock<'_>)) -> u32 {
    let (tracking, tables) = (HostTracking::new(TrackingConfig::default()), HostTables::default());
    let clock = Clock { tracking: &tracking, env: tracking.agent(&tables, 1), read: Cell::new(0) };
    test(&clock);
    clock.read.get()
}

#[test]
fn strays_have_no_time_and_sessions_have_one() {
    let refused = |clock: &Clock<'_>, mut one: Segment, session: Option<&mut Session>| {
        assert_eq!(find_or_begin(clock, &mut one, session), SessionAdmission::Refused);
    };
    let (client, server) = (ControlSide::Client, ControlSide::Server);
    assert_eq!(readings(|clock| refused(clock, segment(client, ACK, 0, 5), None)), 0);
    assert_eq!(readings(|clock| refused(clock, segment(server, SYN_ACK, -1, 0), None)), 0);
    let begun = readings(|clock| {
        refused(clock, segment(server, SYN_ACK, -1, 0), None);
        let mut answer = segment(client, ACK, 0, 0);
        assert_eq!(find_or_begin(clock, &mut answer, None), SessionAdmission::Begun);
        assert_eq!(answer.now, 9);
    });
    assert_eq!(begun, 1);
    let known = readings(|clock| {
        assert!(clock.begin(&segment(client, ACK, 0, 0), NEXT, 0));
        let mut session = clock.tracking.session(&segment(client, ACK, 0, 0).key).expect("a session");
        let mut next = segment(client, ACK, 0, 5);
        assert_eq!(find_or_begin(clock, &mut next, Some(&mut session)), SessionAdmission::Known);
    });
    assert_eq!(known, 1);
}

#[test]
fn a_payload_has_a_time_if_it_may_say_something_new() {
    let (client, server) = (ControlSide::Client, ControlSide::Server);
    for (side, offset, length, busy, expected) in [
        (client, 0, 0, 0, 0),
        (client, -5, 5, 0, 0),
        (client, -5, 6, 0, 1),
        (client, 0, 5, 0, 1),
        (client, 100, 5, 0, 1),
        (client, 0, 5, 1, 1),
        (server, 0, 0, 0, 0),
        (server, -5, 5, 0, 0),
        (server, 0, 5, 0, 1),
        (server, 100, 5, 0, 1),
        (server, 0, 5, 2, 1),
    ] {
        let found = readings(|clock| {
            let mut one = segment(side, ACK, offset, length);
            assert!(clock.begin(&one, NEXT, 0b1_1000_0000));
            let mut session = clock.tracking.session(&one.key).expect("a session");
            session.busy = busy;
            if let Some(span) = accept_segment(clock, &mut one, &mut session) {
                finish_segment(clock, &one, &mut session, span, span.count);
            }
            assert_eq!(session.busy, busy, "each claim is released");
        });
        assert_eq!(found, expected, "{side:?}: {length} bytes from {offset}, claimed {busy}");
    }
}
