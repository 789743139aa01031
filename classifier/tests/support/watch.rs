// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Agents and captures at several places, compared at quiet moments.

use std::time::Duration;

use testbed::{Agent, Capture, Samples, Segment, Traffic};

use crate::network::{Network, Place, traffic};

/// Time that exceeds the delay of an acknowledgement.
pub const QUIET: Duration = Duration::from_millis(100);

/// Agents, each with its places, and a capture at each place.
pub struct Watch<'n> {
    network: &'n Network,
    agents: Vec<(Agent, usize)>,
    places: Vec<Place<'n>>,
    pub captures: Vec<Capture>,
    before: Vec<Traffic>,
    pub marks: Vec<Mark>,
}

/// A moment without pending packets.
pub struct Mark {
    pub at: Duration,
    /// Metrics of each agent at that moment.
    agents: Vec<(Samples, usize)>,
}

impl Mark {
    /// Iterates over the metrics at each place.
    pub fn samples(&self) -> impl Iterator<Item = &Samples> {
        self.agents.iter().flat_map(|(samples, places)| vec![samples; *places])
    }
}

/// The captured packets of the places, in their order.
pub struct Watched {
    pub marks: Vec<Mark>,
    pub segments: Vec<Vec<Segment>>,
}

impl<'n> Watch<'n> {
    /// Starts an agent for each group of places of one host, and captures this many bytes of each packet.
    pub fn start(
        network: &'n Network,
        binary: &str,
        mode: &str,
        groups: &[&[Place<'n>]],
        snap: &str,
    ) -> Self {
        let places: Vec<_> = groups.concat();
        for _ in 0..5 {
            network.wait_until_quiet(QUIET);
            let before = traffic(&places);
            let start = |group: &&[Place<'n>]| {
                let interfaces = group.iter().flat_map(|place| ["-i", place.interface]);
                let arguments: Vec<_> = ["--xdp-mode", mode].into_iter().chain(interfaces).collect();
                (group[0].host.agent(binary, &arguments), group.len())
            };
            let agents = groups.iter().map(start).collect();
            let capture = |place: &Place<'_>| place.host.capture(place.interface, &["-s", snap]);
            let captures = places.iter().map(capture).collect();
            if traffic(&places) == before {
                let mut watch = Self { network, agents, places, captures, before, marks: vec![] };
                watch.mark();
                return watch;
            }
        }
        panic!("never quiet for as long as it takes to start");
    }

    /// Waits until all is quiet, and reads the agents' metrics.
    pub fn mark(&mut self) {
        self.network.wait_until_quiet(QUIET);
        let agents = self.agents.iter().map(|(agent, places)| (agent.metrics(), *places)).collect();
        self.marks.push(Mark { at: testbed::now(), agents });
    }

    /// Iterates over the agents, in the order of their groups.
    pub fn agents(&self) -> impl Iterator<Item = &Agent> {
        self.agents.iter().map(|(agent, _)| agent)
    }

    /// Ends everything. The captures have as many packets as the interfaces' counters, and nothing crossed
    /// after the last mark.
    pub fn stop(self) -> Watched {
        let mut segments = Vec::new();
        let after = traffic(&self.places);
        let last = self.marks.last().map_or(Duration::ZERO, |mark| mark.at);
        for ((capture, place), (before, after)) in
            self.captures.into_iter().zip(&self.places).zip(self.before.iter().zip(&after))
        {
            let packets = capture.stop();
            let crossed = after.rx_packets - before.rx_packets + after.tx_packets - before.tx_packets;
            let dropped = after.rx_dropped - before.rx_dropped + after.tx_dropped - before.tx_dropped;
            assert_eq!((packets.len() as u64, dropped), (crossed, 0), "{}: captured, lost", place.interface);
            assert!(packets.iter().all(|packet| packet.at <= last), "{}: after the end", place.interface);
            segments.push(packets.iter().filter_map(Segment::read).collect());
        }
        self.agents.into_iter().for_each(|(agent, _)| agent.stop());
        Watched { marks: self.marks, segments }
    }
}
