// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Reads the traffic of captures.

use std::{path::PathBuf, time::Duration};

use classifier_common::{
    assigned_port::{AssignedPort, DEFAULT_TCP},
    control::{TALLIES, Tallies},
    ports::Transport,
};

use super::{
    gather::{Gathered, Origin},
    traffic::{Loss, Moment, SocketsSeen, Span, Traffic},
};
use crate::{
    config::Settings,
    datapath::KnownPort,
    hook,
    offline::{Capture, Engine, OfflineError},
    snapshot::InterfaceSnapshot,
};

/// Reads captures in their order, as one. A file that begins before the end of the previous one is classified
/// by itself.
///
/// # Errors
///
/// When a file cannot be opened, or is no capture. Of a truncated file the readable packets are used, and the
/// rest is a loss.
pub(super) fn traffic(files: &[PathBuf], settings: &Settings) -> Result<Traffic, OfflineError> {
    let anew = || Engine::new(&settings.ftp, &settings.ports);
    let mut engine = anew();
    let mut sums = Sums::default();
    for file in files {
        let mut capture = Capture::open(file, false)?;
        let mut is_first = true;
        loop {
            match capture.next_packet() {
                Ok(None) => break,
                Err(error) => {
                    sums.lost.push(Loss { what: error.to_string(), count: 1 });
                    break;
                }
                Ok(Some(packet)) => {
                    if is_first && packet.time != 0 && packet.time < engine.now() {
                        sums.add(&std::mem::replace(&mut engine, anew()), settings);
                    }
                    is_first = false;
                    sums.see(packet.time);
                    sums.unclassified += u64::from(engine.classify(&packet).is_none());
                }
            }
        }
        sums.interfaces.push(InterfaceSnapshot {
            name: file.display().to_string(),
            ingress: hook::NONE,
            egress: hook::NONE,
            counters: [Some(engine.take_counters()), None],
        });
    }
    sums.add(&engine, settings);
    Ok(sums.traffic(settings))
}

/// Sums over the files.
struct Sums {
    interfaces: Vec<InterfaceSnapshot>,
    evidence: crate::evidence::Evidence,
    tallies: Tallies,
    unclassified: u64,
    lost: Vec<Loss>,
    observed: Option<Span>,
}

impl Default for Sums {
    fn default() -> Self {
        let evidence = crate::evidence::Evidence::default();
        Self {
            interfaces: Vec::new(),
            evidence,
            tallies: [0; TALLIES],
            unclassified: 0,
            lost: Vec::new(),
            observed: None,
        }
    }
}

impl Sums {
    /// Extends the time span to a packet, in nanoseconds since 1970; 0 is no time.
    fn see(&mut self, time: u64) {
        if time > 0 {
            let at = Moment::since_epoch(Duration::from_nanos(time));
            let packet = Span { first: at, last: at };
            self.observed = Some(self.observed.map_or(packet, |observed| observed.join(packet)));
        }
    }

    /// Adds the observations of the engine that are no counters.
    fn add(&mut self, engine: &Engine, settings: &Settings) {
        for (sum, number) in self.tallies.iter_mut().zip(engine.ftp().tallies) {
            *sum += number;
        }
        let evidence = engine.evidence(&settings.names);
        // For files that do not continue each other, the peers are those of the last file with any.
        if !evidence.seen.is_empty() || self.evidence.seen.is_empty() {
            self.evidence = evidence;
        }
    }

    fn traffic(mut self, settings: &Settings) -> Traffic {
        let gathered = Gathered {
            origin: Origin::Wire,
            interfaces: &self.interfaces,
            names: &settings.names,
            ports: &ports(&settings.ports),
            evidence: &self.evidence,
            tallies: &self.tallies,
            unattributed: 0,
        };
        let mut traffic = gathered.traffic();
        traffic.origin = std::mem::take(&mut traffic.interfaces);
        traffic.observed = self.observed;
        traffic.sockets = SocketsSeen::Unknown("a capture does not show the sockets of a host");
        if self.unclassified > 0 {
            self.lost.push(Loss {
                what: "packets have link types that cannot be classified".into(),
                count: self.unclassified,
            });
        }
        traffic.losses.append(&mut self.lost);
        traffic
    }
}

/// Returns the port table, as a configuration changes it.
fn ports(changed: &[AssignedPort]) -> Vec<KnownPort> {
    let is_changed =
        |port: u16| changed.iter().any(|other| (other.transport, other.port) == (Transport::Tcp, port));
    let defaults = DEFAULT_TCP.into_iter().filter(|(port, _)| !is_changed(*port));
    let defaults = defaults.map(|(port, protocol)| AssignedPort::new(Transport::Tcp, port, protocol));
    let all = defaults.chain(changed.iter().copied());
    all.map(|AssignedPort { transport, port, protocol, .. }| KnownPort { transport, port, protocol })
        .collect()
}
