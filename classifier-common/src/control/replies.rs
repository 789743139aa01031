//! What follows from a reply of the server's.

use super::{
    Hearing, Segment, Session, Tally,
    flags::{GREETING, UNSURE},
    learn::{confirm_latest, learn, withdraw_latest},
    pending::Asked,
    secure,
};
use crate::{
    endpoint::{Address, Evidence, Kind, Mode, Owner, State},
    ftp::{Announcement, Reply},
};

/// RFC 959 §5.4: the server greets.
const READY: u16 = 220;
/// RFC 4217 §4: the security exchange begins.
const SECURITY_ACCEPTED: u16 = 234;
/// Replies from here on say no (RFC 959 §4.2).
const REFUSED: u16 = 400;

/// A function of its own: one line of many comes here.
#[inline(never)]
pub(super) fn heard<W: Hearing>(world: &W, segment: &Segment, session: &mut Session, reply: Reply) {
    if reply.is_preliminary() {
        return;
    }
    let asked = match reply.announcement {
        Announcement::None => return answered(world, session, reply.code),
        Announcement::Malformed | Announcement::Overlong => {
            if !session.pending.answer(asked_by(reply.code)) {
                session.pending.pop();
            }
            return world.tally(Tally::RejectedMalformed, 1);
        }
        Announcement::Passive | Announcement::Long | Announcement::Extended => asked_by(reply.code),
    };
    if !session.pending.answer(asked) {
        if !session.is(UNSURE) && !session.is_one_way() {
            session.pending.pop();
            return world.tally(Tally::RejectedUnsolicited, 1);
        }
        session.flags.set(UNSURE, false);
    }
    passive(world, segment, session, asked);
}

/// What 227, 228 and 229 answer.
#[inline(always)]
const fn asked_by(code: u16) -> Asked {
    match code {
        228 => Asked::Long,
        229 => Asked::Extended,
        _ => Asked::Passive,
    }
}

/// The server announces a port of its own: at its own address, whatever address the text names.
#[inline(always)]
fn passive<W: Hearing>(world: &W, segment: &Segment, session: &mut Session, asked: Asked) {
    let announced = session.replies.announced();
    let server = segment.key.server;
    let address = Address::v6(announced.address);
    if !matches!(asked, Asked::Extended) && address != server {
        if address.is_v4() != server.is_v4() {
            return world.tally(Tally::RejectedMalformed, 1);
        }
        world.tally(Tally::AddressMismatch, 1);
    }
    let extended = !matches!(asked, Asked::Passive);
    let kind = Kind { mode: Mode::Passive, evidence: Evidence::Announced, extended };
    let owner = Owner { address: server, peer: segment.key.client, port: announced.port };
    learn(world, session, kind, &owner, State::Announced);
}

/// A reply that announces nothing answers the oldest command; but of one that waits for a 227 to 229, only
/// an error is an answer.
#[inline(always)]
fn answered<W: Hearing>(world: &W, session: &mut Session, code: u16) {
    if session.is(GREETING) {
        session.flags.set(GREETING, false);
        if code == READY {
            return;
        }
    }
    if code == SECURITY_ACCEPTED
        && (session.pending.answer(Asked::Tls) || session.is(UNSURE) || session.is_one_way())
    {
        return secure::begin(session);
    }
    let oldest = session.pending.oldest();
    let waits = matches!(oldest, 2..=4);
    if waits && code < REFUSED {
        return;
    }
    session.pending.pop();
    // Where another proposal is under way, the one that is answered here has been replaced by it.
    let replaced = session.pending.has(Asked::Dial);
    if oldest != Asked::Dial as u8 || code < REFUSED && replaced {
        return;
    }
    if code < REFUSED {
        confirm_latest(world, session);
    } else if replaced || withdraw_latest(world, session, Tally::RemovedWithdrawn) {
        world.tally(Tally::RejectedRefused, 1);
    }
}
