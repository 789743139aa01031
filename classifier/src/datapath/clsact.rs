// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Adds and removes the qdisc clsact, which has the TC filters on kernels without TCX.

use std::io;

use aya::programs::tc::{TcError, qdisc_add_clsact};
use classifier_common::abi::Direction;
use rtnetlink::packet_route::{
    RouteNetlinkMessage,
    tc::{TcHandle, TcMessage},
};

use super::{DatapathError, filter, netlink};

/// Handle of clsact: an interface has one.
const ITSELF: TcHandle = TcHandle { major: u16::MAX, minor: 0 };

/// Adds clsact to an interface, and returns whether it had none. The qdisc has no queue and no cost of its
/// own.
pub(super) fn ensure(interface: &str) -> Result<bool, DatapathError> {
    match qdisc_add_clsact(interface) {
        Ok(()) => Ok(true),
        Err(TcError::AlreadyAttached) => Ok(false),
        Err(cause) => match super::os_error::os_error(&cause) {
            Some(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            error => Err(DatapathError::Attach {
                interface: interface.to_owned(),
                hook: "the clsact qdisc",
                cause: error.unwrap_or_else(|| io::Error::other(cause.to_string())),
                remedy: "the kernel needs CONFIG_NET_SCH_INGRESS",
            }),
        },
    }
}

/// Removes clsact, unless another program has a filter on it. A filter that is added between the check and
/// the removal is lost: the kernel has no command for both.
pub(super) fn remove_if_empty(index: u32) -> io::Result<()> {
    for direction in Direction::ALL {
        if !filter::all(index, direction)?.is_empty() {
            return Ok(());
        }
    }
    let mut qdisc = TcMessage::with_index(index.cast_signed());
    (qdisc.header.handle, qdisc.header.parent) = (ITSELF, TcHandle::CLSACT);
    match netlink::change(RouteNetlinkMessage::DelQueueDiscipline(qdisc)) {
        // The qdisc is gone, or its interface.
        Err(error) if matches!(error.raw_os_error(), Some(libc::ENOENT | libc::EINVAL | libc::ENODEV)) => {
            Ok(())
        }
        answer => answer,
    }
}
