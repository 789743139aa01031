// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Every kind of transfer, observed everywhere.

use testbed::servers::{Folder, Ftp};

use crate::{
    ANNOUNCED, INFERRED,
    clients::{Client, LONG, SECURE, SECURE_CONTROL},
    counts::{BYTES, Counts, sum},
    network::Network,
    truth::Truth,
};

/// Options of curl for each kind of active transfer, over each family.
const ACTIVE: [&[&[&str]]; 2] =
    [&[&["--ftp-port", "-"], &["--ftp-port", "-", "--disable-eprt"]], &[&["--ftp-port", "-"]]];

/// Options of curl for passive transfers, by EPSV and by PASV.
const PASSIVE: [&[&[&str]]; 2] = [&[&[], &["--disable-epsv"]], &[&[]]];

#[test]
fn data_is_inferred_from_an_encrypted_control_connection_by_the_automatic_choice() {
    explicit("auto");
}

#[test]
fn data_is_inferred_from_an_encrypted_control_connection_by_native_xdp() {
    explicit("native");
}

fn explicit(mode: &str) {
    let network = Network::new();
    let server = Ftp::proftpd_tls(&network.server);
    let client = Client::new(&network.client, &server, "ftp");
    let (seen, ()) = network.observe(&["--xdp-mode", mode], |_| {
        passive_transfers(&network, &client);
        active_transfers(&network, &client);
    });
    let truth = truth(&network, 21, Some(INFERRED), INFERRED);
    for seen in seen {
        all_was_there(&seen.agrees_with(&truth), &["ftp_data_passive", "ftp_data_active"]);
    }
}

#[test]
fn data_is_inferred_where_tls_is_implied_by_the_port() {
    let network = Network::new();
    let server = Ftp::proftpd_implicit_tls(&network.server);
    let client = Client::new(&network.client, &server, "ftps");
    let files = Folder::new("agent");
    let settings = files.write("agent.toml", "[ftp]\ncontrol_ports = [21, 990]\n");
    let (seen, ()) = network.observe(&["--config", &settings], |_| passive_transfers(&network, &client));
    let truth = truth(&network, 990, Some(INFERRED), INFERRED);
    for seen in seen {
        all_was_there(&seen.agrees_with(&truth), &["ftp_data_passive"]);
    }
}

#[test]
fn nothing_is_inferred_where_the_configuration_says_so() {
    let network = Network::new();
    let server = Ftp::proftpd_tls(&network.server);
    let client = Client::new(&network.client, &server, "ftp");
    let files = Folder::new("agent");
    let settings = files.write("agent.toml", "[ftp]\ninfer_encrypted = false\n");
    let (seen, ()) = network.observe(&["--config", &settings], |_| {
        passive_transfers(&network, &client);
        active_transfers(&network, &client);
    });
    let truth = truth(&network, 21, None, "port20");
    for seen in seen {
        let captured = seen.agrees_with(&truth);
        all_was_there(&captured, &["ftp_data_active"]);
        assert!(sum(&captured, BYTES, "tcp_other none") > LONG as u64, "{captured:?}");
    }
}

#[test]
fn what_is_announced_after_the_control_connection_is_cleared_is_learned() {
    let network = Network::new();
    let server = Ftp::proftpd_tls(&network.server);
    let client = Client::new(&network.client, &server, "ftp");
    let (seen, ()) = network.observe(&[], |_| {
        for (number, there) in network.server_addresses().into_iter().enumerate() {
            // The server closes the TLS session first, or the client does. lftp sends more TLS records after
            // its end, which ProFTPD takes for a command.
            for mode in ["passive", "active"] {
                let cleared = [&SECURE[..], &["--ftp-ssl-ccc", "--ftp-ssl-ccc-mode", mode]].concat();
                client.curl(there, &cleared, &format!("{mode}-{number}"));
            }
        }
    });
    let truth = truth(&network, 21, Some(ANNOUNCED), INFERRED);
    for seen in seen {
        all_was_there(&seen.agrees_with(&truth), &["ftp_data_passive"]);
    }
}

fn passive_transfers(network: &Network, client: &Client<'_>) {
    for ((family, there), kinds) in network.server_addresses().into_iter().enumerate().zip(PASSIVE) {
        for (number, options) in kinds.iter().enumerate() {
            client.curl(there, &[&SECURE[..], options].concat(), &format!("passive-{family}-{number}"));
        }
        client.lftp(there, "set ftp:passive-mode on", &format!("lftp-passive-{family}"));
    }
}

fn active_transfers(network: &Network, client: &Client<'_>) {
    for ((family, there), kinds) in network.server_addresses().into_iter().enumerate().zip(ACTIVE) {
        for (number, options) in kinds.iter().enumerate() {
            client.curl(
                there,
                &[&SECURE_CONTROL[..], options].concat(),
                &format!("active-{family}-{number}"),
            );
        }
        client.lftp(there, "set ftp:passive-mode off", &format!("lftp-active-{family}"));
    }
}

fn truth(network: &Network, control: u16, passive: Option<&'static str>, active: &'static str) -> Truth {
    Truth { server: network.server_addresses(), control, passive, active, decoys: vec![] }
}

/// Asserts that all transfers took place, since a missing one proves nothing.
fn all_was_there(captured: &Counts, protocols: &[&str]) {
    for protocol in protocols {
        for role in ["to_server", "from_server"] {
            let bytes = sum(captured, BYTES, &format!("{protocol} {role}"));
            assert!(bytes > 3 * LONG as u64, "{protocol} {role}: {bytes} bytes");
        }
    }
}
