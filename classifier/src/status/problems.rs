//! What is wrong with an agent, in sentences: the thing, the cause, the remedy.

use std::path::Path;

use super::{InterfaceReport, ProcessReport, around::Around};
use crate::{
    counters::MapFill,
    datapath::{Found, SeenPins},
    hook,
};

/// A map that is so full, in percent, will soon be full.
const NEARLY_FULL: u64 = 90;

/// What is wrong with a pin folder.
pub(super) fn of_folder(pins: &SeenPins, found: &[Found]) -> Vec<String> {
    let mut problems = Vec::new();
    let (folder, count) = (pins.folder.display(), pins.generations);
    if count > 1 {
        problems.push(format!(
            "{folder} has maps of {count} generations: a takeover from another build goes on, or was interrupted; look \
             again, and if it stays, start the agent again, which finishes it"
        ));
    }
    let is_used = found.iter().any(|agent| pins.maps.iter().any(|map| agent.map_ids.contains(map)));
    if count > 0 && !is_used {
        problems.push(format!(
            "{folder} has pinned counters and no program counts into them: no interface is attached; start the agent, \
             which goes on with them, or remove them with `classifier detach --pin-dir {folder}`"
        ));
    }
    problems
}

/// What is wrong with an agent, the worst first.
pub(super) fn of_agent(
    agent: &Found,
    around: &Around,
    interfaces: &[InterfaceReport],
    processes: &[&ProcessReport],
) -> Vec<String> {
    let pins = around.pins_of(agent);
    let mut problems = Vec::new();
    if processes.is_empty() {
        problems.push(without_process(pins.map(|pins| pins.folder.as_path()), interfaces, around.sees_all));
    }
    let remedy = if processes.is_empty() {
        "start the agent, which attaches it again"
    } else {
        "the agent attaches it again after a scrape, or says in its log and at /-/ready what is in the way"
    };
    let is_out = |program: &crate::counters::ProgramSnapshot| program.hook == "tc_egress";
    let sees_egress = agent.programs.iter().any(is_out);
    for interface in interfaces {
        problems.extend(unattached(interface, sees_egress, remedy));
    }
    problems.extend(pins.into_iter().flat_map(|pins| unheld(pins, around, interfaces, remedy)));
    problems.extend(agent.maps.iter().filter_map(nearly_full));
    problems.extend(agent.unattributed.and_then(unattributed));
    problems.extend(agent.problems.iter().cloned());
    problems
}

fn without_process(folder: Option<&Path>, interfaces: &[InterfaceReport], sees_all: bool) -> String {
    let seen = if sees_all { "no process" } else { "no process of this PID namespace" };
    let counts =
        interfaces.iter().any(|one| [one.ingress, one.egress].iter().any(|hook| *hook != hook::NONE));
    let goes_on = if counts { "the kernel goes on counting" } else { "nothing is counted" };
    let look = if sees_all { "" } else { "look from the host's PID namespace; if it is gone, " };
    folder.map_or_else(
        || {
            format!(
                "{seen} holds its programs: another pin folder does, or an agent that is not seen from here; name the \
                 folder with --pin-dir, or look from the host's PID namespace as root"
            )
        },
        |folder| {
            let folder = folder.display();
            format!(
                "{seen} holds {folder}: {goes_on} without an agent, and nobody serves what is counted; {look}start it with \
                 `classifier run --pin-dir {folder}`, or end it with `classifier detach --pin-dir {folder}`"
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
        "{name} has counters and no program on {lacks}: it was cut from outside, or another program took its place; {remedy}"
    ))
}

/// Interfaces that are here and have pinned counters, but nothing that holds a program to them.
fn unheld(pins: &SeenPins, around: &Around, shown: &[InterfaceReport], remedy: &str) -> Vec<String> {
    let is_here = |name: &str| around.namespace.interfaces.iter().any(|link| link.name == name);
    let is_shown = |name: &str| shown.iter().any(|one| one.name.as_deref() == Some(name));
    // Elsewhere an interface may have the name of one that is here.
    let agent_is_here = shown.iter().any(|one| one.name.is_some());
    let unheld = pins.interfaces.iter().filter(|one| !one.is_held);
    let unheld = unheld.filter(|one| agent_is_here && is_here(&one.name) && !is_shown(&one.name));
    let sentence = |name: &str| {
        format!(
            "{} has pinned counters and is not attached: a hook was refused, or it is no longer wanted, and its counters are \
             kept for 5 minutes; {remedy}",
            name.escape_debug()
        )
    };
    unheld.map(|one| sentence(&one.name)).collect()
}

/// What is wrong where packets are counted nowhere else.
pub(crate) fn unattributed(packets: u64) -> Option<String> {
    (packets > 0).then(|| {
        format!(
            "{packets} packets crossed a hook on an interface that has no counters, and are counted nowhere else: a bug; \
             report it with this text and the agent's log"
        )
    })
}

/// What is wrong with a map that has room for little more.
pub(crate) fn nearly_full(fill: &MapFill) -> Option<String> {
    let MapFill { map, entries, capacity } = fill;
    let remedy = match *map {
        "counters" => "further interfaces will be refused; count fewer, by --interface",
        "endpoints" => "further data ports will push out the oldest; raise `max_endpoints` under [ftp]",
        "sessions" => "further control connections will not be followed; raise `max_sessions` under [ftp]",
        // First fragments make room for each other, and every port has a place.
        _ => return None,
    };
    (entries * 100 >= capacity * NEARLY_FULL && *capacity > 0)
        .then(|| format!("its map {map} has {entries} of {capacity} entries: {remedy}"))
}

fn name(name: Option<&str>, index: u32) -> String {
    name.map_or_else(|| format!("interface {index}"), |name| name.escape_debug().to_string())
}
