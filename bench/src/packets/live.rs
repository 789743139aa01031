// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! A live FTP session: its transfers, and a flood that belongs to one session.

use anyhow::Result;
use classifier_common::{
    fixtures::{
        floods::Flood,
        ftp_traces::{connection::TraceConnection, network::Network},
    },
    protocol::Protocol,
    wire::tcp::flag,
};

use super::{
    conversation::{CLIENT, SEQUENCE, SERVER, STRANGER, segment},
    subject::Subject,
};

/// First port that the session announces, and the first port of the client's connections to them.
const PORTS: [u16; 2] = [41_000, 52_000];

/// Packets with payload in each half of a data connection.
const HALF: u32 = 10;

/// A session that transfers one file after another. A half of a data connection is sent at a time.
pub struct LiveSession {
    control: TraceConnection,
    /// Number of halves so far.
    halves: u16,
}

impl LiveSession {
    /// Opens the session, and announces its first port.
    pub fn open(subject: &mut Subject) -> Result<Self> {
        let mut session = Self { control: control(CLIENT), halves: 0 };
        let handshake = handshake(&mut session.control);
        handshake.iter().try_for_each(|frame| subject.see(frame))?;
        session.announce(subject)?;
        Ok(session)
    }

    /// Sends the next half of a data connection, and behind a second half the next announcement. Returns the
    /// number of sent packets, and of those that were not counted as FTP data.
    pub fn go_on(&mut self, subject: &mut Subject) -> Result<[u64; 2]> {
        let is_first = self.halves.is_multiple_of(2);
        let there = PORTS.map(|first| first + self.halves / 2);
        let ends = [(CLIENT, there[1]), (SERVER, there[0])];
        let back = [ends[1], ends[0]];
        let frame = |ends, flags, payload| Network::default().frame(ends, flags, (7, 9), payload);
        let data = (0..HALF).map(|_| frame(ends, flag::ACK, b"data".as_slice()));
        let frames: Vec<_> = if is_first {
            [frame(ends, flag::SYN, b"")].into_iter().chain(data).collect()
        } else {
            let fin = flag::FIN | flag::ACK;
            data.chain([frame(ends, fin, b""), frame(back, fin, b"")]).collect()
        };
        let before = subject.counted(Protocol::FTP_DATA_PASSIVE)?;
        frames.iter().try_for_each(|frame| subject.see(frame))?;
        let labelled = subject.counted(Protocol::FTP_DATA_PASSIVE)? - before;
        self.halves += 1;
        if !is_first {
            self.announce(subject)?;
        }
        let sent = u64::try_from(frames.len())?;
        Ok([sent, sent - labelled])
    }

    fn announce(&mut self, subject: &mut Subject) -> Result<()> {
        let [high, low] = (PORTS[0] + self.halves / 2).to_be_bytes();
        let reply = format!("S> 227 Entering Passive Mode (10,0,0,2,{high},{low})");
        for line in ["C> PASV", &reply] {
            subject.see(&segment(&mut self.control, line, flag::ACK).1)?;
        }
        Ok(())
    }
}

/// Shows a session to the program, and returns the flood of its announcements.
pub fn announcements(subject: &mut Subject) -> Result<Flood> {
    let mut control = control(STRANGER);
    handshake(&mut control).iter().try_for_each(|frame| subject.see(frame))?;
    let before = control.next[0];
    let (_, frame) = segment(&mut control, "C> PORT 10,0,0,3,160,0", flag::ACK);
    Ok(Flood {
        name: "announcements of one session",
        protocol: Protocol::FTP_CONTROL,
        frame,
        at: usize::try_from(SEQUENCE)?,
        step: control.next[0].wrapping_sub(before),
    })
}

fn control(client: u8) -> TraceConnection {
    TraceConnection::new([(client, 49_200), (SERVER, 21)], [3000, 7000])
}

fn handshake(control: &mut TraceConnection) -> [Vec<u8>; 4] {
    let (syn, ack) = (flag::SYN, flag::ACK);
    [("C syn", syn), ("S syn ack", syn | ack), ("C ack", ack), ("S> 220 ready", ack)]
        .map(|(line, flags)| segment(control, line, flags).1)
}
