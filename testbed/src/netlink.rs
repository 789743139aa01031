// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Links and addresses of the calling thread's network namespace.

use std::{
    net::IpAddr,
    os::fd::{AsRawFd as _, BorrowedFd},
};

use rtnetlink::{
    Error, Handle, LinkMessageBuilder, LinkUnspec, LinkVeth, new_connection,
    packet_route::{
        link::{LinkAttribute, LinkXdp},
        tc::TcAttribute,
    },
};
use tokio_stream::StreamExt as _;

fn ask<T>(request: impl AsyncFnOnce(Handle) -> Result<T, Error>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let (connection, handle, _) = new_connection().expect("a netlink socket");
        tokio::spawn(connection);
        request(handle).await.expect("the kernel does it")
    })
}

fn change(index: u32, edit: impl FnOnce(LinkMessageBuilder<LinkUnspec>) -> LinkMessageBuilder<LinkUnspec>) {
    let message = edit(LinkUnspec::new_with_index(index)).build();
    ask(async |handle| handle.link().set(message).execute().await);
}

/// Creates a veth pair, whose second end is in another namespace.
pub(crate) fn add_veth(name: &str, peer: &str, namespace: BorrowedFd<'_>) {
    let message = LinkVeth::new(name, peer).build();
    let there = LinkUnspec::new_with_name(peer).setns_by_fd(namespace.as_raw_fd()).build();
    ask(async |handle| {
        handle.link().add(message).execute().await?;
        handle.link().set(there).execute().await
    });
}

pub(crate) fn add_address(index: u32, address: IpAddr, bits: u8) {
    ask(async |handle| handle.address().add(index, address, bits).execute().await);
}

pub(crate) fn set_up(index: u32) {
    change(index, LinkMessageBuilder::up);
}

/// Sets the largest packet in bytes, for both IP versions, sent (GSO) and merged (GRO).
pub(crate) fn set_gso_max_size(index: u32, bytes: u32) {
    let limits = [
        LinkAttribute::GsoMaxSize(bytes),
        LinkAttribute::GsoIpv4MaxSize(bytes),
        LinkAttribute::GroMaxSize(bytes),
        LinkAttribute::GroIpv4MaxSize(bytes),
    ];
    change(index, |link| limits.into_iter().fold(link, LinkMessageBuilder::append_extra_attribute));
}

/// Sets an interface up, without ARP.
pub(crate) fn set_mute(index: u32, mtu: u32) {
    change(index, |link| link.arp(false).multicast(false).mtu(mtu).up());
}

/// A link, and its attached programs.
pub(crate) struct Hooks {
    pub name: String,
    pub xdp: bool,
    pub clsact: bool,
}

/// Lists every link.
pub(crate) fn hooks() -> Vec<Hooks> {
    ask(async |handle| {
        let mut with_clsact = Vec::new();
        let mut qdiscs = handle.qdisc().get().execute();
        while let Some(qdisc) = qdiscs.next().await.transpose()? {
            if qdisc.attributes.contains(&TcAttribute::Kind("clsact".into())) {
                with_clsact.push(qdisc.header.index);
            }
        }
        let mut all = Vec::new();
        let mut links = handle.link().get().execute();
        while let Some(link) = links.next().await.transpose()? {
            let clsact = with_clsact.contains(&link.header.index.cast_signed());
            let mut hooks = Hooks { name: String::new(), xdp: false, clsact };
            for attribute in link.attributes {
                #[expect(clippy::wildcard_enum_match_arm, reason = "a link has a hundred attributes")]
                match attribute {
                    LinkAttribute::IfName(name) => hooks.name = name,
                    LinkAttribute::Xdp(xdp) => {
                        hooks.xdp = xdp.iter().any(|one| matches!(one, LinkXdp::ProgId(_)));
                    }
                    _ => {}
                }
            }
            all.push(hooks);
        }
        Ok(all)
    })
}
