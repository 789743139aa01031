// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads a file as a stream: as many bytes from the current position as the reader asks for.

use std::io::{self, ErrorKind, Read};

/// Bytes of a read: few system calls, and still within the processor's cache.
const ROOM: usize = 256 * 1024;

/// A part of a stream that moves along it.
pub(super) struct Window {
    source: Box<dyn Read>,
    room: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes of the stream before `start`.
    passed: u64,
}

impl Window {
    /// Creates a window at the beginning of a stream.
    pub(super) fn new(source: Box<dyn Read>) -> Self {
        Self { source, room: vec![0; ROOM], start: 0, end: 0, passed: 0 }
    }

    /// Returns the buffered bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.room[self.start..self.end]
    }

    /// Returns the number of bytes that were consumed.
    pub(super) const fn passed(&self) -> u64 {
        self.passed
    }

    /// Consumes buffered bytes.
    pub(super) fn pass(&mut self, count: usize) {
        self.start += count;
        self.passed += count as u64;
    }

    /// Tells whether the stream has this many more bytes, and buffers them. Memory grows only with the
    /// caller's demand.
    pub(super) fn reaches(&mut self, count: usize) -> io::Result<bool> {
        if self.end - self.start >= count {
            return Ok(true);
        }
        self.make_room(count);
        while self.end - self.start < count {
            match self.source.read(&mut self.room[self.end..]) {
                Ok(0) => return Ok(false),
                Ok(read) => self.end += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    fn make_room(&mut self, count: usize) {
        self.room.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if count > self.room.len() {
            self.room.resize(count, 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream that returns a byte at a time.
    struct Drops(u8);

    impl Read for Drops {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 5 {
                return Ok(0);
            }
            buffer[0] = self.0;
            self.0 += 1;
            Ok(1)
        }
    }

    #[test]
    fn bytes_come_in_order_however_few_at_a_time() {
        let mut window = Window::new(Box::new(Drops(0)));
        assert!(window.reaches(3).unwrap());
        assert_eq!(window.bytes(), [0, 1, 2]);
        window.pass(2);
        assert!(window.reaches(3).unwrap() && !window.reaches(4).unwrap());
        assert_eq!((window.bytes(), window.passed()), (&[2, 3, 4][..], 2));
    }

    #[test]
    fn what_is_longer_than_the_room_still_fits() {
        let all: Vec<_> = (0..=u8::MAX).cycle().take(3 * ROOM).collect();
        let mut window = Window::new(Box::new(io::Cursor::new(all.clone())));
        assert!(window.reaches(100).unwrap());
        window.pass(100);
        assert!(window.reaches(2 * ROOM).unwrap());
        assert_eq!(window.bytes()[..2 * ROOM], all[100..][..2 * ROOM]);
    }
}
