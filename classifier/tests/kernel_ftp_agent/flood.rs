// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Packets without an established session are ignored by the tracking.

use testbed::Agent;

use crate::{
    watched::{both_until, until},
    wire::{Control, FRAMES, Wire},
};

const MANY: u16 = 5000;

#[test]
fn floods_at_port_21_make_no_session_and_no_label() {
    let wire = Wire::new();
    let agents = wire.agents(&[], "");
    // The server answers some of them, the client never continues.
    for port in 10_000..10_000 + MANY {
        wire.send([(1, port), (2, 21)], 2, (port.into(), 0), b"");
        if port % 10 == 0 {
            wire.send([(2, 21), (1, port)], 18, (7, u32::from(port) + 1), b"");
        }
    }
    for number in 0..MANY {
        let seed = u32::from(number).wrapping_mul(2_654_435_761);
        let noise = seed.to_be_bytes().repeat(20);
        wire.send([(1, 20_000 + number), (2, 21)], 16, (seed, seed ^ 1), &noise);
        wire.send([(1, 20_000 + number), (2, 21)], 24, (seed ^ 2, 9), b"PORT 10,0,0,1,156,64\r\n");
    }
    wire.send([(2, 21), (1, 20_000)], 24, (1, 1), b"227 ok (10,0,0,2,156,64)\r\n");
    wire.data((2, 20_001), (1, 40_000));
    wire.data((1, 20_001), (2, 40_000));
    let control = u64::from(MANY) * 3 + u64::from(MANY) / 10 + 1;
    for agent in &agents {
        until(agent, &[("packets ftp_control", control), ("packets tcp_other", 2 * FRAMES), ("data", 0)]);
        until(
            agent,
            &[("sessions", 0), ("endpoints", 0), ("segments", 0), ("events_lost", 0), ("learned", 0)],
        );
        until(agent, &[("rejected not_established", u64::from(MANY) + 1), ("rejected", u64::from(MANY) + 1)]);
    }
    // A real session is tracked as usual.
    let mut control = Control::open(&wire, 9000);
    control.say("C> PASV\nS> 227 ok (10,0,0,2,156,64)");
    both_until(&agents, &[("sessions", 1), ("learned pasv", 1)]);
    agents.into_iter().for_each(Agent::stop);
}
