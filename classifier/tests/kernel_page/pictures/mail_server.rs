// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A mail and file server with two networks of clients, and a firewall that blocks some of its FTP data ports.

use std::net::{IpAddr, SocketAddr, TcpListener};

use testbed::{
    Agent, End, Host, Lab,
    servers::{Dovecot, Folder, Ftp, Postfix},
};

use super::agent;

/// Ports of passive transfers; the firewall blocks the last ones.
const PASSIVE: [u16; 2] = [50_000, 50_159];

const RULES: &str = "\
table inet t {
    chain c {
        type filter hook input priority 0
        tcp dport 50156-50159 drop
    }
}
";

const POLICY: &str = "\
default = \"drop\"

[[rule]]
name = \"mail-and-files\"
action = \"accept\"
protocol = [\"smtp\", \"pop3\", \"imap\", \"ftp_control\", \"ftp_data_active\", \"ftp_data_passive\", \"icmp\", \"icmpv6\", \"non_ip\"]
";

/// A network behind a client, with a prohibited host, one that does not answer, and one that is further away.
pub const BEYOND: [&str; 4] = ["198.51.100.0/24", "198.51.100.7", "198.51.100.8", "198.51.100.9"];

pub struct MailServer {
    pub host: Host,
    pub clients: [(Host, End); 2],
    pub addresses: [IpAddr; 2],
    pub services: Vec<(SocketAddr, TcpListener)>,
    pub ftp: String,
    pub boxes: String,
    pub letter: String,
    _agent: Agent,
    _servers: (Ftp, Postfix, Dovecot),
    _folder: Folder,
}

impl MailServer {
    pub fn new(lab: &Lab) -> Self {
        let host = lab.host("mail");
        let clients = ["lan", "dmz"].map(|name| lab.host(name));
        let ends = clients.each_ref().map(|client| lab.link(client, &host));
        let addresses = ends.each_ref().map(|(_, server)| IpAddr::V4(server.v4));
        let folder = Folder::new("pictures");
        let servers = (Ftp::vsftpd_within(&host, PASSIVE), Postfix::start_with_tls(&host));
        let dovecot = Dovecot::start_with_tls(&host, &servers.1.mailboxes());
        for (name, length) in [("short", 200 << 10), ("long", 3 << 20), ("image", 12 << 20)] {
            servers.0.publish(name, &vec![b'x'; length]);
        }
        host.run("nft", &["-f", &folder.write("rules.nft", RULES)]);
        let letter = folder.write("letter", "Subject: report\r\n\r\nA line of a letter.\r\n".repeat(400));
        let policy = folder.write("policy.toml", POLICY);
        let [lan, dmz] = ends.each_ref().map(|(_, server)| server.name.as_str());
        let agent = agent(
            &host,
            "mail-3.example.net",
            &["-i", lan, "-i", dmz, "--top-sources", "10", "--policy", &policy],
        );
        let ends = ends.map(|(client, _)| client);
        route(&host, &clients[0], &ends[0]);
        let at = |port| SocketAddr::new(addresses[0], port);
        let services = [443, 22, 8443].map(|port| (at(port), host.listen(at(port)))).into();
        let (ftp, boxes) = (servers.0.login().to_owned(), dovecot.login());
        let [lan, dmz] = clients;
        let [at_lan, at_dmz] = ends;
        Self {
            host,
            clients: [(lan, at_lan), (dmz, at_dmz)],
            addresses,
            services,
            ftp,
            boxes,
            letter,
            _agent: agent,
            _servers: (servers.0, servers.1, dovecot),
            _folder: folder,
        }
    }
}

/// Makes a client the router to that network.
fn route(host: &Host, client: &Host, end: &End) {
    let [network, prohibited, silent, further] = BEYOND;
    host.run("ip", &["route", "add", network, "via", &end.v4.to_string()]);
    client.run("ip", &["route", "add", further, "dev", &end.name]);
    client.sysctl("net/ipv4/ip_forward", "1");
    client.run("ip", &["route", "add", "prohibit", prohibited]);
    client.run("ip", &["route", "add", "blackhole", silent]);
}
