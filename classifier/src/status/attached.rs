// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Finds the interfaces that an agent counts, and their hooks.

use std::collections::BTreeSet;

use classifier_common::abi::Direction;

use super::InterfaceReport;
use crate::{
    datapath::Found,
    hook::{self, Attachment},
    interfaces::Hooked,
};

/// Hooks that are visible in a network namespace.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    /// Interfaces of the namespace.
    pub interfaces: Vec<Hooked>,
    /// True if agents attach links alone, which are listed for every namespace, and no filters, which are
    /// not.
    pub links_are_listed: bool,
}

/// Finds the interfaces of an agent, by index. An agent is in one namespace: if one of its programs is
/// attached here, all are. An interface of another namespace may have an index that is used here, so only the
/// program identifies it. Interfaces with counters and without a hook are found only if the agent certainly
/// `is_here`.
pub(super) fn interfaces(agent: &Found, namespace: &Namespace, is_here: bool) -> Vec<InterfaceReport> {
    let is_its = |one: &&Attachment| agent.programs.iter().any(|program| program.id == one.program);
    let is_here =
        is_here || namespace.interfaces.iter().any(|link| link.attachments.iter().any(|one| is_its(&one)));
    let mut here = Vec::new();
    for link in &namespace.interfaces {
        let its: Vec<_> = link.attachments.iter().filter(is_its).copied().collect();
        if !its.is_empty() || is_here && agent.counted.contains(&link.index) {
            here.push(report(link.index, Some(link.name.clone()), &its, hook::NONE));
        }
    }
    if here.is_empty() { elsewhere(agent, namespace) } else { here }
}

fn elsewhere(agent: &Found, namespace: &Namespace) -> Vec<InterfaceReport> {
    let mut indices: BTreeSet<_> = agent.links.iter().map(|link| link.interface).collect();
    let absent = if namespace.links_are_listed {
        hook::NONE
    } else {
        indices.extend(&agent.counted);
        hook::UNKNOWN
    };
    let of = |index: u32| agent.links.iter().filter(move |link| link.interface == index).copied();
    indices.into_iter().map(|index| report(index, None, &of(index).collect::<Vec<_>>(), absent)).collect()
}

fn report(
    index: u32,
    name: Option<String>,
    attachments: &[Attachment],
    absent: &'static str,
) -> InterfaceReport {
    let by = |direction: Direction| {
        attachments.iter().find(|one| one.direction == direction).map_or(absent, |one| one.hook)
    };
    InterfaceReport { index, name, ingress: by(Direction::Ingress), egress: by(Direction::Egress) }
}
