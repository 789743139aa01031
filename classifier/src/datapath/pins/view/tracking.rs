//! What the other pinned maps hold: how full they are, and what the FTP tracking says.

use classifier_common::{
    abi::{INTERFACES, MAP_ENDPOINTS, MAP_FRAGMENTS, MAP_PORTS, MAP_SESSIONS, MAP_UNATTRIBUTED},
    endpoint::{Endpoint, Mode, State},
};

use super::{Look, known::Described};
use crate::{
    counters::{InterfaceSnapshot, MapFill},
    datapath::{
        found::{Maps, Problem, counted, hashed, tables},
        pins::{carry, layout::Layout, opened},
    },
    ftp, hook,
};

/// Maps that are read whole, if they are as this build's.
const READ: [&str; 5] = [MAP_FRAGMENTS, MAP_ENDPOINTS, MAP_SESSIONS, MAP_PORTS, MAP_UNATTRIBUTED];

/// Reads them into what is already known of the interfaces.
pub(super) fn read(look: &mut Look, generations: &[Described], own: &Layout) {
    let attached = |one: &&InterfaceSnapshot| (one.ingress, one.egress) != (hook::NONE, hook::NONE);
    let attached = look.snapshot.interfaces.iter().filter(attached).count();
    look.snapshot.maps.push(MapFill::counters(attached as u64, INTERFACES as u64));
    let mut maps = maps(generations, own);
    if let Some(fill) = note(look, hashed::fragments(&mut maps)) {
        look.snapshot.maps.push(fill);
    }
    let mut ftp = ftp::Snapshot::default();
    match carry::tallies(generations.iter().map(|(generation, known)| (generation, &known.layout))) {
        Ok(tallies) => ftp.tallies = tallies,
        Err(cause) => look.problems.push(format!("what FTP's tracking has counted cannot be read: {cause}")),
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

/// The newest generation's maps, as far as they are as this build's.
fn maps(generations: &[Described], own: &Layout) -> Maps {
    let Some((newest, known)) = generations.first() else { return Maps::default() };
    let alike = READ.into_iter().filter(|name| known.layout.is_alike(own, name));
    Maps::of(alike.filter_map(|name| Some((name, opened::to_read(&newest.map(name)).ok()?))))
}

fn note<T>(look: &mut Look, read: Result<T, Problem>) -> Option<T> {
    read.map_err(|problem| look.problems.push(problem.to_string())).ok()
}

/// Endpoints by mode and state, as an agent's scrape has them.
fn census(endpoints: &[Endpoint]) -> [[u64; 2]; 2] {
    let mut census = [[0; 2]; 2];
    for endpoint in endpoints {
        let state = match endpoint.word.state() {
            State::Announced => 0,
            State::Connected => 1,
            State::Free | State::Claimed | State::Proposed | State::Closed => continue,
        };
        let mode = usize::from(endpoint.word.kind().mode == Mode::Passive);
        census[mode][state] += 1;
    }
    census
}
