// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Attaches the programs to the hooks of an interface, and chooses the hooks.

use classifier_common::abi::{Direction, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP};
use tracing::warn;

use super::{
    DatapathError, attach_filter,
    attached_program::{self, AttachError, AttachedProgram, LinkPins},
    features::{Feature, has_tcx},
    hook_programs,
    link::LinkHook,
    pins::LinkPin,
    programs::Programs,
};
use crate::{config::XdpMode, hook, interfaces::Interface};

/// The hooks that an interface is attached to, as label values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooks {
    /// `xdp_native`, `xdp_generic`, `tcx` or `tc`.
    pub ingress: &'static str,
    /// `tcx`, `tc` or `none`.
    pub egress: &'static str,
    /// Reason for the choice of these hooks.
    pub why: String,
}

/// The attached programs of an interface, by direction.
pub(super) struct Links {
    // Detached first: where both are filters, the qdisc was added for the ingress filter.
    egress: Option<AttachedProgram>,
    ingress: AttachedProgram,
}

impl Links {
    /// The attached program of a direction.
    pub(super) const fn of(&self, direction: Direction) -> Option<&AttachedProgram> {
        match direction {
            Direction::Ingress => Some(&self.ingress),
            Direction::Egress => self.egress.as_ref(),
        }
    }

    /// Detaches both programs, pinned or not. The caller removes the pins.
    pub(super) fn release(self) {
        self.egress.into_iter().for_each(AttachedProgram::release);
        self.ingress.release();
    }
}

/// Resolves [`XdpMode::Auto`] to the ingress hook of an interface.
pub(super) enum Choice {
    /// Native XDP, or TCX if native XDP is refused.
    Native,
    /// No native XDP: GSO packets would be counted as one.
    Software,
    /// No native XDP: the configuration avoids this driver.
    Avoided(String),
    /// No native XDP: the kernel lacks XDP on fragmented buffers.
    Unsupported,
}

/// Names the programs to load first for such interfaces.
pub(super) fn programs(interfaces: &[Choice], mode: XdpMode, egress: bool) -> Vec<&'static str> {
    let wants_xdp = |choice: &Choice| match mode {
        XdpMode::Native | XdpMode::Generic => true,
        XdpMode::Off => false,
        XdpMode::Auto => matches!(choice, Choice::Native),
    };
    let xdp = interfaces.iter().any(wants_xdp).then_some(PROGRAM_XDP);
    let ingress = interfaces.iter().any(|choice| !wants_xdp(choice)).then_some(PROGRAM_INGRESS);
    let egress = egress.then_some(PROGRAM_EGRESS);
    [xdp, ingress, egress].into_iter().flatten().collect()
}

/// Attaches both directions, or neither. A pinned link of a previous agent keeps its hook: the kernel
/// replaces the program, and no packet is missed.
pub(super) fn attach(
    programs: &mut Programs,
    interface: &Interface,
    choice: Choice,
    mode: XdpMode,
    egress: bool,
    link_pins: Option<&LinkPins>,
) -> Result<(Hooks, Links), DatapathError> {
    let found_hook =
        link_pins.and_then(|link_pins| link_pins.found_for(Direction::Ingress)).map(|pin| pin.hook);
    let attached = ingress(programs, interface, choice, mode, found_hook, link_pins);
    if attached.is_err() {
        restore(programs, interface, found_hook, link_pins);
    }
    let (link, ingress, why) = attached?;
    let outgoing = if egress { Some(tc(programs, interface, Direction::Egress, link_pins)?) } else { None };
    if let Some(link_pins) = link_pins.filter(|_| !egress) {
        link_pins.clear(Direction::Egress, None)?;
    }
    let egress = if egress { tc_label() } else { hook::NONE };
    Ok((Hooks { ingress, egress, why }, Links { ingress: link, egress: outgoing }))
}

/// Attaches again to the hook that was given up for a refused one. The pinned program continues counting.
fn restore(
    programs: &mut Programs,
    interface: &Interface,
    before: Option<&'static str>,
    link_pins: Option<&LinkPins>,
) {
    let restored = match before {
        Some(hook::TCX | hook::TC) => tc(programs, interface, Direction::Ingress, link_pins),
        Some(hook::XDP_NATIVE) => xdp(programs, interface, LinkHook::NativeXdp, hook::XDP_NATIVE, link_pins),
        Some(hook::XDP_GENERIC) => {
            xdp(programs, interface, LinkHook::GenericXdp, hook::XDP_GENERIC, link_pins)
        }
        _ => return,
    };
    match restored {
        Ok(attached) => attached.leave(),
        Err(error) => warn!(interface = interface.name, %error, "not attached at the previous hook again"),
    }
}

fn ingress(
    programs: &mut Programs,
    interface: &Interface,
    choice: Choice,
    mode: XdpMode,
    found_hook: Option<&'static str>,
    link_pins: Option<&LinkPins>,
) -> Result<(AttachedProgram, &'static str, String), DatapathError> {
    let native =
        |programs: &mut Programs| xdp(programs, interface, LinkHook::NativeXdp, hook::XDP_NATIVE, link_pins);
    let why = match (mode, choice) {
        (XdpMode::Native, _) => {
            return Ok((native(programs)?, hook::XDP_NATIVE, "requested by --xdp-mode".into()));
        }
        (XdpMode::Generic, _) => {
            let link = xdp(programs, interface, LinkHook::GenericXdp, hook::XDP_GENERIC, link_pins)?;
            return Ok((link, hook::XDP_GENERIC, "requested by --xdp-mode".into()));
        }
        (XdpMode::Off, _) => "XDP is turned off by --xdp-mode".to_owned(),
        // A change of the hook would miss packets or count them twice.
        (XdpMode::Auto, _) if found_hook == Some(tc_label()) => "same hook as the previous agent".to_owned(),
        (XdpMode::Auto, Choice::Native) => match native(programs) {
            Ok(link) => return Ok((link, hook::XDP_NATIVE, "physical network card".into())),
            Err(refused) => format!("native XDP is refused: {refused}"),
        },
        (XdpMode::Auto, Choice::Avoided(driver)) => {
            format!("native XDP is not used with driver {driver} (--xdp-avoid)")
        }
        (XdpMode::Auto, Choice::Unsupported) => {
            format!("the kernel has no {} ({})", Feature::XdpFragments, Feature::XdpFragments.since())
        }
        (XdpMode::Auto, Choice::Software) => format!(
            "native XDP would turn off its GSO packets ({})",
            interface.kind.as_deref().or(interface.bus.as_deref()).unwrap_or("software device")
        ),
    };
    Ok((tc(programs, interface, Direction::Ingress, link_pins)?, tc_label(), why))
}

fn xdp(
    programs: &mut Programs,
    interface: &Interface,
    link_hook: LinkHook,
    label: &'static str,
    link_pins: Option<&LinkPins>,
) -> Result<AttachedProgram, DatapathError> {
    let hook = if label == hook::XDP_NATIVE { "native XDP" } else { "generic XDP" };
    let refused = |cause| refused(&interface.name, hook, cause);
    let program = programs.xdp()?.fd().map_err(|cause| refused(cause.into()))?;
    if let Some((link_pins, pin)) = found(link_pins, Direction::Ingress, label)? {
        let attached = attached_program::take_over(program, &pin.path).map_err(refused)?;
        link_pins.adopt(pin)?;
        return Ok(attached);
    }
    attached_program::create(program, link_hook, (Direction::Ingress, label), interface.index, link_pins)
        .map_err(refused)
}

/// Attaches a TC program as the first of its hook: an earlier program could end the chain and hide its
/// packets.
fn tc(
    programs: &mut Programs,
    interface: &Interface,
    direction: Direction,
    link_pins: Option<&LinkPins>,
) -> Result<AttachedProgram, DatapathError> {
    let hook = match direction {
        Direction::Ingress => "TC ingress",
        Direction::Egress => "TC egress",
    };
    let program = match direction {
        Direction::Ingress => programs.ingress()?,
        Direction::Egress => programs.egress()?,
    };
    let (name, label) = (&interface.name, tc_label());
    let refused = |cause| refused(name, hook, cause);
    if !has_tcx() {
        return attach_filter::attach(program, interface, direction, link_pins).map_err(refused);
    }
    let program = program.fd().map_err(|cause| refused(cause.into()))?;
    if let Some((link_pins, pin)) = found(link_pins, direction, label)? {
        // Another program has come before it: a new link is attached first, and the old one is detached.
        let is_first = hook_programs::is_first(&pin.path, interface.index, direction).unwrap_or(true);
        if is_first && let Ok(attached) = attached_program::take_over(program, &pin.path) {
            link_pins.adopt(pin)?;
            return Ok(attached);
        }
        link_pins.clear(direction, None)?;
    }
    attached_program::create(
        program,
        LinkHook::Tcx(direction),
        (direction, label),
        interface.index,
        link_pins,
    )
    .map_err(refused)
}

/// Finds the pinned link of a previous agent at this hook, and removes its other pins of the direction.
fn found<'p>(
    link_pins: Option<&'p LinkPins>,
    direction: Direction,
    hook: &str,
) -> Result<Option<(&'p LinkPins, &'p LinkPin)>, DatapathError> {
    let Some(link_pins) = link_pins else { return Ok(None) };
    let pin = link_pins.found_for(direction).filter(|pin| pin.hook == hook);
    link_pins.clear(direction, pin)?;
    Ok(pin.map(|pin| (link_pins, pin)))
}

fn refused(name: &str, hook: &'static str, cause: AttachError) -> DatapathError {
    match cause {
        AttachError::Program(cause) => DatapathError::attach(name, hook, cause),
        AttachError::Pin(cause) => cause.into(),
        AttachError::Other(cause) => cause,
    }
}

fn tc_label() -> &'static str {
    if has_tcx() { hook::TCX } else { hook::TC }
}
