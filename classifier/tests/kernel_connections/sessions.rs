//! Sessions between real clients and servers: which were encrypted is counted as the clients were told, and no byte of what
//! they logged in with is in anything that the programs or the agent keep.

use std::{io::Write as _, net::IpAddr, process::Stdio, thread, time::Duration};

use testbed::{
    Agent, Host,
    servers::{Dovecot, Folder, Ftp, Postfix},
};

use crate::{credentials::found_in, scene::Scene};

/// Sessions of each kind and family.
const EACH: usize = 3;

fn curl(host: &Host, arguments: &[&str]) {
    let always =
        ["--disable", "--silent", "--show-error", "--insecure", "--noproxy", "*", "--max-time", "20"];
    let mut command = host.command("curl");
    // Some of them are refused at their end; what was said until then is what counts.
    let _ = command.args(always).args(arguments).output().unwrap();
}

/// STARTTLS as another client does it.
fn s_client(host: &Host, address: IpAddr, port: u16, protocol: &str) {
    let to = if address.is_ipv6() { format!("[{address}]:{port}") } else { format!("{address}:{port}") };
    let mut command = host.command("openssl");
    command.args(["s_client", "-quiet", "-connect", &to, "-starttls", protocol]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(Duration::from_millis(300));
    // It may have ended by itself.
    let _ = child.stdin.take().unwrap().write_all(b"QUIT\r\n");
    thread::sleep(Duration::from_millis(100));
    let _ = child.kill();
    child.wait().unwrap();
}

fn count(agent: &Agent, protocol: &str) -> [u64; 3] {
    let samples = agent.metrics();
    ["upgraded", "clear_login", "neither"].map(|encryption| {
        samples.sum("classifier_sessions_total", &[("protocol", protocol), ("encryption", encryption)])
    })
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
            let url = format!("smtp://{host}/client.example.org");
            let envelope =
                ["--mail-from", "a@example.org", "--mail-rcpt", Postfix::ADDRESS, "--upload-file", &mail];
            curl(client, &[&envelope[..], &[&url]].concat());
            curl(client, &[&envelope[..], &["--ssl-reqd", &url]].concat());
        }
        for (port, protocol) in [(25, "smtp"), (110, "pop3"), (143, "imap")] {
            s_client(client, address, port, protocol);
        }
    }
    let each = 2 * EACH as u64;
    for agent in &agents {
        assert_eq!(count(agent, "smtp"), [each + 2, 0, each]);
        assert_eq!(count(agent, "pop3"), [each + 2, each, 0]);
        assert_eq!(count(agent, "imap"), [each + 2, each, 0]);
        assert_eq!(count(agent, "ftp_control"), [each, each, 0]);
        assert_eq!(agent.metrics().sum("classifier_sessions_evicted_total", &[]), 0);
    }
    // Both passwords are `secret`; base64 is how some of them were said.
    for agent in &agents {
        for secret in ["secret", "c2VjcmV0", "dGVzdGVyAHNlY3JldA", "AHRlc3RlcgBzZWNyZXQ"] {
            assert_eq!(found_in(agent, secret.as_bytes()), Vec::<String>::new(), "{secret}");
        }
        // The search finds what is there.
        assert!(!found_in(agent, &scene.at_client.v4.octets()).is_empty());
    }
}
