// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Fuzzes a connection of FTP or mail, with any bytes from both sides in any segments: it has one outcome, and its
//! session one encryption.
//!
//! The input's first byte gives the service and the number of segments, three bytes each; the rest is what both sides
//! say. `examples/seeds.rs` writes a session of each service in this form.
#![no_main]

use classifier_common::{
    fixtures::{
        connection_traces::{ConnTraceEnv as _, HostConnEnv, counted},
        ftp_traces::network::Network,
    },
    packet::Direction,
};
use libfuzzer_sys::fuzz_target;

/// Ports of FTP, SMTP, submission, POP3 and IMAP.
const SERVICES: [u16; 5] = [21, 25, 587, 110, 143];

const NETWORK: Network = Network { v6: false, tagged: false };

/// Initial numbers of client and server, such that the streams wrap.
const FIRST: [u32; 2] = [u32::MAX - 40, u32::MAX - 1500];

const SYN: u8 = 0x02;
const SYN_ACK: u8 = 0x12;
const ACK: u8 = 0x10;

/// Seconds after which a handshake has an outcome.
const TIMEOUT: u64 = 11;

fuzz_target!(|input: &[u8]| {
    let Some((how, rest)) = input.split_first() else { return };
    let service = SERVICES[usize::from(*how) % SERVICES.len()];
    let (segments, text) = rest.split_at(rest.len().min(usize::from(how >> 3) * 3));
    let mut run = Run { env: HostConnEnv::new(), service, text, next: [0, 0] };
    run.send(0, SYN, (FIRST[0], 0), b"");
    run.send(1, SYN_ACK, (FIRST[1], FIRST[0].wrapping_add(1)), b"");
    for segment in segments.chunks_exact(3) {
        run.operate([segment[0], segment[1], segment[2]]);
        run.adds_up();
    }
    run.env.wait(TIMEOUT).expect("time passes");
    run.adds_up();
});

struct Run<'a> {
    env: HostConnEnv,
    service: u16,
    text: &'a [u8],
    /// Number of bytes that client and server have sent.
    next: [usize; 2],
}

impl Run<'_> {
    fn send(&mut self, side: usize, flags: u8, numbers: (u32, u32), payload: &[u8]) {
        let ends = [(1, 50_000), (2, self.service)];
        let ends = if side == 0 { ends } else { [ends[1], ends[0]] };
        let direction = if side == 0 { Direction::Ingress } else { Direction::Egress };
        self.env.classify(&NETWORK.frame(ends, flags, numbers, payload), direction);
    }

    /// Sends a piece of the text: the next, one from further back or ahead, or one with other flags.
    fn operate(&mut self, [kind, place, size]: [u8; 3]) {
        let side = usize::from(kind & 1);
        let place = self.text.len() * usize::from(place) / 255;
        let start = if kind & 2 == 0 { self.next[side] } else { place }.min(self.text.len());
        let end = self.text.len().min(start + usize::from(size));
        let flags = ACK | if kind & 0xe0 == 0 { kind >> 2 & 7 } else { 0 };
        let number = |side: usize, at: usize| {
            FIRST[side].wrapping_add(1).wrapping_add(u32::try_from(at).expect("short"))
        };
        let numbers = (number(side, start), number(1 - side, self.next[1 - side]));
        let piece = self.text[start..end].to_vec();
        self.send(side, flags, numbers, &piece);
        self.next[side] = self.next[side].max(end);
    }

    fn adds_up(&self) {
        let found = counted(&self.env.counters());
        let sum = |names: &[&str]| -> u64 {
            found
                .iter()
                .filter(|(name, _)| names.iter().any(|end| name.ends_with(end)))
                .map(|(_, count)| *count)
                .sum()
        };
        // A SYN among the segments may begin another connection.
        let syns = 1 + u64::try_from(self.next.len()).expect("two") * 32;
        let established = sum(&["established"]);
        assert!(established >= 1 && established <= syns, "{found:?}");
        assert!(sum(&["upgraded", "clear_login", "neither"]) <= established, "{found:?}");
    }
}
