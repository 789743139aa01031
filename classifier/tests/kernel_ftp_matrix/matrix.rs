// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Runs the whole matrix for one server, with one set of agents and captures, which are compared after each
//! cell.

use std::sync::atomic::Ordering;

use testbed::{Host, Lab, servers::Ftp};

use crate::{
    Source,
    cell_truth::CellTruth,
    cells::Cell,
    clients::Transfers,
    decoys::Decoys,
    endpoints::complaints,
    network::{Network, without_offloads},
    run::Run,
    watch::Watch,
};

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Runs the matrix, and returns the table of cells with their numbers of segments, and with the reasons of
/// missing ones.
pub fn data_is_counted_as_captured(
    mode: &str,
    start: impl Fn(&Host) -> Ftp,
    source: Source,
    cells: Vec<Cell>,
) -> String {
    let lab = Lab::new();
    let network = Network::new(&lab);
    let decoys = Decoys::new(&lab, &network);
    network.places().into_iter().for_each(without_offloads);
    let server = start(&network.server);
    let places = network.places();
    let mut watch = Watch::start(&network, BINARY, mode, &[&places[..1], &places[1..3], &places[3..]], "0");
    let transfers = Transfers::of(&server);
    let (impossible, cells): (Vec<_>, Vec<_>) = cells.into_iter().partition(|cell| cell.obstacle().is_some());
    for (number, cell) in cells.iter().enumerate() {
        let run = Run { network: &network, decoys: &decoys, transfers: &transfers, cell: *cell };
        run.transfers(&format!("cell-{number}"));
        run.decoys_afterwards(&watch);
        watch.mark();
    }
    let passive = cells.iter().filter(|cell| ["pasv", "epsv"].contains(&cell.command.label())).count();
    let same_ports = decoys.same_ports.load(Ordering::Relaxed);
    assert!(
        same_ports > passive / 2,
        "both ports were used again after {same_ports} of {passive} passive cells"
    );
    let mut wrong = forgotten(&watch, &cells);
    let watched = watch.stop();

    let mut table = Vec::new();
    for (number, cell) in cells.iter().enumerate() {
        let truth = CellTruth { network: &network, decoys: &decoys, watched: &watched, number, cell: *cell };
        table.push(format!("{cell}: {}", truth.is_as_intended(source)));
        wrong.extend(truth.differences());
    }
    for cell in impossible {
        table.push(format!("{cell}: none. {}", cell.obstacle().unwrap_or_default()));
    }
    let table = table.join("\n");
    assert!(wrong.is_empty(), "{table}\n{} things are wrong:\n{}", wrong.len(), wrong.join("\n"));
    table
}

/// Lists the agents' complaints: each cell has made an endpoint for each of its transfers.
fn forgotten(watch: &Watch<'_>, cells: &[Cell]) -> Vec<String> {
    let learned = ["pasv", "epsv", "port", "eprt"].map(|label| {
        let cells = cells.iter().filter(|cell| cell.command.label() == label);
        (label, cells.map(|cell| cell.client.verbs().len() as u64).sum())
    });
    let agents = watch.agents().zip(["client", "router", "server"]);
    let of_agent = |(agent, at)| {
        complaints(agent, learned).into_iter().map(move |one| format!("agent at the {at}: {one}"))
    };
    agents.flat_map(of_agent).collect()
}
