// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Captures of real FTP servers: passive and active data, by two clients, over IPv4 and IPv6.

use std::{collections::BTreeMap, net::IpAddr};

use testbed::{
    Host, Lab, run,
    servers::{Folder, Ftp},
};

use crate::{
    command::classified,
    truth::Truth,
    tshark::{Dissected, dissect},
};

const LENGTH: usize = 100_000;

/// Options of curl for its data connections.
const CURL: [&[&str]; 3] = [&["--disable-epsv"], &[], &["--ftp-port", "-"]];
/// Options of lftp for its data connections.
const LFTP: [&str; 2] = ["set ftp:passive-mode on", "set ftp:passive-mode off"];

#[test]
fn every_packet_of_vsftpd_is_what_tshark_says() {
    every_packet_is_what_tshark_says(Ftp::vsftpd);
}

#[test]
fn every_packet_of_proftpd_is_what_tshark_says() {
    every_packet_is_what_tshark_says(Ftp::proftpd);
}

#[test]
fn every_packet_of_pure_ftpd_is_what_tshark_says() {
    every_packet_is_what_tshark_says(Ftp::pure_ftpd);
}

fn every_packet_is_what_tshark_says(start: impl Fn(&Host) -> Ftp) {
    let lab = Lab::new();
    let [client, server] = ["client", "server"].map(|name| lab.host(name));
    let (_, at_server) = lab.link(&client, &server);
    let ftp = start(&server);
    ftp.publish("long", &vec![b'x'; LENGTH]);
    let mut capture = server.capture(&at_server.name, &[]);
    for there in [IpAddr::V4(at_server.v4), IpAddr::V6(at_server.v6)] {
        transfers(&client, there, &ftp);
    }
    // Later packets, such as neighbour discovery, are in no compared file.
    let captured = capture.finish().len();
    let Dissected { lines, is_broken } = dissect(capture.file());
    assert!(!is_broken, "tcpdump writes whole packets");
    let (truth, classified) = (Truth::of(&lines), classified(capture.file(), lines.len()));
    assert_eq!(classified.failure, None);
    let mut packets = BTreeMap::new();
    for (number, (expected, found)) in (1..).zip(truth.classes.iter().zip(&classified.packets)) {
        let (protocol, role) = found.as_ref().expect("it was classified");
        assert_eq!((protocol.as_str(), role.as_str()), *expected, "packet {number}: {}", lines[number - 1]);
        *packets.entry((protocol.as_str(), role.as_str())).or_insert(0) += 1;
    }
    assert_eq!(captured, lines.len(), "packets that tcpdump and tshark count");
    for protocol in ["ftp_control", "ftp_data_passive", "ftp_data_active"] {
        for role in ["to_server", "from_server"] {
            assert!(packets.get(&(protocol, role)).is_some_and(|count| *count > 20), "{packets:?}");
        }
    }
}

fn transfers(client: &Host, there: IpAddr, ftp: &Ftp) {
    let url = match there {
        IpAddr::V4(address) => format!("ftp://{address}"),
        IpAddr::V6(address) => format!("ftp://[{address}]"),
    };
    let read = format!("{url}/pub/long");
    let always = ["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60"];
    for how in CURL {
        let read = client.run("curl", &[&always[..], how, &["--user", ftp.login(), &read]].concat());
        assert_eq!(read.len(), LENGTH);
    }
    let home = Folder::new("lftp");
    let user = ftp.login().replace(':', ",");
    for how in LFTP {
        let script = format!(
            "set net:max-retries 1; set net:timeout 10; set ftp:ssl-allow off; {how}; \
             open -u {user} {url}; cls pub; cat pub/long; bye"
        );
        let said = run(client.command("lftp").env("HOME", home.path()).args(["--norc", "-c", &script]));
        assert!(said.len() > LENGTH, "{} bytes", said.len());
    }
}
