// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A port alone is served on all addresses of the host, for any sysctl of IPv6 sockets.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream};

use classifier::http;
use testbed::Lab;

#[test]
fn a_port_alone_is_heard_over_either_family_whatever_bindv6only_says() {
    let lab = Lab::new();
    let loopbacks = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    for bindv6only in ["0", "1"] {
        let host = lab.host("server");
        host.sysctl("net/ipv6/bindv6only", bindv6only);
        for address in [":9877", "[::]:9878"] {
            let bound =
                host.enter(|| http::bind(&[address.parse().expect("an address")]).expect("a free port"));
            let port = bound[0].local_addr().expect("it is bound").port();
            for loopback in loopbacks {
                let connected = host.enter(|| TcpStream::connect((loopback, port)));
                assert!(connected.is_ok(), "{address} at {loopback}, bindv6only={bindv6only}: {connected:?}");
            }
        }
    }
}
