//! A rate, as nft's `limit rate` keeps it (`net/netfilter/nft_limit.c`): time is saved up to so much, and every packet
//! costs some of it.

/// A rate's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Nanoseconds that a packet costs, at least 1.
    pub cost: u64,
    /// Nanoseconds that can be saved.
    pub most: u64,
}

/// What a bucket gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Packets within the rate.
    pub packets: u64,
    /// What the bucket's word becomes.
    pub word: u64,
}

impl Bucket {
    /// The word of a full bucket: the moment from which on time is saved. It may lie before the clock's 0.
    #[must_use]
    pub const fn full(self, now: u64) -> u64 {
        now.wrapping_sub(self.most)
    }

    /// As many of these packets as are within the rate now.
    #[inline(always)]
    #[must_use]
    pub const fn take(self, word: u64, now: u64, packets: u64) -> Granted {
        // Another CPU may have read the clock later: nothing is saved then.
        let since = now.wrapping_sub(word);
        let saved = if since.cast_signed() < 0 { 0 } else { since };
        let saved = if saved > self.most { self.most } else { saved };
        let cost = if self.cost == 0 { 1 } else { self.cost };
        let affordable = saved / cost;
        let packets = if affordable < packets { affordable } else { packets };
        // What grants nothing leaves the word: saved time past the most is cut off when it is asked for.
        let word = if packets == 0 { word } else { now.wrapping_sub(saved - packets * cost) };
        Granted { packets, word }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// `nft_limit_eval` as it stands in the kernel.
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
            let bucket = Bucket { cost, most: cost * burst };
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
        let bucket = Bucket { cost: 10, most: 50 };
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
        let bucket = Bucket { cost: 10, most: 50 };
        let granted = bucket.take(1000, 990, 1);
        assert_eq!(granted, Granted { packets: 0, word: 1000 });
    }
}
