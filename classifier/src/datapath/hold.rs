//! What holds a program to a hook, and where it is pinned so that it outlives the agent.

use std::{
    fs,
    path::Path,
    sync::{Arc, atomic::AtomicBool},
};

use aya::programs::{
    ProgramError, SchedClassifier, Xdp,
    links::{FdLink, LinkError, PinnedLink},
    tc::SchedClassifierLink,
    xdp::XdpLink,
};
use classifier_common::abi::Direction;

use super::{
    DatapathError, PinError, filter,
    held_filter::HeldFilter,
    link_info::{self, pinned_target},
    pins::{InterfacePins, LinkPin},
};
use crate::hook;

/// What holds a program to a hook. Dropping it ends that, unless it is pinned and pins are kept.
pub(super) enum Hold {
    Link(#[expect(dead_code, reason = "held for what dropping it does")] FdLink),
    Filter(HeldFilter),
}

impl Hold {
    /// Lets go, pinned or not; the pins are the caller's.
    pub(super) fn release(self) {
        if let Self::Filter(filter) = self {
            filter.release();
        }
    }
}

/// Where the hooks of an interface are pinned, or are to be.
pub(super) struct Places {
    pub pins: InterfacePins,
    /// Those of agents before.
    pub found: Vec<LinkPin>,
    /// One of them has added the clsact qdisc.
    pub qdisc_found: bool,
    /// Index of the interface.
    pub index: u32,
    pub kept: Arc<AtomicBool>,
}

impl Places {
    /// What holds the interface to a hook of this direction already.
    pub(super) fn held(&self, direction: Direction) -> Option<&LinkPin> {
        let lives = |pin: &&LinkPin| {
            if pin.hook == hook::TC {
                filter::is_there(self.index, direction).unwrap_or(false)
            } else {
                pinned_target(&pin.path).is_ok_and(|target| target.interface == self.index)
            }
        };
        self.found.iter().filter(|pin| pin.direction == direction).find(lives)
    }

    /// Ends what agents before have pinned for this direction, but for one.
    pub(super) fn clear(&self, direction: Direction, but: Option<&LinkPin>) -> Result<(), PinError> {
        for pin in self.found.iter().filter(|pin| pin.direction == direction && Some(*pin) != but) {
            // There is one filter, whichever pins speak of it.
            if pin.hook == hook::TC && but.is_none_or(|but| but.hook != hook::TC) {
                filter::remove(self.index, direction).map_err(PinError::filter(self.pins.name()))?;
            }
            link_info::detach(&pin.path);
            super::pins::unpin(&pin.path)?;
        }
        Ok(())
    }

    /// Pins a link.
    fn pin(&self, link: FdLink, direction: Direction, hook: &str) -> Result<FdLink, PinError> {
        let path = self.pins.link(direction, hook);
        link.pin(&path).map(Into::into).map_err(PinError::of("pin", &path))
    }

    /// The pin of an agent before is this one's.
    pub(super) fn adopt(&self, pin: &LinkPin) -> Result<(), PinError> {
        let path = self.pins.link(pin.direction, pin.hook);
        if path == pin.path {
            return Ok(());
        }
        fs::rename(&pin.path, &path).map_err(PinError::refused("rename", &pin.path))
    }
}

/// Holds a program by a link, XDP's or TC's.
pub(super) fn link(
    link: impl TryInto<FdLink, Error = LinkError>,
    direction: Direction,
    hook: &str,
    places: Option<&Places>,
) -> Result<Hold, HoldError> {
    let link = link.try_into()?;
    let link = match places {
        Some(places) => places.pin(link, direction, hook)?,
        None => link,
    };
    Ok(Hold::Link(link))
}

/// Puts an XDP program in the place of the one that hangs on a pinned link: no packet comes between.
pub(super) fn take_over_xdp(program: &mut Xdp, pin: &Path) -> Result<Hold, HoldError> {
    let link = XdpLink::try_from(FdLink::from(PinnedLink::from_pin(pin)?))?;
    let id = program.attach_to_link(link)?;
    Ok(Hold::Link(program.take_link(id)?.try_into()?))
}

/// The same for a TC program.
pub(super) fn take_over_tc(program: &mut SchedClassifier, pin: &Path) -> Result<Hold, HoldError> {
    let link = SchedClassifierLink::try_from(FdLink::from(PinnedLink::from_pin(pin)?))?;
    let id = program.attach_to_link(link)?;
    Ok(Hold::Link(program.take_link(id)?.try_into()?))
}

/// A hook is refused, or cannot be pinned.
#[derive(Debug)]
pub(super) enum HoldError {
    Program(ProgramError),
    Link(LinkError),
    Pin(PinError),
    Other(DatapathError),
}

impl From<ProgramError> for HoldError {
    fn from(error: ProgramError) -> Self {
        Self::Program(error)
    }
}

impl From<LinkError> for HoldError {
    fn from(error: LinkError) -> Self {
        Self::Link(error)
    }
}

impl From<PinError> for HoldError {
    fn from(error: PinError) -> Self {
        Self::Pin(error)
    }
}

impl From<DatapathError> for HoldError {
    fn from(error: DatapathError) -> Self {
        Self::Other(error)
    }
}
