// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Floods beside a live session: its transfers stay FTP data, whatever the floods evict from tables.

use classifier_common::fixtures::floods::{Flood, floods};
use testbed::Agent;

use crate::{
    watched::{both_until, until},
    wire::{Control, FRAMES, Wire},
};

/// Transfers during each flood.
const TRANSFERS: u16 = 20;

/// Frames of the flood around each transfer. There are more in all than any table has room for.
const BURST: u32 = 1000;

/// Most sessions and endpoints, so that tables are full.
const BOUNDS: &str = "[ftp]\nmax_sessions = 64\nmax_endpoints = 64\n";

#[test]
fn a_live_session_loses_no_packet_of_its_data_to_floods() {
    let wire = Wire::new();
    let agents = wire.agents(&[], BOUNDS);
    let mut live = Live { control: Control::open(&wire, 50_000), wire: &wire, transfers: 0 };
    let floods = floods();
    for flood in &floods {
        live.during(|nth| flood_with(&wire, flood, nth));
    }
    let data = u64::from(live.transfers) * FRAMES;
    for agent in &agents {
        until(agent, &[("data passive", data), ("packets ftp_data_passive", data), ("sessions", 1)]);
        // Every frame of the floods has arrived, or the test would show nothing.
        until(agent, &[("packets fragment", u64::from(u32::from(TRANSFERS) * 2 * BURST))]);
    }
    agents.into_iter().for_each(Agent::stop);
}

#[test]
fn a_live_session_loses_no_packet_of_its_data_to_the_announcements_of_another() {
    let wire = Wire::new();
    let agents = wire.agents(&[], BOUNDS);
    let mut live = Live { control: Control::open(&wire, 50_000), wire: &wire, transfers: 0 };
    let mut attacker = Control::open(&wire, 50_001);
    both_until(&agents, &[("sessions", 2)]);
    live.during(|nth| {
        for port in (0..BURST).map(|number| 10_000 + (nth * BURST + number) % 50_000) {
            attacker.say(&format!("C> PORT 10,0,0,1,{},{}", port >> 8, port & 0xff));
        }
    });
    let data = u64::from(live.transfers) * FRAMES;
    both_until(&agents, &[("data passive", data), ("packets ftp_data_passive", data), ("sessions", 2)]);
    agents.into_iter().for_each(Agent::stop);
}

/// A session that transfers one file after another.
struct Live<'w> {
    control: Control<'w>,
    wire: &'w Wire,
    transfers: u16,
}

impl Live<'_> {
    /// Announces a port, and transfers a file over it, again and again. A part of the flood runs in between,
    /// and another one before the next announcement.
    fn during(&mut self, mut flood: impl FnMut(u32)) {
        for nth in 0..u32::from(TRANSFERS) {
            let [high, low] = (40_000 + self.transfers).to_be_bytes();
            self.control.say(&format!("C> PASV\nS> 227 ok (10,0,0,2,{high},{low})"));
            flood(2 * nth);
            self.wire.data((1, 51_000 + self.transfers), (2, 40_000 + self.transfers));
            flood(2 * nth + 1);
            self.transfers += 1;
        }
    }
}

fn flood_with(wire: &Wire, flood: &Flood, nth: u32) {
    for number in nth * BURST..(nth + 1) * BURST {
        wire.raise(&flood.nth(number));
    }
}
