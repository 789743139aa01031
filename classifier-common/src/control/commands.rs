//! What follows from a command of the client's.

use super::{Hearing, Segment, Session, Tally, learn::learn, pending::Asked};
use crate::{
    endpoint::{Address, Evidence, Kind, Mode, Owner, State},
    ftp::Command,
};

/// A function of its own: one line of many comes here.
#[inline(never)]
pub(super) fn heard<W: Hearing>(world: &W, segment: &Segment, session: &mut Session, command: Command) {
    let mut asked = Asked::by(command);
    if asked == Asked::Dial {
        if !propose(world, segment, session, command) {
            asked = Asked::Other;
        }
    } else if matches!(command, Command::Malformed | Command::Overlong) {
        world.tally(Tally::RejectedMalformed, 1);
    }
    session.pending.push(asked);
}

/// The client proposes an address of its own for the server to dial.
#[inline(always)]
fn propose<W: Hearing>(world: &W, segment: &Segment, session: &mut Session, command: Command) -> bool {
    let announced = session.commands.announced();
    let address = Address::v6(announced.address);
    let client = segment.key.client;
    if address != client {
        if address.is_v4() != client.is_v4() {
            world.tally(Tally::RejectedMalformed, 1);
            return false;
        }
        if world.policy().allow_foreign_address == 0 {
            world.tally(Tally::RejectedForeignAddress, 1);
            return false;
        }
    }
    let extended = !matches!(command, Command::Port);
    let kind = Kind { mode: Mode::Active, evidence: Evidence::Announced, extended };
    let owner = Owner { address, peer: segment.key.server, port: announced.port };
    learn(world, session, kind, &owner, State::Proposed)
}
