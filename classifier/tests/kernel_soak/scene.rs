// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Client, router with the agent, three FTP servers, a mail server, and two Prometheus servers.

use std::net::IpAddr;

use testbed::{
    Agent, End, Host, Lab, Pins,
    servers::{Dovecot, Folder, Ftp, Postfix, Prometheus},
};

use crate::network::{Network, Place, without_offloads};

/// Name and content of the file that the sessions read.
pub const FILE: &str = "pub/short";
pub const LENGTH: usize = 3000;

/// An FTP server on a host of its own.
pub struct Server {
    pub ftp: Ftp,
    /// Addresses of the server: IPv4 and IPv6.
    pub addresses: [IpAddr; 2],
    /// Number of concurrent sessions.
    pub sessions: usize,
    /// True if the server connects from port 20 for active transfers.
    pub is_active: bool,
    _host: Host,
}

/// Everything that runs for the whole day, except for the agent.
pub struct Scene {
    pub network: Network,
    pub servers: Vec<Server>,
    pub mail: (Postfix, Dovecot),
    pub scrapers: [Prometheus; 2],
    pub pins: Pins,
    pub files: Folder,
    monitored: End,
}

impl Scene {
    pub fn new() -> Self {
        let lab = Lab::new();
        let network = Network::new(&lab);
        network.places().into_iter().for_each(without_offloads);
        let mail = Postfix::start(&network.server);
        let boxes = Dovecot::start(&network.server, &mail.mailboxes());
        let first = Server {
            ftp: Ftp::vsftpd(&network.server),
            addresses: [network.at_server.v4.into(), network.at_server.v6.into()],
            sessions: 340,
            is_active: true,
            _host: network.server.clone(),
        };
        let other =
            |name, start: fn(&Host) -> Ftp, sessions| server(&lab, &network.router, name, start, sessions);
        // Pure-FTPd takes 50 clients.
        let servers = vec![first, other("proftpd", Ftp::proftpd, 120), other("pureftpd", Ftp::pure_ftpd, 40)];
        for server in &servers {
            server.ftp.publish(FILE.trim_start_matches("pub/"), &[b'x'; LENGTH]);
        }
        let monitor = lab.host("monitor");
        let (monitored, _) = lab.link(&network.router, &monitor);
        let scrape = |host: &Host, target: &str| Prometheus::start(host, &[("classifier", target)]);
        let scrapers =
            [scrape(&network.router, "127.0.0.1:9877"), scrape(&monitor, &format!("{}:9877", monitored.v4))];
        let files = Folder::new("soak");
        let scene =
            Self { network, servers, mail: (mail, boxes), scrapers, pins: Pins::mounted(), files, monitored };
        scene.configure(false);
        scene
    }

    /// Returns the interface that all traffic of the client crosses.
    pub fn place(&self) -> Place<'_> {
        self.network.places()[1]
    }

    /// Writes the configuration file, with one more port or without.
    pub fn configure(&self, has_more: bool) {
        let more = "[[port]]\nprotocol = 'game'\ntransport = 'tcp'\nports = [4000]\n";
        let next = self.files.write("next.toml", if has_more { more } else { "" });
        std::fs::rename(next, self.files.join("classifier.toml")).expect("one folder");
    }

    /// Starts the agent, and waits until it is ready.
    pub fn agent(&self, binary: &str) -> Agent {
        let Place { host, interface } = self.place();
        let (folder, config) = (self.pins.folder("classifier"), self.files.join("classifier.toml"));
        let remote = format!("{}:9877", self.monitored.v4);
        let listen = ["-l", "127.0.0.1:9877", "-l", &remote, "--pin-dir", &folder, "--config", &config];
        host.agent(binary, &[&["-i", interface, "-i", "come*"][..], &listen].concat())
    }
}

/// Starts an FTP server on a host of its own behind the router.
fn server(lab: &Lab, router: &Host, name: &str, start: fn(&Host) -> Ftp, sessions: usize) -> Server {
    let host = lab.host(name);
    let (gateway, end) = lab.link(router, &host);
    host.run("ip", &["route", "add", "default", "via", &gateway.v4.to_string()]);
    host.run("ip", &["-6", "route", "add", "default", "via", &gateway.v6.to_string()]);
    without_offloads(Place { host: router, interface: &gateway.name });
    without_offloads(Place { host: &host, interface: &end.name });
    Server {
        ftp: start(&host),
        addresses: [end.v4.into(), end.v6.into()],
        sessions,
        is_active: false,
        _host: host,
    }
}
