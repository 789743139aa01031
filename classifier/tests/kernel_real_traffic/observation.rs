// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Observes a conversation by captures, by interfaces, by agents.

use std::{path::Path, process::Command, thread, time::Duration};

use testbed::{Agent, Capture, Samples, Traffic, run};

use crate::{
    BINARY,
    dissection::{Dissected, dissect},
    network::{Network, Place, traffic},
};

/// Time within which late answers to a ping or a probe arrive.
const QUIET: Duration = Duration::from_millis(300);

/// The traffic of an interface, by its capture and by its own counters.
pub struct Seen {
    pub packets: Vec<Dissected>,
    pub traffic: Traffic,
}

impl Network {
    /// Captures at these places and runs agents while `talk` runs, so that all of them see the same packets.
    pub fn observe(
        &self,
        places: &[Place<'_>],
        snap: &str,
        agents: impl Fn() -> Vec<Agent>,
        talk: impl FnOnce(),
    ) -> (Vec<Seen>, Vec<Samples>) {
        let (agents, captures, before) = self.begin(places, snap, agents);
        talk();
        self.wait_until_quiet(QUIET);
        let after = traffic(places);
        let samples = agents.iter().map(Agent::metrics).collect();
        let packets = stop(captures, places);
        assert_eq!(traffic(places), after, "packets after the end");
        agents.into_iter().for_each(Agent::stop);
        let crossed = before.iter().zip(&after).map(|(before, after)| difference(before, after));
        let seen = packets.into_iter().zip(crossed).map(|(packets, traffic)| Seen { packets, traffic });
        (seen.collect(), samples)
    }

    fn begin(
        &self,
        places: &[Place<'_>],
        snap: &str,
        agents: impl Fn() -> Vec<Agent>,
    ) -> (Vec<Agent>, Vec<Capture>, Vec<Traffic>) {
        for _ in 0..5 {
            self.wait_until_quiet(QUIET);
            let before = traffic(places);
            let agents = agents();
            let capture = |place: &Place<'_>| place.host.capture(place.interface, &["-s", snap]);
            let captures = places.iter().map(capture).collect();
            if traffic(places) == before {
                return (agents, captures, before);
            }
        }
        panic!("never quiet for as long as it takes to start");
    }
}

fn difference(before: &Traffic, after: &Traffic) -> Traffic {
    Traffic {
        rx_bytes: after.rx_bytes - before.rx_bytes,
        rx_packets: after.rx_packets - before.rx_packets,
        rx_dropped: after.rx_dropped - before.rx_dropped,
        tx_bytes: after.tx_bytes - before.tx_bytes,
        tx_packets: after.tx_packets - before.tx_packets,
        tx_dropped: after.tx_dropped - before.tx_dropped,
    }
}

/// Ends all captures in parallel.
fn stop(captures: Vec<Capture>, places: &[Place<'_>]) -> Vec<Vec<Dissected>> {
    thread::scope(|scope| {
        let mut ending = Vec::new();
        for (capture, place) in captures.into_iter().zip(places) {
            ending.push(scope.spawn(move || finish(capture, &place.mac())));
        }
        ending.into_iter().map(|one| one.join().expect("a whole capture")).collect()
    })
}

fn finish(mut capture: Capture, mac: &str) -> Vec<Dissected> {
    let captured = capture.finish().len();
    let packets = dissect(capture.file(), mac);
    as_a_capture_file(capture.file(), &packets);
    assert_eq!(packets.len(), captured, "packets that tshark and the file hold");
    packets
}

/// Asserts that the file has the same classes in userspace.
fn as_a_capture_file(file: &Path, packets: &[Dissected]) {
    let written = run(Command::new(BINARY).args(["pcap", "--packets"]).arg(file));
    let mut lines = written.lines();
    for (number, Dissected { protocol, role, .. }) in (1..).zip(packets) {
        assert_eq!(lines.next(), Some(&*format!("{number}\t{protocol}\t{role}")), "a packet of the file");
    }
    assert_eq!(lines.next(), None, "packets of the file");
}
