// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Throughput of one TCP connection.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    panic::resume_unwind,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use testbed::{Host, Lab};

use super::{
    attachment::{
        Attachment::{self, Auto, Egress, Empty, Native, Nothing, Rules},
        Held,
    },
    rules,
};
use crate::{
    interface::veth,
    processor::{busy, stay_on},
    section::{Goal, Row, Table},
    turns::Turns,
};

/// Size of a sample in bytes, and in gigabits.
const BYTES: usize = 32 << 20;
#[expect(clippy::cast_precision_loss, reason = "32 MiB")]
const GIGABITS: f64 = BYTES as f64 * 8.0 / 1e9;

/// Rounds of bulk transfers per round of other measurements. Transfers take longer and vary more.
const ROUNDS: u32 = 2;

/// Size of a read or write, in bytes.
const PIECE: usize = 256 << 10;

/// Longest time without progress.
const PATIENCE: Duration = Duration::from_secs(5);

/// Port for which every contender has a counter.
const PORT: u16 = 25;

/// Lower bound of the throughput, relative to nothing attached.
const RATIO: f64 = 0.97;

/// Observers on the receiver or on the sender.
const ATTACHED: [(&str, Attachment, bool); 8] = [
    ("nothing", Nothing, true),
    ("the classifier, `auto`, at the receiver (TCX)", Auto, true),
    ("the classifier, `auto`, at the sender (TCX)", Egress, false),
    ("the classifier, native XDP, at the receiver", Native, true),
    ("an empty program, native XDP, at the receiver", Empty, true),
    ("nftables: a counter rule for each port and ICMP type", Rules(rules::COUNTERS), true),
    ("nftables: verdict maps, each packet counted once", Rules(rules::VERDICT_MAPS), true),
    ("nftables: connection tracking with the FTP helper", Rules(rules::FTP_HELPER), true),
];

pub fn table(rounds: u32) -> Result<Table> {
    let lab = Lab::new();
    let pairs = ATTACHED.map(|(_, attachment, at_receiver)| Pair::new(&lab, attachment, at_receiver));
    let mut pairs = pairs.into_iter().collect::<Result<Vec<_>>>()?;
    // TCP windows grow during this transfer.
    pairs.iter_mut().try_for_each(|pair| pair.carry(8 * BYTES).map(drop))?;
    let [times, work] = Turns::take(pairs.len(), ROUNDS * rounds, |place, _| {
        let times = pairs[place].carry(BYTES).context(ATTACHED[place].0)?;
        Ok(times.map(|time| time.as_secs_f64()))
    })?;
    for ((name, ..), pair) in ATTACHED.iter().zip(&pairs) {
        let counted = pair.held.counted(&pair.host)?;
        ensure!(counted.is_none_or(|counted| counted > 0), "{name}: no packet was counted");
    }
    let columns = ["attached", "Gbit/s", "throughput, ratio", "processor time, ratio"];
    let rows = ATTACHED.iter().enumerate().map(|(place, (name, attachment, _))| {
        let row = row(place, name, &times, &work);
        if matches!(attachment, Auto | Egress) {
            let left = times.inverse_ratio(place).median;
            return row.with(Goal::at_least("throughput", left, RATIO, ""));
        }
        row
    });
    let rows = rows.collect();
    Ok(Table { title: "Bulk TCP".to_owned(), columns: columns.map(str::to_owned).into(), rows })
}

fn row(place: usize, name: &str, times: &Turns, work: &Turns) -> Row {
    let gigabits = format!("{:.1}", times.at(place).inverse(GIGABITS));
    if place == 0 {
        return Row::new(name, [gigabits, String::new(), String::new()]);
    }
    let (throughput, work) = (times.inverse_ratio(place), work.ratio(place));
    Row::new(name, [gigabits, format!("{throughput:.2}"), format!("{work:.2}")])
}

/// Two hosts and the connection between them.
struct Pair {
    sender: TcpStream,
    receiver: TcpStream,
    /// Host of the attachment.
    host: Host,
    held: Held,
    buffer: Vec<u8>,
}

impl Pair {
    fn new(lab: &Lab, attachment: Attachment, at_receiver: bool) -> Result<Self> {
        let (from, to) = (lab.host("from"), lab.host("to"));
        let (from_end, to_end) = lab.link(&from, &to);
        let (host, end) = if at_receiver { (to.clone(), &to_end) } else { (from.clone(), &from_end) };
        let held = attachment.attach(&host, end, &veth(end))?;
        let listener = to.listen(SocketAddr::new(to_end.v4.into(), PORT));
        let sender =
            from.connect(SocketAddr::new(from_end.v4.into(), 0), SocketAddr::new(to_end.v4.into(), PORT));
        let (receiver, _) = listener.accept().context("nobody connected")?;
        for stream in [&sender, &receiver] {
            stream.set_read_timeout(Some(PATIENCE)).context("cannot set a socket timeout")?;
            stream.set_write_timeout(Some(PATIENCE)).context("cannot set a socket timeout")?;
        }
        Ok(Self { sender, receiver, host, held, buffer: vec![b'.'; PIECE] })
    }

    /// Sends and receives `bytes`, each host on its own processor if there are two. Returns the elapsed time
    /// and the processor time.
    fn carry(&mut self, bytes: usize) -> Result<[Duration; 2]> {
        let Self { sender, receiver, buffer, .. } = self;
        thread::scope(|scope| {
            let sent = scope.spawn(|| {
                stay_on(0)?;
                let piece = vec![b'.'; PIECE];
                (0..bytes / PIECE)
                    .try_for_each(|_| sender.write_all(&piece).context("the connection fails"))?;
                busy()
            });
            let received = scope.spawn(|| {
                stay_on(1)?;
                let start = Instant::now();
                (0..bytes / PIECE)
                    .try_for_each(|_| receiver.read_exact(buffer).context("the connection fails"))?;
                Ok::<_, anyhow::Error>((start.elapsed(), busy()?))
            });
            let sending = sent.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            let (took, receiving) = received.join().unwrap_or_else(|panic| resume_unwind(panic))?;
            Ok([took, sending + receiving])
        })
    }
}
