//! The classifier's program of a hook, with maps of its own that know the conversation.

use anyhow::{Context as _, Result, ensure};
use aya::programs::Program;
use classifier::{
    config::{FtpSettings, ProtocolNames, XdpMode},
    datapath::{Attached, Datapath, TestCounters, Tracking, now},
    shadow::{Compiled, RuleRows},
};
use classifier_common::{control::Tally, counter::Counters, packet::Link, protocol::Class};
use fastrand::Rng;
use testbed::End;

use crate::interface::veth;

use super::{
    burden::{Burden, LEAST},
    conversation::Conversation,
    hook::{Hook, LOOPBACK},
    kinds::Kind,
    policy::policy,
    timing,
};

/// The program under test.
pub struct Subject {
    pub(super) datapath: Datapath,
    pub(super) tracking: Tracking,
    counters: TestCounters,
    /// Of interfaces that no packet comes from.
    pub(super) others: Vec<TestCounters>,
    pub(super) burden: Burden,
    /// Set and place of each announced port of the burden.
    pub(super) announced: Vec<(usize, usize)>,
    hook: &'static Hook,
    /// Of the hook's two.
    name: &'static str,
    /// What an XDP program is attached to, as [`Yardsticks::attach`](crate::yardsticks::Yardsticks::attach) says.
    settled: Option<Attached>,
}

impl Subject {
    /// Loads it, and shows it the conversation. An XDP program is attached to the interface.
    pub fn load(hook: &'static Hook, interface: &End) -> Result<Self> {
        let mut subject = Self::load_aside(hook)?;
        if matches!(subject.program()?, Program::Xdp(_)) {
            subject.settled = Some(subject.datapath.attach(veth(interface), XdpMode::Native, false)?);
        }
        Ok(subject)
    }

    /// The same for one that only gets packets that are drawn.
    pub fn load_aside(hook: &'static Hook) -> Result<Self> {
        Self::load_program(hook, hook.program)
    }

    /// The same for one that tries a policy.
    pub fn load_trying(hook: &'static Hook) -> Result<Self> {
        let mut subject = Self::load_program(hook, hook.trying)?;
        let policy = policy();
        let rows = RuleRows::default().adopt(Some(&policy))?;
        let compiled = Compiled::new(&policy, &rows, &ProtocolNames::default(), now());
        subject.datapath.try_policy(&compiled)?;
        Ok(subject)
    }

    fn load_program(hook: &'static Hook, name: &'static str) -> Result<Self> {
        let (mut datapath, tracking) = Datapath::load(false, &FtpSettings::default())?;
        let counters = datapath.counters_for(LOOPBACK, Link::Ethernet)?;
        let mut subject = Self {
            datapath,
            tracking,
            counters,
            others: vec![],
            burden: LEAST,
            announced: vec![],
            hook,
            name,
            settled: None,
        };
        Conversation::new().frames.iter().try_for_each(|frame| subject.see(frame))?;
        Ok(subject)
    }

    pub fn program(&mut self) -> Result<&Program> {
        Ok(self.datapath.program(self.name)?)
    }

    /// Runs it once on a frame.
    fn see(&mut self, frame: &[u8]) -> Result<()> {
        let verdict = self.hook.verdict;
        timing::run(self.program()?, frame, 1, verdict).map(drop)
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

    /// Control segments that the program left to the agent, which is not there.
    pub fn handed_over(&self) -> Result<u64> {
        Ok(self.tracking.tallies()?[Tally::Segments as usize])
    }

    /// Packets by class.
    fn packets(&self) -> Result<Vec<u64>> {
        let Counters { classes, .. } = *self.counters.read(self.hook.direction)?;
        Ok(classes.iter().map(|tally| tally.packets).collect())
    }
}
