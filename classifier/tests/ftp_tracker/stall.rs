// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Work of one tick: scrapes wait for it, so it is bounded whatever the number of sessions.

use classifier::ftp::Event;
use classifier_common::control::SessionKey;

use crate::world::World;

/// As many as the table of sessions can hold.
const SESSIONS: u16 = u16::MAX;

/// Most removals in a tick, each a system call of a microsecond: half of ten milliseconds.
const AT_ONCE: u64 = 5000;

#[test]
fn sessions_that_ended_together_are_removed_in_bounded_steps() {
    let mut world = World::new();
    for client_port in 1..=SESSIONS {
        let key = SessionKey { client_port, ..SessionKey::default() };
        world.take(Event::Ended { key, session: client_port.into() });
    }
    // A minute after their end, within some seconds.
    world.wait(59);
    assert_eq!(world.asked.removals.get(), 0);
    for second in 0.. {
        let before = world.asked.removals.get();
        world.wait(1);
        let removed = world.asked.removals.get() - before;
        assert!(removed <= AT_ONCE, "{removed} in a tick");
        if world.is_idle() {
            break;
        }
        assert!(second < 20, "{before} removed after a minute and {second} s");
    }
    assert_eq!(world.asked.removals.get(), u64::from(SESSIONS));
}

#[test]
fn a_tick_looks_at_each_endpoint_once() {
    for endpoints in [1 << 12, 1 << 16] {
        let mut world = World::new();
        for slot in 0..endpoints {
            world.take(Event::Learned { session: slot.into(), slot, nanoseconds: 0 });
        }
        assert_eq!(world.asked.looks.get(), 0, "an announcement is no reason to look");
        world.wait(1);
        assert_eq!(world.asked.looks.get(), u64::from(endpoints));
    }
}
