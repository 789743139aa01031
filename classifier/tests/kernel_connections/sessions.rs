// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sessions between real clients and servers: encryption is counted as requested from the clients, and no
//! byte of their credentials is in anything that the programs or the agent store.

use std::{
    io::{Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use testbed::{
    Agent, Host,
    servers::{Dovecot, Folder, Ftp, Postfix},
};

use crate::{
    credentials::found_in,
    openssl::{s_client, upgraded},
    scene::Scene,
};

/// Port that speaks SMTP under a name of its own.
const SUBMISSION: u16 = 587;

/// Sessions of each kind and family.
const EACH: usize = 3;

fn curl(host: &Host, arguments: &[&str]) {
    let always =
        ["--disable", "--silent", "--show-error", "--insecure", "--noproxy", "*", "--max-time", "20"];
    let mut command = host.command("curl");
    // Some of them are refused at their end; the part before counts.
    let _ = command.args(always).args(arguments).output().unwrap();
}

fn count(agent: &Agent, protocol: &str) -> [u64; 3] {
    let samples = agent.metrics();
    ["upgraded", "clear_login", "neither"].map(|encryption| {
        samples.sum("classifier_sessions_total", &[("protocol", protocol), ("encryption", encryption)])
    })
}

/// Logs in to a mail server in clear text, which clients do only where the server offers it.
fn log_in(host: &Host, to: SocketAddr) {
    let any =
        if to.is_ipv6() { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { IpAddr::V4(Ipv4Addr::UNSPECIFIED) };
    let mut connection = host.connect(SocketAddr::new(any, 0), to);
    connection.write_all(b"EHLO x\r\nAUTH PLAIN AHRlc3RlcgBzZWNyZXQ=\r\nQUIT\r\n").unwrap();
    connection.read_to_end(&mut Vec::new()).unwrap();
}

#[test]
fn sessions_are_counted_as_they_were_and_no_password_is_kept() {
    let scene = Scene::new();
    let postfix = Postfix::start_with_tls(&scene.server);
    let dovecot = Dovecot::start_with_tls(&scene.server, &postfix.mailboxes());
    let ftp = Ftp::proftpd_tls(&scene.server);
    let agents = scene.agents();
    let files = Folder::new("sessions");
    let mail = files.write("mail", "Subject: x\r\n\r\nA line.\r\n".repeat(200));
    let client = &scene.client;
    let (boxes, server) = (dovecot.login(), ftp.login());
    for address in [IpAddr::V4(scene.at_server.v4), IpAddr::V6(scene.at_server.v6)] {
        let host = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
        for _ in 0..EACH {
            for (login, schemes) in [(boxes.as_str(), &["pop3", "imap"][..]), (server, &["ftp"])] {
                for scheme in schemes {
                    let url = format!("{scheme}://{host}/");
                    curl(client, &["--user", login, &url]);
                    curl(client, &["--ssl-reqd", "--user", login, &url]);
                }
            }
            let envelope =
                ["--mail-from", "a@example.org", "--mail-rcpt", Postfix::ADDRESS, "--upload-file", &mail];
            for port in [25, SUBMISSION] {
                let url = format!("smtp://{host}:{port}/client.example.org");
                curl(client, &[&envelope[..], &[&url]].concat());
                curl(client, &[&envelope[..], &["--ssl-reqd", &url]].concat());
            }
        }
        log_in(client, SocketAddr::new(address, SUBMISSION));
        for (port, protocol) in [(25, "smtp"), (110, "pop3"), (143, "imap")] {
            let before = agents.each_ref().map(|agent| upgraded(agent, protocol) + 1);
            let is_seen = || agents.each_ref().map(|agent| upgraded(agent, protocol)) == before;
            s_client(client, address, port, &["-starttls", protocol], is_seen);
        }
    }
    let each = 2 * EACH as u64;
    for agent in &agents {
        assert_eq!(count(agent, "smtp"), [each + 2, 0, each]);
        assert_eq!(count(agent, "submission"), [each, 2, each]);
        assert_eq!(count(agent, "pop3"), [each + 2, each, 0]);
        assert_eq!(count(agent, "imap"), [each + 2, each, 0]);
        assert_eq!(count(agent, "ftp_control"), [each, each, 0]);
        assert_eq!(agent.metrics().sum("classifier_sessions_evicted_total", &[]), 0);
    }
    // Both passwords are `secret`; some were sent in base64.
    for agent in &agents {
        for secret in ["secret", "c2VjcmV0", "dGVzdGVyAHNlY3JldA", "AHRlc3RlcgBzZWNyZXQ"] {
            assert_eq!(found_in(agent, secret.as_bytes()), Vec::<String>::new(), "{secret}");
        }
        // The search finds present data.
        assert!(!found_in(agent, &scene.at_client.v4.octets()).is_empty());
    }
}
