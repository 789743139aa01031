// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The file changes FTP's control ports, and the lifetime of an announcement.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpStream},
};

use testbed::{
    Lab,
    servers::{Folder, Ftp},
};

use crate::scene::{BINARY, HELD, reload, until};

/// Announces a port in a session, without a connection to it.
fn announce(stream: &TcpStream, login: &str) {
    let (user, password) = login.split_once(':').unwrap();
    let mut answers = BufReader::new(stream).lines();
    let mut answer = |code: &str| {
        let line = answers.next().unwrap().unwrap();
        assert!(line.starts_with(code), "{line}");
    };
    answer("220 ");
    for (command, code) in
        [(format!("USER {user}"), "331 "), (format!("PASS {password}"), "230 "), ("EPSV".into(), "229 ")]
    {
        (&mut &*stream).write_all(format!("{command}\r\n").as_bytes()).unwrap();
        answer(code);
    }
}

#[test]
fn control_ports_and_lifetimes() {
    let lab = Lab::new();
    let [client, server] = ["client", "server"].map(|name| lab.host(name));
    let (at_client, at_server) = lab.link(&client, &server);
    let ftp = Ftp::pyftpdlib(&server);
    let folder = Folder::new("followed");
    let config = |port: u16, ttl: &str| {
        let ftp = format!("[ftp]\ncontrol_ports = [{port}]\nendpoint_ttl = '{ttl}'\n");
        folder.write("classifier.toml", format!("interfaces = ['{}']\n{ftp}", at_server.name))
    };
    let path = config(2121, "24h");
    let agent = server.agent(BINARY, &[&["-c", &path][..], &HELD].concat());
    let sum = |name: &str| agent.metrics().sum(name, &[]);
    let connect = || {
        let stream =
            client.connect(SocketAddr::from((at_client.v4, 0)), SocketAddr::from((at_server.v4, 21)));
        announce(&stream, ftp.login());
        stream
    };
    let learned = "classifier_ftp_data_endpoints_learned_total";
    let _unknown = connect();
    assert_eq!(sum(learned), 0, "port 21 is like any other");

    config(21, "24h");
    reload(&agent);
    let _known = connect();
    until(&agent, "learned", || sum(learned) == 1);
    assert_eq!(sum("classifier_ftp_data_endpoints"), 1);

    config(21, "1s");
    reload(&agent);
    let expired = |agent: &testbed::Agent| {
        agent.metrics().sum("classifier_ftp_data_endpoints_removed_total", &[("reason", "expired")])
    };
    until(&agent, "expired", || expired(&agent) == 1);
    assert_eq!(sum("classifier_ftp_data_endpoints"), 0);
    agent.stop();
}
