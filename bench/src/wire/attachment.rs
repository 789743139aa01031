// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Programs and rules that can be attached to an interface.

use crate::{interface::veth, yardsticks::Yardsticks};
use anyhow::{Context as _, Result};
use classifier::{
    config::{FtpSettings, XdpMode},
    datapath::{Attached, Datapath, Tracking},
    interfaces::Interface,
    snapshot::FtpSnapshot,
};
use testbed::{End, Host};

/// A packet observer under test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    Nothing,
    /// An empty program, by native XDP.
    Empty,
    /// The classifier by native XDP, without egress.
    Native,
    /// The classifier by TCX ingress, without egress.
    Ingress,
    /// The classifier on the egress interface.
    Egress,
    /// The classifier, attached by the agent's default settings.
    Auto,
    /// A ruleset of nftables.
    Rules(&'static str),
}

/// Guard of an attachment.
pub enum Held {
    Nothing,
    Empty { _programs: Yardsticks },
    Classifier(Box<Classifier>),
    Rules,
}

/// The classifier on an interface.
pub struct Classifier {
    attached: [Attached; 1],
    datapath: Datapath,
    /// Kept, because the maps belong to programs that are loaded later.
    _tracking: Tracking,
}

impl Attachment {
    /// Attaches the observer on a host, to the incoming or to the outgoing interface.
    pub fn attach(self, host: &Host, incoming: &End, outgoing: &Interface) -> Result<Held> {
        match self {
            Self::Nothing => Ok(Held::Nothing),
            Self::Empty => {
                let mut programs = Yardsticks::load(incoming.index)?;
                host.enter(|| programs.attach("empty_xdp", incoming))?;
                Ok(Held::Empty { _programs: programs })
            }
            Self::Native => classifier(host, veth(incoming), XdpMode::Native, false),
            Self::Ingress => classifier(host, veth(incoming), XdpMode::Off, false),
            Self::Egress => classifier(host, outgoing.clone(), XdpMode::Off, true),
            Self::Auto => classifier(host, veth(incoming), XdpMode::Auto, true),
            Self::Rules(rules) => {
                host.run("nft", &[rules]);
                Ok(Held::Rules)
            }
        }
    }
}

fn classifier(host: &Host, interface: Interface, mode: XdpMode, egress: bool) -> Result<Held> {
    let (mut datapath, tracking) = Datapath::load(false, &FtpSettings::default())?;
    let name = interface.name.clone();
    let attached = host.enter(|| datapath.attach(interface, mode, egress));
    let attached = [attached.with_context(|| format!("cannot attach the classifier to {name}"))?];
    Ok(Held::Classifier(Box::new(Classifier { attached, datapath, _tracking: tracking })))
}

impl Held {
    /// Returns the counted packets, or `None` without counters. For nftables the largest counter is returned.
    pub fn counted(&self, host: &Host) -> Result<Option<u64>> {
        match self {
            Self::Nothing | Self::Empty { .. } => Ok(None),
            Self::Classifier(classifier) => {
                let snapshot =
                    classifier.datapath.snapshot(&classifier.attached, [], FtpSnapshot::default())?;
                let blocks = snapshot.interfaces.iter().flat_map(|interface| &interface.counters);
                let classes = blocks.flatten().flat_map(|counters| counters.classes);
                Ok(Some(classes.map(|tally| tally.packets).sum()))
            }
            Self::Rules => {
                let listed = host.run("nft", &["list", "ruleset"]);
                let counts = listed.split("packets ").skip(1).filter_map(|rest| rest.split(' ').next());
                Ok(counts.filter_map(|count| count.parse().ok()).max().or(Some(0)))
            }
        }
    }
}
