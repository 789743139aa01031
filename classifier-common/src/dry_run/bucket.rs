// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Token bucket of a rate, as of nft's `limit rate` (`net/netfilter/nft_limit.c`): time accumulates up to a
//! limit, and every packet costs a part of it.

/// Parameters of a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    /// Cost of a packet in nanoseconds, at least 1.
    pub cost: u64,
    /// Maximum accumulated time in nanoseconds.
    pub most: u64,
}

/// Result of a request for packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Number of packets within the rate.
    pub packets: u64,
    /// New word of the bucket.
    pub word: u64,
}

impl TokenBucket {
    /// Returns the word of a full bucket: the time at which accumulation started. It may lie before the
    /// clock's 0.
    #[must_use]
    pub const fn full(self, now: u64) -> u64 {
        now.wrapping_sub(self.most)
    }

    /// Grants as many of these packets as are within the rate now.
    #[inline(always)]
    #[must_use]
    pub const fn take(self, word: u64, now: u64, packets: u64) -> Granted {
        // Another CPU may have read the clock later: no time has then accumulated.
        let since = now.wrapping_sub(word);
        let saved = if since.cast_signed() < 0 { 0 } else { since };
        let saved = if saved > self.most { self.most } else { saved };
        let cost = if self.cost == 0 { 1 } else { self.cost };
        let affordable = saved / cost;
        let packets = if affordable < packets { affordable } else { packets };
        // A refusal leaves the word unchanged: time above the limit is cut off on each request.
        let word = if packets == 0 { word } else { now.wrapping_sub(saved - packets * cost) };
        Granted { packets, word }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// Model of `nft_limit_eval` in the kernel.
    struct Nft {
        tokens: i64,
        most: i64,
        cost: i64,
        last: i64,
    }

    impl Nft {
        fn is_within(&mut self, now: i64) -> bool {
            let tokens = (self.tokens + now - self.last).min(self.most);
            self.last = now;
            self.tokens = if tokens >= self.cost { tokens - self.cost } else { tokens };
            tokens >= self.cost
        }
    }

    #[test]
    fn packets_one_by_one_are_taken_as_nft_takes_them() {
        let mut random = 7_u64;
        for (rate, burst) in [(1, 1), (3, 5), (100, 5), (7, 20), (1_000_000, 1)] {
            let cost = SECOND / rate;
            let bucket = TokenBucket { cost, most: cost * burst };
            let (cost, most) = (cost.cast_signed(), (cost * burst).cast_signed());
            let mut nft = Nft { tokens: most, most, cost, last: 0 };
            let (mut word, mut now) = (bucket.full(0), 0_u64);
            for _ in 0..10_000 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                now += (random >> 33) % (2 * bucket.cost);
                let granted = bucket.take(word, now, 1);
                word = granted.word;
                assert_eq!(granted.packets == 1, nft.is_within(now.cast_signed()), "{rate}/s at {now}");
            }
        }
    }

    #[test]
    fn segments_that_come_together_take_what_they_take_one_by_one() {
        let bucket = TokenBucket { cost: 10, most: 50 };
        for saved in 0..60 {
            let (now, word) = (1000, 1000 - saved);
            let together = bucket.take(word, now, 4);
            let (mut one_by_one, mut there) = (0, word);
            for _ in 0..4 {
                let granted = bucket.take(there, now, 1);
                (one_by_one, there) = (one_by_one + granted.packets, granted.word);
            }
            assert_eq!((together.packets, together.word), (one_by_one, there));
        }
    }

    #[test]
    fn a_clock_that_was_read_before_another_saves_nothing_and_takes_nothing_back() {
        let bucket = TokenBucket { cost: 10, most: 50 };
        let granted = bucket.take(1000, 990, 1);
        assert_eq!(granted, Granted { packets: 0, word: 1000 });
    }
}
