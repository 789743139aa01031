// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A program that is attached to a hook, with its pin, by which it outlives the agent.

use std::{
    fs, io,
    os::fd::{AsFd as _, OwnedFd},
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use aya::{
    programs::{ProgramError, ProgramFd},
    sys::SyscallError,
};
use classifier_common::abi::Direction;

use super::{
    DatapathError, PinError,
    attached_filter::AttachedFilter,
    filter, hook_programs,
    link::{self, LinkHook},
    link_info,
    pins::{InterfacePins, LinkPin},
    syscall::{self, Access},
};
use crate::{hook, interfaces::Interface};

/// A program that is attached to a hook. Dropping it detaches the program, unless it is pinned and pins are
/// kept.
pub(super) enum AttachedProgram {
    Link(OwnedFd),
    Filter(AttachedFilter),
}

impl AttachedProgram {
    /// Returns the index of the interface that the link is attached to, 0 after it is detached; `None` for a
    /// filter.
    pub(super) fn interface(&self) -> io::Result<Option<u32>> {
        match self {
            Self::Link(link) => link_info::of(link).map(|target| Some(target.interface)),
            Self::Filter(_) => Ok(None),
        }
    }

    /// Leaves the program attached for the next agent.
    pub(super) fn leave(self) {
        if let Self::Filter(filter) = self {
            filter.leave();
        }
    }

    /// Detaches the program, pinned or not. The caller removes the pins.
    pub(super) fn release(self) {
        if let Self::Filter(filter) = self {
            filter.release();
        }
    }
}

/// The pin paths of an interface's hooks.
pub(super) struct LinkPins {
    pub pins: InterfacePins,
    /// Pins of previous agents.
    pub found: Vec<LinkPin>,
    /// A previous agent has added the clsact qdisc.
    pub qdisc_found: bool,
    pub interface: Interface,
    pub kept: Arc<AtomicBool>,
}

impl LinkPins {
    /// Finds the pin of a previous agent for this direction.
    pub(super) fn found_for(&self, direction: Direction) -> Option<&LinkPin> {
        let lives = |pin: &&LinkPin| {
            if pin.hook == hook::TC {
                filter::is_there(self.interface.index, direction).unwrap_or(false)
            } else {
                hook_programs::is_at(&pin.path, pin.hook, direction, &self.interface)
            }
        };
        self.found.iter().filter(|pin| pin.direction == direction).find(lives)
    }

    /// Removes the pins of previous agents for this direction, except one.
    pub(super) fn clear(&self, direction: Direction, but: Option<&LinkPin>) -> Result<(), PinError> {
        for pin in self.found.iter().filter(|pin| pin.direction == direction && Some(*pin) != but) {
            // There is one filter, which several pins may name.
            if pin.hook == hook::TC && but.is_none_or(|but| but.hook != hook::TC) {
                filter::remove(self.interface.index, direction)
                    .map_err(PinError::filter(self.pins.name()))?;
            }
            link_info::detach(&pin.path);
            super::pins::unpin(&pin.path)?;
        }
        Ok(())
    }

    /// Moves the pin of a previous agent to this agent's path.
    pub(super) fn adopt(&self, pin: &LinkPin) -> Result<(), PinError> {
        let path = self.pins.link(pin.direction, pin.hook);
        if path == pin.path {
            return Ok(());
        }
        fs::rename(&pin.path, &path).map_err(PinError::refused("rename", &pin.path))
    }
}

/// Attaches a program by a link, and pins the link.
pub(super) fn create(
    program: &ProgramFd,
    link_hook: LinkHook,
    (direction, hook): (Direction, &str),
    interface: u32,
    link_pins: Option<&LinkPins>,
) -> Result<AttachedProgram, AttachError> {
    let created = link::create(program.as_fd(), interface, link_hook);
    let refused = |io_error| ProgramError::from(SyscallError { call: "bpf_link_create", io_error });
    let link = created.map_err(refused)?;
    if let Some(link_pins) = link_pins {
        let path = link_pins.pins.link(direction, hook);
        syscall::pin(link.as_fd(), &path).map_err(PinError::refused("pin", &path))?;
    }
    Ok(AttachedProgram::Link(link))
}

/// Replaces the program of a pinned link: no packet is missed.
pub(super) fn take_over(program: &ProgramFd, pin: &Path) -> Result<AttachedProgram, AttachError> {
    let refused = |io_error| ProgramError::from(SyscallError { call: "bpf_link_update", io_error });
    let link = syscall::open_pin(pin, Access::Whole).map_err(PinError::refused("open", pin))?;
    link::update(link.as_fd(), program.as_fd()).map_err(refused)?;
    Ok(AttachedProgram::Link(link))
}

/// Reason why a hook cannot be attached or pinned.
#[derive(Debug)]
pub(super) enum AttachError {
    Program(ProgramError),
    Pin(PinError),
    Other(DatapathError),
}

impl From<ProgramError> for AttachError {
    fn from(error: ProgramError) -> Self {
        Self::Program(error)
    }
}

impl From<PinError> for AttachError {
    fn from(error: PinError) -> Self {
        Self::Pin(error)
    }
}

impl From<DatapathError> for AttachError {
    fn from(error: DatapathError) -> Self {
        Self::Other(error)
    }
}
