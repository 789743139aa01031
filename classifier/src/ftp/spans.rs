//! Bytes that did not come in order, put in order.

use std::collections::HashMap;

use classifier_common::control::{Hearing, Segment, Side, hear};

use super::event::Jump;

/// Bytes that are held of one direction of a session at most: a few full segments.
const DIRECTION_BYTES: usize = 64 * 1024;
/// Directions that anything is held of at most; with the first bound, 64 MiB in all.
const DIRECTIONS: usize = 1024;

/// Directions of sessions in which bytes are missing.
#[derive(Debug, Default)]
pub(super) struct Spans {
    directions: HashMap<(u64, u8), Direction>,
}

#[derive(Debug)]
struct Direction {
    /// Payloads by the number of their first byte.
    segments: Vec<(u32, Vec<u8>)>,
    jumps: Vec<Reading>,
    /// When the last one came.
    since: u64,
}

/// A jump, and how far its bytes have been read.
#[derive(Debug)]
struct Reading {
    jump: Jump,
    next: u32,
    at_line_end: bool,
}

impl Spans {
    /// Keeps a payload; `false` if there is no room for it.
    pub(super) fn keep(
        &mut self,
        session: u64,
        side: Side,
        sequence: u32,
        payload: Vec<u8>,
        now: u64,
    ) -> bool {
        if self.directions.len() >= DIRECTIONS && !self.directions.contains_key(&(session, side as u8)) {
            return false;
        }
        let direction = self.direction(session, side, now);
        let held: usize = direction.segments.iter().map(|(_, bytes)| bytes.len()).sum();
        let known = direction
            .segments
            .iter()
            .any(|(first, bytes)| *first == sequence && bytes.len() >= payload.len());
        if !known && held + payload.len() <= DIRECTION_BYTES {
            direction.segments.push((sequence, payload));
            return true;
        }
        known
    }

    /// The bytes of a jump are to be read.
    pub(super) fn jump(&mut self, jump: Jump, now: u64) {
        let (session, side) = (jump.session.id, jump.side);
        let next = jump.from;
        self.direction(session, side, now).jumps.push(Reading { jump, next, at_line_end: false });
    }

    /// Reads what can be read of a session's direction.
    pub(super) fn read<H: Hearing>(&mut self, world: &H, session: u64, side: Side) {
        let Some(direction) = self.directions.get_mut(&(session, side as u8)) else { return };
        let Direction { segments, jumps, .. } = direction;
        jumps.retain_mut(|reading| !reading.advance(world, segments));
    }

    /// Gives up what has been waiting since before `before`; how many jumps were not read to their end.
    pub(super) fn expire(&mut self, before: u64) -> usize {
        let old = self.directions.extract_if(|_, direction| direction.since < before);
        old.map(|(_, direction)| direction.jumps.len()).sum()
    }

    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.directions.is_empty()
    }

    fn direction(&mut self, session: u64, side: Side, now: u64) -> &mut Direction {
        let new = || Direction { segments: Vec::new(), jumps: Vec::new(), since: now };
        let direction = self.directions.entry((session, side as u8)).or_insert_with(new);
        direction.since = now;
        direction
    }
}

impl Reading {
    /// Reads on as far as the payloads go; `true` when the jump's last line has ended.
    fn advance<H: Hearing>(&mut self, world: &H, segments: &[(u32, Vec<u8>)]) -> bool {
        let Jump { key, side, to, came, .. } = self.jump;
        let segment = Segment { key, now: came, side: side as u8, ..Segment::default() };
        while !self.is_done(to) {
            let Some(byte) = segments
                .iter()
                .find_map(|(first, bytes)| bytes.get(self.next.wrapping_sub(*first) as usize).copied())
            else {
                return false;
            };
            hear(world, &segment, &mut self.jump.session, byte);
            self.next = self.next.wrapping_add(1);
            self.at_line_end = byte == b'\n';
        }
        true
    }

    const fn is_done(&self, to: u32) -> bool {
        self.at_line_end && self.next.wrapping_sub(to) < 1 << 31
    }
}
