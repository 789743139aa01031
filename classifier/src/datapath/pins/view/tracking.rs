// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the other pinned maps: their fill, and the FTP tracking.

use classifier_common::{
    abi::{INTERFACES, MAP_ENDPOINTS, MAP_PORTS, MAP_REMEMBERED, MAP_SESSIONS, MAP_UNATTRIBUTED},
    endpoint::{Endpoint, EndpointState, Mode},
};

use super::{PinnedState, known::Described};
use crate::{
    datapath::{
        found::{Maps, Problem, counted, hashed, tables},
        pins::{carry, layout::Layout, opened},
    },
    hook,
    snapshot::{FtpSnapshot, InterfaceSnapshot, MapFill},
};

/// Maps that are read whole, if their layout is this build's.
const READ: [&str; 5] = [MAP_REMEMBERED, MAP_ENDPOINTS, MAP_SESSIONS, MAP_PORTS, MAP_UNATTRIBUTED];

/// Adds the content of the maps to a look that has the interfaces.
pub(super) fn read(look: &mut PinnedState, generations: &[Described], own: &Layout) {
    let attached = |one: &&InterfaceSnapshot| (one.ingress, one.egress) != (hook::NONE, hook::NONE);
    let attached = look.snapshot.interfaces.iter().filter(attached).count();
    look.snapshot.maps.push(MapFill::counters(attached as u64, INTERFACES as u64));
    let mut maps = maps(generations, own);
    if let Some(fill) = note(look, counted::fragments(&mut maps)) {
        look.snapshot.maps.push(fill);
    }
    let mut ftp = FtpSnapshot::default();
    match carry::tracking(generations.iter().map(|(generation, known)| (generation, &known.layout)))
        .map(|numbers| numbers.tallies)
    {
        Ok(tallies) => ftp.tallies = tallies,
        Err(cause) => look.problems.push(format!("cannot read the counters of FTP tracking: {cause}")),
    }
    if let Some((endpoints, fill)) = note(look, tables::endpoints(&mut maps)) {
        (ftp.endpoints, ftp.capacity) = (census(&endpoints), fill.capacity);
        look.endpoints = endpoints;
        look.snapshot.maps.push(fill);
    }
    if let Some((sessions, fill)) = note(look, hashed::sessions(&mut maps)) {
        look.sessions = sessions;
        ftp.sessions = fill.capacity;
        look.snapshot.maps.push(fill);
    }
    if let Some((ports, fill)) = note(look, tables::ports(&mut maps)) {
        look.ports = ports;
        look.snapshot.maps.push(fill);
    }
    look.snapshot.unattributed = note(look, counted::unattributed(&mut maps)).unwrap_or_default();
    look.snapshot.ftp = ftp;
}

/// Opens the newest generation's maps whose layout is this build's.
fn maps(generations: &[Described], own: &Layout) -> Maps {
    let Some((newest, known)) = generations.first() else { return Maps::default() };
    let alike = READ.into_iter().filter(|name| known.layout.is_alike(own, name));
    Maps::of(alike.filter_map(|name| Some((name, opened::to_read(&newest.map(name)).ok()?))))
}

fn note<T>(look: &mut PinnedState, read: Result<T, Problem>) -> Option<T> {
    read.map_err(|problem| look.problems.push(problem.to_string())).ok()
}

/// Counts endpoints by mode and state, as an agent's scrape does.
fn census(endpoints: &[Endpoint]) -> [[u64; 2]; 2] {
    let mut census = [[0; 2]; 2];
    for endpoint in endpoints {
        let state = match endpoint.word.state() {
            EndpointState::Announced | EndpointState::Proposed => 0,
            EndpointState::Connected | EndpointState::Closed => 1,
            EndpointState::Free | EndpointState::Claimed => continue,
        };
        let mode = usize::from(endpoint.word.kind().mode == Mode::Passive);
        census[mode][state] += 1;
    }
    census
}
