// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Cost of a scrape, and of the agent between scrapes and before the first.

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

/// Numbers of counted interfaces.
const INTERFACES: [u32; 3] = [1, 16, 200];

const ABOUT: &str = "\
Agents on hosts with this many veth interfaces, each counted in both directions through TCX. All servers run at the same
time and are scraped in turn, each over one persistent connection. `CPU` is the processor time of all the server's
threads for one scrape.";

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
        " node_exporter is Debian's, with only the collector for `/proc/net/dev` enabled."
    } else {
        " node_exporter is not installed here, so there is no comparison with it (package `prometheus-node-exporter`)."
    };
    Ok(Section {
        heading: "A scrape, and the agent between scrapes",
        about: format!("{ABOUT}{exporter}"),
        tables,
    })
}

/// Formats a number with its noun.
fn count(number: u32, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
