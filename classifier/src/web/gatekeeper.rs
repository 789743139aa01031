// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Checks passwords one by one, on a thread that serves no requests.

use std::sync::{Arc, Mutex, PoisonError};

use ring::{
    hmac::{self, HMAC_SHA256, Key},
    rand::SystemRandom,
};
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{
    Users, WebError,
    credentials::Credentials,
    users::Candidate,
    verdicts::{Token, Verdicts},
};

/// Concurrent checks: each takes a whole CPU for a while.
const AT_ONCE: usize = 1;

/// Checks credentials. Both successful and failed bcrypt results are cached, so repeated scrapes do not pay
/// for bcrypt.
#[derive(Debug)]
pub(crate) struct Gatekeeper {
    /// Key of this process: cached tokens reveal nothing about passwords.
    key: Key,
    verdicts: Arc<Mutex<Verdicts>>,
    turns: Arc<Semaphore>,
}

impl Gatekeeper {
    pub(super) fn new() -> Result<Self, WebError> {
        let key = Key::generate(HMAC_SHA256, &SystemRandom::new()).map_err(|_| WebError::NoRandomNumbers)?;
        Ok(Self { key, verdicts: Arc::default(), turns: Arc::new(Semaphore::new(AT_ONCE)) })
    }

    /// Tells whether the name is a user's and the password is right.
    pub(crate) async fn admits(&self, users: &Users, credentials: Credentials) -> bool {
        let candidate = users.candidate(&credentials.user, self.number(&credentials.user));
        let token = self.token(&credentials, &candidate);
        if let Some(verdict) = recall(&self.verdicts, &token) {
            return verdict;
        }
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else { return false };
        let verdicts = Arc::clone(&self.verdicts);
        // A check that has begun is completed and cached even if the client has left, since it will ask
        // again.
        let looked_at = spawn_blocking(move || {
            let _turn = turn;
            // Another connection may have had the same credentials in the meantime.
            recall(&verdicts, &token).unwrap_or_else(|| {
                let right = bcrypt::verify(&credentials.password, &candidate.hash).unwrap_or(false);
                let granted = candidate.known && right;
                verdicts.lock().unwrap_or_else(PoisonError::into_inner).remember(token, granted);
                granted
            })
        });
        looked_at.await.unwrap_or(false)
    }

    /// Maps a name to a number that is constant and secret.
    fn number(&self, name: &[u8]) -> u64 {
        let tag = hmac::sign(&self.key, name);
        tag.as_ref().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// Derives the cache key from name, password and hash, and from whether the user exists, since an unknown
    /// user gets another one's hash. A length precedes each part: no name can end where a password begins
    /// (CVE-2022-46146).
    fn token(&self, credentials: &Credentials, candidate: &Candidate) -> Token {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&[candidate.known.into()]);
        for part in [&credentials.user, candidate.hash.as_bytes(), &credentials.password] {
            context.update(&(part.len() as u64).to_le_bytes());
            context.update(part);
        }
        let mut token = Token::default();
        token.copy_from_slice(context.sign().as_ref());
        token
    }
}

fn recall(verdicts: &Mutex<Verdicts>, token: &Token) -> Option<bool> {
    verdicts.lock().unwrap_or_else(PoisonError::into_inner).of(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_one_part_cannot_begin_the_next() {
        let gatekeeper = Gatekeeper::new().unwrap();
        let token = |user: &str, hash: &str, password: &str| {
            let credentials = Credentials { user: user.into(), password: password.into() };
            gatekeeper.token(&credentials, &Candidate { known: true, hash: hash.into() })
        };
        assert_eq!(token("a", "b", "c"), token("a", "b", "c"));
        let others = [("ab", "", "c"), ("", "ab", "c"), ("a", "", "bc"), ("a", "bc", ""), ("", "", "abc")];
        assert!(
            others.iter().all(|(user, hash, password)| token(user, hash, password) != token("a", "b", "c"))
        );
    }

    /// The removed one of two users has the same hash. The name then gets the other's hash, and must not
    /// pass.
    #[test]
    fn what_was_said_of_a_user_is_not_said_of_one_that_is_gone() {
        let gatekeeper = Gatekeeper::new().unwrap();
        let credentials = Credentials { user: "a".into(), password: "c".into() };
        let [known, gone] = [true, false].map(|known| Candidate { known, hash: "b".into() });
        assert_ne!(gatekeeper.token(&credentials, &known), gatekeeper.token(&credentials, &gone));
    }
}
