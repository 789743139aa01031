//! What a scrape costs, and the agent between scrapes and until the first.

mod client;
mod counters;
mod latency;
pub mod process;
mod rest;
mod server;
mod start;

use anyhow::Result;

use crate::{Setup, section::Section};
use server::{Kind, Place, Server};

/// How many interfaces are counted.
const INTERFACES: [u32; 3] = [1, 16, 200];

const ABOUT: &str = "\
Agents on hosts with so many veth interfaces, each counted in both directions through TCX. All servers run at the same
time and are asked by turns, each over one connection that stays open. `CPU` is the server's own, of all its threads,
for one scrape.";

pub fn measure(setup: &Setup) -> Result<Section> {
    let places = INTERFACES.map(Place::new);
    let mut servers = Vec::new();
    for place in &places {
        servers.push(Server::start(Kind::Classifier, place, setup.agent()?)?);
        if let Some(program) = server::node_exporter() {
            servers.push(Server::start(Kind::NodeExporter, place, &program)?);
        }
    }
    let first = rest::before(&servers)?;
    let mut tables = vec![latency::table(&mut servers, setup.quick)?];
    tables.push(rest::table(&servers, &first, setup.quick)?);
    drop(servers);
    tables.extend([counters::table(setup.quick)?, start::table(setup)?, start::parts(setup.quick)?]);
    let exporter = if server::node_exporter().is_some() {
        " node_exporter, Debian's, has no collector on but that for `/proc/net/dev`."
    } else {
        " node_exporter is not installed here, so nothing is compared with it (package `prometheus-node-exporter`)."
    };
    Ok(Section {
        heading: "A scrape, and the agent between scrapes",
        about: format!("{ABOUT}{exporter}"),
        tables,
    })
}

/// How many of something, in words.
fn count(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
