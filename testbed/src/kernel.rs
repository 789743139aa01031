// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs, maps and attachments that a classifier leaves in the kernel.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, thread,
    time::{Duration, Instant},
};

use aya::{
    maps::loaded_maps,
    programs::{SchedClassifier, loaded_programs, tc::TcAttachType},
};

use crate::{
    Host,
    netlink::{self, Hooks},
    other_pins,
};

/// Prefix of the names of the kernel object's programs.
const PREFIX: &str = "classifier_";

/// Lists everything attached to a host's interfaces: XDP and TC programs, and their qdiscs. Looks again
/// before it reports anything, because the kernel frees a link some time after its pin or its holder is gone.
#[must_use]
pub fn attached_in(host: &Host) -> Vec<String> {
    let found = attachments(host);
    if found.is_empty() {
        return found;
    }
    thread::sleep(Duration::from_millis(200));
    attachments(host)
}

fn attachments(host: &Host) -> Vec<String> {
    let mut found = Vec::new();
    for Hooks { name, xdp, clsact } in host.enter(netlink::hooks) {
        if xdp {
            found.push(format!("{name}: XDP"));
        }
        for (direction, label) in [(TcAttachType::Ingress, "ingress"), (TcAttachType::Egress, "egress")] {
            let programs = host.enter(|| SchedClassifier::query_tcx(&name, direction));
            if programs.is_ok_and(|(_, programs)| !programs.is_empty()) {
                found.push(format!("{name}: TCX {label}"));
            }
        }
        if clsact {
            found.push(format!("{name}: clsact"));
        }
    }
    found
}

/// Lists the classifier's programs and maps that no process holds and that are still in the kernel: pinned or
/// attached. Pins of other processes, such as a parallel test, are left out. Looks again for some seconds,
/// because the kernel frees them late.
#[must_use]
pub fn left_behind() -> Vec<String> {
    let deadline = Instant::now() + Duration::from_secs(5);
    let mut found = unheld();
    while !found.is_empty() && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(50));
        // An object that is missing at any look was about to be freed: the agent of a parallel test ended
        // between two looks.
        let still = unheld();
        found.retain(|program, _| still.contains_key(program));
    }
    found.into_iter().map(|(program, maps)| format!("program {program} with {maps} maps")).collect()
}

/// Returns programs by number, each with the number of its maps.
fn unheld() -> BTreeMap<u32, usize> {
    let programs = loaded_programs().filter_map(Result::ok);
    let programs: Vec<_> = programs
        .filter(|program| program.name_as_str().is_some_and(|name| name.starts_with(PREFIX)))
        .map(|program| (program.id(), program.map_ids().ok().flatten().unwrap_or_default()))
        .collect();
    let maps: BTreeSet<u32> = loaded_maps().filter_map(Result::ok).map(|map| map.id()).collect();
    // Opening a pin holds its object, for as long as this is alive.
    let elsewhere = other_pins::open();
    let held = held();
    drop(elsewhere);
    let unheld = programs.into_iter().filter(|(program, _)| !held.contains(&format!("prog_id:\t{program}")));
    let of = |its: Vec<u32>| its.iter().filter(|map| maps.contains(map)).count();
    unheld.map(|(program, its)| (program, of(its))).collect()
}

/// Returns the lines of `/proc` that name a program, for every open file: programs and links.
fn held() -> BTreeSet<String> {
    let mut held = BTreeSet::new();
    let processes = fs::read_dir("/proc").expect("there is /proc").filter_map(Result::ok);
    for process in processes {
        let files = fs::read_dir(process.path().join("fdinfo")).into_iter().flatten().filter_map(Result::ok);
        for file in files {
            let text = fs::read_to_string(file.path()).unwrap_or_default();
            held.extend(text.lines().filter(|line| line.starts_with("prog_id:")).map(str::to_owned));
        }
    }
    held
}
