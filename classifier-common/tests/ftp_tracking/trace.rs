//! How a trace reads: a statement a line.
//!
//! The control connection, by default `c:49152 > s:21`; the hosts are `c`, `s`, `x` and `y`:
//!
//! ```text
//! on c:49153 > s:21            from here on, this control connection is meant
//! open                         the handshake
//! C> PASV                      the client's line, in a segment of its own; S> is the server's
//! C>> PA                       a segment with just these bytes; \r \n \t \0 \\ \xff, and \*600 for 600 dots
//! C[+6]>> V\r\n                the same, 6 bytes ahead of where the client is; it stays there
//! C[-6, ack +9] rst            a segment without payload; syn, syn ack, ack, fin, rst; ack says from where
//! C[syn]>> PASV\r\n            data in a SYN
//! C skip 6                     6 bytes of the client's go another way
//! unseen C> PASV               the same, for a whole line or segment
//! hide S, show S               from here on, all of one side's
//! again                        the last segment once more
//! ```
//!
//! Other connections, each packet with what it is taken for (`other` is `tcp_other`):
//!
//! ```text
//! c:50000 > s:40000 SYN is ftp_data_passive to_server announced
//! dial c:50000 > s:40000 is passive announced      SYN, SYN-ACK, ACK, and data both ways
//! more c:50000 > s:40000 is passive announced      data both ways
//! close c:50000 > s:40000 is other                 FIN and ACK both ways
//! ```
//!
//! Surroundings, and what was counted (`live`, `proposed`, `closed` endpoints, `sessions`, `encrypted`, the
//! bytes of the `jump`s, and every tally by its name in snake case):
//!
//! ```text
//! family 6, policy allow_foreign, policy no_infer, control 990, protocol 40000
//! wait 3600                    seconds
//! once, whole                  the case is not seen twice, or not cut to bytes
//! = learned_pasv 1, live 1
//! ```

use crate::run::{VARIANTS, run};

/// A described case.
pub struct Case {
    /// What it shows.
    pub name: &'static str,
    /// See the module.
    pub trace: &'static str,
}

/// Runs each case in each of its variants, and tells of all that fail.
pub fn check(cases: &[Case]) {
    let mut failures = Vec::new();
    for case in cases {
        for variant in VARIANTS {
            if case.trace.lines().any(|line| Some(line.trim()) == variant.excluded_by) {
                continue;
            }
            if let Err(failure) = run(case.trace, variant) {
                failures.push(format!("{}, {}: {failure}", case.name, variant.name));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
