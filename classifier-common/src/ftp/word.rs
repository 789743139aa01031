// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Words of a command line.

/// The last eight letters of a word, in upper case. Eight are enough: no known word is longer, and since no
/// letter is NUL, a longer word equals no shorter one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Word(pub(super) u64);

impl Word {
    /// Pushes one letter.
    #[inline(always)]
    pub(super) const fn push(self, letter: u8) -> Self {
        Self(self.0 << 8 | letter.to_ascii_uppercase() as u64)
    }

    /// Returns the word of a text.
    pub(super) const fn of(text: &[u8]) -> Self {
        let mut word = Self(0);
        let mut rest = text;
        while let [first, others @ ..] = rest {
            word = word.push(*first);
            rest = others;
        }
        word
    }
}
