// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Users, and the hashes of their passwords.

/// Names and bcrypt hashes, at least one pair.
pub struct Users(Vec<(String, String)>);

/// Hash to compare a password with.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// True if the user exists.
    pub known: bool,
    /// Hash of the user, or of another one: an unknown name must take as long.
    pub hash: String,
}

impl Users {
    /// Creates users; `None` if there are none.
    pub(super) fn new(hashes: Vec<(String, String)>) -> Option<Self> {
        (!hashes.is_empty()).then_some(Self(hashes))
    }

    /// Returns the hash for a name. An unknown name gets the hash of a user that `number` chooses, so that
    /// hashes of several costs do not reveal known names.
    pub(super) fn candidate(&self, name: &[u8], number: u64) -> Candidate {
        if let Some((_, hash)) = self.0.iter().find(|(known, _)| known.as_bytes() == name) {
            return Candidate { known: true, hash: hash.clone() };
        }
        let nth = usize::try_from(number % self.0.len() as u64).unwrap_or_default();
        Candidate { known: false, hash: self.0[nth].1.clone() }
    }
}

/// Redacts the hashes.
impl std::fmt::Debug for Users {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hashes: &[(&str, &str)]) -> Option<Users> {
        Users::new(hashes.iter().map(|(name, hash)| ((*name).to_owned(), (*hash).to_owned())).collect())
    }

    #[test]
    fn an_unknown_name_is_held_against_somebodys_hash_and_always_the_same() {
        let users = of(&[("a", "1"), ("b", "2")]).unwrap();
        let against = |name: &str, number| {
            let candidate = users.candidate(name.as_bytes(), number);
            (candidate.known, candidate.hash)
        };
        assert_eq!(against("a", 7), (true, "1".into()));
        assert_eq!(against("b", 0), (true, "2".into()));
        assert_eq!(against("c", 7), (false, "2".into()));
        assert_eq!(against("", u64::MAX - 1), (false, "1".into()));
        assert!(of(&[]).is_none());
    }

    #[test]
    fn hashes_are_not_shown() {
        let users = of(&[("alice", "$2y$hash")]).unwrap();
        assert_eq!(format!("{users:?}"), r#"{"alice"}"#);
    }
}
