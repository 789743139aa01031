// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Cost of floods, and the loss of honest traffic while they run.

use std::cell::RefCell;

use anyhow::{Context as _, Result};
use classifier_common::fixtures::floods::floods;
use testbed::{End, Lab};

use crate::{
    Setup, memory,
    packets::{
        self, Contender, Hook, INGRESS, LEAST, LOOPBACK, LiveSession, Stream, Subject, XDP, announcements,
        compare_with,
    },
    processor::pin,
    section::{Goal, Row, Section, Table},
    turns::Turns,
    yardsticks::Yardsticks,
};

/// XDP programs in a comparison: the classifier's and the programs for comparison.
const XDP_PROGRAMS: usize = 4;

const ROUNDS: u32 = 41;
const ROUNDS_QUICK: u32 = 7;

const ABOUT: &str = "\
Nanoseconds per packet above the empty program, as above. Each packet of a flood has another sender (of the ICMP errors:
another quoted receiver), so that no bounded table knows it. The announcements belong to one session: each is the next
command. After each sample of 10,000 packets and more, a live FTP session sends a half of a data connection to a port that
it announced before. `lost` counts the packets of these connections that were not counted as FTP data. The last column is
the growth of the maps' kernel memory during all samples of the flood.";

pub fn measure(setup: &Setup) -> Result<Section> {
    let lab = Lab::new();
    let (host, peer) = (lab.host("bench"), lab.host("peer"));
    let interfaces: Vec<End> = (0..XDP_PROGRAMS).map(|_| lab.wire(&host, &peer, 1500).0).collect();
    let tables = host.enter(|| {
        pin()?;
        let rounds = if setup.quick { ROUNDS_QUICK } else { ROUNDS };
        [&XDP, &INGRESS].into_iter().map(|hook| table(hook, &interfaces, rounds)).collect::<Result<Vec<_>>>()
    })?;
    Ok(Section { heading: "Under attack", about: ABOUT.to_owned(), tables })
}

/// Honest traffic during one flood, and the memory of the maps.
#[derive(Clone, Copy, Default)]
struct Aside {
    sent: u64,
    lost: u64,
    grown: f64,
}

fn table(hook: &'static Hook, interfaces: &[End], rounds: u32) -> Result<Table> {
    let (own, others) = interfaces.split_first().context("no interface")?;
    let mut subject = Subject::load(hook, own)?;
    let mut session = LiveSession::open(&mut subject)?;
    let floods = [floods(), vec![announcements(&mut subject)?]].concat();
    floods.iter().try_for_each(|flood| subject.check_frame(flood.name, &flood.frame, flood.protocol))?;
    let streams = floods.iter().map(Stream::flood).collect::<Result<Vec<_>>>()?;
    let mut yardsticks = Yardsticks::load(LOOPBACK)?;
    packets::settle(&mut yardsticks, others)?;
    let subject = RefCell::new(subject);
    let contenders = [Contender::Yardstick(hook.empty), Contender::Subject(&subject, LEAST)];
    let mut asides = vec![Aside::default(); streams.len()];
    let mut held = memory::held()?;
    let costs = compare_with(hook, &mut yardsticks, &contenders, &streams, rounds, |flood| {
        let aside: &mut Aside = &mut asides[flood];
        let now = memory::held()?;
        aside.grown += now - held;
        let [sent, lost] = session.go_on(&mut subject.borrow_mut())?;
        aside.sent += sent;
        aside.lost += lost;
        held = memory::held()?;
        Ok(())
    })?;
    let row = |((stream, cost), aside): ((&Stream, &Turns), &Aside)| {
        let cells = [
            format!("{:.1}", cost.at(0).median),
            format!("{:+.1}", cost.above(1)),
            aside.sent.to_string(),
            aside.lost.to_string(),
            format!("{:.0}", aside.grown / 1024.0),
        ];
        #[expect(clippy::cast_precision_loss, reason = "some thousand packets")]
        Row::new(stream.name, cells).with(Goal::at_most("lost", aside.lost as f64, 0.0, " packets"))
    };
    let columns = ["flood", "empty", "classifier", "FTP data packets", "lost", "maps, KiB more"];
    Ok(Table {
        title: format!("{}, floods", hook.name),
        columns: columns.map(str::to_owned).into(),
        rows: streams.iter().zip(&costs).zip(&asides).map(row).collect(),
    })
}
