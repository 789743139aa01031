// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Caches the results of password checks.

use std::collections::VecDeque;

/// Cached results of each kind, as many as exporter-toolkit caches in all.
const EACH: usize = 100;

/// Digest of a name, a hash and a password.
pub(super) type Token = [u8; 32];

/// Cached results, the oldest of its kind evicted first. The two kinds are separate: guessed passwords do not
/// evict right ones.
#[derive(Debug, Default)]
pub(super) struct Verdicts {
    granted: VecDeque<Token>,
    denied: VecDeque<Token>,
}

impl Verdicts {
    /// Returns the cached result, if any. Tokens are keyed digests, so the time of comparing them reveals
    /// nothing.
    pub(super) fn of(&self, token: &Token) -> Option<bool> {
        if self.granted.contains(token) {
            return Some(true);
        }
        self.denied.contains(token).then_some(false)
    }

    /// Caches a result.
    pub(super) fn remember(&mut self, token: Token, granted: bool) {
        if self.of(&token).is_some() {
            return;
        }
        let kind = if granted { &mut self.granted } else { &mut self.denied };
        if kind.len() == EACH {
            kind.pop_front();
        }
        kind.push_back(token);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_passwords_do_not_crowd_out_right_ones() {
        let mut verdicts = Verdicts::default();
        let token = |number: u32| {
            let mut token = [0; 32];
            token[..4].copy_from_slice(&number.to_ne_bytes());
            token
        };
        verdicts.remember(token(0), true);
        (1..1000).for_each(|number| verdicts.remember(token(number), false));
        assert_eq!(verdicts.of(&token(0)), Some(true));
        assert_eq!((verdicts.of(&token(899)), verdicts.of(&token(900))), (None, Some(false)));
        (1000..1101).for_each(|number| verdicts.remember(token(number), true));
        assert_eq!((verdicts.of(&token(0)), verdicts.of(&token(1001))), (None, Some(true)));
        assert_eq!((verdicts.granted.len(), verdicts.denied.len()), (EACH, EACH));
    }
}
