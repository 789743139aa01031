// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds where programs are attached: by link in all network namespaces, and by interface in this one.

use aya::programs::{
    SchedClassifier, TcAttachType,
    links::{LinkInfo, LinkType},
    loaded_links,
};
use classifier_common::abi::Direction;

use super::FindError;
use crate::{
    datapath::{link_info, syscall::tcx},
    hook::{self, Attachment},
};

/// Finds the links of these programs. A link whose interface has gone has no attachment.
pub(super) fn of(programs: &[u32]) -> Result<Vec<Attachment>, FindError> {
    const WHAT: &str = "the kernel's links";
    let mut attachments = Vec::new();
    for link in loaded_links() {
        let looked_at = match link {
            Ok(link) if programs.contains(&link.program_id()) => {
                attachment(&link).map_err(|error| FindError::unless_gone(WHAT, &error))
            }
            Ok(_) => Ok(None),
            Err(error) => Err(FindError::unless_gone(WHAT, &error)),
        };
        match looked_at {
            Ok(attachment) => attachments.extend(attachment),
            Err(Some(error)) => return Err(error),
            Err(None) => {}
        }
    }
    Ok(attachments)
}

fn attachment(link: &LinkInfo) -> std::io::Result<Option<Attachment>> {
    // An agent has no link of a kind that aya does not know.
    let is_tcx = match link.link_type() {
        Ok(LinkType::Tcx) => true,
        Ok(LinkType::Xdp) => false,
        _ => return Ok(None),
    };
    let target = link_info::target(link.id())?;
    let (hook, direction) = match target.attach_type {
        _ if !is_tcx => (hook::XDP, Direction::Ingress),
        kind if kind == tcx(Direction::Egress) => (hook::TCX, Direction::Egress),
        _ => (hook::TCX, Direction::Ingress),
    };
    let attachment = Attachment { interface: target.interface, direction, hook, program: link.program_id() };
    Ok((target.interface != 0).then_some(attachment))
}

/// Lists the TCX programs on an interface of this network namespace; none if the interface has gone or the
/// kernel has no TCX.
#[must_use]
pub fn tcx_in(name: &str, interface: u32) -> Vec<Attachment> {
    let mut attachments = Vec::new();
    for (hook_type, direction) in
        [(TcAttachType::Ingress, Direction::Ingress), (TcAttachType::Egress, Direction::Egress)]
    {
        let programs =
            SchedClassifier::query_tcx(name, hook_type).map_or_else(|_| Vec::new(), |(_, all)| all);
        attachments.extend(programs.iter().map(|program| {
            let program = program.id();
            Attachment { interface, direction, hook: hook::TCX, program }
        }));
    }
    attachments
}
