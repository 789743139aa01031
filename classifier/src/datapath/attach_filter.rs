// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Attaches TC programs by filters on kernels without TCX.

use std::{
    fs,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use aya::programs::{
    Link as _, ProgramError, SchedClassifier, TcAttachType,
    tc::{NlOptions, SchedClassifierLink, TcAttachOptions, TcError, TcHandle},
};
use classifier_common::abi::Direction;

use super::{
    PinError,
    attached_filter::AttachedFilter,
    attached_program::{AttachError, AttachedProgram, LinkPins},
    clsact,
    filter::{self, HANDLE, PRIORITY},
    pins::unpin,
};
use crate::{hook, interfaces::Interface};

/// Attaches a program to an interface by a filter. In the filter of a previous agent the kernel replaces the
/// program, and no packet is missed.
pub(super) fn attach(
    program: &mut SchedClassifier,
    interface: &Interface,
    direction: Direction,
    link_pins: Option<&LinkPins>,
) -> Result<AttachedProgram, AttachError> {
    let index = interface.index;
    let Some(link_pins) = link_pins else {
        let added = clsact::ensure(&interface.name)?;
        let filter = add(program, interface, direction, TcHandle::AUTO_ASSIGN, added)?;
        return Ok(AttachedProgram::Filter(AttachedFilter {
            filter: Some(filter),
            index,
            added,
            kept: Arc::default(),
        }));
    };
    let found = link_pins.found_for(direction).filter(|pin| pin.hook == hook::TC);
    link_pins.clear(direction, found)?;
    // Pinned first: a filter without its mark would have no owner.
    mark(&link_pins.pins.link(direction, hook::TC))?;
    if link_pins.qdisc_found {
        mark(&link_pins.pins.qdisc())?;
    }
    if let Some(pin) = found {
        let filter = SchedClassifierLink::attached(
            &interface.name,
            hook_type(direction),
            PRIORITY,
            TcHandle::new(0, HANDLE),
            None,
        );
        let id = program
            .attach_to_link(filter.map_err(|cause| AttachError::Program(TcError::from(cause).into()))?)?;
        let filter = Some(is_on(interface, direction, program.take_link(id)?)?);
        if pin.path != link_pins.pins.link(direction, hook::TC) {
            unpin(&pin.path)?;
        }
        // A start that fails later leaves the filter to the next agent.
        let kept = Arc::new(AtomicBool::new(true));
        return Ok(AttachedProgram::Filter(AttachedFilter { filter, index, added: false, kept }));
    }
    let added = clsact::ensure(&interface.name)?;
    if added {
        mark(&link_pins.pins.qdisc())?;
    }
    let filter = add(program, interface, direction, TcHandle::new(0, HANDLE), added)?;
    Ok(AttachedProgram::Filter(AttachedFilter {
        filter: Some(filter),
        index,
        added,
        kept: Arc::clone(&link_pins.kept),
    }))
}

fn add(
    program: &mut SchedClassifier,
    interface: &Interface,
    direction: Direction,
    handle: TcHandle,
    added: bool,
) -> Result<SchedClassifierLink, AttachError> {
    let options = TcAttachOptions::Netlink(NlOptions { priority: PRIORITY, handle, ..NlOptions::default() });
    let attached = program.attach_with_options(&interface.name, hook_type(direction), options);
    let filter = attached.and_then(|id| program.take_link(id)).map_err(AttachError::from);
    let filter = filter.and_then(|filter| is_on(interface, direction, filter));
    if filter.is_err() && added {
        // The first error explains more than a second one.
        let _ = clsact::remove_if_empty(interface.index);
    }
    filter
}

/// Checks that the filter is on this interface. aya attaches by name, which another interface may have had by
/// then. The filter is then removed, and the interface is tried again under its new name.
fn is_on(
    interface: &Interface,
    direction: Direction,
    filter: SchedClassifierLink,
) -> Result<SchedClassifierLink, AttachError> {
    if filter::has_program(interface.index, direction).unwrap_or(true) {
        return Ok(filter);
    }
    filter.detach()?;
    Err(ProgramError::UnknownInterface { name: interface.name.clone() }.into())
}

/// Creates a directory among the pins, for an object that cannot be pinned.
fn mark(path: &Path) -> Result<(), PinError> {
    fs::create_dir_all(path).map_err(PinError::refused("create", path))
}

const fn hook_type(direction: Direction) -> TcAttachType {
    match direction {
        Direction::Ingress => TcAttachType::Ingress,
        Direction::Egress => TcAttachType::Egress,
    }
}
