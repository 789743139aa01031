// SPDX-License-Identifier: MIT OR GPL-2.0-only
use super::*;

/// Numbers at which a stream may stand: in the middle, and where numbers wrap or change their sign.
const STARTS: [u32; 5] = [1000, 0, u32::MAX, 1 << 31, (1 << 31) - 1];

/// Half of all numbers: nothing is further away.
const HALF: u32 = 1 << 31;

/// Returns a stream at `next`, whose other side has acknowledged so many bytes more.
fn stream(next: u32, acknowledged: u32) -> Stream {
    Stream { acknowledged: next.wrapping_add(acknowledged), ..Stream::from(next) }
}

#[test]
fn half_of_all_numbers_are_at_or_behind_a_number() {
    for start in STARTS {
        let is_reached_by = |distance: u32| reaches(start.wrapping_add(distance), start);
        assert!([0, 1, HALF - 1].into_iter().all(is_reached_by), "{start}");
        assert!(![HALF, HALF + 1, u32::MAX].into_iter().any(is_reached_by), "{start}");
    }
}

#[test]
fn a_stream_has_passed_the_64_kib_before_it() {
    for start in STARTS {
        let has_passed = |back: u32| Stream::from(start).has_passed(start.wrapping_sub(back));
        assert!([0, 1, 0xffff].into_iter().all(has_passed), "{start}");
        assert!(![0x1_0000, HALF, u32::MAX].into_iter().any(has_passed), "{start}");
    }
}

#[test]
fn a_payload_is_read_from_its_first_unknown_byte() {
    for start in STARTS {
        let plan = |back: u32, length: u32| stream(start, 0).plan(start.wrapping_sub(back), length);
        assert_eq!(plan(0, 5), Plan::Read(0));
        assert_eq!(plan(1, 5), Plan::Read(1));
        assert_eq!(plan(4, 5), Plan::Read(4));
        assert_eq!(plan(5, 5), Plan::Ignore);
        assert_eq!(plan(6, 5), Plan::Ignore);
        assert_eq!(plan(HALF, 5), Plan::Ignore, "the furthest number back");
    }
}

#[test]
fn a_payload_behind_a_gap_is_read_only_if_the_gap_was_acknowledged() {
    for start in STARTS {
        let plan = |ahead: u32| stream(start, 10).plan(start.wrapping_add(ahead), 5);
        assert_eq!(plan(1), Plan::ReadAfterLoss(1));
        assert_eq!(plan(10), Plan::ReadAfterLoss(10));
        assert_eq!(plan(11), Plan::Forward);
        assert_eq!(plan(HALF - 1), Plan::Forward, "the furthest number ahead");
    }
}

#[test]
fn a_payload_is_wanted_if_it_has_a_skipped_byte() {
    for start in STARTS {
        let mut stream = stream(start, 0);
        let at = |offset: u32| start.wrapping_add(offset);
        assert!(!stream.wants(start, 5), "nothing was skipped");
        stream.skip(at(10), at(20));
        for (first, length, wanted) in [
            (0, 10, false),
            (0, 11, true),
            (10, 1, true),
            (12, 3, true),
            (19, 1, true),
            (19, 50, true),
            (21, 50, false),
        ] {
            assert_eq!(stream.wants(at(first), length), wanted, "{length} bytes from {first}");
            let expected = if wanted { Plan::Forward } else { Plan::Ignore };
            if first + length <= 20 {
                assert_eq!(stream.plan(at(first), length), expected, "{length} bytes from {first}");
            }
        }
    }
}

#[test]
fn bytes_behind_a_gap_reach_from_the_first_to_the_last_that_were_forwarded() {
    for start in STARTS {
        let mut stream = stream(start, 0);
        let at = |offset: u32| start.wrapping_add(offset);
        assert!(!stream.has_ahead());
        for (first, end, is_last, ahead) in [
            (20, 30, true, (20, 30)),
            (10, 15, false, (10, 30)),
            (22, 28, false, (10, 30)),
            (20, 30, true, (10, 30)),
            (40, 41, true, (10, 41)),
            (5, 60, true, (5, 60)),
        ] {
            assert_eq!(stream.forwarded(at(first), at(end)), is_last, "{first} to {end}");
            assert_eq!((stream.ahead, stream.ahead_end), (at(ahead.0), at(ahead.1)), "{first} to {end}");
        }
        assert!(stream.has_ahead());
        let before = stream;
        assert!(!stream.forwarded(at(u32::MAX), at(100)), "it begins before the next byte");
        assert_eq!(stream, before);
        let mut other = Stream::from(start);
        assert!(other.forwarded(start, at(3)) && other.has_ahead(), "it begins with the next byte");
    }
}

#[test]
fn a_stream_advances_past_bytes_that_were_forwarded_from_there_on() {
    for start in STARTS {
        let at = |offset: u32| start.wrapping_add(offset);
        for (end, to, is_left) in
            [(9, 9, true), (10, 30, false), (15, 30, false), (30, 30, false), (31, 31, false)]
        {
            let mut stream = stream(start, 0);
            stream.forwarded(at(10), at(30));
            assert_eq!(stream.advance(at(end)), at(to), "to {end}");
            assert_eq!((stream.next, stream.has_ahead()), (at(end), is_left), "to {end}");
        }
        let mut stream = stream(start, 0);
        assert_eq!((stream.advance(at(5)), stream.next), (at(5), at(5)), "nothing was forwarded");
    }
}

#[test]
fn bytes_skipped_earlier_remain_wanted_until_they_are_acknowledged() {
    for start in STARTS {
        let at = |offset: u32| start.wrapping_add(offset);
        for (acknowledged, wanted) in [(0, 25), (19, 25), (20, 5), (25, 5)] {
            let mut stream = stream(start, acknowledged);
            stream.skip(at(10), at(20));
            assert_eq!((stream.skipped, stream.skipped_bytes, stream.next), (at(20), 10, at(20)));
            stream.skip(at(30), at(35));
            assert_eq!((stream.skipped, stream.skipped_bytes, stream.next), (at(35), wanted, at(35)));
        }
    }
}

#[test]
fn at_most_a_mebibyte_back_remains_wanted() {
    for (second, wanted) in [((1 << 20) + 10, 1 << 20), ((1 << 20) + 11, 1)] {
        let mut stream = stream(0, 0);
        stream.skip(10, 20);
        stream.skip(second - 1, second);
        assert_eq!(stream.skipped_bytes, wanted, "{second}");
    }
}

#[test]
fn a_reset_ends_the_connection_at_three_numbers_and_at_those_behind_them() {
    for start in STARTS {
        let at = |offset: u32| start.wrapping_add(offset);
        let mut stream = stream(start, 50);
        let accepted = |stream: &Stream| -> Vec<u32> {
            (0..200_u32)
                .map(|number| number.wrapping_sub(50))
                .filter(|number| stream.may_end(at(*number)))
                .collect()
        };
        assert_eq!(accepted(&stream), [0, 1, 50, 51], "next, and acknowledged");
        stream.forwarded(at(100), at(120));
        assert_eq!(accepted(&stream), [0, 1, 50, 51, 120, 121], "and the end of what was forwarded");
    }
}

#[test]
fn an_acknowledgment_never_goes_back() {
    for start in STARTS {
        let mut stream = stream(start, 0);
        for (number, expected) in [(5, 5), (3, 5), (5, 5), (u32::MAX, 5), (6, 6)] {
            stream.acknowledge(start.wrapping_add(number));
            assert_eq!(stream.acknowledged, start.wrapping_add(expected), "{number}");
        }
    }
}

#[test]
fn a_note_of_another_cpu_is_processed_once() {
    for (whole, expected) in [(true, 1), (false, 0)] {
        let mut stream = stream(0, 0);
        assert!(!stream.take_contended());
        stream.contend(10, 20, whole);
        assert_eq!(stream.contended_whole, expected);
        assert!(stream.take_contended());
        assert_eq!((stream.ahead, stream.ahead_end), (10, 20));
        assert!(!stream.take_contended());
    }
}
