// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Lists the links over netlink.

use std::io;

use rtnetlink::{
    packet_core::{
        NLM_F_DUMP, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, NetlinkHeader, NetlinkMessage,
        NetlinkPayload,
    },
    packet_route::{RouteNetlinkMessage, link::LinkMessage as Request},
    sys::{AsyncSocket as _, AsyncSocketExt as _, SocketAddr, TokioSocket, protocols::NETLINK_ROUTE},
};

use super::{
    InterfaceError,
    message::{LinkMessage, Message, messages, number},
};

/// `RTM_NEWLINK`
pub(super) const NEW_LINK: u16 = 16;

/// Buffer size: the kernel sends parts of at most 32 KiB.
const PART: usize = 64 << 10;

/// Attempts at a consistent list: a list that changes meanwhile may lack a link.
const ATTEMPTS: usize = 16;

/// Applies `read` to each link of this network namespace.
pub(super) async fn links<T>(
    mut read: impl FnMut(&LinkMessage<'_>) -> Option<T>,
) -> Result<Vec<T>, InterfaceError> {
    let mut found = Vec::new();
    for _ in 0..ATTEMPTS {
        found.clear();
        let mut socket = TokioSocket::new(NETLINK_ROUTE).map_err(InterfaceError::Socket)?;
        let is_whole = list(&mut socket, |link| found.extend(read(link))).await;
        if is_whole.map_err(InterfaceError::List)? {
            break;
        }
    }
    Ok(found)
}

/// Requests the list once; `false` if links have changed meanwhile.
async fn list(socket: &mut TokioSocket, mut take: impl FnMut(&LinkMessage<'_>)) -> io::Result<bool> {
    let question = NetlinkPayload::from(RouteNetlinkMessage::GetLink(Request::default()));
    let mut question = NetlinkMessage::new(NetlinkHeader::default(), question);
    question.header.flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.finalize();
    let mut bytes = vec![0; question.buffer_len()];
    question.serialize(&mut bytes);
    socket.send_to(&bytes, &SocketAddr::new(0, 0)).await?;
    let mut part = Vec::with_capacity(PART);
    let mut is_whole = true;
    loop {
        part.clear();
        socket.recv(&mut part).await?;
        for Message { kind, flags, payload } in messages(&part) {
            is_whole &= flags & NLM_F_DUMP_INTR == 0;
            match kind {
                NEW_LINK => LinkMessage::read(payload).iter().for_each(&mut take),
                NLMSG_DONE | NLMSG_ERROR => {
                    // The kernel's errors are negative numbers.
                    let code = number(payload).unwrap_or_default().cast_signed();
                    return if code < 0 { Err(io::Error::from_raw_os_error(-code)) } else { Ok(is_whole) };
                }
                _ => {}
            }
        }
    }
}
