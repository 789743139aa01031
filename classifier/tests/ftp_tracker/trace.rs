// SPDX-License-Identifier: MIT OR GPL-2.0-only
//! Grammar of a trace: a statement on each line. Segments are as in the traces of `classifier-common`:
//!
//! ```text
//! on c:49153 > s:21            from here on, this control connection is meant
//! open                         the handshake
//! C> PASV                      the client's line, in a segment of its own; S> is the server's
//! C>> PA                       a segment with just these bytes; \r \n \\, and \*600 for 600 dots
//! C[+6]>> V\r\n                the same, 6 bytes ahead of where the client is; it stays there
//! C[+0, ack +9] rst            a segment without payload; ack says from where
//! C skip 6                     6 bytes of the client's were sent before, or go another way
//! connect c:50000 > s:40000 is passive      SYN, SYN-ACK, ACK; or `is active`, or `is other`
//! refuse c:50000 > s:40000 is passive    SYN, RST
//! close c:50000 > s:40000 is passive     FIN both ways
//! ```
//!
//! Statements about the agent:
//!
//! ```text
//! hold                         from here on, what the programs tell waits
//! release, release reversed    it reaches the agent, in this order
//! lose                         it never does
//! wait 30                      seconds, at each of which the agent looks for what is over
//! pass 432000                  seconds, at the last of which the agent looks
//! full, full before            there is no room for a session; the same, said before room was made last
//! = learned_pasv 1, idle 0     numbers, as they are now
//! ```

use crate::run::run;

/// A test case with its description.
pub struct Case {
    /// Statement that the case tests.
    pub name: &'static str,
    /// Trace: see the module.
    pub trace: &'static str,
}

/// Runs each case on plain sequence numbers and on some that wrap, and reports all failures.
pub fn check(cases: &[Case]) {
    let mut failures = Vec::new();
    for case in cases {
        // The wrap is after the first segment, within it, and far from either.
        for first in [1_000_000, u32::MAX - 8, u32::MAX - 40] {
            if let Err(failure) = run(case.trace, first) {
                failures.push(format!("{}, from {first}: {failure}", case.name));
            }
        }
    }
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
