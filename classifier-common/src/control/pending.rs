// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Commands that the server has not answered yet.

use crate::ftp::Command;

/// Request of a pending command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Asked {
    /// No pending command.
    Nothing = 0,
    /// A command that opens no port.
    Other = 1,
    /// Request for a port of the server: PASV, EPSV, LPSV and their other spellings.
    Passive = 2,
    /// Request to confirm a port of the client: PORT, EPRT, LPRT.
    Active = 3,
    /// Request for TLS.
    Tls = 4,
}

impl Asked {
    /// Returns the request of a command.
    #[inline(always)]
    pub(super) const fn by(command: Command) -> Self {
        match command {
            Command::Passive | Command::Epsv => Self::Passive,
            Command::Port | Command::Eprt | Command::Lprt => Self::Active,
            Command::AuthTls => Self::Tls,
            Command::Other | Command::Malformed | Command::Overlong => Self::Other,
        }
    }

    /// Returns whether a reply other than 227 to 229 and 234 answers this request.
    ///
    /// | command | answered by |
    /// | --- | --- |
    /// | PASV, EPSV, LPSV | errors |
    /// | PORT, EPRT, LPRT | 200, errors |
    /// | AUTH | 334 (RFC 2228 §5.4), errors |
    /// | any other | any reply but 1yz |
    ///
    /// Errors are 421, 431 and 500 to 550: those of RFC 959 §5.4 for these commands (421, 500, 501, 502, 530), of
    /// RFC 1639 (521), RFC 2428 §2 (522) and RFC 2228 §5.4 (431, 503, 504, 534), and the 550 of vsftpd where a
    /// command is turned off. Replies that end a transfer (226, 250, 425, 426, 450, 451, 452, 551, 552, 553) answer
    /// none of these commands: they come late, for the transfer before.
    #[inline(always)]
    pub(super) const fn is_answered_by(self, code: u16) -> bool {
        let error = matches!(code, 421 | 431 | 500..=550);
        match self {
            Self::Nothing => false,
            Self::Other => true,
            Self::Passive => error,
            Self::Active => code == 200 || error,
            Self::Tls => code == 334 || error,
        }
    }
}

/// Maximum number of pending questions.
const QUESTIONS: u32 = 64;

/// Pending commands, the oldest first. A server answers in the order of the commands (RFC 959 §5.4).
///
/// Commands with `Asked::Other` are only counted. All others are questions, stored with their position in
/// that count. The order is exact for any 64 commands, and for any number of commands with at most 64
/// questions.
///
/// The client's direction writes questions, and the server's direction writes answers. Two CPUs may do so at the
/// same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Pending {
    /// Bit mask of questions with [`Asked::Passive`], by the lowest bits of the question's number.
    passive: u64,
    /// Bit mask of questions with [`Asked::Active`]. The others ask for [`Asked::Tls`].
    active: u64,
    /// Command number of each question, cut to 16 bits.
    numbers: [u16; QUESTIONS as usize],
    /// Number of commands, wrapping.
    asked: u32,
    /// Number of questions, wrapping.
    questions: u32,
    /// Number of answered commands, wrapping.
    answered: u32,
    /// Number of answered questions, wrapping.
    settled: u32,
}

impl Default for Pending {
    fn default() -> Self {
        let numbers = [0; QUESTIONS as usize];
        Self { passive: 0, active: 0, numbers, asked: 0, questions: 0, answered: 0, settled: 0 }
    }
}

impl Pending {
    /// Appends a command. `false` if there are too many questions: it then counts as another command.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    #[expect(clippy::cast_possible_truncation, reason = "the number is cut to 16 bits")]
    pub(super) const fn push(&mut self, asked: Asked) -> bool {
        let number = self.asked as u16;
        self.asked = self.asked.wrapping_add(1);
        if matches!(asked, Asked::Other) {
            return true;
        }
        if self.waiting() >= QUESTIONS {
            return false;
        }
        let place = self.questions % QUESTIONS;
        self.passive = self.passive & !(1 << place) | (matches!(asked, Asked::Passive) as u64) << place;
        self.active = self.active & !(1 << place) | (matches!(asked, Asked::Active) as u64) << place;
        self.numbers[place as usize] = number;
        self.questions = self.questions.wrapping_add(1);
        true
    }

    /// Returns the number of pending questions.
    #[inline(always)]
    const fn waiting(&self) -> u32 {
        self.questions.wrapping_sub(self.settled)
    }

    /// Returns the number of pending commands before a question.
    #[inline(always)]
    #[expect(clippy::indexing_slicing, reason = "the remainder is below the length")]
    #[expect(clippy::cast_possible_truncation, reason = "numbers are cut to 16 bits")]
    const fn before(&self, question: u32) -> u16 {
        self.numbers[(question % QUESTIONS) as usize].wrapping_sub(self.answered as u16)
    }

    /// Returns the request of the oldest command.
    #[inline(always)]
    pub(super) const fn oldest(&self) -> Asked {
        let place = self.settled % QUESTIONS;
        if self.asked == self.answered {
            Asked::Nothing
        } else if self.waiting() == 0 || self.before(self.settled) != 0 {
            Asked::Other
        } else if self.passive >> place & 1 != 0 {
            Asked::Passive
        } else if self.active >> place & 1 != 0 {
            Asked::Active
        } else {
            Asked::Tls
        }
    }

    /// Answers the oldest command, which has this request.
    #[inline(always)]
    pub(super) const fn pop(&mut self, oldest: Asked) {
        self.answered = self.answered.wrapping_add(1);
        self.settled = self.settled.wrapping_add(!matches!(oldest, Asked::Other) as u32);
    }

    /// Answers the oldest question of this kind, and all commands before it; `false` if there is none.
    #[inline(always)]
    pub(super) const fn answer(&mut self, asked: Asked) -> bool {
        let matching = self.matching(asked);
        if matching == 0 {
            return false;
        }
        let question = self.settled.wrapping_add(matching.trailing_zeros());
        self.answered = self.answered.wrapping_add(self.before(question) as u32 + 1);
        self.settled = question.wrapping_add(1);
        true
    }

    /// Returns whether a question of this kind is pending.
    #[inline(always)]
    pub(super) const fn has(&self, asked: Asked) -> bool {
        self.matching(asked) != 0
    }

    /// Returns a bit mask of the pending questions of one kind, the oldest of all questions in the lowest
    /// bit.
    #[inline(always)]
    const fn matching(&self, asked: Asked) -> u64 {
        let kind = match asked {
            Asked::Passive => self.passive,
            Asked::Active => self.active,
            Asked::Nothing | Asked::Other | Asked::Tls => !(self.passive | self.active),
        };
        if self.waiting() == 0 {
            return 0;
        }
        let beyond = QUESTIONS.wrapping_sub(self.waiting()) % QUESTIONS;
        kind.rotate_right(self.settled % QUESTIONS) << beyond >> beyond
    }

    /// Removes all pending commands.
    #[inline(always)]
    pub(super) const fn clear(&mut self) {
        self.answered = self.asked;
        self.settled = self.questions;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(mut pending: Pending) -> Vec<Asked> {
        let mut asked = Vec::new();
        while pending.oldest() != Asked::Nothing {
            asked.push(pending.oldest());
            pending.pop(pending.oldest());
        }
        asked
    }

    #[test]
    fn any_64_commands_are_remembered_in_their_order() {
        let kinds = [Asked::Passive, Asked::Other, Asked::Tls, Asked::Active, Asked::Active];
        for start in 0..70 {
            let mut pending = Pending::default();
            for index in 0..start {
                assert!(pending.push(kinds[index % 3]));
                pending.pop(pending.oldest());
            }
            let commands: Vec<_> = (0..64).map(|index| kinds[(start + index * index) % 5]).collect();
            assert!(commands.iter().all(|asked| pending.push(*asked)));
            assert_eq!(drain(pending), commands);
        }
    }

    #[test]
    fn a_question_among_thousands_of_other_commands_keeps_its_place() {
        let mut pending = Pending::default();
        (0..5000).for_each(|_| assert!(pending.push(Asked::Other)));
        assert!(pending.push(Asked::Active));
        (0..5000).for_each(|_| assert!(pending.push(Asked::Other)));
        assert_eq!(drain(pending).iter().position(|asked| *asked == Asked::Active), Some(5000));
        assert!(pending.answer(Asked::Active));
        assert_eq!(drain(pending).len(), 5000);
    }

    #[test]
    fn the_65th_question_counts_as_another_command() {
        let mut pending = Pending::default();
        assert!(pending.push(Asked::Tls));
        assert!((0..63).all(|_| pending.push(Asked::Passive)));
        assert!(!pending.push(Asked::Active));
        assert!(!pending.has(Asked::Active));
        assert_eq!(drain(pending)[63..], [Asked::Passive, Asked::Other]);
        pending.pop(Asked::Tls);
        assert!(pending.push(Asked::Active) && pending.has(Asked::Active));
    }

    #[test]
    fn counts_of_commands_and_questions_wrap() {
        for before in [0_u32, 1, 5, 63, 64, 65] {
            let count = before.wrapping_neg();
            let mut pending = Pending {
                asked: count,
                questions: count,
                answered: count,
                settled: count,
                ..Pending::default()
            };
            let commands = [Asked::Passive, Asked::Other, Asked::Active, Asked::Tls].repeat(16);
            assert!(commands.iter().all(|asked| pending.push(*asked)));
            assert_eq!(drain(pending), commands, "{before} before the end");
            for asked in [Asked::Active, Asked::Tls, Asked::Passive, Asked::Active] {
                assert!(pending.has(asked) && pending.answer(asked), "{before} before the end");
            }
            assert_eq!(drain(pending), commands[7..], "{before} before the end");
        }
    }

    #[test]
    fn answered_questions_are_not_pending_again() {
        for start in 0..130 {
            let mut pending = Pending::default();
            (0..start).for_each(|_| assert!(pending.push(Asked::Passive) && pending.answer(Asked::Passive)));
            assert!(pending.push(Asked::Active));
            assert!(!pending.has(Asked::Passive) && !pending.has(Asked::Tls) && pending.has(Asked::Active));
            assert!(pending.answer(Asked::Active));
            assert!(!pending.has(Asked::Passive) && !pending.has(Asked::Tls) && !pending.has(Asked::Active));
        }
    }

    #[test]
    fn an_answer_answers_all_before_it() {
        let mut pending = Pending::default();
        for asked in [Asked::Other, Asked::Passive, Asked::Other, Asked::Active] {
            pending.push(asked);
        }
        assert!(!pending.answer(Asked::Tls));
        assert!(pending.answer(Asked::Passive));
        assert_eq!(drain(pending), [Asked::Other, Asked::Active]);
        assert!(!pending.answer(Asked::Passive));
        assert!(pending.answer(Asked::Active));
        assert_eq!(drain(pending), []);
    }

    #[test]
    fn nothing_waits_once_it_is_cleared() {
        let mut pending = Pending::default();
        pending.push(Asked::Passive);
        pending.push(Asked::Other);
        pending.clear();
        assert!(pending.oldest() == Asked::Nothing && !pending.has(Asked::Passive));
        pending.push(Asked::Tls);
        assert_eq!(drain(pending), [Asked::Tls]);
    }
}
