// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Bulk mail stays on the fast path: measured not by time, but by the memory of the slow path, and by the
//! number of inspected segments.

use classifier_common::{
    abi::{Direction, MAP_LISTENERS, PROGRAM_INGRESS, PROGRAM_XDP},
    fixtures::{
        connection_traces::{ConnTraceEnv as _, counted},
        ftp_traces::network::Network,
    },
    session::Listener,
};
use testbed::Lab;

use crate::{kernel_world::KernelWorld, maps};

/// Per-CPU map in which the slow path stores the last segment that it has read.
const WORK: &str = "WORK";

const SEGMENTS: usize = 500;
const ACK: u8 = 0x10;
const PUSH: u8 = 0x18;

struct Mail<'a> {
    world: &'a mut KernelWorld,
    /// Next sequence numbers of the client and of the server.
    next: [u32; 2],
}

impl Mail<'_> {
    fn segment(&mut self, of_client: bool, flags: u8, bytes: &[u8]) {
        let network = Network { v6: false, tagged: false };
        let [client, server] = self.next;
        let (ends, numbers, direction) = if of_client {
            ([(1, 50_000), (2, 25)], (client, server), Direction::Ingress)
        } else {
            ([(2, 25), (1, 50_000)], (server, client), Direction::Egress)
        };
        self.world.see(&network.frame(ends, flags, numbers, bytes), direction).unwrap();
        let syn = u32::from(flags & 2 != 0);
        self.next[usize::from(!of_client)] += u32::try_from(bytes.len()).unwrap() + syn;
    }

    fn says(&mut self, text: &str) {
        self.segment(true, PUSH, text.as_bytes());
    }

    fn replies(&mut self, text: &str) {
        self.segment(false, PUSH, text.as_bytes());
    }

    /// Sends text in segments, none of which may reach the slow path; each begins like a login, and every
    /// second one has PSH.
    fn bulk(&mut self) {
        let before = maps::read(self.world.id(WORK)).1;
        assert!(before.iter().any(|byte| *byte != 0));
        for nth in 0..SEGMENTS {
            let text = format!("AUTH PLAIN {}\r\n", "x".repeat(1435));
            self.segment(true, if nth % 2 == 0 { ACK } else { PUSH }, text.as_bytes());
        }
        assert!(maps::read(self.world.id(WORK)).1 == before, "the slow path has read a segment");
    }

    /// Counts the client's inspected segments.
    fn heard(&mut self) -> u32 {
        let listeners = maps::read(self.world.id(MAP_LISTENERS)).1;
        // Each value follows its key.
        let entry = size_of::<u32>() + size_of::<Listener>();
        let heard = |bytes: &[u8]| u32::from_ne_bytes(bytes.try_into().unwrap());
        let at = size_of::<u32>() + Listener::INSPECTED;
        listeners.chunks_exact(entry).map(|listener| heard(&listener[at..at + 4])).sum()
    }
}

fn mail_in_bulk_stays_on_the_fast_path_in(ingress: &'static str) {
    let found = Lab::new().host("harness").enter(|| {
        let mut world = KernelWorld::new(ingress, None);
        let mut mail = Mail { world: &mut world, next: [100, 900] };
        mail.segment(true, 2, b"");
        mail.segment(false, 0x12, b"");
        mail.replies("220 ready\r\n");
        mail.says("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
        mail.replies("250 ok\r\n250 ok\r\n354 go\r\n");
        mail.says("Subject: x\r\n\r\n");
        mail.bulk();
        mail.says(".\r\n");
        mail.replies("250 queued\r\n");
        // Chunks of 1,450 bytes in segments, and a command that begins within one.
        mail.says(&format!("BDAT {}\r\n", SEGMENTS * 1448 + 3));
        mail.bulk();
        mail.segment(
            true,
            ACK,
            format!("123BDAT {} LAST\r\n{}", SEGMENTS * 1448 + 800, "x".repeat(800)).as_bytes(),
        );
        mail.bulk();
        mail.replies("250 ok\r\n250 ok\r\n");
        assert_eq!(mail.heard(), 5);
        mail.segment(true, ACK, format!("AUTH PLAIN {}", "x".repeat(1437)).as_bytes());
        // Segments after the login, or in TLS, are not inspected.
        mail.bulk();
        counted(&world.counters())
    });
    assert_eq!(found["smtp clear_login"], 1, "{found:?}");
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn mail_in_bulk_stays_on_the_fast_path_of_xdp() {
    mail_in_bulk_stays_on_the_fast_path_in(PROGRAM_XDP);
}

#[test]
fn mail_in_bulk_stays_on_the_fast_path_of_tc() {
    mail_in_bulk_stays_on_the_fast_path_in(PROGRAM_INGRESS);
}
