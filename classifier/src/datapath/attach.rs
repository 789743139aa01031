//! Which hooks an interface is seen through, and taking them.

use std::path::Path;

use aya::{
    programs::{LinkOrder, TcAttachType, XdpMode as Driver, tc::TcAttachOptions},
    util::KernelVersion,
};

use classifier_common::abi::{Direction, PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP};

use super::{
    DatapathError, PinError, held_filter,
    hold::{self, Hold, HoldError, Places},
    pins::LinkPin,
    programs::Programs,
};
use crate::{config::XdpMode, hook, interfaces::Interface};

/// First release with TCX (kernel commit e420bed02507): several programs on a hook, each with a link.
const TCX: KernelVersion = KernelVersion::new(6, 6, 0);

/// How an interface is attached, as labels say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hooks {
    /// `xdp_native`, `xdp_generic`, `tcx` or `tc`.
    pub ingress: &'static str,
    /// `tcx`, `tc` or `none`.
    pub egress: &'static str,
    /// Why these.
    pub why: String,
}

/// What holds the programs to the interface's hooks.
pub(super) struct Links {
    // Let go first: where both are filters, the qdisc was added for the other one.
    egress: Option<Hold>,
    ingress: Hold,
}

impl Links {
    /// Lets go, pinned or not; the pins are the caller's.
    pub(super) fn release(self) {
        self.egress.into_iter().for_each(Hold::release);
        self.ingress.release();
    }
}

/// What [`XdpMode::Auto`] comes to at an interface.
pub(super) enum Choice {
    /// Native XDP, or what else there is.
    Native,
    /// None, for its super-packets' sake.
    Software,
    /// None, for this driver was named.
    Avoided(String),
}

/// The programs that such interfaces will want first.
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

/// Attaches both directions, or neither. What an agent before has pinned is taken over: the program is replaced where it
/// hangs, and no packet is missed.
pub(super) fn attach(
    programs: &mut Programs,
    interface: &Interface,
    choice: Choice,
    mode: XdpMode,
    egress: bool,
    places: Option<&Places>,
) -> Result<(Hooks, Links), DatapathError> {
    let (link, ingress, why) = ingress(programs, interface, choice, mode, places)?;
    let outgoing = if egress { Some(tc(programs, interface, Direction::Egress, places)?) } else { None };
    if let Some(places) = places.filter(|_| !egress) {
        places.clear(Direction::Egress, None)?;
    }
    let egress = if egress { tc_label() } else { hook::NONE };
    Ok((Hooks { ingress, egress, why }, Links { ingress: link, egress: outgoing }))
}

fn ingress(
    programs: &mut Programs,
    interface: &Interface,
    choice: Choice,
    mode: XdpMode,
    places: Option<&Places>,
) -> Result<(Hold, &'static str, String), DatapathError> {
    let held = places.and_then(|places| places.held(Direction::Ingress)).map(|pin| pin.hook);
    let native = |programs: &mut Programs| xdp(programs, interface, Driver::Driver, hook::XDP_NATIVE, places);
    let why = match (mode, choice) {
        (XdpMode::Native, _) => {
            return Ok((native(programs)?, hook::XDP_NATIVE, "asked for by --xdp-mode".into()));
        }
        (XdpMode::Generic, _) => {
            let link = xdp(programs, interface, Driver::Skb, hook::XDP_GENERIC, places)?;
            return Ok((link, hook::XDP_GENERIC, "asked for by --xdp-mode".into()));
        }
        (XdpMode::Off, _) => "XDP is off by --xdp-mode".to_owned(),
        // Another hook would miss packets on the way there, or count them twice.
        (XdpMode::Auto, _) if held == Some(tc_label()) => "as the agent before it".to_owned(),
        (XdpMode::Auto, Choice::Native) => match native(programs) {
            Ok(link) => return Ok((link, hook::XDP_NATIVE, "a network card of its own".into())),
            Err(refused) => format!("native XDP is refused: {refused}"),
        },
        (XdpMode::Auto, Choice::Avoided(driver)) => {
            format!("native XDP is left alone for the driver {driver} (--xdp-avoid)")
        }
        (XdpMode::Auto, Choice::Software) => format!(
            "native XDP would take its super-packets away ({})",
            interface.kind.as_deref().or(interface.bus.as_deref()).unwrap_or("software device")
        ),
    };
    Ok((tc(programs, interface, Direction::Ingress, places)?, tc_label(), why))
}

fn xdp(
    programs: &mut Programs,
    interface: &Interface,
    mode: Driver,
    label: &'static str,
    places: Option<&Places>,
) -> Result<Hold, DatapathError> {
    let hook = if label == hook::XDP_NATIVE { "native XDP" } else { "generic XDP" };
    let refused = |cause| refused(&interface.name, hook, cause);
    let program = programs.xdp()?;
    if let Some((places, pin)) = found(places, Direction::Ingress, label)? {
        let held = hold::take_over_xdp(program, &pin.path).map_err(refused)?;
        places.adopt(pin)?;
        return Ok(held);
    }
    let attached = program.attach(&interface.name, mode).and_then(|id| program.take_link(id));
    attached
        .map_err(HoldError::from)
        .and_then(|link| hold::link(link, Direction::Ingress, label, places))
        .map_err(refused)
}

/// First in its hook: a program before this one could end the chain, and its packets would not be seen.
fn tc(
    programs: &mut Programs,
    interface: &Interface,
    direction: Direction,
    places: Option<&Places>,
) -> Result<Hold, DatapathError> {
    let (hook_type, hook) = match direction {
        Direction::Ingress => (TcAttachType::Ingress, "TC ingress"),
        Direction::Egress => (TcAttachType::Egress, "TC egress"),
    };
    let program = match direction {
        Direction::Ingress => programs.ingress()?,
        Direction::Egress => programs.egress()?,
    };
    let (name, label) = (&interface.name, tc_label());
    let refused = |cause| refused(name, hook, cause);
    if !has_tcx() {
        return held_filter::hold(program, interface, direction, places).map_err(refused);
    }
    if let Some((places, pin)) = found(places, direction, label)? {
        let held = hold::take_over_tc(program, &pin.path);
        if let Ok(held) = held {
            places.adopt(pin)?;
            return Ok(held);
        }
        places.clear(direction, None)?;
    }
    let options = TcAttachOptions::TcxOrder(LinkOrder::first());
    let attached = program.attach_with_options(name, hook_type, options).and_then(|id| program.take_link(id));
    attached
        .map_err(HoldError::from)
        .and_then(|link| hold::link(link, direction, label, places))
        .map_err(refused)
}

/// What an agent before has pinned to this very hook; what else it has pinned for the direction ends.
fn found<'p>(
    places: Option<&'p Places>,
    direction: Direction,
    hook: &str,
) -> Result<Option<(&'p Places, &'p LinkPin)>, DatapathError> {
    let Some(places) = places else { return Ok(None) };
    let pin = places.held(direction).filter(|pin| pin.hook == hook);
    places.clear(direction, pin)?;
    Ok(pin.map(|pin| (places, pin)))
}

fn refused(name: &str, hook: &'static str, cause: HoldError) -> DatapathError {
    match cause {
        HoldError::Program(cause) => DatapathError::attach(name, hook, cause),
        HoldError::Link(cause) => PinError::of("use the link of", Path::new(name))(cause).into(),
        HoldError::Pin(cause) => cause.into(),
        HoldError::Other(cause) => cause,
    }
}

/// Whether TC programs hang on links, which the kernel lists, and not on filters.
#[must_use]
pub fn has_tcx() -> bool {
    KernelVersion::current().is_ok_and(|current| current >= TCX)
}

fn tc_label() -> &'static str {
    if has_tcx() { hook::TCX } else { hook::TC }
}
