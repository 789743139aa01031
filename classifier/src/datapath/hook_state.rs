// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Checks that the programs are still attached: another program can detach a link or delete a filter.

use std::io;

use classifier_common::abi::{Direction, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP};
use rustix::thread::{CapabilitySet, capabilities};

use super::{Attached, Datapath, hook_programs::tcx};
use crate::hook::{self, Attachment};

/// State of the programs of an attached interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookState {
    /// True if every program is at its hook.
    pub is_attached: bool,
    /// Directions where another TC program runs first, which may end the chain.
    pub preceded: Vec<Direction>,
}

/// Facts about hooks that this process may ask the kernel for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookVisibility {
    /// The programs of a TCX hook in their order, which needs `CAP_NET_ADMIN`.
    Whole,
    /// Only whether a link is still attached.
    Links,
}

impl HookVisibility {
    /// Determines the permitted questions from the capabilities. It is called once: capabilities that are
    /// given up do not return.
    #[must_use]
    pub fn of_this_process() -> Self {
        let may = CapabilitySet::NET_ADMIN | CapabilitySet::SYS_ADMIN;
        // A process may always read its own capabilities.
        let effective = capabilities(None).map_or(may, |sets| sets.effective);
        if effective.intersects(may) { Self::Whole } else { Self::Links }
    }
}

impl Datapath {
    /// Checks the programs of an interface: links by their target, TCX hooks by the order of their programs.
    /// A filter is searched in `seen`, the filters that rtnetlink lists, and counts as attached without it.
    ///
    /// # Errors
    ///
    /// When the kernel does not answer.
    pub fn hook_state(
        &self,
        attached: &Attached,
        seen: Option<&[Attachment]>,
        visibility: HookVisibility,
    ) -> io::Result<HookState> {
        let index = attached.interface.index;
        let ingress = match attached.hooks.ingress {
            hook::TCX | hook::TC => PROGRAM_INGRESS,
            _ => PROGRAM_XDP,
        };
        let hooks = [
            (Direction::Ingress, attached.hooks.ingress, ingress),
            (Direction::Egress, attached.hooks.egress, PROGRAM_EGRESS),
        ];
        let mut hook_state = HookState { is_attached: true, preceded: Vec::new() };
        for (direction, hook, program) in hooks {
            let (Some(attached_program), Some(program)) =
                (attached.links.of(direction), self.programs.id(program))
            else {
                continue;
            };
            let position = match attached_program.interface()? {
                Some(other) if other != index => None,
                Some(_) if hook == hook::TCX && visibility == HookVisibility::Whole => {
                    tcx(index, direction)?.into_iter().position(|one| one == program)
                }
                // An XDP hook has one program.
                Some(_) => Some(0),
                None => seen.map_or(Some(0), |seen| {
                    let is_here = |one: &&Attachment| (one.interface, one.direction) == (index, direction);
                    seen.iter().filter(is_here).position(|one| one.program == program)
                }),
            };
            match position {
                None => hook_state.is_attached = false,
                Some(0) => {}
                Some(_) => hook_state.preceded.push(direction),
            }
        }
        Ok(hook_state)
    }
}
