// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Announcements far after the start of their segment: the connection that follows at once is not missed.

use std::{
    io::{Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use testbed::{Agent, End, Host, Lab, Samples};

use crate::busy::Busy;

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Bytes before the 227 in its segment.
const OFFSETS: [usize; 6] = [0, 511, 512, 1_200, 8_000, 60_000];

/// The same in a jumbo frame. Native XDP has it in several buffers, the first of at most a page.
const JUMBO_OFFSETS: [usize; 3] = [0, 4_096, 8_000];

/// Data connections for each of them.
const CONNECTIONS: usize = 1_000;

/// MTU for which a segment holds the longest of them, without GSO.
const MTU: &str = "65535";

/// MTU of jumbo frames.
const JUMBO: &str = "9000";

struct Scene {
    client: Host,
    server: Host,
    at_client: End,
    at_server: End,
}

impl Scene {
    fn new(mtu: &str) -> Self {
        let lab = Lab::new();
        let (client, server) = (lab.host("client"), lab.host("server"));
        let (at_client, at_server) = lab.link(&client, &server);
        let scene = Self { client, server, at_client, at_server };
        for (host, end) in scene.places() {
            host.run("ip", &["link", "set", "dev", &end.name, "mtu", mtu]);
        }
        scene
    }

    fn places(&self) -> [(&Host, &End); 2] {
        [(&self.client, &self.at_client), (&self.server, &self.at_server)]
    }

    fn server_at(&self, port: u16) -> SocketAddr {
        (self.at_server.v4, port).into()
    }

    /// Makes data connections by one control connection, whose server announces each port in one segment
    /// after this many bytes.
    fn transfer_behind(&self, offset: usize) {
        let listener = self.server.listen(self.server_at(21));
        let data = self.server.listen(self.server_at(0));
        let port = data.local_addr().expect("it listens").port();
        thread::scope(|scope| {
            scope.spawn(|| {
                let (mut control, _) = listener.accept().expect("a client");
                control.set_nodelay(true).expect("a socket");
                control.write_all(b"220 ready\r\n").expect("a client");
                let reply = reply(self.at_server.v4, port, offset);
                let mut command = [0; 6];
                for _ in 0..CONNECTIONS {
                    control.read_exact(&mut command).expect("PASV");
                    control.write_all(&reply).expect("a client");
                    let (mut connection, _) = data.accept().expect("its data connection");
                    connection.write_all(b"data").expect("a client");
                }
            });
            let mut control = self.client.connect((self.at_client.v4, 0).into(), self.server_at(21));
            control.set_nodelay(true).expect("a socket");
            until_line(&mut control, b"220 ready\r\n".len());
            let length = reply(self.at_server.v4, port, offset).len();
            for _ in 0..CONNECTIONS {
                control.write_all(b"PASV\r\n").expect("a server");
                until_line(&mut control, length);
                let mut connected = self.client.connect((self.at_client.v4, 0).into(), self.server_at(port));
                let mut read = Vec::new();
                connected.read_to_end(&mut read).expect("data");
                assert_eq!(read, b"data");
            }
        });
    }
}

/// Writes a 227 after this many bytes of another reply.
fn reply(address: Ipv4Addr, port: u16, offset: usize) -> Vec<u8> {
    let [a, b, c, d] = address.octets();
    let announcement = format!("227 ok ({a},{b},{c},{d},{},{})\r\n", port >> 8, port & 0xff);
    // Lines whose length does not divide chunks.
    let line = format!("200-{}\r\n", ".".repeat(71));
    let end = "200 x\r\n";
    let mut reply = Vec::new();
    while offset > 0 && reply.len() + line.len() + end.len() <= offset {
        reply.extend(line.as_bytes());
    }
    if offset > 0 {
        let rest = offset - end.len() - reply.len();
        reply.extend(if rest < 6 { b"200-\r\n"[6 - rest..].to_vec() } else { padding(rest) });
        reply.extend(end.as_bytes());
    }
    reply.extend(announcement.as_bytes());
    reply
}

fn padding(length: usize) -> Vec<u8> {
    format!("200-{}\r\n", ".".repeat(length - 6)).into_bytes()
}

fn until_line(control: &mut TcpStream, length: usize) {
    let mut bytes = vec![0; length];
    control.read_exact(&mut bytes).expect("a reply");
}

fn sum(samples: &Samples, family: &str, labels: &[(&str, &str)]) -> u64 {
    samples.sum(family, labels)
}

#[test]
fn no_data_connection_is_missed_however_far_its_announcement_is_within_the_segment() {
    println!("{}", no_data_connection_is_missed("auto", MTU, &OFFSETS));
}

#[test]
fn no_data_connection_is_missed_by_native_xdp_in_whichever_buffer_its_announcement_is() {
    println!("{}", no_data_connection_is_missed("native", JUMBO, &JUMBO_OFFSETS));
}

fn no_data_connection_is_missed(mode: &str, mtu: &str, offsets: &[usize]) -> String {
    let scene = Scene::new(mtu);
    let agents = scene.places().map(|(host, end)| host.agent(BINARY, &["-i", &end.name, "--xdp-mode", mode]));
    let busy = Busy::everywhere();
    let begun = Instant::now();
    for offset in offsets {
        scene.transfer_behind(*offset);
    }
    let took = begun.elapsed();
    drop(busy);
    let connections = offsets.len() * CONNECTIONS;
    for agent in &agents {
        complain(agent, connections as u64);
    }
    agents.into_iter().for_each(Agent::stop);
    format!("{connections} data connections at {offsets:?} in {took:.1?}")
}

/// Asserts that the program learned every port in time: no packet has another class.
fn complain(agent: &Agent, all: u64) {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let samples = agent.metrics();
        let wrong: Vec<_> = [
            ("classifier_ftp_data_endpoints_learned_total", ("command", "pasv"), all),
            ("classifier_ftp_learn_duration_seconds_count", ("by", "agent"), 0),
            ("classifier_packets_total", ("protocol", "tcp_other"), 0),
            ("classifier_ftp_control_segments_total", ("", ""), 0),
        ]
        .into_iter()
        .filter_map(|(family, label, wanted)| {
            let labels: &[_] = if label.0.is_empty() { &[] } else { &[label] };
            let found = sum(&samples, family, labels);
            (found != wanted).then(|| format!("{family} {label:?}: {found}, not {wanted}"))
        })
        .collect();
        if wrong.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "{wrong:#?}");
        thread::sleep(Duration::from_millis(50));
    }
}
