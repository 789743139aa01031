// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Clients of the real servers, and pings and traces.

use std::{
    io::ErrorKind,
    net::{IpAddr, SocketAddr, TcpStream, UdpSocket},
    time::Duration,
};

use testbed::{
    Host,
    servers::{Dovecot, Folder, Ftp, Postfix},
};

use crate::network::Network;

/// Bytes of a file with many segments, so that TCP passes GSO packets to the egress hook with any offloads.
const LONG: usize = 300_000;

/// The servers on the server host.
pub struct Servers {
    pub mail: Postfix,
    pub boxes: Dovecot,
    pub ftp: Ftp,
}

impl Servers {
    pub fn start(host: &Host) -> Self {
        let mail = Postfix::start(host);
        let boxes = Dovecot::start(host, &mail.mailboxes());
        Self { boxes, mail, ftp: Ftp::vsftpd(host) }
    }
}

/// Makes all conversations, over IPv4 and IPv6.
pub fn all(network: &Network, servers: &mut Servers) {
    let (client, server) = (&network.client, &network.server);
    let files = Folder::new("client");
    ftp(network, &servers.ftp);
    let [here, there] =
        [&network.at_client, &network.at_server].map(|end| [IpAddr::V4(end.v4), IpAddr::V6(end.v6)]);
    for (number, (here, there)) in here.into_iter().zip(there).enumerate() {
        mail(client, there, servers, &files, number + 1);
        pings(client, there);
        closed_ports(client, there);
        for method in [&[][..], &["-I"], &["-T", "-p", "25"]] {
            trace(client, there, method);
        }
        // From there the router's time-exceeded messages cross the server's interface.
        trace(server, here, &[]);
        trace(server, here, &["-T", "-p", "25"]);
    }
}

pub fn curl(host: &Host, arguments: &[&str]) -> String {
    let always = ["--disable", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20"];
    host.run("curl", &[&always, arguments].concat())
}

/// Writes an address for a URL.
pub fn in_url(address: IpAddr) -> String {
    SocketAddr::new(address, 0).to_string().trim_end_matches(":0").to_owned()
}

fn mail(client: &Host, there: IpAddr, servers: &mut Servers, files: &Folder, count: usize) {
    let server = in_url(there);
    let text =
        files.write("mail", format!("Subject: over {server}\r\n\r\n{}", "A line of it.\r\n".repeat(400)));
    let envelope = ["--mail-from", "someone@example.org", "--mail-rcpt", Postfix::ADDRESS];
    curl(
        client,
        &[&envelope[..], &["--upload-file", &text, &format!("smtp://{server}/client.example.org")]].concat(),
    );
    servers.mail.wait_for_mails(count);
    let login = servers.boxes.login();
    for url in [format!("pop3://{server}/{count}"), format!("imap://{server}/INBOX;MAILINDEX={count}")] {
        let mail = curl(client, &["--user", &login, &url]);
        assert!(mail.contains(&format!("Subject: over {server}")), "{url}: {mail}");
    }
}

/// Makes active transfers by two clients, over IPv4 and IPv6: curl by EPRT and PORT, lftp.
pub fn ftp(network: &Network, server: &Ftp) {
    let files = Folder::new("ftp-client");
    server.publish("long", "0123456789abcdef\n".repeat(LONG / 17).as_bytes());
    for there in [IpAddr::V4(network.at_server.v4), IpAddr::V6(network.at_server.v6)] {
        active_transfers(&network.client, there, server, &files);
    }
}

fn active_transfers(client: &Host, there: IpAddr, server: &Ftp, files: &Folder) {
    let url = format!("ftp://{}", in_url(there));
    let long = files.write("long", vec![b'x'; LONG]);
    let commands: &[&[&str]] = if there.is_ipv4() { &[&[], &["--disable-eprt"]] } else { &[&[]] };
    for (number, command) in commands.iter().enumerate() {
        let active = [&["--user", server.login(), "--ftp-port", "-"], *command].concat();
        let name = format!("{number}-over-{}", if there.is_ipv4() { "ipv4" } else { "ipv6" });
        let listing = curl(client, &[&active[..], &[&format!("{url}/pub/")]].concat());
        assert!(listing.contains("long"), "{listing}");
        let read = curl(client, &[&active[..], &[&format!("{url}/pub/long")]].concat());
        assert_eq!(read.len(), LONG / 17 * 17);
        curl(client, &[&active[..], &["--upload-file", &long, &format!("{url}/in/{name}")]].concat());
        assert_eq!(server.stored(&name).map(|stored| stored.len()), Some(LONG));
    }
    let user = server.login().replace(':', ",");
    let script = format!(
        "set ftp:passive-mode off; set net:max-retries 1; set net:timeout 10; \
         open -u {user} {url}; cls pub; cat pub/long; bye"
    );
    let mut lftp = client.command("lftp");
    let said = testbed::run(lftp.env("HOME", files.path()).args(["--norc", "-c", &script]));
    assert!(said.len() > LONG / 17 * 17, "{} bytes", said.len());
}

fn pings(client: &Host, there: IpAddr) {
    // The second kind of them crosses in fragments.
    for size in ["56", "4000"] {
        client.run("ping", &["-n", "-q", "-c", "3", "-i", "0.05", "-W", "5", "-s", size, &there.to_string()]);
    }
}

/// Sends UDP like a resolver, whole and in fragments, and a TCP SYN, to closed ports.
fn closed_ports(client: &Host, there: IpAddr) {
    client.enter(|| {
        for length in [40, 4000] {
            let any: SocketAddr = if there.is_ipv4() { ([0; 4], 0).into() } else { ([0; 16], 0).into() };
            let socket = UdpSocket::bind(any).expect("a socket");
            socket.connect((there, 53)).expect("a route");
            socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a socket");
            socket.send(&vec![0; length]).expect("it is sent");
            let answer = socket.recv(&mut [0]).expect_err("nobody listens");
            assert_eq!(answer.kind(), ErrorKind::ConnectionRefused);
        }
        let answer = TcpStream::connect((there, 4444)).expect_err("nobody listens");
        assert_eq!(answer.kind(), ErrorKind::ConnectionRefused);
    });
}

fn trace(from: &Host, to: IpAddr, method: &[&str]) {
    let to = to.to_string();
    from.run("traceroute", &[&["-n", "-w", "2", "-q", "2", "-m", "3"], method, &[&to]].concat());
}
