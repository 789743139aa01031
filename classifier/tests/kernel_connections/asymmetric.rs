// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Two links between two hosts: SYNs take one, answers the other.

use std::net::IpAddr;

use testbed::Lab;

use crate::crossing::{CONNECTIONS, Watched, connect};

fn each_connection_counts_at_the_interface_of_its_syn(mode: &str) {
    let lab = Lab::new();
    let (client, server) = (lab.host("client"), lab.host("server"));
    let [(client_a, server_a), (client_b, server_b)] = [(); 2].map(|()| lab.link(&client, &server));
    for (host, ends) in [(&client, [&client_a, &client_b]), (&server, [&server_a, &server_b])] {
        for name in ["all", &ends[0].name, &ends[1].name] {
            host.sysctl(&format!("net/ipv4/conf/{name}/rp_filter"), "0");
        }
    }
    // The server answers by its second link.
    let route = |family: &str, to: String, by: String| {
        server.run("ip", &[family, "route", "add", &to, "via", &by, "dev", &server_b.name]);
    };
    route("-4", format!("{}/32", client_a.v4), client_b.v4.to_string());
    route("-6", format!("{}/128", client_a.v6), client_b.v6.to_string());
    let at_client = Watched::start(&client, mode, [&client_a.name, &client_b.name]);
    let at_server = Watched::start(&server, mode, [&server_a.name, &server_b.name]);

    connect(&client, &server, &[IpAddr::V4(server_a.v4), IpAddr::V6(server_a.v6)]);

    assert_eq!(at_server.counts_at_the_syn("ingress"), CONNECTIONS);
    assert_eq!(at_client.counts_at_the_syn("egress"), CONNECTIONS);
}

#[test]
fn connections_over_asymmetric_routes_count_at_the_interface_of_their_syn() {
    each_connection_counts_at_the_interface_of_its_syn("auto");
}

#[test]
fn connections_over_asymmetric_routes_count_at_the_interface_of_their_syn_by_native_xdp() {
    each_connection_counts_at_the_interface_of_its_syn("native");
}
