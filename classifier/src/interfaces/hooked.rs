//! The links of this network namespace with the programs that hang on them, as far as rtnetlink knows them.

use classifier_common::abi::Direction;
use rtnetlink::{
    Handle, new_connection,
    packet_route::{
        link::{LinkAttribute, LinkMessage, LinkXdp, XdpAttached},
        tc::{TcAttribute, TcFilterBpfOption, TcMessage, TcOption},
    },
};
use tokio_stream::StreamExt as _;

use super::InterfaceError;
use crate::hook::{self, Attachment};

/// A link, and the programs on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooked {
    /// Its index.
    pub index: u32,
    /// Its name.
    pub name: String,
    /// XDP programs, and where filters were asked for those of clsact. TCX is not rtnetlink's.
    pub attachments: Vec<Attachment>,
}

/// Every link of this network namespace; with `filters`, three requests a link in place of one for all.
///
/// # Errors
///
/// When netlink does not answer.
pub async fn hooked(filters: bool) -> Result<Vec<Hooked>, InterfaceError> {
    let (connection, handle, _) = new_connection().map_err(InterfaceError::Socket)?;
    let connection = tokio::spawn(connection);
    let mut links = Vec::new();
    let mut messages = handle.link().get().execute();
    while let Some(message) = messages.next().await {
        links.push(link(message.map_err(refused)?));
    }
    if filters {
        for link in &mut links {
            add_filters(&handle, link).await?;
        }
    }
    connection.abort();
    Ok(links)
}

fn refused(error: rtnetlink::Error) -> InterfaceError {
    InterfaceError::List(Box::new(error))
}

fn link(message: LinkMessage) -> Hooked {
    let index = message.header.index;
    let mut link = Hooked { index, ..Hooked::default() };
    for attribute in message.attributes {
        #[expect(clippy::wildcard_enum_match_arm, reason = "a link has a hundred attributes")]
        match attribute {
            LinkAttribute::IfName(name) => link.name = name,
            LinkAttribute::Xdp(xdp) => link.attachments.extend(attached(index, &xdp)),
            _ => {}
        }
    }
    link
}

fn attached(interface: u32, attributes: &[LinkXdp]) -> Option<Attachment> {
    let mut program = None;
    let mut hook = hook::XDP;
    for attribute in attributes {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the others say the same again")]
        match attribute {
            LinkXdp::ProgId(id) => program = Some(*id),
            LinkXdp::Attached(XdpAttached::Driver) => hook = hook::XDP_NATIVE,
            LinkXdp::Attached(XdpAttached::SocketBuffer) => hook = hook::XDP_GENERIC,
            _ => {}
        }
    }
    Some(Attachment { interface, direction: Direction::Ingress, hook, program: program? })
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
            let program = program(message.map_err(refused)?);
            let on = |program| Attachment { interface: link.index, direction, hook: hook::TC, program };
            link.attachments.extend(program.map(on));
        }
    }
    Ok(())
}

/// The program of a filter of kind `bpf`.
fn program(filter: TcMessage) -> Option<u32> {
    filter.attributes.into_iter().find_map(|attribute| {
        let TcAttribute::Options(options) = attribute else { return None };
        options.into_iter().find_map(|option| {
            let TcOption::Bpf(TcFilterBpfOption::ProgId(id)) = option else { return None };
            Some(id)
        })
    })
}
