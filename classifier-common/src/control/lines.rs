// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Effects of a control connection's lines: the client's commands and the server's replies.

use super::{
    ControlSide, LineEnv, Segment, Session, Tally,
    learn::{confirm_latest, learn, withdraw_latest},
    pending::Asked,
    session::{GREETING, UNSURE},
    tls,
};
use crate::{
    address::Address,
    endpoint::{EndpointState, Evidence, ExpectKey, Kind, Mode},
    ftp::{Command, Reply, ReplyPort},
};

/// Code of the server's greeting (RFC 959 §5.4).
const READY: u16 = 220;
/// Code that begins the security exchange (RFC 4217 §4).
const SECURITY_ACCEPTED: u16 = 234;
/// First code of an error reply (RFC 959 §4.2).
const ERRORS: u16 = 400;
/// Code of a reply with a port in the form of RFC 959 (§4.2.1).
const PASSIVE: u16 = 227;

/// Processes the next byte of the segment's side of the session.
#[inline(always)]
pub fn push_byte<E: LineEnv>(env: &E, segment: &Segment, session: &mut Session, byte: u8) {
    match segment.side() {
        ControlSide::Client => {
            if let Some(command) = session.commands.push(byte) {
                follow_command(env, segment, session, command);
            }
        }
        ControlSide::Server => {
            if let Some(reply) = session.replies.push(byte) {
                follow_reply(env, segment, session, reply);
            }
        }
    }
}

/// Applies a command. Not inlined, because a call per line costs less than this code in the loop over bytes.
#[inline(never)]
fn follow_command<E: LineEnv>(env: &E, segment: &Segment, session: &mut Session, command: Command) {
    let mut asked = Asked::by(command);
    if asked == Asked::Active {
        if !propose(env, segment, session, command) {
            asked = Asked::Other;
        }
    } else if matches!(command, Command::Malformed | Command::Overlong) {
        env.tally(Tally::RejectedMalformed, 1);
    }
    if !session.pending.push(asked) {
        env.tally(Tally::CommandsForgotten, 1);
    }
}

/// Adds the client's address and port as a proposal, to which the server may connect.
#[inline(always)]
fn propose<E: LineEnv>(env: &E, segment: &Segment, session: &mut Session, command: Command) -> bool {
    let announced = session.commands.announced();
    let address = Address::v6(announced.address);
    let client = segment.key.client;
    if address != client {
        if address.is_v4() != client.is_v4() {
            env.tally(Tally::RejectedMalformed, 1);
            return false;
        }
        if env.config().allow_foreign_address == 0 {
            env.tally(Tally::RejectedForeignAddress, 1);
            return false;
        }
    }
    let extended = !matches!(command, Command::Port);
    let kind = Kind { mode: Mode::Active, evidence: Evidence::Announced, extended };
    let key = ExpectKey { address, peer: segment.key.server, port: announced.port };
    learn(env, session, kind, &key, EndpointState::Proposed)
}

/// Applies a reply. Not inlined, like commands.
#[inline(never)]
fn follow_reply<E: LineEnv>(env: &E, segment: &Segment, session: &mut Session, reply: Reply) {
    if reply.is_unreadable() {
        return env.tally(Tally::LinesUnreadable, 1);
    }
    if reply.is_preliminary() {
        return;
    }
    match reply.port {
        ReplyPort::Found if is_asked_for(session) => {
            // Clients that read it as text wait for another reply.
            if reply.doubtful {
                session.flags.set(UNSURE, true);
            }
            passive(env, segment, session, reply.code);
        }
        ReplyPort::None if reply.doubtful => {
            // Clients that read it as text wait for another reply: it answers no question.
            if !session.is(GREETING) && matches!(session.pending.oldest(), Asked::Other) {
                session.pending.pop(Asked::Other);
            }
        }
        ReplyPort::None if greets(session, reply.code) => {}
        ReplyPort::None if begins_tls(session, reply.code) => tls::begin(session),
        ReplyPort::None | ReplyPort::Found | ReplyPort::Malformed | ReplyPort::Overlong => {
            answer_oldest(env, session, reply);
        }
    }
}

/// Answers the oldest command with a reply that neither begins TLS nor is a requested announcement, if the
/// reply fits.
#[inline(always)]
fn answer_oldest<E: LineEnv>(env: &E, session: &mut Session, reply: Reply) {
    let oldest = session.pending.oldest();
    let answers = match reply.port {
        ReplyPort::None => oldest.is_answered_by(reply.code),
        ReplyPort::Found => {
            env.tally(Tally::RejectedUnsolicited, 1);
            matches!(oldest, Asked::Other)
        }
        ReplyPort::Malformed | ReplyPort::Overlong => {
            env.tally(Tally::RejectedMalformed, 1);
            matches!(oldest, Asked::Other | Asked::Passive)
        }
    };
    if answers {
        session.pending.pop(oldest);
        if matches!(oldest, Asked::Active) {
            proposal_answered(env, session, reply.code < ERRORS);
        }
    }
}

/// Returns whether a reply is the greeting, which answers no command.
#[inline(always)]
fn greets(session: &mut Session, code: u16) -> bool {
    let greets = session.is(GREETING);
    session.flags.set(GREETING, false);
    greets && code == READY
}

/// Returns whether a reply begins TLS.
#[inline(always)]
fn begins_tls(session: &mut Session, code: u16) -> bool {
    code == SECURITY_ACCEPTED
        && (session.pending.answer(Asked::Tls) || session.is(UNSURE) || session.is_one_way())
}

/// Returns whether the server's announcement answers a question, as far as questions could be seen.
#[inline(always)]
fn is_asked_for(session: &mut Session) -> bool {
    if session.pending.answer(Asked::Passive) {
        return true;
    }
    let unsure = session.is(UNSURE);
    session.flags.set(UNSURE, false);
    unsure || session.is_one_way()
}

/// Adds the port announced by the server, at the server's own address. Like clients, it ignores the address
/// in the text.
#[inline(always)]
fn passive<E: LineEnv>(env: &E, segment: &Segment, session: &mut Session, code: u16) {
    let announced = session.replies.announced();
    let server = segment.key.server;
    if announced.names_address() && Address::v6(announced.address) != server {
        env.tally(Tally::AddressMismatch, 1);
    }
    let kind = Kind { mode: Mode::Passive, evidence: Evidence::Announced, extended: code != PASSIVE };
    let key = ExpectKey { address: server, peer: segment.key.client, port: announced.port };
    learn(env, session, kind, &key, EndpointState::Announced);
}

/// Confirms or withdraws the oldest proposal. A later proposal has replaced it.
#[inline(always)]
fn proposal_answered<E: LineEnv>(env: &E, session: &mut Session, confirmed: bool) {
    let replaced = session.pending.has(Asked::Active);
    if !confirmed {
        if replaced || withdraw_latest(env, session, Tally::RemovedWithdrawn) {
            env.tally(Tally::RejectedRefused, 1);
        }
    } else if !replaced {
        confirm_latest(env, session);
    }
}
