// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Errors of listing and watching links.

use std::io;

use thiserror::Error;

use crate::descriptors::remedy;

/// Reason why links cannot be listed or selected.
#[derive(Debug, Error)]
pub enum InterfaceError {
    /// No netlink socket is available.
    #[error("cannot open a netlink socket: {0}; {remedy}", remedy = remedy(.0, "the agent's sandbox must allow AF_NETLINK"))]
    Socket(#[source] io::Error),
    /// The kernel does not answer.
    #[error("cannot list the interfaces: {0}; {remedy}", remedy = remedy(.0, "the agent's sandbox must allow rtnetlink"))]
    List(#[source] io::Error),
    /// No interface has this plain name.
    #[error("interface `{0}` does not exist; `ip link` lists the interfaces of this network namespace")]
    Unknown(String),
    /// The frames of an interface begin with an unsupported header.
    #[error(
        "interface `{name}` has link-layer type {kind}, which is not supported; give an Ethernet or raw IP \
         interface with --interface"
    )]
    LinkLayer {
        /// Name of the interface.
        name: String,
        /// Link-layer type of the interface.
        kind: String,
    },
    /// The kernel stops reporting changes of links.
    #[error("cannot watch for changes of interfaces: {0}; {remedy}", remedy = remedy(.0, "the agent's sandbox must allow rtnetlink"))]
    Watch(#[source] io::Error),
}
