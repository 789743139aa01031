//! What a classifier leaves in the kernel, if it does.

use std::{
    collections::BTreeSet,
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

/// Names of the kernel object's programs begin so.
const PREFIX: &str = "classifier_";

/// Everything that hangs on a host's interfaces: XDP and TC programs, and qdiscs for such. Looks again where there is
/// something, as the kernel lets go of a link some time after its pin or its holder is gone.
#[must_use]
pub fn attached_in(host: &Host) -> Vec<String> {
    let found = hanging_on(host);
    if found.is_empty() {
        return found;
    }
    thread::sleep(Duration::from_millis(200));
    hanging_on(host)
}

fn hanging_on(host: &Host) -> Vec<String> {
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

/// The classifier's programs and maps that no process holds, and that are in the kernel all the same: pinned, or
/// attached. Those that another process has pinned, such as a test that runs beside this one, are its own affair. Looks
/// again for some seconds, as the kernel frees them late.
#[must_use]
pub fn left_behind() -> Vec<String> {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let found = unheld();
        if found.is_empty() || Instant::now() > deadline {
            return found;
        }
        thread::sleep(Duration::from_millis(50));
    }
}

fn unheld() -> Vec<String> {
    let mut found = Vec::new();
    let programs = loaded_programs().filter_map(Result::ok);
    let programs: Vec<_> = programs
        .filter(|program| program.name_as_str().is_some_and(|name| name.starts_with(PREFIX)))
        .map(|program| (program.id(), program.map_ids().ok().flatten().unwrap_or_default()))
        .collect();
    let maps: BTreeSet<u32> = loaded_maps().filter_map(Result::ok).map(|map| map.id()).collect();
    // What is opened here is held, for as long as it is looked at.
    let elsewhere = other_pins::open();
    let held = held();
    drop(elsewhere);
    for (program, its_maps) in programs {
        if !held.contains(&format!("prog_id:\t{program}")) {
            let its_maps = its_maps.iter().filter(|map| maps.contains(map)).count();
            found.push(format!("program {program} with {its_maps} maps"));
        }
    }
    found
}

/// The lines that name a program in what `/proc` says of every open file: programs and links.
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
