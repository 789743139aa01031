//! TC programs held by filters: a filter cannot be pinned, stays when the agent ends, and is found by where it stands.

use std::{
    fs,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use aya::programs::{
    Link as _, SchedClassifier, TcAttachType,
    tc::{NlOptions, SchedClassifierLink, TcAttachOptions, TcError, TcHandle},
};
use classifier_common::abi::Direction;

use super::{
    PinError, clsact,
    filter::{HANDLE, PRIORITY},
    hold::{Hold, HoldError, Places},
    pins::unpin,
};
use crate::{hook, interfaces::Interface};

/// A program on a filter. Dropping it ends that, unless pins are kept; then the next agent finds it.
pub(super) struct HeldFilter {
    filter: Option<SchedClassifierLink>,
    index: u32,
    /// The qdisc was added for it, and goes with the last one on it.
    added: bool,
    kept: Arc<AtomicBool>,
}

impl HeldFilter {
    /// Ends it, pinned or not; the pins are the caller's.
    pub(super) fn release(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // What cannot be removed is gone already, or nobody who drops it could help.
        if let Some(filter) = self.filter.take() {
            let _ = filter.detach();
            if self.added {
                let _ = clsact::remove_if_empty(self.index);
            }
        }
    }
}

impl Drop for HeldFilter {
    fn drop(&mut self) {
        if self.kept.load(Ordering::Relaxed) {
            std::mem::forget(self.filter.take());
        } else {
            self.end();
        }
    }
}

/// Hangs a program on an interface. The filter of an agent before is taken over: the kernel replaces its program, and no
/// packet comes between.
pub(super) fn hold(
    program: &mut SchedClassifier,
    interface: &Interface,
    direction: Direction,
    places: Option<&Places>,
) -> Result<Hold, HoldError> {
    let index = interface.index;
    let Some(places) = places else {
        let added = clsact::ensure(&interface.name)?;
        let filter = add(program, interface, direction, TcHandle::AUTO_ASSIGN, added)?;
        return Ok(Hold::Filter(HeldFilter { filter: Some(filter), index, added, kept: Arc::default() }));
    };
    let found = places.held(direction).filter(|pin| pin.hook == hook::TC);
    places.clear(direction, found)?;
    // First: a filter without it would be nobody's.
    mark(&places.pins.link(direction, hook::TC))?;
    if places.qdisc_found {
        mark(&places.pins.qdisc())?;
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
            .attach_to_link(filter.map_err(|cause| HoldError::Program(TcError::from(cause).into()))?)?;
        let filter = Some(program.take_link(id)?);
        if pin.path != places.pins.link(direction, hook::TC) {
            unpin(&pin.path)?;
        }
        // A start that fails later leaves it to the next one.
        let kept = Arc::new(AtomicBool::new(true));
        return Ok(Hold::Filter(HeldFilter { filter, index, added: false, kept }));
    }
    let added = clsact::ensure(&interface.name)?;
    if added {
        mark(&places.pins.qdisc())?;
    }
    let filter = add(program, interface, direction, TcHandle::new(0, HANDLE), added)?;
    Ok(Hold::Filter(HeldFilter { filter: Some(filter), index, added, kept: Arc::clone(&places.kept) }))
}

fn add(
    program: &mut SchedClassifier,
    interface: &Interface,
    direction: Direction,
    handle: TcHandle,
    added: bool,
) -> Result<SchedClassifierLink, HoldError> {
    let options = TcAttachOptions::Netlink(NlOptions { priority: PRIORITY, handle, ..NlOptions::default() });
    let attached = program.attach_with_options(&interface.name, hook_type(direction), options);
    let filter = attached.and_then(|id| program.take_link(id));
    if filter.is_err() && added {
        // The first error says more than a second would.
        let _ = clsact::remove_if_empty(interface.index);
    }
    Ok(filter?)
}

/// A folder among the pins, for what cannot be pinned.
fn mark(path: &Path) -> Result<(), PinError> {
    fs::create_dir_all(path).map_err(PinError::refused("create", path))
}

const fn hook_type(direction: Direction) -> TcAttachType {
    match direction {
        Direction::Ingress => TcAttachType::Ingress,
        Direction::Egress => TcAttachType::Egress,
    }
}
