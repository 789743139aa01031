// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Hosts with bonds of two links each. Each end chooses the link of a packet by its own rules, as hosts and
//! switches do, and the programs are attached to the links.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use testbed::{Host, Lab};

use crate::crossing::{CONNECTIONS, Watched, connect};

/// Creates a bond of two interfaces, with an address of either family.
fn bond(host: &Host, slaves: [&str; 2], policy: &str, last: u8) -> [IpAddr; 2] {
    let ip = |words: &str| host.run("ip", &words.split(' ').collect::<Vec<_>>());
    ip(&format!("link add bond0 type bond mode balance-xor miimon 50 xmit_hash_policy {policy}"));
    for slave in slaves {
        ip(&format!("link set {slave} down"));
        ip(&format!("link set {slave} master bond0"));
    }
    let (v4, v6) = (Ipv4Addr::new(10, 88, 0, last), Ipv6Addr::new(0xfd88, 0, 0, 0, 0, 0, 0, last.into()));
    ip(&format!("addr add {v4}/24 dev bond0"));
    ip(&format!("addr add {v6}/64 dev bond0"));
    ip("link set bond0 up");
    [v4.into(), v6.into()]
}

/// Most build machines' kernels have no bonds: `cargo xtask vm` runs the test on those that have.
#[test]
#[ignore = "needs bonding in the kernel: `cargo xtask vm` runs it"]
fn connections_over_bonds_count_at_the_link_of_their_syn() {
    let lab = Lab::new();
    let (client, server) = (lab.host("client"), lab.host("server"));
    let [(client_a, server_a), (client_b, server_b)] = [(); 2].map(|()| lab.link(&client, &server));
    bond(&client, [&client_a.name, &client_b.name], "layer3+4", 1);
    // One link gets everything that the server sends.
    let to = bond(&server, [&server_a.name, &server_b.name], "layer2", 2);
    let at_client = Watched::start(&client, "auto", [&client_a.name, &client_b.name]);
    let at_server = Watched::start(&server, "auto", [&server_a.name, &server_b.name]);

    connect(&client, &server, &to);

    let crossing = at_server.counts_at_the_syn("ingress");
    let some = CONNECTIONS / 8..CONNECTIONS - CONNECTIONS / 8;
    assert!(some.contains(&crossing), "{crossing} of {CONNECTIONS} crossed both links");
    assert_eq!(at_client.counts_at_the_syn("egress"), crossing);
}
