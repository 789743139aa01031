// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Transfers by a real FTP server, with a client of the standard library: no other program is needed.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
};

use testbed::{Lab, servers::Ftp};

use super::{BINARY, metrics, stop};

const FILE: usize = 300_000;

#[test]
fn transfers_by_a_real_server_are_ftp_data() {
    let lab = Lab::new();
    let (client, server) = (lab.host("client"), lab.host("server"));
    let (at_client, at_server) = lab.link(&client, &server);
    let ftp = Ftp::vsftpd(&server);
    ftp.publish("file", &vec![b'x'; FILE]);
    let mut agent = server.spawn(BINARY, &["run", "--interface", &at_server.name]);
    agent.wait_for("serving metrics");
    client.enter(|| {
        let mut session = Session::begin(at_server.v4);
        assert_eq!(session.read_passively(), FILE);
        assert_eq!(session.read_actively(at_client.v4), FILE);
        session.command("QUIT", "221");
    });
    let samples = metrics(&server);
    let least = u64::try_from(FILE).unwrap();
    for protocol in ["ftp_data_passive", "ftp_data_active"] {
        let sent = [("direction", "egress"), ("protocol", protocol), ("role", "from_server")];
        assert!(samples.sum("classifier_bytes_total", &sent) > least, "{protocol}: {}", agent.said());
        let received = [("direction", "ingress"), ("protocol", protocol), ("role", "to_server")];
        assert!(samples.sum("classifier_packets_total", &received) > 0, "{protocol}");
    }
    for command in ["pasv", "port"] {
        let learned = [("command", command)];
        assert_eq!(samples.sum("classifier_ftp_data_endpoints_learned_total", &learned), 1, "{command}");
    }
    assert_eq!(samples.sum("classifier_packets_total", &[("protocol", "tcp_other")]), 0);
    stop(&mut agent);
}

/// A control connection.
struct Session {
    server: Ipv4Addr,
    control: BufReader<TcpStream>,
}

impl Session {
    fn begin(server: Ipv4Addr) -> Self {
        let control = BufReader::new(TcpStream::connect((server, 21)).unwrap());
        let mut session = Self { server, control };
        session.reply("220");
        session.command("USER anonymous", "331");
        session.command("PASS nobody@", "230");
        session
    }

    /// Sends a command, and returns its reply, which has this code.
    fn command(&mut self, command: &str, code: &str) -> String {
        write!(self.control.get_mut(), "{command}\r\n").unwrap();
        self.reply(code)
    }

    fn reply(&mut self, code: &str) -> String {
        let mut line = String::new();
        self.control.read_line(&mut line).unwrap();
        assert!(line.starts_with(code), "{line}");
        line
    }

    fn read_passively(&mut self) -> usize {
        let reply = self.command("PASV", "227");
        let (_, numbers) = reply.split_once('(').unwrap();
        let numbers: Vec<u16> = numbers.split([',', ')']).filter_map(|number| number.parse().ok()).collect();
        let data = TcpStream::connect((self.server, numbers[4] << 8 | numbers[5])).unwrap();
        self.command("RETR pub/file", "150");
        self.read(data)
    }

    fn read_actively(&mut self, here: Ipv4Addr) -> usize {
        let listener = TcpListener::bind((here, 0)).unwrap();
        let [high, low] = listener.local_addr().unwrap().port().to_be_bytes();
        let here = here.to_string().replace('.', ",");
        self.command(&format!("PORT {here},{high},{low}"), "200");
        self.command("RETR pub/file", "150");
        let (data, _) = listener.accept().unwrap();
        self.read(data)
    }

    fn read(&mut self, mut data: TcpStream) -> usize {
        let mut content = Vec::new();
        data.read_to_end(&mut content).unwrap();
        drop(data);
        self.reply("226");
        content.len()
    }
}
