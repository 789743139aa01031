//! What captures show.

use std::path::PathBuf;

use classifier_common::{
    control::Tallies,
    ports::{DEFAULT_TCP, Transport},
    protocol::Protocol,
};

use super::{
    gather::{Gathered, Origin},
    traffic::{Loss, Traffic},
};
use crate::{
    config::Settings,
    counters::InterfaceSnapshot,
    datapath::KnownPort,
    hook,
    offline::{Capture, Engine, OfflineError},
};

/// Reads all of them, in their order and as one: a file that begins before the one before it has ended is judged by itself.
///
/// # Errors
///
/// When one cannot be opened, or is no capture. Where one is cut, what stands before is taken, and the rest is a loss.
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
                    sums.unjudged += u64::from(engine.judge(&packet).is_none());
                }
            }
        }
        sums.interfaces.push(InterfaceSnapshot {
            name: file.display().to_string(),
            ingress: hook::NONE,
            egress: hook::NONE,
            ingress_counters: Some(engine.take_counters()),
            egress_counters: None,
        });
    }
    sums.add(&engine, settings);
    Ok(sums.traffic(settings))
}

/// What the files come to.
#[derive(Default)]
struct Sums {
    interfaces: Vec<InterfaceSnapshot>,
    evidence: crate::evidence::Evidence,
    tallies: Tallies,
    unjudged: u64,
    lost: Vec<Loss>,
}

impl Sums {
    /// Adds what stands beside the counters.
    fn add(&mut self, engine: &Engine, settings: &Settings) {
        for (sum, number) in self.tallies.iter_mut().zip(engine.ftp().tallies) {
            *sum += number;
        }
        let evidence = engine.evidence(&settings.names);
        // Whom the connections of files were with that do not follow each other is told of the last ones alone.
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
        if self.unjudged > 0 {
            self.lost.push(Loss {
                what: "packets are of link types that cannot be judged".into(),
                count: self.unjudged,
            });
        }
        traffic.losses.append(&mut self.lost);
        traffic
    }
}

/// The port table, as a configuration changes it.
fn ports(changed: &[(Transport, u16, Protocol)]) -> Vec<KnownPort> {
    let is_changed = |port: u16| {
        changed.iter().any(|(transport, other, _)| (*transport, *other) == (Transport::Tcp, port))
    };
    let defaults = DEFAULT_TCP.into_iter().filter(|(port, _)| !is_changed(*port));
    let defaults = defaults.map(|(port, protocol)| (Transport::Tcp, port, protocol));
    let all = defaults.chain(changed.iter().copied());
    all.map(|(transport, port, protocol)| KnownPort { transport, port, protocol }).collect()
}
