//! What can hang on an interface.

use anyhow::{Context as _, Result};
use classifier::{
    config::{FtpSettings, XdpMode},
    datapath::{Attached, Datapath, Tracking},
    ftp,
    interfaces::Interface,
};
use testbed::{End, Host};

use crate::{interface::veth, yardsticks::Yardsticks};

/// Something that looks at packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    Nothing,
    /// Without anything in it, by native XDP.
    Empty,
    /// The classifier by native XDP, its egress side not attached.
    Native,
    /// The classifier by TCX ingress, its egress side not attached.
    Ingress,
    /// The classifier on the interface that packets leave by.
    Egress,
    /// The classifier as the agent attaches it where nothing else is asked for.
    Auto,
    /// Rules of nftables.
    Rules(&'static str),
}

/// What holds it there.
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
    /// Its maps are those of programs that are still to be loaded.
    _tracking: Tracking,
}

impl Attachment {
    /// Attaches it on a host to the interface that packets come in by, or to that which they leave by.
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
    /// Packets that it has counted; `None` if it counts none. Of rules that is the most that one of them has.
    pub fn counted(&self, host: &Host) -> Result<Option<u64>> {
        match self {
            Self::Nothing | Self::Empty { .. } => Ok(None),
            Self::Classifier(classifier) => {
                let snapshot =
                    classifier.datapath.snapshot(&classifier.attached, [], ftp::Snapshot::default())?;
                let blocks = snapshot
                    .interfaces
                    .iter()
                    .flat_map(|interface| [&interface.ingress_counters, &interface.egress_counters]);
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
