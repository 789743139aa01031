// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Known command words. Of a word that is being read only the set of possible verbs is kept, and no letter.

use crate::protocol::Protocol;

/// Set of possible verbs, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(transparent)]
pub(super) struct Verbs(u16);

/// First eight letters of each verb as a number, in the order of their bits.
const LETTERS: [u64; 12] = [
    u64::from_be_bytes(*b"PASS\0\0\0\0"),
    u64::from_be_bytes(*b"AUTH\0\0\0\0"),
    u64::from_be_bytes(*b"APOP\0\0\0\0"),
    u64::from_be_bytes(*b"STLS\0\0\0\0"),
    u64::from_be_bytes(*b"DATA\0\0\0\0"),
    u64::from_be_bytes(*b"BDAT\0\0\0\0"),
    u64::from_be_bytes(*b"LOGIN\0\0\0"),
    u64::from_be_bytes(*b"PROXY\0\0\0"),
    u64::from_be_bytes(*b"STARTTLS"),
    u64::from_be_bytes(*b"AUTHENTI"),
    u64::from_be_bytes(*b"TLS\0\0\0\0\0"),
    u64::from_be_bytes(*b"SSL\0\0\0\0\0"),
];

/// Number of letters in `AUTHENTICATE`, of which the first eight are compared.
const AUTHENTICATE: u8 = 12;

impl Verbs {
    pub(super) const NONE: Self = Self(0);
    pub(super) const PASS: Self = Self(1 << 0);
    pub(super) const AUTH: Self = Self(1 << 1);
    pub(super) const APOP: Self = Self(1 << 2);
    pub(super) const STLS: Self = Self(1 << 3);
    pub(super) const DATA: Self = Self(1 << 4);
    pub(super) const BDAT: Self = Self(1 << 5);
    pub(super) const LOGIN: Self = Self(1 << 6);
    pub(super) const PROXY: Self = Self(1 << 7);
    pub(super) const STARTTLS: Self = Self(1 << 8);
    pub(super) const AUTHENTICATE: Self = Self(1 << 9);
    pub(super) const TLS: Self = Self(1 << 10);
    pub(super) const SSL: Self = Self(1 << 11);

    /// Returns the verbs of a protocol.
    #[inline(always)]
    pub(super) const fn of(protocol: Protocol) -> Self {
        const FTP: Verbs = Verbs::PASS.or(Verbs::AUTH);
        const SMTP: Verbs = Verbs::AUTH.or(Verbs::STARTTLS).or(Verbs::DATA).or(Verbs::BDAT);
        const POP3: Verbs = Verbs::PASS.or(Verbs::APOP).or(Verbs::AUTH).or(Verbs::STLS);
        const IMAP: Verbs = Verbs::LOGIN.or(Verbs::AUTHENTICATE).or(Verbs::STARTTLS);
        let index = protocol.index();
        if index == Protocol::FTP_CONTROL.index() {
            FTP
        } else if index == Protocol::SMTP.index() {
            SMTP
        } else if index == Protocol::POP3.index() {
            POP3
        } else {
            IMAP
        }
    }

    /// Returns the union.
    #[inline(always)]
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the intersection.
    #[inline(always)]
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the verbs with this letter at a place, in upper or lower case.
    #[inline(always)]
    pub(super) fn with(self, place: u8, letter: u8) -> Self {
        let letter = u64::from(letter.to_ascii_uppercase());
        if place >= 8 {
            return if place < AUTHENTICATE { self.and(Self::AUTHENTICATE) } else { Self::NONE };
        }
        let shift = 56 - 8 * u32::from(place & 7);
        let mut others = 0;
        for (bit, letters) in LETTERS.into_iter().enumerate() {
            let differs = letters >> shift & 0xff ^ letter;
            // Without a branch, which the verifier would follow both ways for each verb.
            others |= ((differs + 0xff) >> 8 & 1) << bit;
        }
        #[expect(clippy::cast_possible_truncation, reason = "there are twelve bits")]
        {
            Self(self.0 & !(others as u16))
        }
    }

    /// Returns the verb with exactly this many letters, if any.
    #[inline(always)]
    pub(super) const fn of_length(self, letters: u8) -> Self {
        const FOUR: Verbs =
            Verbs::PASS.or(Verbs::AUTH).or(Verbs::APOP).or(Verbs::STLS).or(Verbs::DATA).or(Verbs::BDAT);
        self.and(match letters {
            4 => FOUR,
            5 => Self::LOGIN.or(Self::PROXY),
            8 => Self::STARTTLS,
            AUTHENTICATE => Self::AUTHENTICATE,
            _ => Self::NONE,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verb_is_known_by_all_of_its_letters_and_no_more() {
        let all = [Verbs::of(Protocol::FTP_CONTROL), Verbs::of(Protocol::SMTP), Verbs::of(Protocol::POP3)]
            .into_iter()
            .fold(Verbs::of(Protocol::IMAP).or(Verbs::PROXY), Verbs::or);
        let read = |word: &[u8]| {
            let places = (0..).zip(word);
            places.fold(all, |verbs, (place, letter)| verbs.with(place, *letter))
        };
        let known = |word: &[u8]| read(word).of_length(u8::try_from(word.len()).expect("a word"));
        for (word, verb) in [
            (&b"PASS"[..], Verbs::PASS),
            (b"AUTH", Verbs::AUTH),
            (b"APOP", Verbs::APOP),
            (b"STLS", Verbs::STLS),
            (b"DATA", Verbs::DATA),
            (b"BDAT", Verbs::BDAT),
            (b"LOGIN", Verbs::LOGIN),
            (b"PROXY", Verbs::PROXY),
            (b"STARTTLS", Verbs::STARTTLS),
            (b"AUTHENTICATE", Verbs::AUTHENTICATE),
        ] {
            assert_eq!(known(word), verb);
            assert_eq!(known(&word.to_ascii_lowercase()), verb);
            assert_eq!(known(&[word, b"X"].concat()), Verbs::NONE, "a letter more");
            assert_eq!(known(&word[..word.len() - 1]), Verbs::NONE, "a letter less");
            for place in 0..word.len().min(8) {
                for bit in [0, 1, 2, 3, 4, 6, 7] {
                    let mut other = word.to_vec();
                    other[place] ^= 1 << bit;
                    assert_eq!(known(&other), Verbs::NONE, "{}", other.escape_ascii());
                }
            }
        }
    }
}
