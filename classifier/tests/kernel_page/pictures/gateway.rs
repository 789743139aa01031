// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A host with every problem that can be made: an interface that is gone, one whose hook another program has, a
//! full table of sessions, a refused configuration, and generic XDP.

use std::{
    fs,
    net::{SocketAddr, TcpStream},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use testbed::{
    Agent, End, Host, Lab, Running,
    servers::{Folder, Ftp},
};

use super::{
    agent,
    clients::{Repeated, curl},
};
use crate::scene::BINARY;

/// Sessions that the table holds, and more.
const SESSIONS: usize = 16;

const CONFIGURATION: &str = "[ftp]\nmax_sessions = 16\n";

pub struct Gateway {
    pub host: Host,
    client: Host,
    at_client: End,
    to: SocketAddr,
    ftp: Ftp,
    _agent: Agent,
    _other: Running,
    _peers: [Host; 2],
    _sessions: Vec<TcpStream>,
    _folder: Folder,
}

impl Gateway {
    pub fn new(lab: &Lab) -> Self {
        let [host, client, gone, old] = ["gate", "wan", "lan", "old"].map(|name| lab.host(name));
        let [(at_client, at_host), (_, at_gone), (_, at_old)] =
            [&client, &gone, &old].map(|peer| lab.link(peer, &host));
        let ftp = Ftp::vsftpd(&host);
        ftp.publish("long", &vec![b'x'; 1 << 20]);
        let folder = Folder::new("gateway");
        let file = folder.write("classifier.toml", CONFIGURATION);
        // It keeps the interface under both names.
        let [both, new] = ["???", "dmz"].map(|prefix| at_old.name.replace("old", prefix));
        let other = ["run", "-i", &both, "--xdp-mode", "native", "-l", "127.0.0.1:9999"];
        let mut other = host.spawn(BINARY, &other);
        other.wait_for("serving metrics");
        let agent = agent(
            &host,
            "gate-1.example.net",
            &["-i", &at_host.name, "-i", &at_gone.name, "-i", "dmz*", "--xdp-mode", "generic", "-c", &file],
        );
        host.run("ip", &["link", "set", &at_old.name, "name", &new]);
        host.run("ip", &["link", "del", &at_gone.name]);
        fs::write(&file, "max_session = 16\n").expect("it is ours");
        let id = i32::try_from(agent.id()).ok().and_then(Pid::from_raw).expect("a process");
        kill_process(id, Signal::HUP).expect("it runs");
        let to = SocketAddr::new(at_host.v4.into(), 21);
        let sessions = (0..2 * SESSIONS).map(|_| client.connect(SocketAddr::new(at_client.v4.into(), 0), to));
        let sessions = sessions.collect();
        Self {
            host,
            client,
            at_client,
            to,
            ftp,
            _agent: agent,
            _other: other,
            _peers: [gone, old],
            _sessions: sessions,
            _folder: folder,
        }
    }

    /// Starts its client.
    pub fn traffic(&self) -> Repeated {
        let mut all = Repeated::default();
        let (client, login, to) = (self.client.clone(), self.ftp.login().to_owned(), self.to.ip());
        all.add(&[30, 80, 15, 200], move |_| {
            curl(&client, &["--user", &login, "--limit-rate", "200k", &format!("ftp://{to}/pub/long")]);
        });
        let (client, from, to) = (self.client.clone(), SocketAddr::new(self.at_client.v4.into(), 0), self.to);
        all.add(&[50, 20, 90], move |_| {
            drop(client.connect(from, to));
            thread::sleep(Duration::from_millis(20));
        });
        all
    }
}
