//! The whole matrix for one server, in one go: one set of agents and captures, looked at after each cell.

use testbed::{Host, Lab, servers::Ftp};

use crate::{
    Source,
    cell_truth::CellTruth,
    cells::{Cell, Command},
    clients::Transfers,
    decoys::Decoys,
    endpoints::complaints,
    network::{Network, without_offloads},
    run::Run,
    watch::Watch,
};

const BINARY: &str = env!("CARGO_BIN_EXE_classifier");

/// Gives the table of cells with their numbers of segments, and with the reasons for those that are not
/// there.
pub fn data_is_counted_as_captured(mode: &str, start: impl Fn(&Host) -> Ftp, source: Source) -> String {
    let lab = Lab::new();
    let network = Network::new(&lab);
    let decoys = Decoys::new(&lab, &network);
    network.places().into_iter().for_each(without_offloads);
    let server = start(&network.server);
    let places = network.places();
    let mut watch = Watch::start(&network, BINARY, mode, &[&places[..1], &places[1..3], &places[3..]], "0");
    let transfers = Transfers::of(&server);
    let (impossible, cells): (Vec<_>, Vec<_>) =
        Cell::all().into_iter().partition(|cell| cell.obstacle().is_some());
    for (number, cell) in cells.iter().enumerate() {
        let run = Run { network: &network, decoys: &decoys, transfers: &transfers, cell: *cell };
        run.transfers(&format!("cell-{number}"));
        run.decoys_afterwards(&watch);
        watch.mark();
    }
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

/// What the agents complain of: each cell has made an endpoint for each of its transfers.
fn forgotten(watch: &Watch<'_>, cells: &[Cell]) -> Vec<String> {
    let commands =
        [("pasv", Command::Pasv), ("epsv", Command::Epsv), ("port", Command::Port), ("eprt", Command::Eprt)];
    let learned = commands.map(|(label, command)| {
        let transfers = cells.iter().filter(|cell| cell.command == command).count() * Transfers::VERBS.len();
        (label, transfers as u64)
    });
    let agents = watch.agents().zip(["client", "router", "server"]);
    let of_agent = |(agent, at)| {
        complaints(agent, learned).into_iter().map(move |one| format!("agent at the {at}: {one}"))
    };
    agents.flat_map(of_agent).collect()
}
