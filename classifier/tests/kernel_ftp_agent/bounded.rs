// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A flood on an established session: the part that reaches the agent, and its cost there.

use std::time::{Duration, Instant};

use testbed::{Agent, Samples};

use crate::{
    watched::{Watched as _, both_until, until},
    wire::{Control, Wire},
};

const MANY: u64 = 20_000;

/// Most segments of a source within a second.
const RATE: u64 = 100;

/// Most growth of the agent's memory, in bytes.
const MEMORY: u64 = 16 << 20;

#[test]
fn of_a_flood_behind_a_hole_no_more_than_the_rate_reaches_the_agent() {
    let cost = flood(RATE, is_limited, |control, number| {
        control.say(&format!("C[+{}]>> PORT 10,0,0,1,156,64\\r\\n", 1 + number % 30_000));
    });
    println!("{cost}");
}

#[test]
fn of_a_flood_of_long_segments_in_order_none_reaches_the_agent() {
    let is_read = |samples: &Samples, _: Duration| {
        let [forwarded, refused] = ["segments", "rejected rate_limited"].map(|name| samples.number(name));
        assert_eq!(forwarded + refused, 0, "{forwarded} forwarded, {refused} refused");
        assert_eq!(samples.number("rejected malformed"), MANY, "each is read to its end");
    };
    let cost = flood(RATE, is_read, |control, _| {
        control.say("C>> NOOP \\*600\\r\\nPORT 10,0,0,1\\r\\n");
    });
    println!("{cost}");
}

#[test]
fn a_flood_of_which_all_reaches_the_agent_costs_a_bounded_memory() {
    let is_counted = |samples: &Samples, _: Duration| {
        let [handed, lost, refused] =
            ["segments", "lost", "rejected rate_limited"].map(|name| samples.number(name));
        assert!(handed > MANY / 10 && lost > 0 && refused == 0, "{handed} handed over, {lost} lost");
    };
    let cost = flood(1_000_000, is_counted, |control, number| {
        // Many short ones, and some full ones, all after a byte that never arrives.
        let length = match number % 4 {
            0 => 1,
            1 => 7,
            2 => 1400,
            _ => 8000,
        };
        control.say(&format!("C[+{}]>> \\*{length}", 1 + number * 37 % 500_000));
    });
    println!("{cost}");
}

fn is_limited(samples: &Samples, took: Duration) {
    let [handed, refused] = ["segments", "rejected rate_limited"].map(|name| samples.number(name));
    assert_eq!(handed + refused, MANY, "{handed} handed over, {refused} refused");
    assert!(handed <= RATE * (took.as_secs() + 2), "{handed} in {took:?}");
    // Segments that were not forwarded are not reported; of two seconds' rates after a gap, some exceed the
    // capacity.
    let lost = samples.number("lost");
    assert!(samples.number("events_lost") == 0 && lost < handed, "{handed} handed over, {lost} lost");
}

/// Floods an established session, at a rate that may reach the agent, and returns the cost.
fn flood(
    rate: u64,
    check: impl Fn(&Samples, Duration),
    mut one: impl FnMut(&mut Control<'_>, u64),
) -> String {
    let wire = Wire::new();
    let agents = wire.agents(&[], &format!("[ftp]\ncontrol_rate = {rate}\n"));
    let mut control = Control::open(&wire, 50_000);
    control.say("C> NOOP\nS> 200 ok");
    both_until(&agents, &[("sessions", 1)]);
    let before = agents.each_ref().map(Agent::metrics);
    let begun = Instant::now();
    (0..MANY).for_each(|number| one(&mut control, number));
    let took = begun.elapsed();
    let mut costs = Vec::new();
    for (agent, before) in agents.iter().zip(before) {
        until(agent, &[("packets ftp_control", MANY + 6), ("sessions", 1)]);
        let samples = agent.metrics();
        check(&samples, took);
        let grown = samples.number("memory").saturating_sub(before.number("memory"));
        let busy = cpu(&samples) - cpu(&before);
        costs.push(format!("{} KiB of memory and {busy:.2} s of CPU", grown >> 10));
        assert!(grown < MEMORY, "memory grew by {grown} bytes");
    }
    // Other clients are served as usual.
    Control::open(&wire, 9000).passive_behind_a_hole(40_001);
    both_until(&agents, &[("learned pasv", 1)]);
    agents.into_iter().for_each(Agent::stop);
    format!("{MANY} segments in {took:.1?}: {}", costs.join(", "))
}

fn cpu(samples: &Samples) -> f64 {
    samples.of("process_cpu_seconds_total", &[]).map(|sample| sample.value).sum()
}
