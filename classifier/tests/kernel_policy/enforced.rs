// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The same policy as a dry run by the agent and enforced by nft: exactly the packets that would be dropped
//! are dropped, rule by rule.

use std::{
    net::SocketAddr,
    thread,
    time::{Duration, Instant},
};

use classifier_common::abi::Direction;
use fastrand::Rng;
use testbed::{Agent, End, FrameSocket, Host, Lab, converse, servers::Folder};

use crate::{
    nft::{counted, enforce, ruleset},
    scene::{BINARY, Decided, FAMILY, decided, policy},
    traffic::frame,
};

/// Generated packets in each direction.
const MADE: usize = 3000;

const POLICY: &str = "default = 'drop'
    [[rule]]
    name = 'neighbours'
    action = 'accept'
    protocol = ['non_ip', 'icmpv6']
    [[rule]]
    name = 'banned'
    action = 'drop'
    from = ['192.0.2.200', '2001:db8:100::/40', '192.168.0.0/16']
    [[rule]]
    name = 'mail-new'
    action = 'accept'
    protocol = ['smtp']
    role = 'to_server'
    state = 'new'
    direction = 'ingress'
    [[rule]]
    name = 'mail'
    action = 'accept'
    protocol = ['smtp', 'imap']
    state = 'established'
    [[rule]]
    name = 'pop-inside'
    action = 'accept'
    protocol = ['pop3']
    from = ['192.0.2.0/24', '2001:db8::/48', '10.77.0.0/16']
    [[rule]]
    name = 'pings'
    action = 'accept'
    protocol = ['icmp']
    direction = 'ingress'
    rate = '1/d'
    burst = 25
    [[rule]]
    name = 'probes'
    action = 'drop'
    protocol = ['tcp_other']
    state = 'new'
    [[rule]]
    name = 'some-datagrams'
    action = 'accept'
    protocol = ['udp_other']
    direction = 'egress'
    from = ['192.0.0.0/8', '::/0']
    rate = '1/d'
    burst = 100
    [[rule]]
    name = 'connected'
    action = 'accept'
    direction = 'egress'
    state = 'new'
    protocol = ['smtp', 'imap', 'pop3']\n";

/// A direction's dry run, and the enforcement after it.
struct Way<'h> {
    direction: &'static str,
    enforcer: &'h Host,
}

struct Scene {
    client: Host,
    server: Host,
    at_client: End,
    at_server: End,
}

impl Scene {
    fn new() -> Self {
        let lab = Lab::new();
        let (client, server) = (lab.host("client"), lab.host("server"));
        for host in [&client, &server] {
            for setting in ["router_solicitations", "autoconf"] {
                host.sysctl(&format!("net/ipv6/conf/default/{setting}"), "0");
            }
        }
        let (at_client, at_server) = lab.link(&client, &server);
        Self { client, server, at_client, at_server }
    }

    /// Returns both directions: ingress of the server is enforced there, after TCX; its egress is enforced at
    /// the client, which sees the same packets, since nft comes first on egress.
    fn ways(&self) -> [Way<'_>; 2] {
        [
            Way { direction: "ingress", enforcer: &self.server },
            Way { direction: "egress", enforcer: &self.client },
        ]
    }
}

/// Returns the decisions of agent and nft in each direction, when no packet is pending.
fn settled(scene: &Scene, agent: &Agent, tried: &classifier::policy::Policy) -> [(Decided, Decided); 2] {
    let look = || {
        let metrics = agent.metrics();
        scene.ways().map(|way| (decided(&metrics, way.direction), counted(way.enforcer, tried)))
    };
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let first = look();
        thread::sleep(Duration::from_millis(300));
        if look() == first {
            return first;
        }
        assert!(Instant::now() < deadline, "never quiet");
    }
}

fn growth(before: &Decided, after: &Decided) -> Decided {
    let grown =
        after.iter().map(|(rule, count)| (rule.clone(), count - before.get(rule).copied().unwrap_or(0)));
    grown.filter(|(_, count)| *count > 0).collect()
}

#[test]
fn what_a_policy_would_do_is_what_nft_does_with_it() {
    let scene = Scene::new();
    let folder = Folder::new("enforced");
    let (tried, _) = policy(POLICY);
    enforce(&scene.server, &folder, &ruleset(&tried, Direction::Ingress, &scene.at_server.name));
    enforce(&scene.client, &folder, &ruleset(&tried, Direction::Egress, &scene.at_client.name));
    let file = folder.write("policy.toml", POLICY);
    let agent =
        scene.server.agent(BINARY, &["-i", &scene.at_server.name, "--xdp-mode", "off", "--policy", &file]);
    let before = settled(&scene, &agent, &tried);

    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut random = Rng::with_seed(seed);
    let sockets = [
        FrameSocket::open(&scene.client, &scene.at_client),
        FrameSocket::open(&scene.server, &scene.at_server),
    ];
    for nth in 0..MADE {
        for socket in &sockets {
            socket.send(frame(&mut random).bytes()).unwrap();
        }
        if nth % 100 == 0 {
            talk(&scene);
        }
    }
    let after = settled(&scene, &agent, &tried);
    for (way, (before, after)) in scene.ways().iter().zip(before.iter().zip(&after)) {
        let (ours, theirs) = (growth(&before.0, &after.0), growth(&before.1, &after.1));
        println!("{}: {ours:#?}", way.direction);
        assert_eq!(ours, theirs, "seed {seed}, {}", way.direction);
        let all: u64 = ours.values().sum();
        let dropped: u64 =
            ours.iter().filter(|((_, verdict), _)| verdict == "would_drop").map(|(_, n)| n).sum();
        assert!(dropped > all / 5 && all - dropped > all / 5, "seed {seed}: {dropped} of {all}");
    }
    let ingress = growth(&before[0].0, &after[0].0);
    assert_eq!(
        ingress[&("pings".to_owned(), "would_accept".to_owned())],
        25,
        "seed {seed}: the burst, and no more"
    );
    let metrics = agent.metrics();
    assert_eq!(
        metrics.sum(FAMILY, &[]),
        metrics.sum("classifier_packets_total", &[]),
        "every packet has a verdict"
    );
    agent.leave();
}

/// Makes real connections and datagrams that the policy admits.
fn talk(scene: &Scene) {
    let addresses: [(SocketAddr, SocketAddr); 2] = [
        ((scene.at_client.v4, 0).into(), (scene.at_server.v4, 25).into()),
        ((scene.at_client.v6, 0).into(), (scene.at_server.v6, 25).into()),
    ];
    for (from, to) in addresses {
        let listener = scene.server.listen(to);
        converse(&scene.client.connect(from, to), &listener);
    }
}
