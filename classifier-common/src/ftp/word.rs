//! Words of a command line.

/// The last eight letters of a word, in upper case. That is enough: no word that is known has more, and as
/// none of the letters is NUL, a longer one is like no shorter one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Word(pub(super) u64);

impl Word {
    /// One more letter.
    #[inline(always)]
    pub(super) const fn push(self, letter: u8) -> Self {
        Self(self.0 << 8 | letter.to_ascii_uppercase() as u64)
    }

    /// The word that a text is.
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
