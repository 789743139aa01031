// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Observes the traffic of hosts by captures, and by agents at every vantage point.

use std::{
    thread,
    time::{Duration, Instant},
};

use testbed::{Agent, Capture};

use crate::{
    BINARY,
    counts::{Counts, differences, of_metrics},
    network::{Network, Place},
    segment::Segment,
    truth::Truth,
};

/// Time limit for an agent to notice the begin or end of a session.
const SOON: Duration = Duration::from_secs(5);

/// The captured segments of an interface, and the agent's counts.
pub struct Seen {
    /// Host and interface.
    place: String,
    segments: Vec<Segment>,
    counted: Counts,
}

impl Seen {
    /// Asserts that the counts equal the truth, and returns them.
    pub fn agrees_with(&self, truth: &Truth) -> Counts {
        let captured = truth.of(&self.segments);
        assert_eq!(differences(&captured, &self.counted), [""; 0], "{}", self.place);
        captured
    }
}

impl Network {
    /// Captures at the vantage points and runs agents there while `talk` runs, so that all of them see the
    /// same packets. No session may be left in the end.
    pub fn observe<T>(&self, options: &[&str], talk: impl FnOnce(&[Agent]) -> T) -> (Vec<Seen>, T) {
        let [at_client, at_server, to_client, to_server] = self.vantage_points();
        let agents = [
            agent(&[at_client], options),
            agent(&[at_server], options),
            agent(&[to_client, to_server], options),
        ];
        let captures = self.vantage_points().map(|place| ["in", "out"].map(|way| capture(place, way)));
        let told = talk(&agents);
        self.wait_until_quiet();
        for control in ["clear", "encrypted"] {
            wait_for_sessions(&agents, control, 0);
        }
        let [client, server, router] = agents.each_ref().map(Agent::metrics);
        let mut seen = Vec::new();
        for ((place, samples), captures) in
            self.vantage_points().into_iter().zip([&client, &server, &router, &router]).zip(captures)
        {
            let segments = finish(captures);
            let counted = of_metrics(samples, place.interface);
            let place = format!("{}, {}", place.host.name(), place.interface);
            seen.push(Seen { place, segments, counted });
        }
        agents.into_iter().for_each(Agent::stop);
        (seen, told)
    }

    /// Waits until every TCP connection has ended, and no packet has crossed any link for a while.
    fn wait_until_quiet(&self) {
        let places = self.places().map(|place| (place.host, place.interface));
        testbed::wait_until_quiet(&places, Duration::from_millis(100));
    }
}

/// Waits until every agent follows this many control connections of a kind.
pub fn wait_for_sessions(agents: &[Agent], control: &str, count: u64) {
    let deadline = Instant::now() + SOON;
    for agent in agents {
        let sessions = || agent.metrics().sum("classifier_ftp_sessions", &[("control", control)]);
        while sessions() != count {
            assert!(Instant::now() < deadline, "{control} sessions: {}, not {count}", sessions());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn agent(places: &[Place<'_>], options: &[&str]) -> Agent {
    let interfaces: Vec<_> = places.iter().flat_map(|place| ["-i", place.interface]).collect();
    places[0].host.agent(BINARY, &[options, &interfaces].concat())
}

/// Captures the headers of each TCP segment.
fn capture(place: Place<'_>, way: &str) -> Capture {
    place.host.capture(place.interface, &["-s", "128", "-Q", way, "tcp"])
}

/// Ends the captures of both directions.
fn finish([ingress, egress]: [Capture; 2]) -> Vec<Segment> {
    let ways = [("ingress", ingress), ("egress", egress)];
    let read = |(direction, capture): (_, Capture)| {
        capture.stop().into_iter().map(move |packet| Segment::read(direction, &packet))
    };
    ways.into_iter().flat_map(read).collect()
}
