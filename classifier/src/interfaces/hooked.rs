// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Lists the links of this network namespace with their attached programs, as far as rtnetlink knows them.

use std::io;

use classifier_common::abi::Direction;
use rtnetlink::{
    Handle, new_connection,
    packet_route::tc::{TcAttribute, TcFilterBpfOption, TcMessage, TcOption},
};
use tokio_stream::StreamExt as _;

use super::{
    InterfaceError, dump,
    message::{LinkMessage, attributes, number, text},
};
use crate::hook::{self, Attachment};

/// `IFLA_XDP_DRV_PROG_ID`
const NATIVE: u16 = 5;
/// `IFLA_XDP_SKB_PROG_ID`
const GENERIC: u16 = 6;
/// `IFLA_XDP_HW_PROG_ID`
const OFFLOADED: u16 = 7;

/// A link with its attached programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooked {
    /// Index of the link.
    pub index: u32,
    /// Name of the link.
    pub name: String,
    /// XDP programs, and on request those of clsact filters. rtnetlink does not know TCX.
    pub attachments: Vec<Attachment>,
}

/// Lists every link of this network namespace; with `filters`, three requests for each link instead of one
/// for all.
///
/// # Errors
///
/// When netlink does not answer.
pub async fn hooked(filters: bool) -> Result<Vec<Hooked>, InterfaceError> {
    let mut links = dump::links(|message| Some(link(message))).await?;
    if filters {
        let (connection, handle, _) = new_connection().map_err(InterfaceError::Socket)?;
        let connection = tokio::spawn(connection);
        for link in &mut links {
            add_filters(&handle, link).await?;
        }
        connection.abort();
    }
    Ok(links)
}

fn link(message: &LinkMessage<'_>) -> Hooked {
    let index = message.index;
    let mut link = Hooked { index, ..Hooked::default() };
    for (kind, value) in message.attributes() {
        match kind {
            libc::IFLA_IFNAME => link.name = text(value),
            libc::IFLA_XDP => link.attachments.extend(attached(index, value)),
            _ => {}
        }
    }
    link
}

/// Lists the XDP programs of an interface, each under the attribute of its mode.
pub(super) fn attached(interface: u32, nested: &[u8]) -> impl Iterator<Item = Attachment> {
    attributes(nested).filter_map(move |(kind, value)| {
        let hook = match kind {
            NATIVE => hook::XDP_NATIVE,
            GENERIC => hook::XDP_GENERIC,
            OFFLOADED => hook::XDP,
            _ => return None,
        };
        Some(Attachment { interface, direction: Direction::Ingress, hook, program: number(value)? })
    })
}

async fn add_filters(handle: &Handle, link: &mut Hooked) -> Result<(), InterfaceError> {
    let Ok(index) = i32::try_from(link.index) else { return Ok(()) };
    for direction in Direction::ALL {
        let request = handle.traffic_filter(index).get();
        let request = match direction {
            Direction::Ingress => request.ingress(),
            Direction::Egress => request.egress(),
        };
        let mut messages = request.execute();
        while let Some(message) = messages.next().await {
            let program = program(message.map_err(|error| InterfaceError::List(io::Error::other(error)))?);
            let on = |program| Attachment { interface: link.index, direction, hook: hook::TC, program };
            link.attachments.extend(program.map(on));
        }
    }
    Ok(())
}

/// Returns the program of a filter of kind `bpf`.
fn program(filter: TcMessage) -> Option<u32> {
    filter.attributes.into_iter().find_map(|attribute| {
        let TcAttribute::Options(options) = attribute else { return None };
        options.into_iter().find_map(|option| {
            let TcOption::Bpf(TcFilterBpfOption::ProgId(id)) = option else { return None };
            Some(id)
        })
    })
}
