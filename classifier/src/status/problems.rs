// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Words the problems of an agent: the thing, the cause, the remedy.

use std::path::Path;

use super::{InterfaceReport, ProcessReport, host_context::HostContext};
use crate::{
    datapath::{Found, PinDirectory},
    hook,
    snapshot::MapFill,
};

/// Fill in percent from which a map will soon be full.
const NEARLY_FULL: u64 = 90;

/// Lists the problems of a pin directory.
pub(super) fn of_folder(pins: &PinDirectory, found: &[Found]) -> Vec<String> {
    let mut problems = Vec::new();
    let (folder, count) = (pins.folder.display(), pins.generations);
    if count > 1 {
        problems.push(format!(
            "{folder} has maps of {count} generations: a takeover by another build is running, or was interrupted; look \
             again; if the problem stays, restart the agent, which finishes the takeover"
        ));
    }
    let is_used = found.iter().any(|agent| pins.maps.iter().any(|map| agent.map_ids.contains(map)));
    if count > 0 && !is_used {
        problems.push(format!(
            "{folder} has pinned counters, and no program counts into them: no interface is attached; start the agent, \
             which resumes from them, or remove them with `classifier detach --pin-dir {folder}`"
        ));
    }
    problems
}

/// Lists the problems of an agent, most severe first.
pub(super) fn of_agent(
    agent: &Found,
    context: &HostContext,
    interfaces: &[InterfaceReport],
    processes: &[&ProcessReport],
) -> Vec<String> {
    let pins = context.pins_of(agent);
    let mut problems = Vec::new();
    if processes.is_empty() {
        problems.push(without_process(pins.map(|pins| pins.folder.as_path()), interfaces, context.sees_all));
    }
    let remedy = if processes.is_empty() {
        "start the agent, which attaches it again"
    } else {
        "the agent attaches it again after the next scrape; if it cannot, its log and /-/ready give the reason"
    };
    let is_out = |program: &crate::snapshot::ProgramSnapshot| program.hook == "tc_egress";
    let sees_egress = agent.programs.iter().any(is_out);
    for interface in interfaces {
        problems.extend(unattached(interface, sees_egress, remedy));
    }
    problems.extend(pins.into_iter().flat_map(|pins| detached(pins, context, interfaces, remedy)));
    problems.extend(agent.maps.iter().filter_map(nearly_full));
    problems.extend(agent.unattributed.and_then(unattributed));
    problems.extend(agent.problems.iter().cloned());
    problems
}

fn without_process(folder: Option<&Path>, interfaces: &[InterfaceReport], sees_all: bool) -> String {
    let seen = if sees_all { "no process" } else { "no process of this PID namespace" };
    let counts =
        interfaces.iter().any(|one| [one.ingress, one.egress].iter().any(|hook| *hook != hook::NONE));
    let counting = if counts { "the kernel continues to count" } else { "nothing is counted" };
    let look = if sees_all { "" } else { "look from the host's PID namespace; if the agent is gone, " };
    folder.map_or_else(
        || {
            format!(
                "{seen} uses these programs: they belong to another pin directory, or to an agent that is not visible \
                 from here; name the directory with --pin-dir, or look from the host's PID namespace as root"
            )
        },
        |folder| {
            let folder = folder.display();
            format!(
                "{seen} uses {folder}: {counting} without an agent, and no agent serves the counters; {look}start it with \
                 `classifier run --pin-dir {folder}`, or remove everything with `classifier detach --pin-dir {folder}`"
            )
        },
    )
}

fn unattached(interface: &InterfaceReport, sees_egress: bool, remedy: &str) -> Option<String> {
    let lacks = match (interface.ingress, interface.egress) {
        (hook::NONE, hook::NONE) => "any hook",
        (hook::NONE, _) => "its ingress hook",
        (_, hook::NONE) if sees_egress => "its egress hook",
        _ => return None,
    };
    let name = name(interface.name.as_deref(), interface.index);
    Some(format!(
        "{name} has counters and no program on {lacks}: another program has detached or replaced it; {remedy}"
    ))
}

/// Lists the interfaces of this namespace with pinned counters and without an attached program.
fn detached(
    pins: &PinDirectory,
    context: &HostContext,
    shown: &[InterfaceReport],
    remedy: &str,
) -> Vec<String> {
    let is_here = |name: &str| context.namespace.interfaces.iter().any(|link| link.name == name);
    let is_shown = |name: &str| shown.iter().any(|one| one.name.as_deref() == Some(name));
    // An interface of another namespace may have a name that is used here.
    let agent_is_here = shown.iter().any(|one| one.name.is_some());
    let detached = pins.interfaces.iter().filter(|one| !one.is_attached);
    let detached = detached.filter(|one| agent_is_here && is_here(&one.name) && !is_shown(&one.name));
    let sentence = |name: &str| {
        format!(
            "{} has pinned counters and is not attached: the kernel refused a hook, or the interface is no longer wanted and \
             its counters are kept for 5 minutes; {remedy}",
            name.escape_debug()
        )
    };
    detached.map(|one| sentence(&one.name)).collect()
}

/// Words the problem of packets without a counter.
pub(crate) fn unattributed(packets: u64) -> Option<String> {
    (packets > 0).then(|| {
        format!(
            "{packets} packets crossed a hook on an interface without counters, and were counted nowhere else: this is a \
             bug; report it with this text and the agent's log"
        )
    })
}

/// Words the problem of a map that is nearly full.
pub(crate) fn nearly_full(fill: &MapFill) -> Option<String> {
    let MapFill { map, entries, capacity } = fill;
    let remedy = match *map {
        "counters" => "further interfaces will be refused; count fewer with --interface",
        "endpoints" => "further data ports will evict the oldest; raise `max_endpoints` under `[ftp]`",
        "sessions" => "further control connections will not be tracked; raise `max_sessions` under `[ftp]`",
        // First fragments evict each other, and every port has a slot.
        _ => return None,
    };
    (entries * 100 >= capacity * NEARLY_FULL && *capacity > 0)
        .then(|| format!("the map {map} has {entries} of {capacity} entries: {remedy}"))
}

fn name(name: Option<&str>, index: u32) -> String {
    name.map_or_else(|| format!("interface {index}"), |name| name.escape_debug().to_string())
}
