// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Expected counts of the transfers, and the agents' counts.

use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use testbed::{Lab, servers::Ftp};

use crate::{
    churn::{ALL, Churn},
    counts::differences,
    endpoints::complaints,
    network::{Network, Place, without_offloads},
    truth::{growth, of_agent, of_segments},
    watch::{Watch, Watched},
};

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Captured bytes of a packet: its headers and a short command.
const SNAP: &str = "128";

/// Makes the transfers while `meanwhile` runs. Returns the number of segments at each place, and the
/// duration.
pub fn no_packet_is_missed<T>(mode: &str, meanwhile: impl FnOnce() -> T) -> String {
    let network = Network::new(&Lab::new());
    network.places().into_iter().for_each(without_offloads);
    let server = Ftp::vsftpd(&network.server);
    let [at_client, _, _, at_server] = network.places();
    let places = [at_client, at_server];
    let mut watch = Watch::start(&network, BINARY, mode, &[&places[..1], &places[1..]], SNAP);
    let churn = Churn::new(&network, &server);
    let begun = Instant::now();
    let others = meanwhile();
    churn.make();
    drop(others);
    let took = begun.elapsed();
    watch.mark();

    let half = (ALL / 2) as u64;
    let learned = [("pasv", half), ("epsv", half), ("port", 0), ("eprt", 0)];
    let mut wrong: Vec<_> = watch.agents().flat_map(|agent| complaints(agent, learned)).collect();
    let watched = watch.stop();
    let sizes: Vec<_> = watched.segments.iter().map(|segments| churn.was_made(segments)).collect();
    wrong.extend(missed(&churn, &network, &places, &watched));
    let report = report(mode, &sizes, took);
    assert!(wrong.is_empty(), "{report}\n{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
    report
}

fn report(mode: &str, sizes: &[usize], took: Duration) -> String {
    format!("{mode}: {ALL} transfers in {took:.1?}, segments of data at client and server: {sizes:?}")
}

/// Lists the differences between the agents' counts and the captures.
fn missed(churn: &Churn<'_>, network: &Network, places: &[Place<'_>], watched: &Watched) -> Vec<String> {
    let at_server = &network.at_server;
    let servers = [IpAddr::V4(at_server.v4), IpAddr::V6(at_server.v6)];
    let agents = watched.marks[0].samples().zip(watched.marks[1].samples());
    let mut lines = Vec::new();
    for ((place, segments), (before, after)) in places.iter().zip(&watched.segments).zip(agents) {
        let [before, after] = [before, after].map(|samples| of_agent(samples, place.interface));
        let captured = of_segments(segments.iter(), &place.mac(), servers, |segment| churn.kind(segment));
        let wrong = differences(&captured, &growth(&before, &after));
        lines.extend(wrong.into_iter().map(|line| format!("{}: {line}", place.host.name())));
    }
    lines
}
