// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The history of invented counters, on a simulated clock.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use crate::made_up::MadeUp;
use classifier::{
    history::{History, Interval, View, follow},
    snapshot::{InterfaceReading, Loss, Losses, Readings},
    supervisor::{Pauses, Supervisor, Task},
};
use classifier_common::{
    abi::Direction,
    control::{TALLIES, Tally},
    counter::{Counters, PacketCount as Count},
    protocol::Protocol,
};

const IN: Direction = Direction::Ingress;
const OUT: Direction = Direction::Egress;

/// Creates the readings of an interface with this many packets of mail in each direction.
fn interface(name: &str, packets: u64) -> InterfaceReading {
    let mut counters = Counters::new(2, 0);
    counters.classes[Protocol::SMTP.to_server().index()] = Count { packets, bytes: packets * 100 };
    InterfaceReading::of(name, [Some(&counters), Some(&counters)])
}

fn readings(interfaces: &[(&str, u64)]) -> Readings {
    let interfaces = interfaces.iter().map(|(name, packets)| interface(name, *packets)).collect();
    Readings { interfaces, losses: Losses::default() }
}

/// Records these counts at these seconds, and returns the history.
fn told(all: &[(u64, &[(&str, u64)])]) -> View {
    let (history, start) = (History::default(), Instant::now());
    let at = |seconds: u64| start + Duration::from_secs(seconds);
    for (seconds, interfaces) in all {
        history.record(readings(interfaces), at(*seconds));
    }
    let (seconds, interfaces) = all.last().expect("one at least");
    history.view(&readings(interfaces), at(*seconds))
}

/// Returns the received packets of mail, with the seconds of each interval.
fn received(view: &View) -> Vec<(u64, u64)> {
    let one =
        |interval: &Arc<Interval>| (interval.tally(Protocol::SMTP, IN).packets, interval.length.as_secs());
    view.intervals.iter().map(one).collect()
}

#[test]
fn both_roles_of_a_protocol_are_one_and_directions_are_two() {
    let mut counters = Counters::new(2, 0);
    counters.classes[Protocol::SMTP.to_server().index()] = Count { packets: 1, bytes: 60 };
    counters.classes[Protocol::SMTP.from_server().index()] = Count { packets: 2, bytes: 200 };
    let reading = InterfaceReading::of("eth0", [Some(&counters), None]);
    assert_eq!(reading.rows[Protocol::SMTP.index()], [Count { packets: 3, bytes: 260 }, Count::default()]);
}

#[test]
fn growth_is_summed_over_interfaces() {
    let view =
        told(&[(0, &[("a", 100), ("b", 5)]), (10, &[("a", 110), ("b", 7)]), (20, &[("a", 110), ("b", 8)])]);
    assert_eq!(received(&view), [(12, 10), (1, 10)]);
    assert_eq!(view.intervals[0].total(OUT), Count { packets: 12, bytes: 1200 });
    let [a, b] = &view.interfaces[..] else { panic!("two") };
    assert_eq!((a.sides[0].packets, a.length), (10, Duration::from_secs(20)));
    assert_eq!((b.total().packets, b.length), (6, Duration::from_secs(20)));
}

#[test]
fn interfaces_that_come_go_and_begin_anew_never_make_a_rate_negative_or_a_peak() {
    let view = told(&[
        (0, &[("a", 1000)]),
        (10, &[("a", 1001), ("pinned", 1_000_000)]),
        (20, &[("pinned", 1_000_002)]),
        (30, &[("a", 1500), ("pinned", 1_000_002)]),
        (40, &[("a", 3), ("pinned", 1_000_003)]),
        (50, &[("a", 5), ("renamed", 1_000_004)]),
    ]);
    assert_eq!(received(&view), [(1, 10), (2, 10), (0, 10), (1, 10), (2, 10)]);
    assert_eq!(view.interfaces[1].length, Duration::ZERO, "seen for the first time");
}

#[test]
fn a_read_that_failed_makes_one_longer_interval() {
    let view = told(&[(0, &[("a", 0)]), (10, &[("a", 10)]), (40, &[("a", 40)])]);
    assert_eq!(received(&view), [(10, 10), (30, 30)]);
}

#[test]
fn the_same_moment_twice_is_one() {
    let view = told(&[(0, &[("a", 0)]), (0, &[("a", 5)]), (10, &[("a", 10)])]);
    assert_eq!(received(&view), [(10, 10)]);
}

#[test]
fn it_goes_back_15_minutes_and_no_further() {
    let (history, start) = (History::default(), Instant::now());
    let at = |step: u32| start + History::PERIOD * step;
    for step in 0..1000 {
        history.record(readings(&[("a", u64::from(step))]), at(step));
    }
    let view = history.view(&readings(&[("a", 999)]), at(999));
    assert_eq!((view.intervals.len(), view.length()), (90, Duration::from_mins(15)));
    assert_eq!(view.interfaces[0].length, Duration::from_mins(1), "and an interface one minute");

    // The machine slept for an hour: the time before is no longer relevant.
    history.record(readings(&[("a", 2000)]), at(1360));
    let view = history.view(&readings(&[("a", 2000)]), at(1360));
    assert_eq!(received(&view), [(1001, 3610)]);
}

#[test]
fn what_was_not_yet_kept_is_seen_too_once_it_is_a_second_old() {
    let (history, start) = (History::default(), Instant::now());
    assert_eq!(history.view(&readings(&[("a", 1)]), start).intervals.len(), 0, "nothing was kept");
    history.record(readings(&[("a", 0)]), start);
    let now =
        |milliseconds| history.view(&readings(&[("a", 6)]), start + Duration::from_millis(milliseconds));
    assert_eq!(received(&now(900)), []);
    assert_eq!(received(&now(2000)), [(6, 2)]);
    assert_eq!(now(2000).interfaces[0].sides[1].packets, 6);
    assert_eq!(received(&now(3000)), [(6, 3)], "looking changes nothing");
}

#[tokio::test]
async fn reads_that_fail_for_a_while_are_made_up_for() {
    let source = Arc::new(MadeUp::default());
    let history = Arc::new(History::default());
    let (counters, past) = (Arc::clone(&source), Arc::clone(&history));
    let supervisor = Supervisor::new(Pauses::default());
    supervisor.spawn(Task::History, move |running| {
        follow(Arc::clone(&counters) as _, Arc::clone(&past), Duration::from_millis(10), running)
    });
    let kept = || history.view(&Readings::default(), Instant::now()).intervals;
    let until = async |is_so: &dyn Fn() -> bool| {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    until(&|| kept().len() >= 2).await;
    source.failing.store(true, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = kept().len();
    source.failing.store(false, Ordering::Relaxed);
    until(&|| kept().len() > before).await;
    let longest = kept().iter().map(|interval| interval.length).max();
    assert!(longest >= Some(Duration::from_millis(80)), "{longest:?}: the interval went on meanwhile");
    assert_eq!(supervisor.reasons(), Vec::<String>::new());
}

#[test]
fn losses_are_those_of_the_time_that_is_kept() {
    let losses = |lost: u64| {
        let mut tallies = [0; TALLIES];
        tallies[Tally::SegmentsLost as usize] = lost;
        Readings { interfaces: Vec::new(), losses: Losses::of(1, &tallies, lost) }
    };
    let (history, start) = (History::default(), Instant::now());
    for (step, lost) in [(0, 5), (1, 5), (2, 8)] {
        history.record(losses(lost), start + History::PERIOD * step);
    }
    let seen = history.view(&losses(8), start + History::PERIOD * 2).losses();
    assert_eq!([Loss::Segments, Loss::Overruns, Loss::Unattributed].map(|loss| seen.number(loss)), [3, 3, 0]);
}
