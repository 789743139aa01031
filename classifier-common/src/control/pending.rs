//! The commands that the server has still to answer.

use crate::ftp::Command;

/// What a command that waits for its reply asks for. 0 is no command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Asked {
    /// Anything that opens no port.
    Other = 1,
    /// A 227.
    Passive = 2,
    /// A 228.
    Long = 3,
    /// A 229.
    Extended = 4,
    /// The dialling of an address.
    Dial = 5,
    /// TLS.
    Tls = 6,
}

impl Asked {
    /// What a command asks for.
    #[inline(always)]
    pub(super) const fn by(command: Command) -> Self {
        match command {
            Command::Pasv => Self::Passive,
            Command::Lpsv => Self::Long,
            Command::Epsv | Command::EpsvV4 | Command::EpsvV6 => Self::Extended,
            Command::Port | Command::Eprt | Command::Lprt => Self::Dial,
            Command::AuthTls => Self::Tls,
            Command::Other
            | Command::EpsvAll
            | Command::Ccc
            | Command::ModeStream
            | Command::ModeBlock
            | Command::ModeCompressed
            | Command::ModeOther
            | Command::Abor
            | Command::Quit
            | Command::Rein
            | Command::Transfer
            | Command::Malformed
            | Command::Overlong => Self::Other,
        }
    }
}

/// Up to sixteen of them, four bits each. A server answers in the order of the commands (RFC 959 §5.4); where a
/// seventeenth comes, the oldest is taken for answered: so a server that leaves one out does not put the rest
/// out of step for good.
///
/// The client's side alone writes what is asked, the server's alone what is answered: two CPUs may do so at the
/// same time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
pub struct Pending {
    /// By the lowest four bits of its number.
    asked: u64,
    /// How many were asked, wrapping.
    pushed: u32,
    /// How many were answered, wrapping.
    answered: u32,
}

const BITS: u32 = 4;
const ROOM: u32 = 16;
const LOW: u64 = 0x1111_1111_1111_1111;

impl Pending {
    /// One more.
    #[inline(always)]
    pub(super) const fn push(&mut self, asked: Asked) {
        let place = (self.pushed % ROOM * BITS) & 63;
        self.asked = self.asked & !(0xf << place) | (asked as u64) << place;
        self.pushed = self.pushed.wrapping_add(1);
    }

    /// How many wait.
    #[inline(always)]
    const fn count(self) -> u32 {
        let count = self.pushed.wrapping_sub(self.answered);
        if count > ROOM { ROOM } else { count }
    }

    /// Those that wait, the oldest in the lowest bits, zeros behind the last.
    #[inline(always)]
    const fn waiting(self) -> u64 {
        let count = self.count();
        if count == 0 {
            return 0;
        }
        let place = (self.pushed.wrapping_sub(count) % ROOM * BITS) & 63;
        // Two shifts: one by all 64 bits would be none.
        let rotated = self.asked >> place | self.asked << 1 << (63 - place);
        rotated & u64::MAX >> ((64 - count * BITS) & 63)
    }

    /// The first `number` that wait are answered.
    #[inline(always)]
    const fn answer_first(&mut self, number: u32) {
        self.answered = self.pushed.wrapping_sub(self.count()).wrapping_add(number);
    }

    /// The oldest; 0 if there is none.
    #[inline(always)]
    pub(super) const fn oldest(self) -> u8 {
        (self.waiting() & 0xf) as u8
    }

    /// The oldest was answered.
    #[inline(always)]
    pub(super) const fn pop(&mut self) {
        if self.count() != 0 {
            self.answer_first(1);
        }
    }

    /// Whether one asks for this; it and all before it are then answered.
    #[inline(always)]
    pub(super) const fn answer(&mut self, asked: Asked) -> bool {
        let matching = self.matching(asked);
        if matching == 0 {
            return false;
        }
        self.answer_first(matching.trailing_zeros() / BITS + 1);
        true
    }

    /// Whether one asks for this.
    #[inline(always)]
    pub(super) const fn has(self, asked: Asked) -> bool {
        self.matching(asked) != 0
    }

    /// The lowest bit of each that asks for this.
    #[inline(always)]
    const fn matching(self, asked: Asked) -> u64 {
        // A nibble that is `asked` becomes 0; the zeros behind the last are none.
        let differs = self.waiting() ^ (LOW * asked as u64);
        !(differs | differs >> 1 | differs >> 2 | differs >> 3) & LOW
    }

    /// None.
    #[inline(always)]
    pub(super) const fn clear(&mut self) {
        self.answered = self.pushed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_kept_and_the_seventeenth_drops_the_oldest() {
        let mut pending = Pending::default();
        pending.push(Asked::Passive);
        pending.push(Asked::Other);
        pending.push(Asked::Tls);
        assert_eq!(pending.oldest(), Asked::Passive as u8);
        pending.pop();
        assert_eq!(pending.oldest(), Asked::Other as u8);
        for _ in 0..14 {
            pending.push(Asked::Dial);
        }
        pending.push(Asked::Long);
        assert_eq!(pending.oldest(), Asked::Tls as u8);
    }

    #[test]
    fn an_answer_answers_all_before_it() {
        let mut pending = Pending::default();
        for asked in [Asked::Other, Asked::Passive, Asked::Extended] {
            pending.push(asked);
        }
        assert!(!pending.answer(Asked::Tls));
        assert!(pending.answer(Asked::Passive));
        assert_eq!(pending.oldest(), Asked::Extended as u8);
        assert!(!pending.answer(Asked::Passive));
        assert!(pending.answer(Asked::Extended));
        assert_eq!(pending.oldest(), 0);
    }
}
