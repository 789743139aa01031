// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! More sessions than capacity.

use std::time::{Duration, Instant};

use testbed::Agent;

use crate::{
    watched::{Watched as _, both_until},
    wire::{Control, FRAMES, Wire},
};

const ROOM: u64 = 64;
const MANY: u16 = 200;

#[test]
fn the_newest_of_more_sessions_than_there_is_room_for_are_followed() {
    let wire = Wire::new();
    let agents = wire.agents(&[], &format!("[ftp]\nmax_sessions = {ROOM}\n"));
    let mut sessions: Vec<_> = (0..MANY).map(|number| Control::open(&wire, 10_000 + number)).collect();
    for agent in &agents {
        let samples = agent.metrics();
        let [live, held, refused, evicted] =
            ["sessions", "map sessions", "refused", "evicted"].map(|name| samples.number(name));
        println!("{MANY} sessions: {live} live, {held} held, {refused} refused, {evicted} evicted");
        assert!(live <= ROOM && held <= ROOM && live > 0, "{live} live, {held} held");
        assert!(refused > 0 && evicted > 0, "{refused} refused, {evicted} evicted");
        // One in sixteen at a time, however many have been refused by then.
        assert!(evicted <= 4 * refused, "{refused} refused, {evicted} evicted");
        assert!(live >= ROOM - 2 * (ROOM / 16), "{live} are left");
    }
    let mut newest = Control::open(&wire, 9000);
    newest.say("C> USER a\nS> 331 more\nC> PASS b\nS> 230 ok");
    newest.say("C> PASV\nS> 227 ok (10,0,0,2,156,64)");
    let last = sessions.last_mut().expect("there are many");
    last.say("C> NOOP\nS> 200 ok\nC> NOOP\nS> 200 ok\nC> PASV\nS> 227 ok (10,0,0,2,156,65)");
    both_until(&agents, &[("learned pasv", 2)]);
    wire.data((1, 51_000), (2, 40_000));
    wire.data((1, 51_001), (2, 40_001));
    both_until(&agents, &[("data passive", 2 * FRAMES), ("packets tcp_other", 0)]);
    agents.into_iter().for_each(Agent::stop);
}

#[test]
fn nothing_is_inferred_for_an_encrypted_session_that_gave_way() {
    let wire = Wire::new();
    let agents = wire.agents(&[], &format!("[ftp]\nmax_sessions = {ROOM}\n"));
    let mut secured = [50_000, 50_001].map(|port| Control::open(&wire, port));
    for session in &mut secured {
        session.say("C>> \\x16\\x03\\x01\\0\\x02..\nS>> \\x16\\x03\\x03\\0\\x02..");
    }
    both_until(&agents, &[("sessions encrypted", 2)]);
    wire.data((1, 51_000), (2, 40_000));
    both_until(&agents, &[("data passive", FRAMES)]);
    let crowd: Vec<_> = (0..MANY).map(|number| Control::open(&wire, 10_000 + number)).collect();
    both_until(&agents, &[("sessions encrypted", 0)]);
    wire.data((1, 51_001), (2, 40_001));
    both_until(&agents, &[("data passive", FRAMES), ("packets tcp_other", FRAMES)]);
    drop(crowd);
    go_on_until_known(&mut secured, &agents);
    wire.data((1, 51_002), (2, 40_002));
    both_until(&agents, &[("data passive", 2 * FRAMES)]);
    for session in &mut secured {
        session.say("C rst");
    }
    both_until(&agents, &[("sessions encrypted", 0)]);
    wire.data((1, 51_003), (2, 40_003));
    both_until(&agents, &[("data passive", 2 * FRAMES), ("packets tcp_other", 2 * FRAMES)]);
    agents.into_iter().for_each(Agent::stop);
}

/// Continues sessions until they are known again: with the first segment after the agent has evicted others.
fn go_on_until_known(secured: &mut [Control<'_>], agents: &[Agent]) {
    let wanted = secured.len() as u64;
    let is_known = |agent: &Agent| agent.metrics().number("sessions encrypted") == wanted;
    let deadline = Instant::now() + Duration::from_secs(10);
    while !agents.iter().all(is_known) {
        assert!(Instant::now() < deadline, "they go on, and are not known");
        for session in &mut *secured {
            session.say(
                "C>> \\x17\\x03\\x03\\0\\x02..\nS>> \\x17\\x03\\x03\\0\\x02..\nC>> \\x17\\x03\\x03\\0\\x02..",
            );
        }
    }
}
