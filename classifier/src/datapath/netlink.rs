// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Sends traffic-control requests to rtnetlink and waits for the answers: a destructor cannot await.

use std::io;

use rtnetlink::{
    packet_core::{NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST, NetlinkHeader, NetlinkMessage, NetlinkPayload},
    packet_route::{RouteNetlinkMessage, tc::TcMessage},
    sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE},
};

/// Alignment of messages (`NLMSG_ALIGNTO`).
const ALIGNED: usize = 4;

/// Lists the objects that the question asks for.
pub(super) fn list(question: RouteNetlinkMessage) -> io::Result<Vec<TcMessage>> {
    ask(question, NLM_F_DUMP)
}

/// Sends a change to the kernel.
pub(super) fn change(what: RouteNetlinkMessage) -> io::Result<()> {
    ask(what, NLM_F_ACK).map(drop)
}

fn ask(message: RouteNetlinkMessage, flags: u16) -> io::Result<Vec<TcMessage>> {
    let socket = Socket::new(NETLINK_ROUTE)?;
    socket.connect(&SocketAddr::new(0, 0))?;
    let mut request = NetlinkMessage::new(NetlinkHeader::default(), NetlinkPayload::from(message));
    request.header.flags = NLM_F_REQUEST | flags;
    request.finalize();
    let mut bytes = vec![0; request.buffer_len()];
    request.serialize(&mut bytes);
    socket.send(&bytes, 0)?;
    let mut filters = Vec::new();
    loop {
        let (answer, _) = socket.recv_from_full()?;
        let mut rest = &*answer;
        while !rest.is_empty() {
            let message =
                NetlinkMessage::<RouteNetlinkMessage>::deserialize(rest).map_err(io::Error::other)?;
            #[expect(clippy::wildcard_enum_match_arm, reason = "nothing else is asked for")]
            match message.payload {
                NetlinkPayload::Error(error) if error.code.is_some() => return Err(error.to_io()),
                // The end of a list, or an acknowledgement.
                NetlinkPayload::Done(_) | NetlinkPayload::Error(_) => return Ok(filters),
                NetlinkPayload::InnerMessage(RouteNetlinkMessage::NewTrafficFilter(one)) => filters.push(one),
                _ => {}
            }
            let length = (message.header.length as usize).next_multiple_of(ALIGNED);
            rest = rest.get(length..).unwrap_or_default();
        }
    }
}
