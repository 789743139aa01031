// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! The wire between the two hosts, their addresses and settings.

use std::{
    fs,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use rtnetlink::{
    Handle, LinkMessageBuilder, LinkUnspec, LinkVeth, RouteMessageBuilder, new_connection,
    packet_route::link::{InfoData, InfoVeth, LinkMessage},
};
use tokio::runtime;

use super::{host::Host, offload};

/// Addresses that the client routes through the server, whose hop limit expires there.
pub const BEYOND: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1)), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 1, 0, 0, 0, 0, 1))];

const CARRIER: Duration = Duration::from_secs(5);

/// Settings of both hosts, applied before they have an interface.
const SETTINGS: [(&str, &str); 7] = [
    ("ipv6/conf/default/accept_dad", "0"),
    ("ipv6/conf/default/router_solicitations", "0"),
    ("ipv4/ip_forward", "1"),
    ("ipv6/conf/all/forwarding", "1"),
    // A round requests more ICMP errors than the kernel's limit per second and peer allows.
    ("ipv4/icmp_ratelimit", "0"),
    ("ipv4/icmp_msgs_per_sec", "10000"),
    ("ipv6/icmp/ratelimit", "0"),
];

fn ipv4(host: &Host) -> Ipv4Addr {
    Ipv4Addr::new(192, 0, 2, host.number)
}

fn ipv6(host: &Host) -> Ipv6Addr {
    Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, host.number.into())
}

pub fn addresses(host: &Host) -> [IpAddr; 2] {
    [ipv4(host).into(), ipv6(host).into()]
}

/// Creates a veth pair, one end per host, named like its host. The link stays down, so that programs attached
/// now see the first packet.
pub fn join(client: &Host, server: &Host) -> Result<()> {
    for host in [client, server] {
        host.run(settings)?;
    }
    server.run(|| {
        netlink(async |handle| {
            let peer = LinkMessageBuilder::<LinkUnspec>::new()
                .name(client.name)
                .setns_by_fd(client.descriptor())
                .build();
            let pair = LinkVeth::new(server.name, client.name)
                .set_info_data(InfoData::Veth(InfoVeth::Peer(peer)))
                .build();
            handle.link().add(pair).execute().await?;
            // The agent listens there.
            handle.link().set(enabled("lo")).execute().await
        })?;
        // Without offload the client captures packets as they crossed the wire. The agent still sees GSO
        // packets.
        offload::no_segmentation(server.name)
    })
}

fn enabled(interface: &str) -> LinkMessage {
    LinkMessageBuilder::<LinkUnspec>::new().name(interface).up().build()
}

fn settings() -> Result<()> {
    for (name, value) in SETTINGS {
        let path = format!("/proc/sys/net/{name}");
        fs::write(&path, value).with_context(|| format!("cannot write {value} to {path}"))?;
    }
    Ok(())
}

/// Brings the link up, the client's end first, so that the server's first packets arrive.
pub fn up(client: &Host, server: &Host) -> Result<()> {
    for (host, gateway) in [(client, server), (server, client)] {
        host.run(|| netlink(async |handle| configure(&handle, host, gateway).await))?;
    }
    client.run(|| wait_for_carrier(client.name))
}

async fn configure(handle: &Handle, host: &Host, gateway: &Host) -> Result<(), rtnetlink::Error> {
    handle.link().set(enabled(host.name)).execute().await?;
    let index = nix::net::if_::if_nametoindex(host.name).map_err(|_| rtnetlink::Error::RequestFailed)?;
    handle.address().add(index, ipv4(host).into(), 24).execute().await?;
    handle.address().add(index, ipv6(host).into(), 64).execute().await?;
    // The next hop does not matter: the packet's hop limit expires at the server.
    let route = RouteMessageBuilder::<Ipv4Addr>::new().gateway(ipv4(gateway)).build();
    handle.route().add(route).execute().await?;
    let route = RouteMessageBuilder::<Ipv6Addr>::new().gateway(ipv6(gateway)).build();
    handle.route().add(route).execute().await
}

fn wait_for_carrier(name: &str) -> Result<()> {
    let end = Instant::now() + CARRIER;
    let flag = nix::net::if_::InterfaceFlags::IFF_RUNNING;
    while Instant::now() < end {
        let mut interfaces = nix::ifaddrs::getifaddrs().context("cannot list the interfaces")?;
        if interfaces.any(|interface| interface.interface_name == name && interface.flags.contains(flag)) {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(5));
    }
    bail!("the wire between the hosts does not come up")
}

fn netlink(work: impl AsyncFnOnce(Handle) -> Result<(), rtnetlink::Error>) -> Result<()> {
    let runtime =
        runtime::Builder::new_current_thread().enable_io().build().context("cannot start a runtime")?;
    runtime.block_on(async {
        let (connection, handle, _) = new_connection().context("cannot open a netlink socket")?;
        tokio::spawn(connection);
        work(handle).await.context("cannot set up the hosts' network")
    })
}
