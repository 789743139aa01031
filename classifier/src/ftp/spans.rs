// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reorders out-of-order bytes of control connections.

use std::collections::HashMap;

use classifier_common::control::{ControlSide, LineEnv};

use super::{
    event::Jump,
    reading::{Piece, Reading, reaches},
};

/// Most directions with kept bytes. With the bounds of each, 8 MiB in all.
const DIRECTIONS: usize = 256;
/// Most kept bytes of a direction: a few full segments.
const DIRECTION_BYTES: usize = 32 * 1024;
/// Most kept payloads of a direction, however short: each is compared with every new one.
const DIRECTION_PIECES: usize = 128;
/// Most jumps of a direction that wait for bytes.
const DIRECTION_READINGS: usize = 16;

/// Directions of sessions with missing bytes.
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
    /// Keeps a payload. Returns how many segments are lost for it: itself if its direction is full, or those
    /// of the direction that has waited longest if there are too many directions.
    pub(super) fn keep(&mut self, session: u64, side: ControlSide, piece: Piece) -> usize {
        let (direction, lost) = self.direction((session, side));
        lost + usize::from(!direction.keep(piece))
    }

    /// Keeps a jump until its bytes have arrived. Returns how many segments are lost for it, or instead of
    /// it: if there are too many directions, its own was evicted already.
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

    /// Reads the jumps of a session's direction as far as their bytes have arrived, and drops the bytes that
    /// were read.
    pub(super) fn read<E: LineEnv>(&mut self, env: &E, session: u64, side: ControlSide) {
        let Some(direction) = self.directions.get_mut(&(session, side as u8)) else { return };
        direction.read(env);
        if direction.is_empty() {
            self.directions.remove(&(session, side as u8));
        }
    }

    /// Drops the bytes and jumps of a session that has ended. Returns how many jumps were never read.
    pub(super) fn forget(&mut self, session: u64) -> usize {
        let both = [ControlSide::Client, ControlSide::Server]
            .map(|side| self.directions.remove(&(session, side as u8)));
        both.iter().flatten().map(Direction::missing).sum()
    }

    /// Drops bytes and jumps that have waited since before `before`. Returns how many jumps were not read to their end.
    pub(super) fn expire(&mut self, before: u64) -> usize {
        let lost = self.directions.values_mut().map(|direction| direction.expire(before)).sum();
        self.directions.retain(|_, direction| !direction.is_empty());
        lost
    }

    /// Tells whether nothing is kept.
    pub(super) fn is_empty(&self) -> bool {
        self.directions.is_empty()
    }

    /// Returns a direction, and the number of jumps that are evicted for it: those of the direction that has
    /// waited longest, since bytes that are only out of order do not wait for long.
    fn direction(&mut self, key: (u64, ControlSide)) -> (&mut Direction, usize) {
        let mut lost = 0;
        if self.is_full_for(key) {
            let oldest = self.directions.iter().min_by_key(|(_, direction)| direction.since());
            let oldest = oldest.map(|(key, _)| *key).and_then(|key| self.directions.remove(&key));
            lost = oldest.map_or(0, |direction| direction.missing());
        }
        (self.directions.entry((key.0, key.1 as u8)).or_default(), lost)
    }

    /// Tells whether the table is full and lacks the direction.
    fn is_full_for(&self, (session, side): (u64, ControlSide)) -> bool {
        self.directions.len() >= DIRECTIONS && !self.directions.contains_key(&(session, side as u8))
    }
}

impl Direction {
    /// Keeps a payload; `false` if the direction is full.
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

    fn read<E: LineEnv>(&mut self, env: &E) {
        let mut read = None;
        let pieces = &self.pieces;
        self.readings.retain_mut(|reading| {
            let done = reading.advance(env, pieces);
            if done {
                read = Some(reading.next());
            }
            !done
        });
        let earlier = |a, b| if reaches(a, b) { b } else { a };
        // A jump begins at or after the end of the previous one: bytes before the first jump are useless.
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

    /// Returns the time since which the oldest payload or jump waits.
    fn since(&self) -> u64 {
        let pieces = self.pieces.iter().map(|piece| piece.since);
        pieces.chain(self.readings.iter().map(|reading| reading.since)).min().unwrap_or(u64::MAX)
    }

    fn is_empty(&self) -> bool {
        self.pieces.is_empty() && self.readings.is_empty()
    }
}
