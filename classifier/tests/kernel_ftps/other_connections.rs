// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Connections without data keep their class, for any sessions of their hosts.

use std::net::IpAddr;

use testbed::{
    Agent, Host,
    servers::{Folder, Ftp},
};

use crate::{
    ANNOUNCED, INFERRED,
    clients::{Client, SECURE, finish},
    conversation::Conversation,
    network::Network,
    observation::wait_for_sessions,
    truth::{Decoy, Truth},
};

/// Port that the configuration assigns to `backup`.
const BACKUP: u16 = 9102;

#[test]
fn other_connections_are_told_from_the_data_of_an_encrypted_session() {
    let network = Network::new();
    let server = Ftp::proftpd_tls(&network.server);
    let client = Client::new(&network.client, &server, "ftp");
    let (seen, decoys) = network.observe(&[], |agents| {
        let addresses = network.server_addresses().into_iter().zip(network.client_addresses());
        addresses.flat_map(|(there, here)| around_a_session(&network, agents, &client, there, here)).collect()
    });
    let truth = truth(&network, INFERRED, decoys);
    for seen in seen {
        seen.agrees_with(&truth);
    }
}

fn around_a_session(
    network: &Network,
    agents: &[Agent],
    client: &Client<'_>,
    there: IpAddr,
    here: IpAddr,
) -> Vec<Decoy> {
    let Network { client: near, server: far, stranger, .. } = network;
    let say = |from: &Host, to, port, protocol| Conversation::begin(from, to, port, protocol).end();
    let before = say(near, (far, there), 0, "tcp_other");
    let mut older = Conversation::begin(near, (far, there), 0, "tcp_other");

    let read = client.slow_read(there, &SECURE);
    wait_for_sessions(agents, "encrypted", 1);
    // Its session lasts as long as the following connections.
    read.hold();
    older.go_on();
    let meanwhile = [
        say(stranger, (far, there), 0, "tcp_other"),
        say(stranger, (near, here), 0, "tcp_other"),
        // From a high port, not from 20.
        say(far, (near, here), 0, "tcp_other"),
        say(near, (far, there), 143, "imap"),
        say(near, (far, there), 81, "tcp_other"),
    ];
    wait_for_sessions(agents, "encrypted", 1);
    finish(read);
    wait_for_sessions(agents, "encrypted", 0);

    let after = say(near, (far, there), 0, "tcp_other");
    [&meanwhile[..], &[before, older.end(), after]].concat()
}

#[test]
fn a_configured_port_keeps_its_protocol_during_an_encrypted_session() {
    let network = Network::new();
    let server = Ftp::proftpd_tls(&network.server);
    let client = Client::new(&network.client, &server, "ftp");
    let files = Folder::new("agent");
    let ports = format!("[[port]]\nprotocol = \"backup\"\ntransport = \"tcp\"\nports = [{BACKUP}]\n");
    let settings = files.write("agent.toml", ports);
    let [there, _] = network.server_addresses();
    let (seen, decoy) = network.observe(&["--config", &settings], |agents| {
        let read = client.slow_read(there, &SECURE);
        wait_for_sessions(agents, "encrypted", 1);
        read.hold();
        let to = (&network.server, there);
        let decoy = Conversation::begin(&network.client, to, BACKUP, "backup").end();
        wait_for_sessions(agents, "encrypted", 1);
        finish(read);
        decoy
    });
    let truth = truth(&network, INFERRED, vec![decoy]);
    for seen in seen {
        seen.agrees_with(&truth);
    }
}

#[test]
fn nothing_is_inferred_where_the_server_refuses_tls() {
    let network = Network::new();
    let server = Ftp::proftpd(&network.server);
    let client = Client::new(&network.client, &server, "ftp");
    let [there, _] = network.server_addresses();
    let (seen, decoy) = network.observe(&[], |agents| {
        let mut read = client.slow_read(there, &["--ssl"]);
        wait_for_sessions(agents, "clear", 1);
        read.hold();
        let decoy = Conversation::begin(&network.client, (&network.server, there), 0, "tcp_other").end();
        assert_eq!(read.ended(), None, "{}", read.said());
        wait_for_sessions(agents, "clear", 1);
        finish(read);
        decoy
    });
    let truth = truth(&network, ANNOUNCED, vec![decoy]);
    for seen in seen {
        seen.agrees_with(&truth);
    }
}

fn truth(network: &Network, passive: &'static str, decoys: Vec<Decoy>) -> Truth {
    Truth {
        server: network.server_addresses(),
        control: 21,
        passive: Some(passive),
        active: INFERRED,
        decoys,
    }
}
