//! Bytes that did not come in order, put in order.

use std::collections::HashMap;

use classifier_common::control::{Hearing, Side};

use super::{
    event::Jump,
    reading::{Piece, Reading, reaches},
};

/// Directions that anything is held of at most. With the bounds of each, 8 MiB in all.
const DIRECTIONS: usize = 256;
/// Bytes that are held of a direction at most: a few full segments.
const DIRECTION_BYTES: usize = 32 * 1024;
/// Payloads that are held of a direction at most, however short they are: each is looked at anew for each that
/// comes.
const DIRECTION_PIECES: usize = 128;
/// Jumps of a direction that wait for bytes at most.
const DIRECTION_READINGS: usize = 16;

/// Directions of sessions in which bytes are missing.
#[derive(Debug, Default)]
pub(super) struct Spans {
    directions: HashMap<(u64, u8), Direction>,
}

#[derive(Debug, Default)]
struct Direction {
    pieces: Vec<Piece>,
    readings: Vec<Reading>,
}

impl Spans {
    /// Keeps a payload. Gives how many segments are lost for it: itself where there is no room, or what waited
    /// for longest where there are too many directions.
    pub(super) fn keep(&mut self, session: u64, side: Side, piece: Piece) -> usize {
        let (direction, lost) = self.direction((session, side));
        lost + usize::from(!direction.keep(piece))
    }

    /// The bytes of a jump are to be read. Gives how many segments are lost for it, or in place of it: where
    /// there are too many directions, its own has given way already.
    pub(super) fn jump(&mut self, jump: Jump, now: u64) -> usize {
        let key = (jump.session.id, jump.side);
        if self.is_full_for(key) {
            return 1;
        }
        let (direction, mut lost) = self.direction(key);
        if direction.readings.len() >= DIRECTION_READINGS {
            lost += usize::from(direction.readings.remove(0).is_missing_some());
        }
        direction.readings.push(Reading::new(jump, now));
        lost
    }

    /// Reads what can be read of a session's direction, and forgets what was read.
    pub(super) fn read<H: Hearing>(&mut self, world: &H, session: u64, side: Side) {
        let Some(direction) = self.directions.get_mut(&(session, side as u8)) else { return };
        direction.read(world);
        if direction.is_empty() {
            self.directions.remove(&(session, side as u8));
        }
    }

    /// A session has ended: what of it could not be read until now never will. Gives how many jumps that were.
    pub(super) fn forget(&mut self, session: u64) -> usize {
        let both = [Side::Client, Side::Server].map(|side| self.directions.remove(&(session, side as u8)));
        both.iter().flatten().map(Direction::missing).sum()
    }

    /// Gives up what has been waiting since before `before`; how many jumps were not read to their end.
    pub(super) fn expire(&mut self, before: u64) -> usize {
        let lost = self.directions.values_mut().map(|direction| direction.expire(before)).sum();
        self.directions.retain(|_, direction| !direction.is_empty());
        lost
    }

    /// Whether nothing is held.
    pub(super) fn is_empty(&self) -> bool {
        self.directions.is_empty()
    }

    /// A direction, and how many jumps are lost to make room for it: those of the direction that has waited
    /// for longest, for what is only out of order does not wait for long.
    fn direction(&mut self, key: (u64, Side)) -> (&mut Direction, usize) {
        let mut lost = 0;
        if self.is_full_for(key) {
            let oldest = self.directions.iter().min_by_key(|(_, direction)| direction.since());
            let oldest = oldest.map(|(key, _)| *key).and_then(|key| self.directions.remove(&key));
            lost = oldest.map_or(0, |direction| direction.missing());
        }
        (self.directions.entry((key.0, key.1 as u8)).or_default(), lost)
    }

    /// Whether there is no room for a direction, nor is it there.
    fn is_full_for(&self, (session, side): (u64, Side)) -> bool {
        self.directions.len() >= DIRECTIONS && !self.directions.contains_key(&(session, side as u8))
    }
}

impl Direction {
    /// `false` if there is no room.
    fn keep(&mut self, piece: Piece) -> bool {
        let is_known = |other: &Piece| other.first == piece.first && other.bytes.len() >= piece.bytes.len();
        if self.pieces.iter().any(is_known) {
            return true;
        }
        let held: usize = self.pieces.iter().map(|piece| piece.bytes.len()).sum();
        let room = held + piece.bytes.len() <= DIRECTION_BYTES && self.pieces.len() < DIRECTION_PIECES;
        if room {
            self.pieces.push(piece);
        }
        room
    }

    fn read<H: Hearing>(&mut self, world: &H) {
        let mut read = None;
        let pieces = &self.pieces;
        self.readings.retain_mut(|reading| {
            let done = reading.advance(world, pieces);
            if done {
                read = Some(reading.next());
            }
            !done
        });
        let earlier = |a, b| if reaches(a, b) { b } else { a };
        // A jump begins where the one before it ended, or behind: what ends before the first is of no more use.
        if let Some(first) = self.readings.iter().map(Reading::next).reduce(earlier).or(read) {
            self.pieces.retain(|piece| !reaches(first, piece.end()));
        }
    }

    fn expire(&mut self, before: u64) -> usize {
        self.pieces.retain(|piece| piece.since >= before);
        let given_up = self.readings.extract_if(.., |reading| reading.since < before);
        given_up.filter(Reading::is_missing_some).count()
    }

    fn missing(&self) -> usize {
        self.readings.iter().filter(|reading| reading.is_missing_some()).count()
    }

    /// Since when the oldest of it has waited.
    fn since(&self) -> u64 {
        let pieces = self.pieces.iter().map(|piece| piece.since);
        pieces.chain(self.readings.iter().map(|reading| reading.since)).min().unwrap_or(u64::MAX)
    }

    fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.readings.is_empty()
    }
}
