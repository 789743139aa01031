//! TCP as it is: cut, repeated, overlapping, out of order.

use crate::trace::{Case, check};

const CASES: &[Case] = &[
    Case {
        name: "an announcement in pieces is learned on the last",
        trace: "
            open
            C>> PA
            C>> SV\\r
            C>> \\n
            S>> 227 Entering Passive Mode (10,0,0
            S>> ,2,156,6
            = live 0
            S>> 4)\\r
            = live 0
            S>> \\n
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "retransmissions change nothing",
        trace: "
            open
            C> PASV
            C[-6]>> PASV\\r\\n
            S> 227 ok (10,0,0,2,156,64)
            again
            again
            C[-6]>> PASV\\r\\n
            = learned_pasv 1, segments 0, live 1
            S> 227 ok (10,0,0,2,156,65)
            = rejected_unsolicited 1",
    },
    Case {
        name: "a retransmission that overlaps, and brings the rest",
        trace: "
            open
            C>> PAS
            C[-3]>> PASV
            C[-2]>> ASV\\r\\n
            C skip 3
            S>> 227 ok (10,0,
            S[-13]>> 227 ok (10,0,0,2,156,64)\\r\\n
            = learned_pasv 1, segments 0
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "retransmitted bytes that say something else are not heard",
        trace: "
            open
            C> PASV
            S>> 227 ok (10,0,0,2,156,6
            S[-22]>> 227 ok (10,0,0,2,157,64)
            S>> 4)\\r\\n
            = learned_pasv 1
            dial c:50001 > s:40256 is other
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "keep-alive probes, with a byte and without",
        trace: "
            open
            C> PASV
            C[-1] ack
            C[-1]>> \\0
            S[-1]>> \\0
            S> 227 ok (10,0,0,2,156,64)
            S[-1]>> x
            S[-1] ack
            = learned_pasv 1, segments 0",
    },
    Case {
        name: "zero-window probes: a byte, until it is taken",
        trace: "
            open
            C> PASV
            S>> 2
            S[-1]>> 2
            S[-1]>> 2
            S>> 27 ok (10,0,0,2,156,64)\\r\\n
            = learned_pasv 1, segments 0",
    },
    Case {
        name: "data in the SYN that is sent again",
        trace: "
            whole
            C[syn]>> PASV\\r\\n
            S[+0, ack -6] syn ack
            C[-6]>> PASV\\r\\n
            S> 220 ready
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
    Case {
        name: "data in the SYN-ACK",
        trace: "
            whole
            C syn
            S[syn]>> 220 ready\\r\\n
            C ack
            C> PORT 10,0,0,1,156,64
            S> 200 ok
            = learned_port 1
            dial s:2000 > c:40000 is active announced",
    },
    Case {
        name: "the acknowledgment of the handshake comes with the first command",
        trace: "
            C syn
            S syn ack
            C> PASV
            S> 220 ready
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1",
    },
    Case {
        name: "the control connection is on another port, if it is configured",
        trace: "
            control 2121
            on c:49152 > s:2121
            open
            C> PASV
            S> 227 ok (10,0,0,2,156,64)
            = learned_pasv 1
            dial c:50000 > s:40000 is passive announced",
    },
];

#[test]
fn transport() {
    check(CASES);
}

#[test]
fn not_a_control_port() {
    let failure = crate::run::run("on c:49152 > s:2121\nC syn", crate::run::VARIANTS[0]);
    assert!(failure.is_err_and(|failure| failure.contains("is other")));
}
