// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Tunnels of each kind between two hosts.

use std::{fs, io::Write as _, net::IpAddr, process::Stdio};

use testbed::{End, Host, Lab, Traffic};

/// A device at either end, with its arguments of `ip`. Words in capitals differ by host and by device.
pub struct Tunnel {
    pub name: &'static str,
    pub families: &'static [Version],
    /// True if the device counts the bytes of the packets that it carries.
    pub counts_what_it_carries: bool,
    commands: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Version {
    V4,
    V6,
}

const BOTH: &[Version] = &[Version::V4, Version::V6];

pub const TUNNELS: [Tunnel; 7] = [
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
pub struct Site {
    pub host: Host,
    pub number: u8,
    link: End,
}

/// Returns a host's addresses within a device's tunnel, by the device's index in the table.
pub fn inner(device: usize, host: u8) -> [IpAddr; 2] {
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

    pub fn traffic(&self) -> Vec<Traffic> {
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
pub fn sites(lab: &Lab) -> [Site; 2] {
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
