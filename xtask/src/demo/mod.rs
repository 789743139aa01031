// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Two hosts with real conversations, and an agent that counts on one of them.
//!
//! The hosts are namespaces without a name. The kernel removes them with their last process, however that
//! process ends. The agent gets a signal when this process ends. No clean-up is needed, not even after
//! SIGKILL.

mod capture;
mod conversations;
mod counting;
mod counts;
mod differences;
mod digits;
mod expectation;
mod frames;
mod ftp;
mod host;
mod http;
mod icmp;
mod introduction;
mod lines;
mod mail;
mod network;
mod offload;
mod proxy;
mod readme;
mod scrape;
mod screen;
mod signals;
mod table;

use std::{
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use capture::Capture;
use counting::Agent;
use counts::Counts;
use host::Host;
use introduction::Introduction;
use scrape::Scrape;
use screen::Screen;
use signals::Signals;

use crate::{agent, privileges};

/// Time that the last packets of a round may be in flight.
const SETTLING: Duration = Duration::from_secs(3);

const PAUSE: Duration = Duration::from_secs(1);

/// Runs the demo. `once` ends it after one checked round, and `readme` writes the output into the README.
pub fn run(once: bool, readme: bool) -> Result<()> {
    if !privileges::is_root() {
        bail!("the demo makes network namespaces and loads BPF programs: run it as root");
    }
    let binary = agent::build()?;
    let signals = Signals::take()?;
    let (client, server) = (Host::new("client", 1)?, Host::new("server", 2)?);
    network::join(&client, &server)?;
    let capture = Capture::start(&client)?;
    let mut agent = Agent::start(&binary, &server)?;
    network::up(&client, &server)?;
    conversations::serve(&server)?;

    let introduction = Introduction {
        hosts: [&client, &server].map(|host| (host.name.to_owned(), network::addresses(host))).into(),
        agent: agent.id(),
        attached: Scrape::of(&agent)?.attached,
        address: agent.address,
    };
    print!("{introduction}");
    println!("{}", if once { "" } else { "end: Ctrl-C\n" });

    let mut screen = Screen::default();
    for round in 1.. {
        let interrupted = conversations::round(&client, &server, &signals)?;
        let (scrape, differences) = settled(&capture, &mut agent)?;
        if once {
            let table = table::render(&scrape);
            println!("{table}");
            if interrupted {
                bail!("interrupted before the counts could be checked");
            }
            check(&scrape, &differences)?;
            let checked = checked(&scrape.counts);
            println!("{checked}");
            return if readme {
                readme::write(&format!("{introduction}\n{table}\n{checked}\n"))
            } else {
                Ok(())
            };
        }
        screen.show(round, &scrape, &differences);
        if interrupted || signals.within(PAUSE) {
            screen.end(&scrape);
            return Ok(());
        }
    }
    Ok(())
}

/// Returns the counts once they equal the capture's, or the remaining differences after the time limit.
fn settled(capture: &Capture, agent: &mut Agent) -> Result<(Scrape, Vec<String>)> {
    let end = Instant::now() + SETTLING;
    loop {
        let scrape = Scrape::of(agent).with_context(|| agent.state())?;
        let differences = differences::between(&capture.counts(), &scrape.counts);
        if differences.is_empty() || Instant::now() > end {
            return Ok((scrape, differences));
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn check(scrape: &Scrape, differences: &[String]) -> Result<()> {
    // A missing count also differs: report it once.
    let wrong =
        if differences.is_empty() { expectation::missing(&scrape.counts) } else { differences.to_vec() };
    for line in &wrong {
        println!("wrong: {line}");
    }
    if !wrong.is_empty() {
        bail!("{} counts are wrong", wrong.len());
    }
    Ok(())
}

/// Returns the line for counts that are equal.
fn checked(counts: &Counts) -> String {
    let total = counts.total();
    format!(
        "checked: {} counts equal those of a capture at the client's end, {} packets and {} bytes in all",
        counts.len(),
        digits::grouped(total.packets),
        digits::grouped(total.bytes)
    )
}
