// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections whose SYN crosses one interface of a host and whose answer another: each counts at the SYN's.

use std::{
    collections::{BTreeMap, HashSet},
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use testbed::{Agent, Capture, Host, Samples, Segment};

use crate::{BINARY, connecting::connect_times};

/// An open port, and a closed one.
const OPEN: u16 = 25;
const CLOSED: u16 = 110;

/// Connections to each port, half of them in either family if there are two.
const EACH: usize = 64;

/// Number of all connections.
pub const CONNECTIONS: usize = 2 * EACH;

/// An agent on a host's two interfaces, with a capture on each.
pub struct Watched<'h> {
    interfaces: [&'h str; 2],
    agent: Agent,
    captures: [Capture; 2],
}

/// Outcomes by interface, protocol and outcome.
type Outcomes = BTreeMap<(String, String), u64>;

impl<'h> Watched<'h> {
    pub fn start(host: &Host, mode: &str, interfaces: [&'h str; 2]) -> Self {
        let [one, other] = interfaces;
        let agent = host.agent(BINARY, &["-i", one, "-i", other, "--xdp-mode", mode]);
        let captures = interfaces.map(|interface| host.capture(interface, &["-s", "128", "tcp or ip6"]));
        Self { interfaces, agent, captures }
    }

    /// Asserts that the agent counts each connection at the interface of its SYN, and returns how many
    /// answers crossed the other one.
    pub fn counts_at_the_syn(self, direction: &str) -> usize {
        let Self { interfaces, agent, captures } = self;
        let found = outcomes(&agent.metrics(), direction);
        let segments =
            captures.map(|capture| capture.stop().iter().filter_map(Segment::read).collect::<Vec<_>>());
        let mut expected = Outcomes::new();
        let mut crossing = 0;
        for (at, interface) in interfaces.into_iter().enumerate() {
            // By their numbers too: a port whose connection was refused is free for another.
            let syns = segments[at].iter().filter(|one| one.opens());
            let syns: HashSet<_> = syns.map(|syn| (syn.from, syn.to, syn.number)).collect();
            for (client, server, _) in syns {
                let here = answer(&segments[at], client, server);
                let there = answer(&segments[1 - at], client, server);
                crossing += usize::from(here.is_none() && there.is_some());
                let protocol = if server.port() == OPEN { "smtp" } else { "pop3" };
                let outcome = here.or(there).unwrap_or("unanswered");
                *expected.entry((interface.to_owned(), format!("{protocol} {outcome}"))).or_default() += 1;
            }
        }
        assert_eq!(found, expected, "{direction}");
        let refused = expected.iter().filter(|((_, name), _)| name == "pop3 refused");
        assert_eq!(refused.map(|(_, count)| count).sum::<u64>(), EACH as u64, "{expected:?}");
        agent.stop();
        crossing
    }
}

fn answer(segments: &[Segment], client: SocketAddr, server: SocketAddr) -> Option<&'static str> {
    let back = |one: &&Segment| (one.from, one.to) == (server, client);
    segments.iter().filter(back).find_map(|one| match one.flags & 0x16 {
        0x12 => Some("established"),
        0x14 => Some("refused"),
        _ => None,
    })
}

fn outcomes(samples: &Samples, direction: &str) -> Outcomes {
    let all = samples.of("classifier_tcp_connections_total", &[]);
    let all = all.filter(|sample| sample.label("direction") == direction && sample.value > 0.0);
    let name = |of: &str, outcome: &str| format!("{of} {outcome}");
    all.map(|sample| {
        let protocol = name(sample.label("protocol"), sample.label("outcome"));
        let interface = sample.label("interface").to_owned();
        ((interface, protocol), sample.value.to_string().parse().unwrap())
    })
    .collect()
}

/// Connects to both ports of each address; the server accepts every connection.
pub fn connect(client: &Host, server: &Host, to: &[IpAddr]) {
    let listener = server.listen(([0_u16; 8], OPEN).into());
    for port in [OPEN, CLOSED] {
        connect_times(client, to, port, EACH, Duration::from_secs(5));
    }
    listener.set_nonblocking(true).unwrap();
    assert_eq!(std::iter::from_fn(|| listener.accept().ok()).count(), EACH);
}
