//! The classifier's program of a hook, with maps of its own that know the conversation.

use anyhow::{Context as _, Result, ensure};
use aya::programs::Program;
use classifier::{
    config::{FtpSettings, XdpMode},
    datapath::{Attached, Datapath, TestCounters, Tracking},
    interfaces::Interface,
};
use classifier_common::{counter::Counters, packet::Link, protocol::Class};
use fastrand::Rng;
use testbed::End;

use super::{
    conversation::Conversation,
    hook::{Hook, LOOPBACK},
    kinds::Kind,
    test_run,
};

/// The program under test.
pub struct Subject {
    datapath: Datapath,
    /// Its maps are those of programs that are still to be loaded.
    _tracking: Tracking,
    counters: TestCounters,
    hook: &'static Hook,
    /// What an XDP program is attached to, as [`Yardsticks::settle`](crate::yardsticks::Yardsticks::settle) says.
    _settled: Option<Attached>,
}

impl Subject {
    /// Loads it, and shows it the conversation. An XDP program is attached to the interface.
    pub fn load(hook: &'static Hook, interface: &End) -> Result<Self> {
        let (mut datapath, tracking) = Datapath::load(false, &FtpSettings::default())?;
        let counters = datapath.counters_for(LOOPBACK, Link::Ethernet)?;
        let is_xdp = matches!(datapath.program(hook.program)?, Program::Xdp(_));
        let mut attach = || datapath.attach(classifier_interface(interface), XdpMode::Native, false);
        let settled = if is_xdp { Some(attach()?) } else { None };
        let mut subject = Self { datapath, _tracking: tracking, counters, hook, _settled: settled };
        Conversation::new().frames.iter().try_for_each(|frame| subject.see(frame))?;
        Ok(subject)
    }

    pub fn program(&mut self) -> Result<&Program> {
        Ok(self.datapath.program(self.hook.program)?)
    }

    /// Runs it once on a frame.
    fn see(&mut self, frame: &[u8]) -> Result<()> {
        let verdict = self.hook.verdict;
        test_run::run(self.program()?, frame, 1, verdict).map(drop)
    }

    /// Whether it takes a kind of packets for what it is: numbers about something else would mean nothing.
    pub fn check(&mut self, kind: &Kind) -> Result<()> {
        let before = self.packets()?;
        self.see(&(kind.make)(&mut Rng::with_seed(super::SEED)))?;
        let after = self.packets()?;
        let grown = (0..).zip(before.iter().zip(&after)).find(|(_, (before, after))| before != after);
        let (index, _) = grown.with_context(|| format!("{}: counted under no class", kind.name))?;
        let protocol = Class::from_index(index).protocol();
        ensure!(protocol == kind.protocol, "{}: counted as {protocol:?} by {}", kind.name, self.hook.name);
        Ok(())
    }

    /// Packets by class.
    fn packets(&self) -> Result<Vec<u64>> {
        let Counters { classes, .. } = *self.counters.read(self.hook.direction)?;
        Ok(classes.iter().map(|tally| tally.packets).collect())
    }
}

fn classifier_interface(end: &End) -> Interface {
    Interface {
        index: end.index,
        name: end.name.clone(),
        link: Some(Link::Ethernet),
        link_layer: "Ethernet".to_owned(),
        kind: Some("veth".to_owned()),
        bus: None,
        master: None,
        lower: None,
    }
}
