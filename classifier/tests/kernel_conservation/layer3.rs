//! Devices that carry IP packets: tunnels of each kind between two hosts. An agent's counts on them equal
//! those of a capture from the network header on, and the devices' own counters.
//!
//! Few kernels have these devices built in: `cargo xtask vm` runs this on those that have them as modules.
//! PPP, which none of them has, delivers its packets like TUN (`raw_ip`): after its own two bytes it resets
//! the MAC header.

use std::{
    fs,
    io::Write as _,
    net::{IpAddr, SocketAddr},
    process::Stdio,
    thread,
    time::Duration,
};

use classifier_common::{
    classify::classify,
    fixtures,
    packet::{Frame, Link},
    protocol::{Class, Protocol},
};
use testbed::{Capture, End, Host, Lab, Packet, Samples, Traffic, converse};

use crate::counts::{Counts, Family, add, differences, of_metrics};

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Port of the conversations.
const SMTP: u16 = 25;

const FAMILIES: [Family; 2] = [
    ("classifier_packets_total", &["direction", "protocol", "role"]),
    ("classifier_bytes_total", &["direction", "protocol", "role"]),
];

/// A device at either end, with its arguments of `ip`. Words in capitals differ by host and by device.
struct Tunnel {
    name: &'static str,
    families: &'static [Version],
    /// True if the device counts the bytes of the packets that it carries.
    counts_what_it_carries: bool,
    commands: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V4,
    V6,
}

const BOTH: &[Version] = &[Version::V4, Version::V6];

const TUNNELS: [Tunnel; 7] = [
    Tunnel {
        name: "ipip1",
        families: &[Version::V4],
        counts_what_it_carries: true,
        commands: &["link add ipip1 type ipip local LOCAL remote REMOTE"],
    },
    Tunnel {
        name: "sit1",
        families: &[Version::V6],
        counts_what_it_carries: true,
        commands: &["link add sit1 type sit local LOCAL remote REMOTE"],
    },
    Tunnel {
        name: "gre1",
        families: BOTH,
        counts_what_it_carries: true,
        commands: &["link add gre1 type gre local LOCAL remote REMOTE"],
    },
    // Its link-layer header is the outer IP header, with that of GRE.
    Tunnel {
        name: "mgre1",
        families: BOTH,
        counts_what_it_carries: true,
        commands: &[
            "link add mgre1 type gre local LOCAL key 7",
            "link set mgre1 up",
            "neigh add THERE4 lladdr REMOTE dev mgre1 nud permanent",
            "neigh add THERE6 lladdr REMOTE dev mgre1 nud permanent",
        ],
    },
    // The decapsulation moves the MAC header of the link to before the inner packet.
    Tunnel {
        name: "vti1",
        families: BOTH,
        counts_what_it_carries: true,
        commands: &[
            "link add vti1 type vti local LOCAL remote REMOTE key 5",
            "xfrm state add src LOCAL dst REMOTE proto esp spi OUT mode tunnel mark 5 flag af-unspec CIPHER",
            "xfrm state add src REMOTE dst LOCAL proto esp spi IN mode tunnel mark 5 flag af-unspec CIPHER",
            "xfrm policy add ALL4 dir out mark 5 tmpl src LOCAL dst REMOTE proto esp mode tunnel",
            "xfrm policy add ALL6 dir out mark 5 tmpl src LOCAL dst REMOTE proto esp mode tunnel",
            "xfrm policy add ALL4 dir in mark 5 tmpl src REMOTE dst LOCAL proto esp mode tunnel",
            "xfrm policy add ALL6 dir in mark 5 tmpl src REMOTE dst LOCAL proto esp mode tunnel",
        ],
    },
    Tunnel {
        name: "xfrm1",
        families: BOTH,
        counts_what_it_carries: true,
        commands: &[
            "link add xfrm1 type xfrm dev LINK if_id 9",
            "xfrm state add src LOCAL dst REMOTE proto esp spi OUT mode tunnel if_id 9 flag af-unspec CIPHER",
            "xfrm state add src REMOTE dst LOCAL proto esp spi IN mode tunnel if_id 9 flag af-unspec CIPHER",
            "xfrm policy add ALL4 dir out if_id 9 tmpl src LOCAL dst REMOTE proto esp mode tunnel",
            "xfrm policy add ALL6 dir out if_id 9 tmpl src LOCAL dst REMOTE proto esp mode tunnel",
            "xfrm policy add ALL4 dir in if_id 9 tmpl src REMOTE dst LOCAL proto esp mode tunnel",
            "xfrm policy add ALL6 dir in if_id 9 tmpl src REMOTE dst LOCAL proto esp mode tunnel",
        ],
    },
    // The device counts its messages, including padding and handshakes.
    Tunnel {
        name: "wg1",
        families: BOTH,
        counts_what_it_carries: false,
        commands: &["link add wg1 type wireguard"],
    },
];

/// Cipher and key of ESP: no encryption, and a signature.
const CIPHER: &str = "enc ecb(cipher_null) EMPTY auth hmac(sha1) 0x000102030405060708090a0b0c0d0e0f10111213";

/// One of the hosts, 1 or 2, with its end of the link.
struct Site {
    host: Host,
    link: End,
    number: u8,
}

/// Returns a host's addresses within a device's tunnel, by the device's index in the table.
fn inner(device: usize, host: u8) -> [IpAddr; 2] {
    let (v4, v6) = (format!("10.90.{device}.{host}"), format!("fd90:{device}::{host}"));
    [v4.parse().unwrap(), v6.parse().unwrap()]
}

impl Site {
    fn ip(&self, words: &str) {
        let words = words.split_whitespace().map(|word| if word == "EMPTY" { "" } else { word });
        self.host.run("ip", &words.collect::<Vec<_>>());
    }

    /// Creates this end of a device.
    fn make(&self, nth: usize, tunnel: &Tunnel) {
        let (name, other) = (tunnel.name, 3 - self.number);
        let [local, remote] = [self.number, other].map(|host| format!("10.89.{nth}.{host}"));
        let ([here4, here6], [there4, there6]) = (inner(nth, self.number), inner(nth, other));
        let spi = |host: u8| (256 + nth * 2 + usize::from(host)).to_string();
        self.ip(&format!("addr add {local}/24 dev {}", self.link.name));
        for command in tunnel.commands {
            let replaced = [
                ("LOCAL", local.as_str()),
                ("REMOTE", &remote),
                ("LINK", &self.link.name),
                ("THERE4", &there4.to_string()),
                ("THERE6", &there6.to_string()),
                ("OUT", &spi(self.number)),
                ("IN", &spi(other)),
                ("ALL4", "src 0.0.0.0/0 dst 0.0.0.0/0"),
                ("ALL6", "src ::/0 dst ::/0"),
                ("CIPHER", CIPHER),
            ]
            .iter()
            .fold(format!(" {command} "), |text, (from, to)| {
                text.replace(&format!(" {from} "), &format!(" {to} "))
            });
            self.ip(&replaced);
        }
        self.ip(&format!("link set {name} mtu 1280 up"));
        self.ip(&format!("addr add {here4}/24 dev {name}"));
        self.ip(&format!("addr add {here6}/64 dev {name} nodad"));
        // The peer's addresses belong to the tunnel, so reverse-path filtering would drop them.
        self.host.sysctl(&format!("net/ipv4/conf/{name}/rp_filter"), "0");
    }

    fn wireguard(&self, nth: usize, [own, other]: [&Keys; 2]) {
        let remote = format!("10.89.{nth}.{}:51820", 3 - self.number);
        let peer = ["peer", &other.public, "endpoint", &remote, "allowed-ips", "0.0.0.0/0,::/0"];
        let own = ["set", "wg1", "listen-port", "51820", "private-key", &own.file];
        self.host.run("wg", &[&own[..], &peer].concat());
    }

    fn traffic(&self) -> Vec<Traffic> {
        TUNNELS.iter().map(|tunnel| self.host.traffic(tunnel.name)).collect()
    }
}

/// A pair of keys; the private one in a file.
struct Keys {
    file: String,
    public: String,
}

impl Keys {
    fn new(host: &Host, name: &str) -> Self {
        let private = host.run("wg", &["genkey"]);
        let file = std::env::temp_dir().join(format!("classifier-{}-{name}.key", std::process::id()));
        fs::write(&file, &private).unwrap();
        let mut command = host.command("wg");
        command.arg("pubkey").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(private.as_bytes()).unwrap();
        let public = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        Self { file: file.to_str().unwrap().to_owned(), public: public.trim().to_owned() }
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // A file that cannot be removed stays in the directory for temporary files.
        let _ = fs::remove_file(&self.file);
    }
}

/// Creates both hosts with all devices between them.
fn sites(lab: &Lab) -> [Site; 2] {
    let (one, other) = (lab.host("one"), lab.host("other"));
    for host in [&one, &other] {
        for setting in ["net/ipv4/conf/all/rp_filter", "net/ipv6/conf/default/router_solicitations"] {
            host.sysctl(setting, "0");
        }
    }
    let (link, other_link) = lab.link(&one, &other);
    let keys = [Keys::new(&one, "one"), Keys::new(&other, "other")];
    let sites = [Site { host: one, link, number: 1 }, Site { host: other, link: other_link, number: 2 }];
    for (nth, tunnel) in TUNNELS.iter().enumerate() {
        for (site, keys) in sites.iter().zip([[&keys[0], &keys[1]], [&keys[1], &keys[0]]]) {
            site.make(nth, tunnel);
            if tunnel.name == "wg1" {
                site.wireguard(nth, keys);
            }
        }
    }
    sites
}

/// Sends echo requests and a conversation over a device, from the first host to the other.
fn talk([from, to]: &[Site; 2], nth: usize, version: Version) {
    let [source, destination] = [1, 2].map(|host| inner(nth, host)[version as usize]);
    from.host.run("ping", &["-n", "-c", "3", "-i", "0.2", "-W", "20", &destination.to_string()]);
    let listener = to.host.listen(SocketAddr::new(destination, SMTP));
    converse(&from.host.connect(SocketAddr::new(source, 0), SocketAddr::new(destination, SMTP)), &listener);
}

fn quiet(sites: &[Site; 2]) {
    let now = || sites.each_ref().map(Site::traffic);
    let mut before = now();
    loop {
        thread::sleep(Duration::from_secs(2));
        let after = now();
        if before == after {
            return;
        }
        before = after;
    }
}

/// Counts the packets of one interface in a capture of all, as `LINKTYPE_LINUX_SLL2`.
fn captured(packets: &[Packet], index: u32) -> Counts {
    const HEADER: usize = 20;
    const OUTGOING: u8 = 4;
    let (mut counts, tables) = (Counts::new(), fixtures::tables());
    for packet in packets {
        let (header, ip) = packet.bytes.split_at(HEADER);
        if header[4..8] != index.to_be_bytes() {
            continue;
        }
        let direction = if header[10] == OUTGOING { "egress" } else { "ingress" };
        let class = classify(ip, Frame::on_wire(Link::RawIp), &tables).class;
        let labels = [direction, name(class), class.role().label()];
        add(&mut counts, &[&[FAMILIES[0].0], &labels[..]].concat(), 1);
        add(&mut counts, &[&[FAMILIES[1].0], &labels[..]].concat(), u64::from(packet.length) - HEADER as u64);
    }
    counts
}

fn name(class: Class) -> &'static str {
    let mut fixed = Protocol::FIXED.iter();
    fixed.find(|(protocol, ..)| *protocol == class.protocol()).expect("no port is configured").1
}

/// Asserts that the agent's counts at a site equal those of the capture and of the device.
fn agrees(site: &Site, samples: &Samples, packets: &[Packet], nth: usize, grown: Traffic) -> Vec<String> {
    let tunnel = &TUNNELS[nth];
    let counted = of_metrics(samples, &FAMILIES, tunnel.name);
    let mut wrong = differences(&captured(packets, site.host.index(tunnel.name)), &counted);
    for direction in ["ingress", "egress"] {
        for role in ["to_server", "from_server"] {
            let series = format!("classifier_packets_total {direction} smtp {role}");
            let talked = counted.get(&series).copied().unwrap_or(0);
            let is_ours = (direction == "egress") == ((site.number == 1) == (role == "to_server"));
            if (talked > 0) != is_ours {
                wrong.push(format!("{series}: {talked}"));
            }
        }
    }
    let sum =
        |family, direction| samples.sum(family, &[("interface", tunnel.name), ("direction", direction)]);
    let [packets, bytes] = FAMILIES.map(|(family, _)| (sum(family, "ingress"), sum(family, "egress")));
    let device = ((grown.rx_packets, grown.tx_packets), (grown.rx_bytes, grown.tx_bytes));
    if tunnel.counts_what_it_carries && device != (packets, bytes) {
        wrong.push(format!("the device has counted {device:?}, the agent {packets:?} and {bytes:?}"));
    }
    wrong.iter().map(|line| format!("{} of {}: {line}", tunnel.name, site.host.name())).collect()
}

fn growth(before: Traffic, after: Traffic) -> Traffic {
    Traffic {
        rx_bytes: after.rx_bytes - before.rx_bytes,
        rx_packets: after.rx_packets - before.rx_packets,
        rx_dropped: after.rx_dropped - before.rx_dropped,
        tx_bytes: after.tx_bytes - before.tx_bytes,
        tx_packets: after.tx_packets - before.tx_packets,
        tx_dropped: after.tx_dropped - before.tx_dropped,
    }
}

#[test]
#[ignore = "needs devices that few kernels have built in: `cargo xtask vm` runs it"]
fn packets_of_each_kind_of_tunnel_are_counted_as_captured() {
    let lab = Lab::new();
    let sites = sites(&lab);
    let arguments: Vec<_> = TUNNELS.iter().flat_map(|tunnel| ["-i", tunnel.name]).collect();
    let agents = sites.each_ref().map(|site| site.host.agent(BINARY, &arguments));
    quiet(&sites);
    let counted_before: u64 =
        agents.iter().map(|agent| agent.metrics().sum("classifier_packets_total", &[])).sum();
    assert_eq!(counted_before, 0, "packets before anybody talks");
    let before = sites.each_ref().map(Site::traffic);
    let captures = sites.each_ref().map(|site| site.host.capture("any", &["-y", "LINUX_SLL2"]));

    for (nth, tunnel) in TUNNELS.iter().enumerate() {
        tunnel.families.iter().for_each(|version| talk(&sites, nth, *version));
    }
    quiet(&sites);

    let packets = captures.map(Capture::stop);
    let mut wrong = Vec::new();
    for (at, (site, agent)) in sites.iter().zip(&agents).enumerate() {
        let (samples, after) = (agent.metrics(), site.traffic());
        for nth in 0..TUNNELS.len() {
            wrong.extend(agrees(site, &samples, &packets[at], nth, growth(before[at][nth], after[nth])));
        }
    }
    assert!(wrong.is_empty(), "{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
}
