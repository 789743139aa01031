// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Writes the loaded and attached objects of a snapshot.

use std::collections::BTreeSet;

use super::{
    catalog::{self, label},
    exposition::{Exposition, Value},
    labels::Labels,
};
use crate::{
    hook,
    snapshot::{Hotplug, InterfaceSnapshot, Snapshot},
};

/// Writes the families of interfaces, programs and maps.
pub fn write(out: &mut Exposition, snapshot: &Snapshot) {
    write_interfaces(out, &snapshot.interfaces);
    write_hotplug(out, snapshot);
    write_programs(out, snapshot);
    write_maps(out, snapshot);
}

fn write_interfaces(out: &mut Exposition, interfaces: &[InterfaceSnapshot]) {
    let mut samples = out.family(&catalog::INTERFACE_INFO);
    for InterfaceSnapshot { name, ingress, egress, .. } in interfaces {
        if (*ingress, *egress) != (hook::NONE, hook::NONE) {
            let labels =
                [(label::INTERFACE, name.as_str()), (label::INGRESS, ingress), (label::EGRESS, egress)];
            samples.add(&[&Labels::of(&labels)], Value::Whole(1));
        }
    }
}

fn write_hotplug(out: &mut Exposition, snapshot: &Snapshot) {
    let Hotplug { wanted, failures, overruns } = &snapshot.hotplug;
    let mut samples = out.family(&catalog::INTERFACE_ATTACHED);
    for (name, is_attached) in wanted {
        samples.add(&[&Labels::of(&[(label::INTERFACE, name)])], Value::Whole((*is_attached).into()));
    }
    let known = snapshot.interfaces.iter().map(|interface| interface.name.as_str());
    let known: BTreeSet<_> = known.chain(failures.keys().map(String::as_str)).collect();
    let mut samples = out.family(&catalog::INTERFACE_ATTACH_FAILURES);
    for name in known {
        let failed = failures.get(name).copied().unwrap_or_default();
        samples.add(&[&Labels::of(&[(label::INTERFACE, name)])], Value::Whole(failed));
    }
    out.family(&catalog::NETLINK_OVERRUNS).add(&[], Value::Whole(*overruns));
}

fn write_programs(out: &mut Exposition, snapshot: &Snapshot) {
    let programs: Vec<_> = snapshot
        .programs
        .iter()
        .map(|program| {
            let id = program.id.to_string();
            (Labels::of(&[(label::PROGRAM, program.program), (label::ID, &id)]), program)
        })
        .collect();
    let mut samples = out.family(&catalog::PROGRAM_INFO);
    for (labels, program) in &programs {
        let more = Labels::of(&[(label::TAG, &program.tag), (label::HOOK, program.hook)]);
        samples.add(&[labels, &more], Value::Whole(1));
    }
    let mut samples = out.family(&catalog::PROGRAM_RUN_SECONDS);
    for (labels, program) in &programs {
        program.run_seconds.into_iter().for_each(|seconds| samples.add(&[labels], Value::Real(seconds)));
    }
    let mut samples = out.family(&catalog::PROGRAM_RUNS);
    for (labels, program) in &programs {
        program.runs.into_iter().for_each(|runs| samples.add(&[labels], Value::Whole(runs)));
    }
}

fn write_maps(out: &mut Exposition, snapshot: &Snapshot) {
    let named = |map| Labels::of(&[(label::MAP, map)]);
    let mut samples = out.family(&catalog::MAP_ENTRIES);
    for fill in &snapshot.maps {
        samples.add(&[&named(fill.map)], Value::Whole(fill.entries));
    }
    let mut samples = out.family(&catalog::MAP_CAPACITY);
    for fill in &snapshot.maps {
        samples.add(&[&named(fill.map)], Value::Whole(fill.capacity));
    }
}
