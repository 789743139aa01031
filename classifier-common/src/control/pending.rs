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

/// Up to sixteen of them, four bits each, the oldest in the lowest. A server answers in the order of the
/// commands (RFC 959 §5.4); where a seventeenth comes, the oldest is taken for answered: so a server that
/// leaves one out does not put the rest out of step for good.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub struct Pending(u64);

const BITS: u32 = 4;
const LOW: u64 = 0x1111_1111_1111_1111;

impl Pending {
    /// One more.
    #[inline(always)]
    pub(super) const fn push(&mut self, asked: Asked) {
        if self.0 >> (64 - BITS) != 0 {
            self.0 >>= BITS;
        }
        let used = 64 - self.0.leading_zeros();
        let place = used.div_ceil(BITS) * BITS;
        self.0 |= (asked as u64) << (place & 63);
    }

    /// The oldest.
    #[inline(always)]
    pub(super) const fn oldest(self) -> u8 {
        (self.0 & 0xf) as u8
    }

    /// The oldest was answered.
    #[inline(always)]
    pub(super) const fn pop(&mut self) {
        self.0 >>= BITS;
    }

    /// Whether one asks for this; it and all before it are then answered.
    #[inline(always)]
    pub(super) const fn answer(&mut self, asked: Asked) -> bool {
        // A nibble that is `asked` becomes 0; of such nibbles the lowest is found without a loop.
        let differs = self.0 ^ (LOW * asked as u64);
        let any = differs | differs >> 1 | differs >> 2 | differs >> 3;
        let matching = !any & LOW;
        if matching == 0 {
            return false;
        }
        let place = matching.trailing_zeros();
        self.0 = (self.0 >> (place & 63)) >> BITS;
        true
    }

    /// Whether one asks for this.
    #[inline(always)]
    pub(super) const fn has(self, asked: Asked) -> bool {
        let mut all = self;
        all.answer(asked)
    }

    /// None.
    #[inline(always)]
    pub(super) const fn clear(&mut self) {
        self.0 = 0;
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
        assert_eq!(pending, Pending::default());
    }
}
