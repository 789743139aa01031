//! Which hooks an interface is seen through, and taking them.

use aya::{
    programs::{
        LinkOrder, SchedClassifier, TcAttachType, XdpMode as Driver,
        tc::{NlOptions, SchedClassifierLink, TcAttachOptions},
        xdp::XdpLink,
    },
    util::KernelVersion,
};

use classifier_common::abi::{PROGRAM_EGRESS, PROGRAM_INGRESS, PROGRAM_XDP};

use super::{DatapathError, programs::Programs};
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
    _ingress: Ingress,
    _egress: Option<SchedClassifierLink>,
}

#[expect(dead_code, reason = "held for what dropping them does")]
enum Ingress {
    Xdp(XdpLink),
    Tc(SchedClassifierLink),
}

/// The programs that these interfaces will want first.
pub(super) fn programs(interfaces: &[Interface], mode: XdpMode, egress: bool) -> Vec<&'static str> {
    let wants_xdp = |interface: &Interface| match mode {
        XdpMode::Native | XdpMode::Generic => true,
        XdpMode::Off => false,
        XdpMode::Auto => interface.is_physical(),
    };
    let xdp = interfaces.iter().any(wants_xdp).then_some(PROGRAM_XDP);
    let ingress = interfaces.iter().any(|interface| !wants_xdp(interface)).then_some(PROGRAM_INGRESS);
    let egress = egress.then_some(PROGRAM_EGRESS);
    [xdp, ingress, egress].into_iter().flatten().collect()
}

/// Attaches both directions, or neither.
pub(super) fn attach(
    programs: &mut Programs,
    interface: &Interface,
    mode: XdpMode,
    egress: bool,
) -> Result<(Hooks, Links), DatapathError> {
    let (link, ingress, why) = ingress(programs, interface, mode)?;
    let outgoing = if egress {
        Some(tc(programs.egress()?, &interface.name, TcAttachType::Egress, "TC egress")?)
    } else {
        None
    };
    let egress = if egress { tc_label() } else { hook::NONE };
    Ok((Hooks { ingress, egress, why }, Links { _ingress: link, _egress: outgoing }))
}

fn ingress(
    programs: &mut Programs,
    interface: &Interface,
    mode: XdpMode,
) -> Result<(Ingress, &'static str, String), DatapathError> {
    let native = |programs: &mut Programs| xdp(programs, &interface.name, Driver::Driver, "native XDP");
    let why = match mode {
        XdpMode::Native => {
            return Ok((native(programs)?, hook::XDP_NATIVE, "asked for by --xdp-mode".into()));
        }
        XdpMode::Generic => {
            let link = xdp(programs, &interface.name, Driver::Skb, "generic XDP")?;
            return Ok((link, hook::XDP_GENERIC, "asked for by --xdp-mode".into()));
        }
        XdpMode::Off => "XDP is off by --xdp-mode".to_owned(),
        XdpMode::Auto if interface.is_physical() => match native(programs) {
            Ok(link) => return Ok((link, hook::XDP_NATIVE, "a network card of its own".into())),
            Err(refused) => format!("native XDP is refused: {refused}"),
        },
        XdpMode::Auto => format!(
            "native XDP would take its super-packets away ({})",
            interface.kind.as_deref().or(interface.bus.as_deref()).unwrap_or("software device")
        ),
    };
    let link = tc(programs.ingress()?, &interface.name, TcAttachType::Ingress, "TC ingress")?;
    Ok((Ingress::Tc(link), tc_label(), why))
}

fn xdp(
    programs: &mut Programs,
    name: &str,
    mode: Driver,
    hook: &'static str,
) -> Result<Ingress, DatapathError> {
    let program = programs.xdp()?;
    let id = program.attach(name, mode).map_err(|cause| DatapathError::attach(name, hook, cause))?;
    let link = program.take_link(id).map_err(|cause| DatapathError::attach(name, hook, cause))?;
    Ok(Ingress::Xdp(link))
}

/// First in its hook: a program before this one could end the chain, and its packets would not be seen.
fn tc(
    program: &mut SchedClassifier,
    name: &str,
    hook_type: TcAttachType,
    hook: &'static str,
) -> Result<SchedClassifierLink, DatapathError> {
    let refused = |cause| DatapathError::attach(name, hook, cause);
    let options = if has_tcx() {
        TcAttachOptions::TcxOrder(LinkOrder::first())
    } else {
        super::clsact::ensure(name)?;
        TcAttachOptions::Netlink(NlOptions { priority: 1, ..NlOptions::default() })
    };
    let id = program.attach_with_options(name, hook_type, options).map_err(refused)?;
    program.take_link(id).map_err(refused)
}

/// Whether TC programs hang on links, which the kernel lists, and not on filters.
#[must_use]
pub fn has_tcx() -> bool {
    KernelVersion::current().is_ok_and(|current| current >= TCX)
}

fn tc_label() -> &'static str {
    if has_tcx() { hook::TCX } else { hook::TC }
}
