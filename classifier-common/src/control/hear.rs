//! One byte of a control connection.

use super::{Hearing, Segment, Session, Side, commands, replies};

/// Takes the next byte of the segment's side of the session.
#[inline(always)]
pub fn hear<W: Hearing>(world: &W, segment: &Segment, session: &mut Session, byte: u8) {
    match segment.side() {
        Side::Client => {
            if let Some(command) = session.commands.push(byte) {
                commands::heard(world, segment, session, command);
            }
        }
        Side::Server => {
            if let Some(reply) = session.replies.push(byte) {
                replies::heard(world, segment, session, reply);
            }
        }
    }
}
